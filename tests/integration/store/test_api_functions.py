"""Every account at every function of schema api, straight in the database as a login of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from psycopg import errors as pg

from .case_build import ask
from .test_view_access import WHO, World, world
from .view_oracle import CLOSED, VIEWS, Who
from .view_world import ALERTS, AT, BASE, CASES, NOW, POSITIONS, SECRETS, phone

__all__ = ["world"]

ALL_CASES = [case[0] for case in CASES]
VESSEL = {case[0]: case[9] for case in CASES}
WHILE = f"'{AT}'::timestamptz - interval '1 day', '{AT}'::timestamptz + interval '1 day'"
REFUSED = "refused"
Answer = Callable[[Who, Any], object]


def _one(query: str, subjects: list[Any], expected: Answer) -> tuple[str, list[Any], Answer]:
    return query, subjects, expected


def _near(who: Who, alert_id: str) -> object:
    _i, vessel, grid, _severity, active = next(a for a in ALERTS if a[0] == alert_id)
    seen = alert_id == "past"
    return {BASE + v for v in NOW if v != vessel} if grid in who.alert_grids and (active or not seen) else set()


def _alert_track(who: Who, alert_id: str) -> object:
    _i, vessel, grid, *_ = next(a for a in ALERTS if a[0] == alert_id)
    minutes = {minute for v, minute, _g in POSITIONS if v == vessel}
    return minutes if vessel and grid in who.alert_grids else set()


def _found(who: Who, _part: object) -> object:
    """Vessel, and whether its place is told."""
    if not who.may("case.file"):
        return set()
    near = VIEWS["vessel_now"].rows(who)
    return {(BASE + v, BASE + v in near) for v in NOW}


def _late(who: Who, _since: object) -> object:
    """Of the whole jurisdiction, or of one's own body, else unit."""
    return {
        case
        for case, _k, _s, _g, unit, holder, *_ in CASES
        if case in who.cases and (who.may("case.see_late") or (holder == who.body if holder else unit == who.unit))
    }


def _in_full(who: Who, value: str, *, mine: bool) -> object:
    if not who.may("personal.read"):
        return REFUSED
    return {value} if mine else set()


# function: a query with one parameter, the subjects it is asked about, and what comes back of each
FUNCTIONS: Mapping[str, tuple[str, list[Any], Answer]] = {
    "case_track": _one(f"select distinct mmsi from api.case_track(%s, {WHILE})", ALL_CASES,
                       lambda w, c: {BASE + VESSEL[c]} if c in w.cases and VESSEL[c] else set()),
    "alert_track": _one(f"select extract(minute from t)::integer from api.alert_track(%s, {WHILE})",
                        [a[0] for a in ALERTS], _alert_track),
    "past_alerts": _one("select api.past_alerts(null, null, %s, 100)", ["G1", "G2"],
                        lambda w, g: {"past"} if g == "G1" and "G1" in w.alert_grids else set()),
    "alert_near": _one("select mmsi from api.alert_near(%s, '2026-05-06')", [a[0] for a in ALERTS], _near),
    "find_vessels": _one("select mmsi, lon is not null from api.find_vessels(%s, 50)", ["浙普渔0"], _found),
    "search_cases": _one("select * from api.search_cases(array[%s], null, null, null, 100)", ["告知"],
                         lambda w, _s: w.cases),
    "case_page": _one("select * from api.case_page(null, null, null, null, null, array[%s], 100, 0)", ALL_CASES,
                      lambda w, c: w.cases & {c}),
    "past_page": _one("select * from api.past_page(array['closed'], null, null, array[%s], 100, 0)", ALL_CASES,
                      lambda w, c: {k[0] for k in CASES if k[0] in w.cases & {c} and k[2] in CLOSED}),
    "attachment": _one("select name from api.attachment(%s, 1)", ALL_CASES,
                       lambda w, c: {"net.png"} if c in w.cases else set()),
    "case_people": _one("select account_id from api.case_people(%s)", ALL_CASES,
                        lambda w, c: {"lin"} if c in w.cases else set()),
    "late_steps": _one("select case_id from api.late_steps(%s, now())", [AT], _late),
    "step_pauses": _one("select case_id from api.step_pauses(%s, now())", [AT], _late),
    "read_person": _one("select phone from api.read_person(%s, '核实')", list(range(1, 10)),
                        lambda w, n: _in_full(w, phone(n), mine=n in w.people)),
    "read_party": _one("select phone from api.read_party(%s, 1, '核实')", ALL_CASES,
                       lambda w, c: _in_full(w, phone(8), mine=c in w.cases)),
    "check_badge": _one("select name_shown from api.check_badge(%s, '2026-05-06')", ["BADGE1", "BADGE9"],
                        lambda _w, b: {SECRETS["name"][0]} if b == "BADGE1" else set()),
}  # fmt: skip


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_account_is_answered_what_is_its_own_and_nothing_else(world: World, function: str, who: str):
    query, subjects, expected = FUNCTIONS[function]
    for subject in subjects:
        assert _answer(world, who, query, subject) == expected(world.who[who], subject), subject


def _answer(world: World, who: str, query: str, subject: object) -> object:
    conn = world.opened[who]
    try:
        with conn.transaction():
            conn.execute("set transaction read write")  # some log what they give away
            rows = conn.execute(query, [subject]).fetchall()  # pyright: ignore[reportArgumentType]
    except pg.InsufficientPrivilege:
        return REFUSED
    return {row[0] if len(row) == 1 else row for row in rows}


def test_every_function_of_the_schema_is_classed(world: World):
    found = ask(world.dsn, "select distinct proname from pg_proc where pronamespace = 'api'::regnamespace")
    assert {name for (name,) in found} == set(FUNCTIONS)


def test_tracks_end_a_day_from_the_matter(world: World):
    """A case or an alert opens the hours round it, not the life of a vessel."""
    far = f"'{AT}'::timestamptz - interval '1 year', '{AT}'::timestamptz + interval '1 year'"
    old = "update mg.case_file set happened_at = '2026-05-01' where case_id = '2026-000001' returning 1"
    back = "update mg.case_file set happened_at = null where case_id = '2026-000001' returning 1"
    assert _answer(world, _reader(world), f"select mmsi from api.case_track(%s, {far})", "2026-000001")
    ask(world.dsn, old)
    assert _answer(world, _reader(world), f"select mmsi from api.case_track(%s, {far})", "2026-000001") == set()
    ask(world.dsn, back)


def _reader(world: World) -> str:
    return next(name for name, who in world.who.items() if "2026-000001" in who.cases)
