"""Vessels found by parts of their names, people named in complaints, and grid reports that become cases."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.batch import Batch, GridReport
from maritime_grid.cases.titles import title_of
from maritime_grid.pipeline import reports
from maritime_grid.pipeline.reports import UNKNOWN_VESSEL, NoCase, ReportsDesk
from maritime_grid.store import report_reads
from maritime_grid.store.archive import verify
from maritime_grid.store.case_rows import Filed, NewCase
from maritime_grid.store.cases import Cases
from maritime_grid.store.errors import StoreError
from maritime_grid.store.reads import Reads
from maritime_grid.store.writer import Store

from . import build
from .case_build import NOW, SETTINGS, ask, people, reading_as

NAMES = [(412000001, "浙普渔60001"), (412000002, "浙普渔60002"), (412000003, "浙岱渔11203"), (413000004, "舟渔 8")]
WHERE = {"lon": 122.7, "lat": 30.2}


def fill(store_dsn: str) -> str:
    people(store_dsn)
    with psycopg.connect(store_dsn, autocommit=True) as conn, conn.cursor() as cur:
        cur.executemany("insert into mg.roster values (%s, %s, 'fishing', '', 'trawl')", NAMES)
        cur.execute("insert into mg.vessel_static (mmsi, t, ship_name) values (412000009, now(), 'ZHE PU YU 60-777')")
    with Store.open(store_dsn) as store:
        grid = ask(store_dsn, "select code from mg.place where place_id = 'G1'")[0][0]
        store.commit(build.outcome(vessels=build.vessels(1, mmsi=412000002, grid=grid)))
    return store_dsn


@pytest.fixture
def world(fresh_dsn: str) -> str:
    return fill(fresh_dsn)


def find(dsn: str, asked: str) -> list[int]:
    with reading_as(dsn, "lin") as conn:
        return [vessel.mmsi for vessel in report_reads.find_vessels(conn, asked)]


FOUND = {
    "浙普渔": [412000002, 412000001],  # the one that was heard comes first
    "普渔60001": [412000001], "60001": [412000001], "渔6": [412000002, 412000001], "４１２００００03": [412000003],
    "4130": [413000004], "412000009": [412000009], "puyu60": [412000009], "zhe pu": [412000009],
    "舟渔8": [413000004], "1120": [412000003],
    **{nothing: [] for nothing in ["浙", "", "%", "浙_渔", "'; drop table mg.roster; --", "\0", "9" * 40, "\\"]},
}  # fmt: skip


def test_part_of_a_name_or_the_first_digits_of_an_mmsi_find_a_vessel(store_dsn: str):
    fill(store_dsn)
    assert {asked: find(store_dsn, asked) for asked in FOUND} == FOUND


def test_vessel_found_says_where_and_when_it_was_where_that_may_be_read(world: str):
    places = {}
    for grid in ("G1", "G2"):
        ask(
            world,
            "update mg.vessel_state set grid = (select code from mg.place where place_id = %s) returning 1",
            [grid],
        )
        with reading_as(world, "lin") as conn:  # who answers for G1
            (vessel,) = report_reads.find_vessels(conn, "60002")
        assert (vessel.name, vessel.gear) == ("浙普渔60002", "trawl")
        places[grid] = (vessel.lon, vessel.lat, vessel.grid_id, vessel.t is not None)
    assert places == {"G1": (122.3, 29.9, "G1", True), "G2": (None, None, None, False)}


def test_search_uses_the_index_where_there_are_many(world: str):
    with psycopg.connect(world, autocommit=True) as conn:
        conn.execute(
            "insert into mg.roster select 414000000 + n, '浙定渔' || n, '', '', '' from generate_series(1, 20000) n"
        )
        conn.execute("analyze mg.roster")
        plan = conn.execute(
            "explain select mmsi from mg.roster r where mg.name_keys(r.name_zh) @> array['定渔1', '渔12', '123']"
        ).fetchall()
    assert "roster_name_keys" in "\n".join(row[0] for row in plan)
    assert len(find(world, "浙定渔")) == report_reads.MOST_VESSELS
    assert find(world, "浙定渔12345") == [414012345]


def test_complaint_names_a_person_by_badge_or_by_a_name_that_one_alone_bears(world: str):
    day = date(2026, 5, 6)
    with psycopg.connect(world, autocommit=True) as conn:
        post = "insert into mg.post (grid_id, post, person_id, since) values ('G1', %s, %s, '2026-01-01')"
        conn.execute(post, ["leader", 1])
        conn.execute(post, ["full_time", 2])
        conn.execute("update mg.person set name_zh = '人2' where person_id = 3")
        conn.execute(
            "insert into mg.badge (number, person_id, grid_id, post, name_shown, issued, expires) "
            "values ('ZS23456789', 2, 'G1', 'full_time', '人2', '2026-01-01', '2027-01-01')"
        )
    reads = Reads(world)
    try:
        assert reads.accused_of(" zs-2345 6789 ", day) == 2
        assert reads.accused_of("ＺＳ２３４５－６７８９", day) == 2  # as a Chinese keyboard writes it
        assert reads.accused_of("人1", day) == reads.accused_of("人１", day) == 1
        assert reads.accused_of("人2", day) == 2  # of two of that name one is in office
        assert reads.accused_of("人1", date(2025, 1, 1)) is None
        for nobody in ("", "\0", "人9", "' or true --"):
            assert reads.accused_of(nobody, day) is None
    finally:
        reads.close()


class Sea:
    """Sends reports into a store as ingest does, and lets the errand work."""

    def __init__(self, dsn: str) -> None:
        self.dsn, self.desk = dsn, ReportsDesk(SETTINGS, dsn)

    def say(self, body: dict[str, Any], grid_id: str = "G1", minutes: int = 0) -> None:
        t = round((NOW + timedelta(minutes=minutes)).timestamp() * 1e6)
        report = GridReport(t, t + 1, grid_id, 1, 1, str(body.get("kind")), body)
        with Store.open(self.dsn) as store:
            store.load_state()
            store.commit(build.outcome(batch=Batch(grid_reports=[report])))

    def work(self) -> list[tuple[Any, ...]]:
        self.desk.file_reports(NOW + timedelta(hours=1))
        return ask(self.dsn, 'select kind, subkind, title, grid_id, channel, severity from api."case" order by case_id')

    def refused(self) -> list[str]:
        return [row[0] for row in ask(self.dsn, "select reason from api.quarantine order by received_at")]


@pytest.fixture
def sea(world: str) -> Iterator[Sea]:
    made = Sea(world)
    yield made
    made.desk.close()


def test_grid_report_becomes_a_case_of_the_grid_with_its_vessels_by_name(sea: Sea):
    sea.say({"t": 1, "kind": "dispute", "subkind": "gear", "mmsi": [412000001, "412000002"], "note": "网被割断"})
    assert sea.work() == [("dispute", "gear", "网具纠纷：浙普渔60001、浙普渔60002", "G1", "mqtt", 1)]
    parties = ask(sea.dsn, "select side, mmsi, ship_name from mg.case_party order by n")
    assert parties == [("claimant", 412000001, "浙普渔60001"), ("respondent", 412000002, "浙普渔60002")]
    ((happened, reporter),) = ask(sea.dsn, "select happened_at, reporter from mg.case_file")
    assert (happened, reporter) == (NOW, "")
    assert ask(sea.dsn, "select who, what from mg.case_log") == [("mqtt", "file")]
    assert ask(sea.dsn, "select case_id from mg.grid_report") == [("2026-000001",)]


def test_report_sent_again_and_again_is_one_case(sea: Sea):
    said = {"kind": "hazard", "note": "缆绳横在航道", **WHERE}
    for _ in range(3):
        sea.say(said)
        assert len(sea.work()) == 1
    sea.say({**said, "note": "又有一根"})
    assert len(sea.work()) == 2


def test_case_filed_before_the_report_was_marked_is_not_filed_again(sea: Sea):
    sea.say({"kind": "emergency", "subkind": "overboard", "people_in_water": 2, **WHERE})
    assert sea.work()[0][0] == "emergency"
    ask_nothing = "update mg.grid_report set taken_at = null, case_id = null"  # a crash between the two
    with psycopg.connect(sea.dsn, autocommit=True) as conn:
        conn.execute(ask_nothing)
    assert len(sea.work()) == 1
    assert ask(sea.dsn, "select case_id, taken_at is not null from mg.grid_report") == [("2026-000001", True)]
    assert ask(sea.dsn, "select major from mg.case_file") == [(True,)]


def test_timers_beside_ingest_tell_the_next_and_escalate(sea: Sea):
    sea.say({"kind": "emergency", "subkind": "overboard", "people_in_water": 1})
    sea.work()
    before = ask(sea.dsn, "select count(*)::int from mg.case_hop")[0][0]
    done = sea.desk.run_timers(NOW + timedelta(hours=3))
    assert done.reports_sent > 0 and done.escalated > 0
    assert ask(sea.dsn, "select count(*)::int from mg.case_hop") == [(before + done.reports_sent,)]
    sea.desk.run_timers(NOW + timedelta(hours=3))
    assert ask(sea.dsn, "select count(*)::int from mg.case_escalation") == [(done.escalated,)]


def test_dispute_with_one_vessel_is_against_one_not_known(sea: Sea):
    sea.say({"kind": "dispute", "mmsi": 412000001, **WHERE})
    assert len(sea.work()) == 1
    assert ask(sea.dsn, "select ship_name, mmsi from mg.case_party where n = 2") == [(UNKNOWN_VESSEL, None)]


UNFIT = [
    ({"kind": "patrol"}, "G1", NoCase.KIND),
    ({"kind": "complaint", "note": "x"}, "G1", NoCase.KIND),
    ({"kind": "hazard"}, "nowhere", NoCase.GRID),
    ({"kind": "hazard", "subkind": "gear"}, "G1", NoCase.VALUE),
    ({"kind": "hazard", "subkind": ["fire"]}, "G1", NoCase.VALUE),
    ({"kind": "hazard", "note": {"a": 1}}, "G1", NoCase.VALUE),
    ({"kind": "hazard", "mmsi": "12x"}, "G1", NoCase.VALUE),
    ({"kind": "hazard", "mmsi": 4120000011}, "G1", NoCase.VALUE),
    ({"kind": "hazard", "mmsi": list(range(412000000, 412000030))}, "G1", NoCase.VALUE),
    ({"kind": "hazard", "mmsi": ["9" * 5000]}, "G1", NoCase.VALUE),
    ({"kind": "hazard", "lon": "east", "lat": 30}, "G1", NoCase.VALUE),
    ({"kind": "emergency", "people_in_water": -1}, "G1", NoCase.VALUE),
    ({"kind": "emergency", "injured": "many"}, "G1", NoCase.VALUE),
    ({"kind": "dispute", "note": "nobody named"}, "G1", NoCase.VALUE),
]


def test_report_that_cannot_be_understood_is_kept_in_the_quarantine_and_holds_up_no_other(sea: Sea):
    for n, (body, grid, _) in enumerate(UNFIT):
        sea.say(body, grid, minutes=n)
    sea.say({"kind": "hazard", "note": "good", **WHERE}, minutes=30)
    assert len(sea.work()) == 1
    assert sea.refused() == [reason for _, _, reason in UNFIT]
    raws = [raw for (raw,) in ask(sea.dsn, "select raw from api.quarantine order by received_at")]  # long ones are cut
    assert [re.match(r'\{"grid_id": "(\w+)"', raw)[1] for raw in raws] == [grid for _, grid, _ in UNFIT]
    sea.work()
    counted = "select sum(n)::int from mg.refusal_count where reason = any (%s)"
    assert ask(sea.dsn, counted, [[*map(str, NoCase)]]) == [(len(UNFIT),)]


def test_place_outside_the_grid_that_says_it_counts_and_a_grid_not_known_is_no_hindrance(sea: Sea):
    sea.say({"kind": "hazard", "lon": "0.5", "lat": 0}, "elsewhere")  # in no grid: a matter of the city
    assert [row[3] for row in sea.work()] == [None]
    assert sea.refused() == []


@pytest.mark.parametrize("nothing", [{"lon": "", "lat": ""}, {"lon": 181, "lat": 91}, {"lon": 122.7, "lat": None}])
def test_place_that_is_not_said_is_that_of_the_grid(sea: Sea, nothing: dict[str, Any]):
    sea.say({"kind": "emergency", "subkind": "overboard", **nothing})
    assert [row[3] for row in sea.work()] == ["G1"]
    assert ask(sea.dsn, "select lon, lat from mg.case_file") == [(None, None)]


def test_report_on_which_the_program_fails_is_refused_and_holds_up_no_other(sea: Sea, monkeypatch: pytest.MonkeyPatch):
    def title(*said: Any) -> str:
        if said[-1] == "strange":
            raise RuntimeError(said)
        return title_of(*said)

    monkeypatch.setattr(reports, "title_of", title)
    sea.say({"kind": "hazard", "note": "strange"})
    sea.say({"kind": "hazard", "note": "good"}, minutes=1)
    assert [row[2] for row in sea.work()] == ["隐患：good"]
    assert sea.refused() == [NoCase.VALUE]


def test_report_that_the_store_cannot_file_yet_waits_and_holds_up_no_other(sea: Sea, monkeypatch: pytest.MonkeyPatch):
    sea.say({"kind": "hazard", "note": "first"})
    sea.say({"kind": "hazard", "note": "second"}, minutes=1)
    file = Cases.file

    def refuses(self: Cases, new: NewCase, *said: Any) -> Filed:
        if new.description == "first":
            raise StoreError("not yet")
        return file(self, new, *said)

    with monkeypatch.context() as patch:
        patch.setattr(Cases, "file", refuses)
        with pytest.raises(StoreError, match="not yet"):
            sea.work()
    assert [row[2] for row in sea.work()] == ["隐患：second", "隐患：first"]


LONG = st.sampled_from(["", " ", "9" * 5_000, "412000001" * 3, "1e400", "nan", "١٢٣", "长" * 6_000])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | LONG,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
KEYS = ["note", "mmsi", "subkind", "place", "injured", "people_in_water", "dead_or_missing", "crowd", "lon", "lat"]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.fixed_dictionaries({}, optional=dict.fromkeys(KEYS, JSON)), kind=st.sampled_from(["hazard", "dispute"]))
def test_whatever_a_report_holds_it_becomes_a_case_or_is_refused(sea: Sea, body: dict[str, Any], kind: str):
    sea.say({**body, "kind": kind})
    sea.work()
    assert ask(sea.dsn, "select count(*) from mg.grid_report where taken_at is null") == [(0,)]


def test_archive_of_reported_cases_verifies(sea: Sea):
    sea.say({"kind": "hazard", "note": "\ud800\0bad\ntext", **WHERE})
    sea.work()
    assert ask(sea.dsn, "select title from mg.case_file") == [("隐患：\ufffd\ufffdbad text",)]
    assert verify(sea.dsn).faults == ()
