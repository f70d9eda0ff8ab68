"""One commit: all or nothing, once, exact."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import psycopg
import pytest

from ingest.batch import (
    Batch,
    CrewReport,
    GridReport,
    PortReport,
    Reason,
    Refusal,
    SosReport,
    TextReport,
)  # fmt: skip
from maritime_grid.domain.alerts import AlertKey, RuleName, Severity
from maritime_grid.domain.state import NEVER, FeedState, VesselStatic
from maritime_grid.pipeline.publish import messages_of
from maritime_grid.pipeline.world import feeds_of
from maritime_grid.settings import load_settings
from maritime_grid.store.errors import (
    StoreBusy,
    StoreError,
    StoreMoved,
    StoreRefused,
    StoreUnavailable,
    as_store_error,
)
from maritime_grid.store.registry import PlaceInput
from maritime_grid.store.writer import Store

from . import build
from .build import DAY, HOUR, SECOND, T0


def rows(dsn: str, query: str):
    with psycopg.connect(dsn) as conn:
        return conn.execute(query).fetchall()


def square() -> dict:
    return {"type": "Polygon", "coordinates": [[[122, 29], [123, 29], [123, 30], [122, 30], [122, 29]]]}


@pytest.fixture
def place(store: Store) -> int:
    store.save_places([PlaceInput("G1", "grid", "inshore", "一号", square())], "test", "first", NEVER)
    return store.places_world()[0].code


def full_outcome(place: int):
    t = T0 + np.arange(5) * SECOND
    return build.outcome(
        positions=build.positions(5, t=t, grid=place),
        vessels=build.vessels(t=t[-1], grid=place),
        membership=build.membership(fence=place),
        events=build.events(fence=place),
        alerts=[build.alert(grid=place)],
        statics=[VesselStatic(412000001, T0, ship_name="ZHE PU YU 1", transmitter="B")],
        feeds=[FeedState(1, last_at=T0, hourly=(1, 2, 3), hour=472222, count=5)],
        batch=Batch(
            refusals=[Refusal(T0, 1, 7, Reason.CHECKSUM, "!AIVDM*00")],
            texts=[TextReport(T0, T0, 412000001, 1, 8, 14, "MAYDAY")],
            sos=[SosReport(T0, T0, 412000001, 1, 9, 122.3, 29.9, 4, "help")],
            crew=[CrewReport(T0, T0, 412000001, 1, 10, 2, ("甲", "乙"))],
            port_reports=[PortReport(T0, T0, 412000001, 1, 11, "depart", "P01", 5)],
            grid_reports=[GridReport(T0, T0, "G1", 1, 12, "patrol", {"ok": True})],
        ),
    )


TABLES = (
    "position", "vessel_state", "membership", "grid_event", "alert", "alert_log", "vessel_static", "feed_state",
    "quarantine", "text_report", "sos_report", "crew_report", "port_report", "grid_report",
)  # fmt: skip


def counts(dsn: str) -> dict[str, int]:
    return {table: rows(dsn, f"select count(*) from mg.{table}")[0][0] for table in TABLES}


def test_outcome_committed_twice_is_there_once(store: Store, store_dsn: str, place: int):
    first = store.commit(full_outcome(place), {"feed": 10})
    once = counts(store_dsn)
    second = store.commit(full_outcome(place), {"feed": 10})
    assert (first.stored, first.duplicates, first.events, first.alerts) == (5, 0, 1, 1)
    assert (second.stored, second.duplicates, second.events, second.alerts) == (0, 5, 0, 0)
    assert counts(store_dsn) == once
    assert min(once.values()) > 0


def test_commit_that_fails_half_way_leaves_nothing(store: Store, store_dsn: str, place: int):
    broken = full_outcome(place)
    broken.feeds = [FeedState(1_000_000)]  # no code fits: fails after positions, events and alerts were written
    with pytest.raises(StoreError):
        store.commit(broken, {"feed": 10})
    assert set(counts(store_dsn).values()) == {0}
    assert store.cursor("feed") == 0
    assert store.commit(full_outcome(place), {"feed": 10}).stored == 5


def test_writer_cut_off_in_the_middle_stores_all_or_nothing_and_goes_on(store: Store, store_dsn: str, place: int):
    store.load_state()
    with psycopg.connect(store_dsn, autocommit=True) as admin:
        admin.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where application_name = 'maritime-grid writer' and datname = current_database()"
        )
    with pytest.raises(StoreUnavailable):
        store.commit(full_outcome(place), {"feed": 10})
    assert set(counts(store_dsn).values()) == {0}
    store.reconnect()
    assert store.commit(full_outcome(place), {"feed": 10}).stored == 5
    assert store.cursor("feed") == 10


def test_every_not_available_code_survives_the_round_trip(store: Store, store_dsn: str):
    none = np.array([np.nan])
    store.commit(
        build.outcome(positions=build.positions(lon=none, lat=none, sog=none, cog=none, heading=none, nav_status=-1))
    )
    raw = "select lon, lat, sog, cog, heading, nav_status::integer, grid from mg.position"
    assert rows(store_dsn, raw) == [(1810000000, 910000000, 1023, 3600, 511, 15, 0)]
    seen = "select lon, lat, sog, cog, heading, nav_status, grid_id from api.position"
    assert rows(store_dsn, seen) == [(None,) * 7]


@pytest.mark.parametrize(
    ("given", "seen"),
    [
        ({"sog": 0.0, "cog": 0.0, "heading": 0.0, "nav_status": 0}, (0.0, 0.0, 0.0, 0)),
        ({"sog": 102.2, "cog": 359.9, "heading": 359.0, "nav_status": 14}, (102.2, 359.9, 359.0, 14)),
        ({"sog": 0.1, "cog": 359.96, "heading": 359.6, "nav_status": 5}, (0.1, 0.0, 0.0, 5)),
    ],
    ids=["zeroes", "largest", "rounded to a full turn is north"],
)
def test_values_at_the_edges_are_not_taken_for_codes(store: Store, store_dsn: str, given: dict, seen: tuple):
    store.commit(build.outcome(positions=build.positions(**given, lon=-180.0, lat=-90.0)))
    assert rows(store_dsn, "select sog, cog, heading, nav_status from api.position") == [seen]
    assert rows(store_dsn, "select lon, lat from api.position") == [(-180.0, -90.0)]


def test_late_rows_join_without_doubling(store: Store, store_dsn: str):
    store.commit(build.outcome(positions=build.positions(3, t=T0 + np.array([0, 2, 4]) * SECOND)))
    late = build.positions(3, t=T0 + np.array([1, 2, 5]) * SECOND, late=np.array([True, True, False]))
    done = store.commit(build.outcome(positions=late))
    assert (done.stored, done.duplicates) == (2, 1)
    assert rows(store_dsn, "select count(*) from mg.position") == [(5,)]


def test_batch_over_many_days_finds_its_partitions(store: Store, store_dsn: str):
    t = T0 + np.array([-4000, -1, 0, 1, 700]) * DAY
    assert store.commit(build.outcome(positions=build.positions(5, t=t))).stored == 5
    assert rows(store_dsn, "select count(distinct t::date) from api.position") == [(5,)]


def test_time_outside_of_1990_to_2105_never_reaches_the_store(store: Store):
    for t in (0, 2**52):
        with pytest.raises(AssertionError, match="1990"):
            store.commit(build.outcome(positions=build.positions(t=t)))


def test_state_comes_back_as_it_was(store: Store, place: int):
    n = 3
    mmsi = 412000001 + np.arange(n)
    vessels = build.vessels(
        n, mmsi=mmsi, t=[T0, NEVER, T0 + 1], lon=[122.123456789, np.nan, -180.0], sog=[np.nan, 0.1, 102.2],
        alt_t=[T0, NEVER, NEVER], in_port=[True, False, True], nav_status=[-1, 0, 15], quality=[0, 17, 255],
    )  # fmt: skip
    member = build.membership(
        2, vessel=mmsi[:2], fence=place, dwelt=[True, False], streak_lon=[np.nan, 122.25], from_lon=[122.2, 0]
    )
    alert = build.alert(severity=Severity.ALARM, lon=122.1, lat=29.1, detail={"gap_s": 7200.5, "text": "失联"})
    static = VesselStatic(412000001, T0, "NAME", "BABC1", 9074729, 30, 42.5, 7.0, 3.2, "SHENJIAMEN", "A")
    feed = FeedState(1, T0, 5, NEVER, tuple(range(24)), 472222, 17)
    written = build.outcome(vessels=vessels, membership=member, alerts=[alert], statics=[static], feeds=[feed])
    store.commit(written)
    state = store.load_state()
    for column in fields(vessels):
        np.testing.assert_array_equal(getattr(state.vessels, column.name), getattr(vessels, column.name), column.name)
        assert getattr(state.vessels, column.name).dtype == getattr(vessels, column.name).dtype
    for column in fields(member):
        np.testing.assert_array_equal(getattr(state.membership, column.name), getattr(member, column.name), column.name)
    assert state.alerts == {alert.key: alert}
    assert state.statics == {static.mmsi: static}
    assert state.feeds == {1: feed}
    assert state.clock == T0


def test_membership_of_a_vessel_is_replaced_and_others_stay(store: Store, place: int):
    store.commit(build.outcome(membership=build.membership(2, vessel=[1, 2], fence=place)))
    store.commit(build.outcome(membership_of=np.array([1])))
    assert store.load_state().membership.vessel.tolist() == [2]


def test_alert_log_tells_what_became_of_an_alert(store: Store, store_dsn: str):
    raised = build.alert()
    worse = build.alert(severity=Severity.ALARM, last_at=T0 + HOUR, repeats=1)
    cleared = build.alert(
        severity=Severity.ALARM, last_at=T0 + 2 * HOUR, repeats=1, active=False, cleared_at=T0 + 2 * HOUR
    )
    for step in (raised, raised, worse, cleared, raised):
        store.commit(build.outcome(alerts=[step]))
    log = rows(store_dsn, "select what, severity, mg.us(at) from mg.alert_log order by rev, what")
    assert log == [
        ("raise", 2, T0), ("repeat", 3, T0 + HOUR), ("severity", 3, T0 + HOUR), ("clear", 3, T0 + 2 * HOUR),
    ]  # fmt: skip
    assert store.load_state().alerts == {}


def test_situation_cleared_and_raised_anew_in_one_commit_makes_two_alerts(store: Store, store_dsn: str):
    store.commit(build.outcome(alerts=[build.alert()]))
    gone = build.alert(active=False, last_at=T0 + HOUR, cleared_at=T0 + HOUR)
    back = build.alert(raised_at=T0 + 2 * HOUR)
    done = store.commit(build.outcome(alerts=[back, gone]))
    assert done.alerts == 1
    assert rows(store_dsn, "select active from api.alert order by raised_at") == [(False,), (True,)]


def test_changed_alert_is_pending_until_it_was_published_as_it_stands(store: Store, place: int):
    store.commit(build.outcome(alerts=[build.alert(grid=place)]))
    (first,) = store.unpublished_alerts()
    assert (first.grid_id, first.alert) == ("G1", build.alert(grid=place))
    store.commit(build.outcome(alerts=[build.alert(grid=place, last_at=T0 + HOUR)]))
    store.mark_published([first.alert.alert_id], first.rev, place)
    (second,) = store.unpublished_alerts()
    store.mark_published([second.alert.alert_id], second.rev, place)
    assert store.unpublished_alerts() == []


def test_hostile_text_is_stored_not_refused(store: Store, store_dsn: str):
    evil = "a\0b\ud800'; drop table x; --" + "长" * 500
    batch = Batch(
        refusals=[Refusal(0, 1, 1, Reason.NOT_NMEA, evil), Refusal(-(2**62), 1, 2, Reason.NOT_NMEA, "")],
        texts=[TextReport(T0, 2**61, 412000001, 1, 1, 12, evil)],
        grid_reports=[GridReport(T0, T0, evil * 20, 1, 1, evil * 20, {"x\0": [float("nan"), 10**40, evil, {}]})],
    )
    store.commit(build.outcome(batch=batch, statics=[VesselStatic(1, T0, ship_name=evil)]))
    assert rows(store_dsn, "select raw from api.quarantine where seq = 1")[0][0].startswith("a�b�';")
    assert rows(store_dsn, "select count(*) from mg.grid_report") == [(1,)]


def test_second_writer_is_refused_in_one_line(store: Store, store_dsn: str):
    store.load_state()
    with Store.open(store_dsn) as other:
        other.add_feed("other", "ais", True)  # filing needs no writer's lock
        with pytest.raises(StoreBusy, match="another process writes"):
            other.load_state()
        store.close()
        other.load_state()


def test_commit_notifies_who_listens(store: Store, store_dsn: str):
    with psycopg.connect(store_dsn, autocommit=True) as conn:
        conn.execute("listen mg_commit")
        rev = store.commit(build.outcome(alerts=[build.alert(key=AlertKey(RuleName.SOS, 5))])).rev
        (note,) = list(conn.notifies(timeout=10, stop_after=1))
    assert note.payload == f'{{"rev": {rev}, "alerts": 1, "events": 0}}'


def test_position_of_a_dropped_day_makes_its_partition_again(fresh_dsn: str):
    with Store.open(fresh_dsn) as store:
        store.commit(build.outcome(positions=build.positions()))
        with psycopg.connect(fresh_dsn, autocommit=True) as conn:
            conn.execute("drop table mg.position_20231114")
        assert store.commit(build.outcome(positions=build.positions(t=T0 + 1))).stored == 1


def test_place_of_an_emergency_follows_its_newest_evidence_and_its_message_its_grid(store: Store, place: int):
    key = AlertKey(RuleName.DISTRESS_DEVICE, 972000001)
    first = build.alert(key=key)
    store.commit(build.outcome(alerts=[first]))
    (sent,) = store.unpublished_alerts()
    store.mark_published([first.alert_id], sent.rev, 0)
    found = replace(first, lon=122.5, lat=30.0, grid=place)
    store.commit(build.outcome(alerts=[found]))
    assert store.load_state().alerts == {key: found}
    (moved,) = store.unpublished_alerts()
    assert (moved.grid_id, moved.sent_grid_id) == ("G1", "")
    assert [m.topic for m in messages_of(moved, "mg/v1") if not m.payload] == [f"mg/v1/alert/none/{first.alert_id}"]
    store.mark_published([first.alert_id], moved.rev, place)
    store.commit(build.outcome(alerts=[replace(found, repeats=1)]))
    (again,) = store.unpublished_alerts()
    assert (again.grid_id, again.sent_grid_id) == ("G1", "G1")


def test_store_that_another_one_wrote_to_meanwhile_asks_for_its_state_to_be_loaded_again(fresh_dsn: str):
    with Store.open(fresh_dsn) as ours, Store.open(fresh_dsn) as other:
        ours.load_state()
        ours.commit(build.outcome(positions=build.positions()))
        ours.reconnect()
        other.load_state()
        other.commit(build.outcome(positions=build.positions(t=T0 + SECOND)))
        other.close()
        late = build.outcome(positions=build.positions(t=T0 + 2 * SECOND))
        with pytest.raises(StoreMoved):
            ours.commit(late)
        assert rows(fresh_dsn, "select count(*) from mg.position") == [(2,)]
        ours.load_state()
        assert ours.commit(late).stored == 1


@pytest.mark.parametrize("code", ["53100", "53200", "53300", "57P01", "58030", "25006", "40001", "40P01", "08006"])
def test_what_passes_with_time_is_a_store_that_is_away(code: str):
    assert isinstance(as_store_error(psycopg.errors.lookup(code)("no")), StoreUnavailable)


@pytest.mark.parametrize(("code", "kind"), [("22003", StoreRefused), ("23514", StoreRefused), ("42P01", StoreError)])
def test_what_does_not_pass_is_none(code: str, kind: type[Exception]):
    assert isinstance(as_store_error(psycopg.errors.lookup(code)("no")), kind)


def test_batch_with_thousands_of_days_is_stored(store: Store):
    t = T0 - np.arange(3_000) * DAY
    assert store.commit(build.outcome(positions=build.positions(3_000, t=np.sort(t)))).stored == 3_000


def test_feed_that_is_configured_no_more_is_watched_no_more(store: Store):
    old, new = (store.add_feed(name, "ais", watched=True) for name in ("old", "new"))
    store.unwatch_others([new])
    assert {f["code"]: f["watched"] for f in store.feeds()} == {old: False, new: True}
    of_the_settings = feeds_of(store, load_settings())
    assert not any(of_the_settings[code].watched for code in (old, new))  # so their notices are cleared
    assert sum(feed.watched for feed in of_the_settings.values()) > 0
    assert store.add_feed("old", "ais", watched=True) == old
    assert {f["code"]: f["watched"] for f in store.feeds()}[old]
