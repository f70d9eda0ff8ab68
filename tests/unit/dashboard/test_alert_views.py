"""Alerts on the page of people and on the wall: what is said of them, and what is asked for."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dashboard.alert_query import NOTHING, read_query
from dashboard.auth import Account
from dashboard.fleet import Fleet
from dashboard.heard import moves
from dashboard.views.alert_detail import detail, step_text
from dashboard.views.alert_list import alert_rows
from dashboard.views.alert_map import alert_layers, viewport
from dashboard.views.alert_words import bearing_text, seen_text, who_text
from dashboard.views.assess import assess
from dashboard.views.status import alert_json, severity_counts, sort_alerts
from dashboard.views.tiles import count_by_grid, make_tiles
from dashboard.words import LANGUAGES, read_words
from maritime_grid.domain.alerts import RuleName
from maritime_grid.store.alert_rows import AlertStep, AlertView, MyAlert, Near, TrackPoint
from maritime_grid.store.rows import CaseTally
from tests.unit.dashboard.reads_builder import NOON, FleetReads, alert, options
from tests.unit.dashboard.reads_builder import vessels as vessel_rows

ZH = read_words("zh_CN")
OFFICER = Account("wang", "township", "T1", None, "王岚", "", frozenset({"alert.acknowledge", "alert.open_case"}))
READER = replace(OFFICER, acts=frozenset())
MARKUP = "<img src=x onerror=alert(1)>"


def mine(**changes: Any) -> MyAlert:
    base = MyAlert(
        alert_id="sos-1", rule="sos", level=4, state="open", mmsi=412000001, vessel_name="浙普渔60001", place=None,
        grid_id="G1", grid_zh="东极近岸网格", grid_en="Dongji inshore grid", raised_at=NOON, last_at=NOON,
        heard_at=NOON, cleared_at=None, repeats=0, lon=122.7, lat=30.2, detail={"note": "机舱进水"},
        seen_at=None, seen_name=None,
        seen_post_zh=None, seen_post_en=None, resolved_at=None, resolved_name=None, resolved_post_zh=None,
        resolved_post_en=None, verdict=None, resolution=None,
    )  # fmt: skip
    return replace(base, **changes)


def texts(component: Any) -> str:
    """All text of a tree of components."""
    if isinstance(component, str | int | float):
        return str(component)
    if isinstance(component, list | tuple):
        return " ".join(texts(part) for part in component)
    return texts(getattr(component, "children", None) or [])


def of_kind(component: Any, name: str) -> list[Any]:
    if isinstance(component, list | tuple):
        return [found for part in component for found in of_kind(part, name)]
    here = [component] if type(component).__name__ == name else []
    return here + (of_kind(component.children, name) if getattr(component, "children", None) is not None else [])


SEEN = {"seen_at": NOON, "seen_name": "王岚", "seen_post_zh": "东极镇", "seen_post_en": "Dongji"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "未确认"),
        (SEEN, "王岚（东极镇） 12:00 确认"),
        (SEEN | {"seen_name": None}, "东极镇 12:00 确认"),
        (SEEN | {"seen_name": None, "seen_post_zh": None, "seen_post_en": None}, "值班人员 12:00 确认"),
        (SEEN | {"seen_at": NOON - timedelta(days=1)}, "王岚（东极镇） 5月19日 12:00 确认"),
        (SEEN | {"resolved_at": NOON, "resolved_post_zh": "海警", "verdict": "false"}, "海警 12:00 核实：误报"),
    ],
)
def test_line_says_who_has_seen_it_as_far_as_the_reader_may_know(changes: dict[str, Any], said: str):
    assert seen_text(mine(**changes), ZH, NOON) == said


@pytest.mark.parametrize(
    ("changes", "who"),
    [
        ({}, "浙普渔60001"),
        ({"vessel_name": None}, "412000001"),
        ({"vessel_name": None, "detail": {"device": "MOB"}}, "MOB 有人落水示位标"),
        ({"vessel_name": None, "mmsi": None, "detail": {"feed": "ais-udp"}}, "ais-udp"),
        ({"vessel_name": None, "mmsi": None, "detail": {}, "place": "ais-low"}, "ais-low"),
    ],
)
def test_alert_is_about_somebody(changes: dict[str, Any], who: str):
    assert who_text(mine(**changes), ZH) == who


def test_list_groups_and_offers_only_what_may_be_done_and_tells_what_sounds():
    seen, over = mine(alert_id="b", state="seen", **SEEN), mine(alert_id="c", state="over")
    rows = [mine(), seen, over, mine(alert_id="d", state="past", **SEEN)]
    shown = alert_rows(rows, [mine(repeats=2)], NOTHING, OFFICER, ZH, NOON)
    assert [getattr(div, "data-urgent") for div in of_kind(shown, "Div") if hasattr(div, "data-urgent")] == ["sos-1/2"]
    assert [texts(h) for h in of_kind(shown, "H2")] == ["当前告警", "已解除，尚无人查看", "历史"]
    keys = [row.key for row in of_kind(shown, "Div") if getattr(row, "key", None) and getattr(row, "role", None)]
    assert keys == ["sos-1", "b", "c", "d"]
    acts = [b for b in of_kind(shown, "Button") if getattr(b, "data-act") == "acknowledge"]
    assert [getattr(b, "data-id") for b in acts] == ["sos-1", "c"]
    read_only = alert_rows(rows, [], NOTHING, READER, ZH, NOON)
    assert [b for b in of_kind(read_only, "Button") if getattr(b, "data-act") == "acknowledge"] == []
    none = alert_rows([], [mine()], read_query({"rule": "silence"}), OFFICER, ZH, NOON)
    assert "没有符合条件" in texts(none)
    assert getattr(none[0], "data-urgent") == "sos-1/0"


def test_texts_from_outside_stay_text_in_list_and_detail():
    row = mine(vessel_name=MARKUP, detail={"note": MARKUP, "name_zh": MARKUP}, resolution=MARKUP, verdict="true",
               resolved_at=NOON, resolved_name=MARKUP)  # fmt: skip
    steps = [AlertStep(NOON, "resolve", 4, MARKUP, "东极镇", None, f"true: {MARKUP}")]
    near = [Near(412000009, MARKUP, MARKUP, 122.7, 30.3, None, NOON, 6.0, 0.0)]
    view = AlertView(row, steps, [], [TrackPoint(NOON, 122.7, 30.2, None)], near)
    for shown in (alert_rows([row], [row], NOTHING, OFFICER, ZH, NOON), detail(view, OFFICER, ZH, NOON)):
        assert MARKUP in texts(shown)
        assert "dangerously" not in repr(shown)
        assert of_kind(shown, "Markdown") == []


def test_vessels_lead_to_the_wall_only_for_who_may_see_it():
    view = AlertView(mine(), [], [], [], [Near(412000009, "浙普渔60009", None, 122.7, 30.3, None, NOON, 6.0, 0.0)])
    for acts, links in ((frozenset[str](), 0), (frozenset({"page.wall"}), 2)):
        shown = detail(view, replace(OFFICER, acts=acts), ZH, NOON)
        assert [link.href[:7] for link in of_kind(shown, "A")] == ["/?mmsi="] * links
        assert "浙普渔60009" in texts(shown)


def test_detail_leads_to_the_open_case_and_the_map_looks_at_the_place():
    view = AlertView(mine(), [], [], [], [])
    assert "立案" in texts(detail(view, OFFICER, ZH, NOON))
    assert viewport(view) == {"center": [30.2, 122.7], "zoom": 11, "transition": "setView"}
    assert len(alert_layers(view, ZH)) == 2
    assert viewport(AlertView(mine(lon=None, lat=None), [], [], [], [])) is None
    assert alert_layers(AlertView(mine(lon=None, lat=None), [], [], [], []), ZH) == []


@pytest.mark.parametrize(
    ("degrees", "said"), [(0, "000° 北"), (359.7, "000° 北"), (22.4, "022° 北"), (45, "045° 东北"), (200, "200° 南")]
)
def test_bearing_has_three_digits_and_a_point_of_the_compass(degrees: float, said: str):
    assert bearing_text(degrees, ZH) == said


def test_step_of_the_log_is_a_sentence():
    def said(what: str, note: str = "", name: str | None = "王岚") -> str:
        return step_text(AlertStep(NOON, what, 3, name, "东极镇", None, note), ZH)

    assert said("resolve", "test: 演练: 甲") == "王岚（东极镇）核实关闭：测试或演练，演练: 甲"
    assert said("open_case", "2026-000001") == "王岚（东极镇）立案 2026-000001"
    assert said("severity", name=None) == "升为报警"


@pytest.mark.parametrize(
    ("given", "parts"),
    [
        ({}, {}),
        ({"severity": "alarm", "rule": "sos", "grid": "ZS-1", "state": "past", "page": "3"},
         {"severity": "alarm", "rule": "sos", "grid": "ZS-1", "state": "past", "page": 3}),
        ({"severity": "worst", "rule": ["sos"], "grid": "x" * 121, "state": "none", "page": "-1"}, {}),
        ({"alert": "sos-1\n", "page": "99999999"}, {"alert": "sos-1"}),
        ({"grid": "a\tb", "page": 10**5}, {"page": 2_000}),
    ],
)  # fmt: skip
def test_address_says_which_alerts_and_nothing_else_gets_through(given: dict[str, Any], parts: dict[str, Any]):
    query = read_query(given)
    assert query.parts() == parts
    assert read_query(query.parts()) == query


def test_severity_asked_for_means_that_and_worse():
    assert read_query({"severity": "alarm"}).filter().levels == (3, 4)
    assert read_query({"state": "seen"}).filter().states == ("seen", "resolved")
    assert read_query({}).filter().levels is None


@pytest.mark.parametrize(
    ("note", "moved"),
    [(None, False), ({"rev": 1, "alerts": 0, "events": 4}, False), ({"rev": 1, "alerts": 2}, True),
     ({"alert": "a"}, True), ({"case": "c"}, True), ({"world": "places"}, False)],
)  # fmt: skip
def test_page_reads_again_only_when_alerts_or_cases_moved(note: Any, moved: bool):
    assert moves(note) is moved


def test_alert_that_people_closed_is_no_longer_counted_and_listed_behind_the_open_ones():
    closed = alert("sos", 4, 1, resolved_at=NOON, seen_at=NOON, seen_zh="东极镇")
    seen = alert("silence", 2, 2, seen_at=NOON, seen_zh="东极镇", seen_en="Dongji")
    plain = alert("silence", 1, 3)
    over = alert("silence", 4, 4, active=False, cleared_at=NOON)
    assert [a.mmsi for a in sort_alerts([over, closed, plain, seen])] == [2, 3, 1, 4]
    assert severity_counts([over, closed, plain, seen]) == [1, 1, 0, 0]
    assert count_by_grid([over, closed, plain, seen]) == {1: (1, 1, 0, 0)}
    assert alert_json(seen)["by"] == {"zh": "东极镇", "en": "Dongji"}
    assert alert_json(closed)["by"] == {"zh": "东极镇", "en": "东极镇"}
    assert not {"seen", "by", "resolved"} & alert_json(plain).keys()


def test_tile_tells_cases_only_where_they_are_urgent_and_ranks_them_behind_alerts():
    reads = FleetReads(lambda: NOON, size=3)
    fleet = Fleet()
    fleet.merge(vessel_rows([{"mmsi": 1}]))
    judged = assess(fleet, [], {}, [], 0, options())
    cases = [CaseTally(5, 9, 0, 0, 0, 0), CaseTally(6, 1, 1, 0, 0, 0), CaseTally(7, 0, 0, 0, 0, 1)]
    tiles = make_tiles(reads.places(), fleet, judged, [alert("silence", 1, 1, grid=8)], [], cases)
    assert [t.code for t in tiles[:4]] == [8, 7, 6, 5]
    said = {t.code: t.to_json() for t in tiles}
    assert said[7]["cases"] == [0, 0, 0, 1]
    assert said[6]["cases"] == [1, 0, 0, 0]
    assert "cases" not in said[5]
    assert said[5]["disputes"] == 9


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_word_made_of_data_is_in_the_catalogue(lang: str):
    table = read_words(lang).table
    keys = [f"alerts.compass.{n}" for n in range(8)] + [f"alerts.verdict.{v}" for v in ("true", "false", "test")]
    keys += [f"alerts.state.{s}" for s in ("open", "seen", "over", "past")]
    keys += [f"alerts.group.{g}" for g in ("now", "over", "past")] + [f"rule.{r.value}" for r in RuleName]
    steps = ("raise", "severity", "repeat", "clear", "acknowledge", "resolve", "open_case")
    keys += [f"alerts.log.{s}" for s in steps]
    assert [key for key in keys if key not in table] == []
    assert not re.search(r"\{(?!by|case)\w+\}", table["alerts.log.acknowledge"])
