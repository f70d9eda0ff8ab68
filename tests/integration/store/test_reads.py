"""What others read."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import numpy as np
import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from ingest.batch import Batch, Reason, Refusal
from maritime_grid.domain.alerts import AlertKey, RuleName, Severity
from maritime_grid.domain.state import NEVER, FeedState, VesselStatic
from maritime_grid.store.embedded import EmbeddedPostgres
from maritime_grid.store.errors import StoreError, StoreUnavailable
from maritime_grid.store.query import read_only_query
from maritime_grid.store.reads import Reads
from maritime_grid.store.registry import PlaceInput, RosterRow
from maritime_grid.store.rows import PortRow
from maritime_grid.store.writer import Store

from . import build
from .build import DAY, HOUR, SECOND, T0

SQUARE = {"type": "Polygon", "coordinates": [[[122, 29], [123, 29], [123, 30], [122, 30], [122, 29]]]}
WIDER = {"type": "Polygon", "coordinates": [[[121, 29], [123, 29], [123, 30], [121, 30], [121, 29]]]}
AT_T0 = datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)


@pytest.fixture
def reads(store_dsn: str) -> Iterator[Reads]:
    opened = Reads(store_dsn)
    yield opened
    opened.close()


def test_vessels_come_whole_and_then_only_those_that_changed(store: Store, reads: Reads):
    mmsi = 412000001 + np.arange(3)
    store.commit(
        build.outcome(
            vessels=build.vessels(3, mmsi=mmsi, t=[T0, T0 + 1, NEVER], sog=[np.nan, 0.5, 1.5]),
            statics=[VesselStatic(int(mmsi[1]), T0, transmitter="B")],
        )
    )
    all_of_them = reads.vessels()
    assert all_of_them.mmsi.tolist() == mmsi[:2].tolist()  # the third has no fix yet
    assert all_of_them.transmitter == ("", "B")
    assert all_of_them.t.tolist() == [T0, T0 + 1]
    np.testing.assert_array_equal(all_of_them.sog, np.array([np.nan, 0.5], np.float32))
    assert len(reads.vessels(all_of_them.rev).mmsi) == 0
    store.commit(build.outcome(vessels=build.vessels(mmsi=mmsi[1], t=T0 + SECOND)))
    changed = reads.vessels(all_of_them.rev)
    assert (changed.mmsi.tolist(), changed.rev) == ([mmsi[1]], reads.rev())
    assert len(reads.vessels(changed.rev).mmsi) == 0


def test_ten_thousand_vessels_are_read_as_columns(store: Store, reads: Reads):
    n = 10_000
    mmsi = 412000001 + np.arange(n)
    store.commit(build.outcome(vessels=build.vessels(n, mmsi=mmsi)))
    np.testing.assert_array_equal(reads.vessels().mmsi, mmsi)


def test_card_prefers_the_registered_name(store: Store, reads: Reads):
    assert reads.vessel_card(412000001) is None
    assert reads.vessel_card(2**40) is None
    feed = store.add_feed("udp", "ais", True)
    store.commit(
        build.outcome(
            vessels=build.vessels(source=feed, cog=np.nan, nav_status=-1),
            statics=[
                VesselStatic(412000001, T0, ship_name="AS SENT", transmitter="A"),
                VesselStatic(7, T0, "ONLY SENT"),
            ],
        )
    )
    card = reads.vessel_card(412000001)
    assert card
    assert (card.name, card.source, card.t, card.cog, card.nav_status) == ("AS SENT", "udp", AT_T0, None, None)
    saved = store.save_roster([RosterRow(412000001, "浙普渔1", "fishing", "P01", "trawl", {"name": "甲"})])
    assert (saved.new, saved.changed, saved.same) == (1, 0, 0)
    card = reads.vessel_card(412000001)
    assert card
    assert (card.name, card.ship_name, card.home_port, card.transmitter) == ("浙普渔1", "AS SENT", "P01", "A")
    assert reads.names() == {412000001: "浙普渔1", 7: "ONLY SENT"}


def test_alerts_are_listed_worst_first_and_cleared_unseen_ones_stay(store: Store, store_dsn: str, reads: Reads):
    notice = build.alert(key=AlertKey(RuleName.FEED_HEALTH, 0, "udp"), severity=Severity.NOTICE)
    sos = build.alert(key=AlertKey(RuleName.SOS, 9), severity=Severity.EMERGENCY, detail={"text": "求救"})
    gone = build.alert(active=False, cleared_at=T0 + HOUR)
    store.commit(build.outcome(alerts=[notice, gone, sos]))
    assert [row.rule for row in reads.alerts()] == ["sos", "feed_health", "silence"]
    assert reads.alerts()[0].detail == {"text": "求救"}
    with psycopg.connect(store_dsn) as conn:
        conn.execute("update mg.alert set seen_at = now(), seen_by = 'lin'")
    assert [row.rule for row in reads.alerts()] == ["sos", "feed_health"]
    assert len(reads.alerts(active_or_unseen=False)) == 3


def test_every_active_alert_is_read_and_of_those_over_the_last_to_end(store: Store, reads: Reads):
    active = [build.alert(key=AlertKey(RuleName.SILENCE, 412_000_000 + k)) for k in range(600)]
    over = [build.alert(key=AlertKey(RuleName.SOS, k), active=False, cleared_at=T0 + k * HOUR) for k in range(1, 6)]
    store.commit(build.outcome(alerts=[*active, *over]))
    rows = reads.alerts(limit=2)
    assert sum(row.active for row in rows) == 600
    assert {row.mmsi for row in rows if not row.active} == {4, 5}


def test_reads_of_one_moment_do_not_see_what_is_committed_meanwhile(store: Store, reads: Reads):
    store.commit(build.outcome(clock=T0))
    with reads.moment() as then:
        before = then.rev()
        store.commit(build.outcome(clock=T0 + HOUR, vessels=build.vessels()))
        assert (then.rev(), then.clock(), len(then.vessels().mmsi)) == (before, AT_T0, 0)
    assert (reads.rev(), len(reads.vessels().mmsi)) == (before + 1, 1)


def test_sample_vessels_are_those_whose_roster_row_says_so(store: Store, reads: Reads):
    said = ({"sample": True}, {"sample": False}, None, {})
    store.save_roster([RosterRow(mmsi, owner=owner) for mmsi, owner in enumerate(said, 1)])
    assert reads.sample_vessels() == {1}


def test_changed_place_becomes_a_version_and_an_unchanged_one_nothing(store: Store, reads: Reads):
    place = PlaceInput("G1", "grid", "inshore", "一号", SQUARE, port_ids=("P01", "P02"), attributes={"km2": 519.4})
    wider = PlaceInput("G1", "grid", "inshore", "一号", WIDER, port_ids=("P01", "P02"), attributes={"km2": 519.4})
    assert store.save_places([place], "甲", "first", NEVER).new == 1
    assert store.save_places([place], "甲", "again", T0).same == 1
    assert store.save_places([wider], "乙", "extended", T0).changed == 1
    first, second = store.places_world()
    assert (first.code, first.version, first.valid_from, first.valid_to, first.fence) == (
        second.code,
        1,
        NEVER,
        T0,
        SQUARE,
    )
    assert (second.version, second.valid_from, second.valid_to, second.fence) == (2, T0, -NEVER, WIDER)
    assert (second.filed_by, second.reason, second.port_ids) == ("乙", "extended", ["P01", "P02"])
    with pytest.raises(StoreError, match="later moment"):
        store.save_places([place], "甲", "back in time", T0 - DAY)
    store.commit(build.outcome(clock=T0 - 1))
    assert [p.version for p in reads.places()] == [1]
    store.commit(build.outcome(clock=T0))
    assert [(p.version, p.geojson) for p in reads.places()] == [(2, WIDER)]


def test_grid_flow_counts_entries_and_exits_since_a_moment(store: Store, reads: Reads):
    store.save_places([PlaceInput(f"G{k}", "grid", "inshore", "网格", SQUARE) for k in (1, 2)], "test", "", NEVER)
    one, two = (p.code for p in store.places_world())
    store.commit(
        build.outcome(
            events=build.events(
                4, fence=[one, one, two, one], kind=[1, 1, 2, 2], vessel=[1, 2, 3, 4], t=T0 + np.arange(4)
            )
        )
    )
    flow = {f.code: (f.entered, f.left) for f in reads.grid_flow(AT_T0)}
    assert flow == {one: (2, 1), two: (0, 1)}
    assert reads.grid_flow(AT_T0 + timedelta(seconds=1)) == []
    assert [(e.kind, e.place_code) for e in reads.events(2)] == [("exit", one), ("exit", two)]


def test_feeds_show_their_health_and_refusals(store: Store, reads: Reads):
    code = store.add_feed("udp", "ais", True)
    assert store.add_feed("udp", "ais", True) == code
    assert store.add_feed("bd", "vms", False) == code + 1
    refused = [Refusal(T0, code, k, Reason.CHECKSUM, "x") for k in range(3)]
    heard = FeedState(code, last_at=T0, hour=T0 // HOUR, count=9)
    store.commit(build.outcome(feeds=[heard], batch=Batch(refusals=refused)))
    udp, beidou = reads.feeds()
    assert (udp.name, udp.last_at, udp.down_since, udp.hour_count, udp.refused) == ("udp", AT_T0, None, 9, 3)
    assert (beidou.name, beidou.watched, beidou.last_at, beidou.refused) == ("bd", False, None, 0)
    assert reads.refusals() == [("udp", "checksum", 3)]


@pytest.mark.parametrize(
    ("hourly", "minutes", "count", "pace"),
    [((), 30, 1_000, 2_000), ((), 1, 100, 600), ((4_000, 900), 30, 100, 4_000), ((), -30, 0, 0)],
    ids=["half an hour", "first minutes count as ten", "a full hour", "before its first full hour begins"],
)
def test_pace_of_a_feed_is_that_of_its_best_hour(store: Store, reads: Reads, hourly, minutes, count, pace):
    code, hour = store.add_feed("udp", "ais", True), T0 // HOUR
    last = hour * HOUR + minutes * 60 * SECOND
    store.commit(build.outcome(feeds=[FeedState(code, last_at=last, hourly=hourly, hour=hour, count=count)]))
    assert reads.feeds()[0].hour_pace == pace


def test_ports_are_saved_once(store: Store, reads: Reads):
    port = PortRow("P01", "沈家门", "Shenjiamen", "普陀区", 122.3, 29.94)
    assert store.save_ports([port]).new == 1
    assert store.save_ports([port]).same == 1
    assert reads.ports() == [port] == store.ports()


def test_listener_hears_each_commit_and_each_change_of_the_world(store: Store, reads: Reads):
    heard = reads.listen(timeout_s=0.05)
    assert next(heard) is None  # listening by now
    rev = store.commit(build.outcome()).rev
    store.add_feed("udp", "ais", True)
    found = [note for note in (next(heard) for _ in range(100)) if note][:2]
    heard.close()
    assert found == [{"rev": rev, "alerts": 0, "events": 0}, {"world": "feed"}]


def test_clock_is_that_of_the_data_and_only_goes_forward(store: Store, reads: Reads):
    assert reads.clock() is None
    for clock in (T0, T0 - HOUR, NEVER):
        store.commit(build.outcome(clock=clock))
    assert reads.clock() == AT_T0


def test_reads_say_unavailable_while_the_store_is_away_and_then_go_on(reachable_tmp):
    server = EmbeddedPostgres(reachable_tmp / "away", settings={"shared_buffers": "16MB", "fsync": "off"}).start()
    with Store.open(server.dsn) as store:
        store.migrate()
    reads = Reads(server.dsn, timeout_s=1)
    try:
        assert (reads.ping(), reads.rev()) == (True, 0)
        server.stop()
        assert reads.ping() is False
        with pytest.raises(StoreUnavailable):
            reads.vessels()
        with pytest.raises(StoreUnavailable):
            Store.open(server.dsn)
        server.start()
        give_up = time.monotonic() + 20
        while not reads.ping() and time.monotonic() < give_up:
            pass
        assert reads.rev() == 0
    finally:
        reads.close()
        server.stop()


def test_read_only_query_sees_the_api_alone(store: Store, store_dsn: str):
    store.commit(build.outcome(positions=build.positions(heading=np.nan)))
    names, rows = read_only_query(store_dsn, "select mmsi, lon, heading from position where mmsi % 2 = 1;")
    assert (names, rows) == (["mmsi", "lon", "heading"], [(412000001, 122.3, None)])
    assert read_only_query(store_dsn, 'select count(*) from "case"')[1] == [(0,)]


@pytest.mark.parametrize(
    "query",
    [
        "select * from mg.position", "delete from api.position", "create table x ()", "drop schema mg cascade",
        "select 1; select 2", "update api.port set county = ''", "selec 1", "", "set role none",
        "select pg_read_file('/etc/passwd')", "copy (select 1) to program 'true'", "copy api.port to stdout",
        "insert into api.port values ('x', 'x', 'x', 'x', 0, 0)", "vacuum", "commit",
    ],
)  # fmt: skip
def test_read_only_query_refuses_everything_else(store: Store, store_dsn: str, query: str):
    with pytest.raises(StoreError):
        read_only_query(store_dsn, query)
    assert store.pending_migrations() == []


def test_plain_user_of_the_server_migrates_and_is_told_what_only_an_administrator_can_do(
    empty_dsn: str,
):
    plain = make_conninfo(empty_dsn, user="mg_plain", password="plain")
    with psycopg.connect(empty_dsn, autocommit=True) as admin:
        admin.execute("drop role if exists mg_plain")
        admin.execute("create role mg_plain login password 'plain'")
        try:
            admin.execute(f"alter database {admin.info.dbname} owner to mg_plain")
            with Store.open(plain) as store:
                store.migrate()
                assert store.commit(build.outcome(positions=build.positions())).stored == 1
            with pytest.raises(StoreError, match="grant mg_read"):
                read_only_query(plain, "select * from position")
            admin.execute("do $$ begin create role mg_read; exception when duplicate_object then null; end $$")
            admin.execute("grant mg_read to mg_plain")
            with Store.open(plain) as store:
                store.migrate()
            assert len(read_only_query(plain, "select * from position")[1]) == 1
        finally:
            admin.execute(f"alter database {admin.info.dbname} owner to current_user")
            admin.execute("drop owned by mg_plain cascade")
            admin.execute("drop role mg_plain")


def test_address_that_cannot_be_read_is_refused_with_the_mend():
    with pytest.raises(StoreError, match="postgresql://"):
        Store.open("this is no address")


def test_feed_never_heard_has_no_receipt_however_long_it_is_watched(store: Store, reads: Reads, store_dsn: str):
    code = store.add_feed("quay", "ais", watched=True)
    store.commit(build.outcome(feeds=[FeedState(code, last_at=T0, down_since=T0)]))
    (quay,) = reads.feeds()
    assert (quay.last_at, quay.down_since) == (None, datetime.fromtimestamp(T0 / 1e6, UTC))
    assert read_only_query(store_dsn, "select last_at from feed")[1] == [(None,)]
    store.commit(build.outcome(feeds=[FeedState(code, last_at=T0 + 1, hour=T0 // HOUR + 1)]))
    assert reads.feeds()[0].last_at is not None
