"""What browsers send as drawings of grids: settled, judged, proposed by the door of files; never believed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from shapely.geometry import box, mapping, shape

from dashboard.auth import Account
from dashboard.grid_draw import NEW, NewGrid, Sent, draft_of, read_new, weigh
from dashboard.grid_proposing import loaded, proposed, weighed
from dashboard.views.grid_propose import NEW_FIELDS
from dashboard.words import Catalogues
from maritime_grid.cases.flow import NotAllowed
from maritime_grid.domain.errors import UsageError
from maritime_grid.settings_access import load_access
from tests.integration.store import case_build as cb

from . import grid_world as gw
from .desks import DeskSite, desk_site

WORDS = Catalogues().pick("zh")
TOWN = Account("town1", "township", "T1", None, "town1", "", load_access(cb.SETTINGS).roles["township"].acts)
NOTHING = NewGrid("", "", "inshore", ())


@pytest.fixture
def site(fresh_dsn: str) -> Iterator[DeskSite]:
    cb.people(fresh_dsn)
    gw.grids(fresh_dsn)
    with desk_site(fresh_dsn) as running:
        yield running


def drawn(key: str, *bounds: float, **properties: Any) -> dict[str, Any]:
    geometry = json.loads(json.dumps(mapping(box(*bounds))))
    return {"type": "Feature", "id": key, "properties": properties, "geometry": geometry}


def sent(*features: dict[str, Any], touched: list[str] | None = None, **more: Any) -> Sent:
    data = {"n": 7, "features": list(features), "touched": touched or [f["id"] for f in features]}
    known = {"ended": [], "day": "2026-05-07", "follow": True, "new": NOTHING, **more}
    return Sent(data, **known)


def test_stroke_is_answered_with_the_neighbour_that_follows_and_what_changes_hands(site: DeskSite):
    found = weigh(site.desk, TOWN, sent(drawn("G1", 122, 30, 122.6, 30.5)), WORDS)
    assert found.ready
    assert list(found.features) == ["G1", "G2"]
    assert shape(found.features["G2"]["geometry"]).bounds == (122.6, 30, 123, 30.5)
    assert [(t.was, t.becomes) for t in found.trades] == [("G2", "G1")]
    assert found.features["G2"]["properties"]["port_ids"] == ["P2"]
    assert found.for_map()["n"] == 7


def test_what_was_shown_is_what_is_proposed(site: DeskSite):
    form = sent(drawn("G1", 122, 30, 122.6, 30.5))
    settled = weigh(site.desk, TOWN, form, WORDS).for_map()
    said, _where, stays = proposed(site.desk, TOWN, settled, form, "码头扩建", WORDS)
    assert "已提交" in str(said)
    assert stays is True
    ((features, state),) = cb.ask(site.dsn, "select features, state from mg.grid_change")
    assert state == "proposed"
    assert [f["properties"]["grid_id"] for f in features] == ["G1", "G2"]
    assert [f["geometry"] for f in features] == [f["geometry"] for f in settled["features"]]


def test_without_followers_overlap_gap_and_port_are_told_at_once(site: DeskSite):
    form = sent(drawn("G1", 122.2, 30, 122.6, 30.5), follow=False)
    found = weigh(site.desk, TOWN, form, WORDS)
    assert not found.ready
    assert found.judged
    told = [problem.reason for problem in found.judged.problems]
    assert [any(word in reason for reason in told) for word in ("overlaps", "in no grid", "lies outside")] == [True] * 3
    assert all(p.area is not None for p in found.judged.problems if "port" not in p.reason)
    panel, layers, disabled, _ = weighed(site.desk, TOWN, form, WORDS)
    text = str(panel)
    assert all(word in text for word in ("重叠", "不归任何网格", "庙子湖渔港", "不在网格内"))
    assert disabled
    assert layers


def test_new_grid_is_sent_only_with_id_name_and_port(site: DeskSite):
    new = drawn(NEW, 122.05, 30.05, 122.2, 30.2)
    found = weigh(site.desk, TOWN, sent(new), WORDS)
    assert not found.ready
    assert {t.becomes for t in found.trades} == {"NEW"}
    with pytest.raises(UsageError, match="no id, name"):
        draft_of(found.for_map(), sent(new), site.desk, TOWN)
    with pytest.raises(UsageError, match="already"):
        weigh(site.desk, TOWN, sent(new, new=NewGrid("G2", "新", "inshore", ("P1",))), WORDS)
    for grid_id, said in (("G2", "已有网格用这个编号"), ("东极 3", "编号只能用字母")):
        panel, *_ = weighed(site.desk, TOWN, sent(new, new=NewGrid(grid_id, "新", "inshore", ("P1",))), WORDS)
        assert said in str(panel)
    over = sent(drawn(NEW, 122.0, 30.3, 122.2, 30.5), new=NewGrid("ZS-NEW", "新网格", "offshore", ("P1",)))
    found = weigh(site.desk, TOWN, over, WORDS)
    assert found.ready
    assert found.features[NEW]["properties"]["grid_id"] == "ZS-NEW"
    assert {(t.was, t.becomes) for t in found.trades} == {("G1", "ZS-NEW")}


def test_grid_in_force_keeps_its_name_and_ports_whatever_is_drawn(site: DeskSite):
    found = weigh(site.desk, TOWN, sent(drawn("G1", 122, 30, 122.6, 30.5)), WORDS)
    assert found.features["G1"]["properties"]["name_zh"] == "近岸网格一"
    renamed = weigh(site.desk, TOWN, sent(drawn("G1", 122, 30, 122.5, 30.5, name_zh="新名")), WORDS)
    assert [f["properties"]["name_zh"] for f in renamed.features.values()] == ["新名"]
    same = weigh(site.desk, TOWN, sent(drawn("G1", 122, 30, 122.5, 30.5)), WORDS)
    assert (same.features, same.judged, same.ready) == ({}, None, False)


def test_file_is_taken_as_it_is_and_nobody_follows(site: DeskSite):
    taken, follow, _said = loaded(gw.sent(gw.GAP), WORDS)
    assert follow == []
    form = sent(*taken["features"], touched=["none"], follow=False)
    found = weigh(site.desk, TOWN, form, WORDS)
    assert list(found.features) == ["G1"]
    assert found.features["G1"]["geometry"] == gw.GAP[0]["geometry"]
    assert not found.ready


HOSTILE = [
    5, "x", [], {}, {"n": 1}, {"n": 1, "features": {}}, {"n": 1, "features": [1]}, {"n": "1", "features": []},
    {"n": 1, "features": [{"id": "G1"}]}, {"n": 1, "features": [{"properties": {}, "geometry": {}}]},
    {"n": 1, "features": [drawn("G1", 0, 0, 1, 1)] * 2}, {"n": 1, "features": [], "touched": 5},
    {"n": 1, "features": [drawn("G1", 0, 0, 1, 1, name_zh=5)]},
]  # fmt: skip


@pytest.mark.parametrize("data", HOSTILE, ids=range(len(HOSTILE)))
def test_drawing_that_is_none_is_refused_in_one_line(site: DeskSite, data: Any):
    form = Sent(data, [], "2026-05-07", True, NOTHING)
    with pytest.raises(UsageError):
        weigh(site.desk, TOWN, form, WORDS)
    panel, _, disabled, _ = weighed(site.desk, TOWN, form, WORDS)
    assert "role='alert'" in str(panel)
    assert disabled


CROSSED = [[122, 30], [123, 31], [123, 30], [122, 31], [122, 30]]
RINGS: list[Any] = [[[1e400, 0]], [[0, "a"]] * 4, CROSSED, None, []]


@pytest.mark.parametrize(
    "geometry",
    [{}, {"type": "GeometryCollection"}, *({"type": "Polygon", "coordinates": [ring]} for ring in RINGS)],
    ids=str,
)
def test_geometry_that_is_none_is_told_as_a_problem_of_its_grid(site: DeskSite, geometry: dict[str, Any]):
    found = weigh(site.desk, TOWN, sent({**drawn("G1", 0, 0, 1, 1), "geometry": geometry}), WORDS)
    assert not found.ready
    assert found.judged
    assert found.judged.problems


def test_polygons_changed_behind_the_form_are_judged_again_when_they_are_sent(site: DeskSite):
    form = sent(drawn("G1", 122, 30, 122.6, 30.5))
    settled = weigh(site.desk, TOWN, form, WORDS).for_map()
    settled["features"][1]["geometry"] = gw.polygon(122.4, 30, 123, 30.5)
    said, _where, stays = proposed(site.desk, TOWN, settled, form, "码头", Catalogues().pick("en"))
    assert "overlaps" in str(said)
    assert stays is False
    assert cb.ask(site.dsn, "select 1 from mg.grid_change") == []
    assert site.desk.grids
    with pytest.raises(NotAllowed):
        site.desk.grids.propose(gw.MOVED, [], gw.TOMORROW, "码头", "lin", cb.NOW)


def test_fields_of_the_form_may_be_anything():
    assert read_new(None, 5, ["x"], "P1") == NewGrid("", "5", "['x']", [])
    assert not read_new("a", "b", "inshore", []).is_whole
    assert read_new(" ZS-9 ", "名", "inshore", ["P1"]).is_whole


JUDGE = (
    ("grids-judged", "children"),
    ("grids-draft", "children"),
    ("grids-send", "disabled"),
    ("grids-settled", "data"),
)


def asked(site: DeskSite, name: str, data: Any) -> httpx.Response:
    """The judgement, asked as the browser asks it."""
    fields = {"grids-ending": [], "grids-valid-from": "2026-05-07", "grids-follow": ["follow"]}
    new = dict(zip(NEW_FIELDS, ("", "", "inshore", []), strict=True))
    values = {**fields, **new}
    state = [("grids-drawn", "data", data), ("grids-settled", "data", None)]
    state += [(field, "value", value) for field, value in values.items()] + [("grids-lang", "data", "zh_CN")]
    inputs = [("grids-drawn", "data", data), *((field, "value", value) for field, value in values.items())]
    body = {
        "output": f"..{'...'.join(f'{field}.{what}' for field, what in JUDGE)}..",
        "outputs": [{"id": field, "property": what} for field, what in JUDGE],
        "inputs": [{"id": i, "property": p, "value": v} for i, p, v in inputs],
        "state": [{"id": i, "property": p, "value": v} for i, p, v in state],
        "changedPropIds": ["grids-drawn.data"],
    }
    return site.browser(name).post("/_dash-update-component", json=body)


def test_only_who_may_propose_is_answered_what_a_drawing_would_do(site: DeskSite):
    data = {"n": 1, "features": [drawn("G1", 122, 30, 122.6, 30.5)], "touched": ["G1"]}
    answers = {name: asked(site, name, data) for name in ("town1", "county", "lin", "fishery", "shop", "root")}
    assert {name: answer.status_code for name, answer in answers.items()} == {
        "town1": 200, "county": 200, "lin": 403, "fishery": 403, "shop": 403, "root": 403,
    }  # fmt: skip
    settled = answers["town1"].json()["response"]["grids-settled"]["data"]
    assert [feature["id"] for feature in settled["features"]] == ["G1", "G2"]
