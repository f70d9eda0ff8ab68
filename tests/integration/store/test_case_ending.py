"""The end of a case in the store: everybody told, the public answered."""

from __future__ import annotations

from typing import Any

import pytest

from maritime_grid.cases.flow import IllegalAct
from maritime_grid.cases.kinds import Act, Kind
from maritime_grid.store.archive import verify
from maritime_grid.store.case_rows import NewCase, Party
from maritime_grid.store.cases import Cases

from .case_build import NOW, ask, dispute, told

COURSE: list[tuple[Act, str, dict[str, Any]]] = [
    (Act.COLLATE, "village1", {}), (Act.DISPATCH, "town1", {"body_id": "F"}), (Act.ACCEPT, "fishery", {}),
    (Act.REPORT, "fishery", {"result": "赔偿三千元", "answer": "已调解。"}),
]  # fmt: skip
LAST = "select said::jsonb from mg.case_log order by n desc limit 1"


def handled(cases: Cases) -> str:
    """A dispute of lin whose result was reported; at version 5."""
    case_id = cases.file(dispute(), "lin", NOW).case_id
    for n, (act, who, given) in enumerate(COURSE, 1):
        cases.act(case_id, n, act, who, given, NOW)
    return case_id


@pytest.mark.parametrize("numbers", [(), (1,), (2,), (0, 1, 2), (1, 2, 3)])
def test_result_is_not_told_while_somebody_is_left_out_or_made_up(cases: Cases, fresh_dsn: str, numbers: tuple[int]):
    case_id = handled(cases)
    with pytest.raises(IllegalAct):
        cases.act(case_id, 5, Act.TELL, "lin", told(*numbers), NOW)
    assert ask(fresh_dsn, "select state, version from mg.case_file") == [("handled", 5)]


def test_archive_keeps_of_the_told_numbers_means_and_reasons_alone(cases: Cases, fresh_dsn: str):
    case_id = handled(cases)
    given = [{"n": 0, "means": "phone"}, {"n": 1, "means": "in_person"}, {"n": 2, "reason": "出海未归"}]
    cases.act(case_id, 5, Act.TELL, "town1", {"told": given}, NOW)
    ((said,),) = ask(fresh_dsn, LAST)
    assert (said["told"], said["step"]) == (given, "fed_back")
    assert not any(secret in str(said) for secret in ("王大海", "李二", "13812345678"))
    assert verify(fresh_dsn).faults == ()


def test_who_resolves_on_the_spot_has_told_those_who_stand_there(cases: Cases, fresh_dsn: str):
    case_id = cases.file(dispute(), "lin", NOW).case_id
    cases.act(case_id, 1, Act.RESOLVE, "lin", {"result": "就地和解"}, NOW)
    assert ask(fresh_dsn, LAST)[0][0]["told"] == told(1, 2)["told"]


def public(**changes: Any) -> NewCase:
    return NewCase(Kind.HAZARD, "码头破损", channel="public", lon=122.7, lat=30.2, **changes)


def test_reporter_of_the_public_is_not_taken_to_stand_there(cases: Cases):
    filed = cases.file(public(), None, NOW)
    with pytest.raises(IllegalAct):
        cases.act(filed.case_id, 1, Act.RESOLVE, "lin", {"result": "已修"}, NOW)
    with pytest.raises(IllegalAct, match="no answer"):
        cases.act(filed.case_id, 1, Act.RESOLVE, "lin", {"result": "已修", "told": [{"n": 0, "means": "code"}]}, NOW)
    facts = {"result": "已修", "answer": "护栏已修好。", "told": [{"n": 0, "means": "code"}]}
    cases.act(filed.case_id, 1, Act.RESOLVE, "lin", facts, NOW)
    followed = cases.follow(filed.code)
    assert followed
    assert (followed["answer"], followed["state"], followed["n"]) == ("护栏已修好。", "fed_back", 0)


def test_complaint_is_answered_before_it_goes_back(cases: Cases):
    new = NewCase(Kind.COMPLAINT, "投诉", channel="public", parties=(Party("claimant", person_name="群众"),))
    filed = cases.file(new, None, NOW)
    facts = {"result": "已谈话", "told": [{"n": 1, "means": "phone"}]}
    with pytest.raises(IllegalAct, match="answered"):
        cases.act(filed.case_id, 1, Act.RESOLVE, "city", facts, NOW)
    assert cases.act(filed.case_id, 1, Act.RESOLVE, "city", {**facts, "answer": "已处理。"}, NOW).version == 2


def test_answer_shows_once_the_case_is_fed_back_and_is_gone_when_it_opens_again(cases: Cases):
    filed = cases.file(dispute(), "lin", NOW)
    for n, (act, who, given) in enumerate(COURSE, 1):
        cases.act(filed.case_id, n, act, who, given, NOW)

    def shown() -> str:
        followed = cases.follow(filed.code)
        assert followed
        return followed["answer"]

    assert shown() == ""
    cases.act(filed.case_id, 5, Act.TELL, "lin", told(1, 2), NOW)
    assert shown() == "已调解。"
    cases.act(filed.case_id, 6, Act.REOPEN, "town1", {"reason": "未付"}, NOW)
    cases.act(filed.case_id, 7, Act.RESOLVE, "town1", {"result": "再次和解"}, NOW)
    assert shown() == ""


@pytest.mark.parametrize("answer", ["x" * 1_001, "a\0b", 7, ["x"]])
def test_answer_that_is_no_short_plain_text_is_refused(cases: Cases, answer: Any):
    case_id = cases.file(dispute(), "lin", NOW).case_id
    with pytest.raises(IllegalAct):
        cases.act(case_id, 1, Act.RESOLVE, "lin", {"result": "和解", "answer": answer}, NOW)
