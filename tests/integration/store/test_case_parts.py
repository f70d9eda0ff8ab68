"""What bodies that handle a case jointly report of their parts, and what the archive keeps of it."""

from __future__ import annotations

import pytest

from maritime_grid.cases.flow import IllegalAct, NotAllowed
from maritime_grid.cases.kinds import Act
from maritime_grid.store.archive import verify
from maritime_grid.store.cases import Cases

from .case_build import NOW, ask, dispute


def test_parts_of_joined_bodies_count_from_the_archive_since_the_case_was_given_out(cases: Cases, fresh_dsn: str):
    case_id = cases.file(dispute(), "lin", NOW).case_id
    cases.act(case_id, 1, Act.COLLATE, "village1", {}, NOW)
    given = {"body_id": "F", "joint": ["G", "P"]}
    cases.act(case_id, 2, Act.DISPATCH, "town1", given, NOW)
    with pytest.raises(IllegalAct, match="lacks result"):
        cases.act(case_id, 3, Act.REPORT_PART, "guard", {}, NOW)
    with pytest.raises(NotAllowed):
        cases.act(case_id, 3, Act.REPORT_PART, "fishery", {"result": "代报"}, NOW)
    forged = {"result": "航迹已核对", "body": "P"}
    assert cases.act(case_id, 3, Act.REPORT_PART, "guard", forged, NOW).reported == ("G",)
    assert cases.act(case_id, 4, Act.ACCEPT, "fishery", {}, NOW).reported == ("G",)
    assert cases.act(case_id, 5, Act.REPORT_PART, "police", {"result": "已询问"}, NOW).reported == ("G", "P")
    assert cases.act(case_id, 6, Act.REPORT_PART, "guard", {"result": "航迹再核"}, NOW).reported == ("G", "P")
    kept = "select who, said::jsonb ->> 'body', said::jsonb ->> 'result' from mg.case_log where what = %s order by seq"
    said = ask(fresh_dsn, kept, ["report_part"])
    assert said == [("guard", "G", "航迹已核对"), ("police", "P", "已询问"), ("guard", "G", "航迹再核")]
    moved = {"body_id": "M", "joint": ["G"], "reason": "改派"}
    assert cases.act(case_id, 7, Act.TRANSFER, "town1", moved, NOW).reported == ()
    assert cases.act(case_id, 8, Act.REPORT_PART, "guard", {"result": "三报"}, NOW).reported == ("G",)
    assert verify(fresh_dsn).faults == ()
