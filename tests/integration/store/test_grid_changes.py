"""Changes of grids: judged, approved by another, filed, and in force from their moment on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from shapely.geometry import box, mapping

from maritime_grid.cases.flow import NotAllowed
from maritime_grid.domain.errors import UsageError
from maritime_grid.domain.grid_change import ChangeAct, ChangeError, ChangeState
from maritime_grid.domain.people import BEIJING
from maritime_grid.pipeline.finder import PlaceFinder
from maritime_grid.pipeline.world import build_world
from maritime_grid.settings import load_settings
from maritime_grid.store.connect import command_pool
from maritime_grid.store.grid_changes import GridChanges, list_changes
from maritime_grid.store.registry import PlaceInput
from maritime_grid.store.rows import PortRow
from maritime_grid.store.writer import Store

from . import build
from .case_build import HOUR, NOW, ask, commands, dispute, people, reading_as

NOON = NOW + 2 * HOUR


def polygon(west: float, south: float, east: float, north: float) -> dict[str, Any]:
    ring = [list(corner) for corner in mapping(box(west, south, east, north))["coordinates"][0]]
    return {"type": "Polygon", "coordinates": [ring]}


def feature(grid_id: str, *bounds: float, ports: tuple[str, ...] = ("P1",), **properties: Any) -> dict[str, Any]:
    known = {"grid_id": grid_id, "name_zh": f"网格{grid_id}", "kind": "inshore", "port_ids": list(ports), **properties}
    return {"type": "Feature", "properties": known, "geometry": polygon(*bounds)}


@pytest.fixture
def changes(store_dsn: str, store: Store) -> Iterator[GridChanges]:
    people(store_dsn)
    ask(store_dsn, "delete from mg.place returning 1")
    store.save_ports([PortRow("P1", "甲", "", "", 122.1, 30.1), PortRow("P2", "乙", "", "", 122.9, 30.1)])
    places = [
        PlaceInput("G1", "grid", "inshore", "网格G1", polygon(122, 30, 122.5, 30.5), port_ids=("P1",)),
        PlaceInput("G2", "grid", "inshore", "网格G2", polygon(122.5, 30, 123, 30.5), port_ids=("P2",)),
    ]
    store.save_places(places, "test", "first", -(2**62))
    with command_pool(store_dsn) as pool:
        yield GridChanges(pool.connection)


APPROVER = ("select a.account_id from mg.grid_change c join mg.account a on a.unit_id = c.unit_id "
            "where c.change_id = %s and a.role in ('county', 'city')")  # fmt: skip
MOVED = [feature("G1", 122, 30, 122.6, 30.5), feature("G2", 122.6, 30, 123, 30.5, ports=("P2",))]


def test_change_goes_from_township_to_county_to_city_and_holds_from_its_moment(changes: GridChanges, store_dsn: str):
    number = changes.propose(MOVED, [], NOON, "码头扩建", "town1", NOW)
    assert changes.act(number, ChangeAct.APPROVE, "county", "同意", NOW + HOUR) == ChangeState.APPROVED
    assert changes.act(number, ChangeAct.FILE, "city", "", NOW + HOUR) == ChangeState.FILED
    query = "select grid_id, version, valid_from, valid_to, filed_by, reason from api.grid order by 1, 2"
    rows = ask(store_dsn, query)
    assert [(r[0], r[1], r[2], r[3]) for r in rows] == [
        ("G1", 1, None, NOON), ("G1", 2, NOON, None), ("G2", 1, None, NOON), ("G2", 2, NOON, None),
    ]  # fmt: skip
    assert rows[1][4:] == ("city", "码头扩建")


def test_new_grid_is_led_by_the_unit_that_proposed_it(changes: GridChanges, store: Store, store_dsn: str):
    store.save_ports([PortRow("P3", "丙", "", "", 122.7, 30.7)])
    island = feature("G3", 122.5, 30.5, 123, 31, ports=("P3",))
    number = changes.propose([island, *MOVED], [], NOON, "新设", "town1", NOW)
    changes.act(number, ChangeAct.APPROVE, ask(store_dsn, APPROVER, [number])[0][0], "", NOW)
    changes.act(number, ChangeAct.FILE, "city", "", NOW)
    leads = ask(store_dsn, "select grid_id, unit_id from mg.grid_lead order by grid_id")
    assert leads == [("G1", "T1-V"), ("G2", "T2"), ("G3", "T1")]


def test_proposal_says_who_and_what_would_change_hands(changes: GridChanges, store: Store, store_dsn: str):
    fleet = build.vessels(3, mmsi=[1, 2, 3], lon=[122.55, 122.2, 122.9], lat=[30.2] * 3)
    store.commit(build.outcome(vessels=fleet))
    with commands(store_dsn) as cases:
        case_id = cases.file(dispute(lon=122.58, lat=30.3), "lin", NOW).case_id
    impact = changes.judge(MOVED, [], NOON).impact
    assert impact
    assert (impact.grids_new, impact.grids_changed, impact.grids_ended) == ((), ("G1", "G2"), ())
    assert impact.vessels == ((1, "G2", "G1"),)
    assert impact.cases == ((case_id, "G2", "G1"),)
    assert impact.ports == ()


def test_change_is_judged_against_what_is_filed_for_later_too(changes: GridChanges, store: Store, store_dsn: str):
    """G2 ends on the tenth and G1 takes its sea: whatever begins before must fit to both."""
    tenth = NOON + timedelta(days=10)
    number = changes.propose([feature("G1", 122, 30, 123, 30.5)], ["G2"], tenth, "并网格", "town1", NOW)
    changes.act(number, ChangeAct.APPROVE, "county", "", NOW)
    changes.act(number, ChangeAct.FILE, "city", "", NOW)
    with pytest.raises(UsageError, match=r"G[12] changes already at 2026-05-16"):
        changes.propose(MOVED, [], NOON, "码头扩建", "town1", NOW)
    store.save_ports([PortRow("P3", "丙", "", "", 122.7, 30.7)])
    island = feature("G3", 122.5, 30.5, 123, 31, ports=("P3",))
    assert not changes.judge([island], [], NOON).problems
    ask(store_dsn, "update mg.place_version set fence = %s where valid_from = %s returning 1",
        [json.dumps(polygon(122, 30, 123, 30.6)), tenth])  # fmt: skip
    assert "overlaps G1" in changes.judge([island], [], NOON).problems[0].reason


CROSSED = [[122, 30], [123, 31], [123, 30], [122, 31], [122, 30]]


@pytest.mark.parametrize(
    ("features", "ended", "told"),
    [
        ([feature("G1", 122, 30, 122.6, 30.5)], [], "overlaps G2"),
        ([feature("G1", 122, 30, 122.4, 30.5)], [], "in no grid"),
        ([feature("G1", 122, 30, 122.5, 30.5, ports=("P2",))], [], "P2 lies outside"),
        ([feature("G1", 122, 30, 122.5, 30.5)], ["G9"], "no grid G9"),
        ([feature("G 1", 122, 30, 122.5, 30.5)], [], "no id of a grid"),
        ([feature("G1", 122, 30, 122.5, 30.5, name_zh=" ")], [], "no name"),
        ([{"type": "Feature"}], [], "no GeoJSON feature"),
        ([], ["G2"], "in no grid"),
        (
            [{**MOVED[0], "geometry": {"type": "Polygon", "coordinates": [CROSSED]}}],
            [],
            "self-intersection",
        ),
    ],
    ids=["overlap", "gap", "port", "unknown", "id", "name", "feature", "dropped", "crossed"],
)  # fmt: skip
def test_unsound_proposal_is_refused_with_the_grid_and_the_reason(
    changes: GridChanges, store_dsn: str, features: list[dict[str, Any]], ended: list[str], told: str
):
    with pytest.raises(UsageError, match=told):
        changes.propose(features, ended, NOON, "因故", "town1", NOW)
    assert ask(store_dsn, "select 1 from mg.grid_change") == []


def test_nobody_approves_what_is_their_own_or_not_for_them(changes: GridChanges):
    with pytest.raises(NotAllowed):
        changes.propose(MOVED, [], NOON, "因故", "lin", NOW)
    number = changes.propose(MOVED, [], NOON, "因故", "county", NOW)
    for who, act in [("county", ChangeAct.APPROVE), ("town1", ChangeAct.APPROVE), ("lin", ChangeAct.FILE)]:
        with pytest.raises(NotAllowed):
            changes.act(number, act, who, "", NOW)
    with pytest.raises(ChangeError, match="proposed"):
        changes.act(number, ChangeAct.FILE, "city", "", NOW)
    assert changes.act(number, ChangeAct.APPROVE, "city", "", NOW) == ChangeState.APPROVED
    with pytest.raises(NotAllowed, match="withdraw"):
        changes.act(number, ChangeAct.WITHDRAW, "town1", "", NOW)
    assert changes.act(number, ChangeAct.WITHDRAW, "county", "改期", NOW) == ChangeState.WITHDRAWN


def test_change_that_another_overtook_is_not_filed(changes: GridChanges):
    first = changes.propose(MOVED, [], NOON, "一", "town1", NOW)
    other = [feature("G1", 122, 30, 122.3, 30.5), feature("G2", 122.3, 30, 123, 30.5, ports=("P2",))]
    split = [feature("G3", 122.3, 30.2, 122.5, 30.4, ports=("P2",), kind="offshore")]
    second = changes.propose(other, [], NOON + HOUR, "二", "town1", NOW)
    for number in (first, second):
        changes.act(number, ChangeAct.APPROVE, "county", "", NOW)
    assert changes.act(second, ChangeAct.FILE, "city", "", NOW) == ChangeState.FILED
    with pytest.raises(Exception, match="later"):
        changes.act(first, ChangeAct.FILE, "city", "", NOW + 3 * HOUR - timedelta(hours=2))
    with pytest.raises(UsageError, match="overlaps"):
        changes.propose(split, [], NOON, "三", "town1", NOW)


def test_list_of_changes_tells_each_step(changes: GridChanges, store_dsn: str):
    number = changes.propose(MOVED, [], NOON, "码头扩建", "town1", NOW)
    changes.act(number, ChangeAct.REFUSE, "county", "先勘测", NOW)
    with reading_as(store_dsn, "lin") as conn:
        (row,) = list_changes(conn)
    assert (row["state"], row["unit_id"]) == ("refused", "K")
    assert [(step["what"], step["who"], step["note"]) for step in row["log"]] == [
        ("propose", "town1", "码头扩建"), ("refuse", "county", "先勘测"),
    ]  # fmt: skip


LAND = [
    feature("C1", 122, 30, 122.3, 30.5, ports=(), kind="community"),
    feature("E1", 122.1, 30.1, 122.2, 30.2, ports=(), kind="exclusive"),
]


def _filed(changes: GridChanges, store_dsn: str, features: list[dict[str, Any]], ended: list[str]) -> None:
    number = changes.propose(features, ended, NOON, "调整", "town1", NOW)
    changes.act(number, ChangeAct.APPROVE, ask(store_dsn, APPROVER, [number])[0][0], "", NOW)
    changes.act(number, ChangeAct.FILE, "city", "", NOW)


def test_grids_of_the_land_lie_over_those_of_the_sea_and_need_no_port(changes: GridChanges, store_dsn: str):
    judged = changes.judge(LAND, [], NOON)
    assert judged.problems == () and judged.impact is not None
    assert (judged.impact.vessels, judged.impact.ports) == ((), ())
    _filed(changes, store_dsn, LAND, [])
    layers = ask(store_dsn, "select place_id, layer from mg.place where layer <> 'zone' order by 1")
    assert layers == [("C1", "community"), ("E1", "exclusive"), ("G1", "grid"), ("G2", "grid")]
    kinds = ask(store_dsn, "select grid_id, kind from api.grid where valid_to is null order by 1")
    assert kinds == [("C1", "community"), ("E1", "exclusive"), ("G1", "inshore"), ("G2", "inshore")]


@pytest.mark.parametrize("kind", ["community", "exclusive"])
def test_two_grids_of_one_kind_of_the_land_do_not_overlap(changes: GridChanges, store_dsn: str, kind: str):
    _filed(changes, store_dsn, LAND, [])
    other = feature("X9", 122.15, 30.1, 122.4, 30.2, ports=(), kind=kind)
    assert [p.feature for p in changes.judge([other], [], NOON + HOUR).problems] == ["X9"]


def test_engine_knows_no_grid_of_the_land(changes: GridChanges, store: Store, store_dsn: str):
    _filed(changes, store_dsn, LAND, [])
    world = build_world(store, load_settings(), {})
    assert {p.place_id for p in world.places.values()} == {"G1", "G2"}
    finder = PlaceFinder(store.places_world, load_settings())
    assert finder.grid_at(122.15, 30.15, NOON + HOUR) == "G1"


def test_terms_of_office_end_with_the_grid(changes: GridChanges, store_dsn: str):
    post = ("insert into mg.post (grid_id, post, person_id, since, until) select %s, %s, "
            "min(person_id), %s::date, null from mg.person returning post_id")  # fmt: skip
    ask(store_dsn, "insert into mg.person (staff_no, name_zh) values ('S1', '甲') returning 1")
    day = NOON.astimezone(BEIJING).date()
    ask(store_dsn, post, ["G2", "leader", day - timedelta(days=9)])
    ask(store_dsn, post, ["G2", "advisor", day + timedelta(days=30)])  # was to begin after the grid's end
    ask(store_dsn, post, ["G1", "leader", day - timedelta(days=9)])
    _filed(changes, store_dsn, [feature("G1", 122, 30, 123, 30.5, ports=("P1", "P2"))], ["G2"])
    terms = ask(store_dsn, "select grid_id, post, until from mg.post order by 1, 2")
    tomorrow, later = day + timedelta(days=1), day + timedelta(days=30)
    assert terms == [("G1", "leader", None), ("G2", "advisor", later), ("G2", "leader", tomorrow)]
    assert ask(store_dsn, "select count(*) from mg.people_log where act = 'post.end'")[0][0] == 2
