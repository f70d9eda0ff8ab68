"""Care of the store: what it makes, drops, counts and packs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import psycopg
import pytest

from ingest.batch import Batch, Reason, Refusal
from maritime_grid.domain.alerts import AlertKey, RuleName
from maritime_grid.store.bincopy import copy_in
from maritime_grid.store.columns import POSITION, pack_positions
from maritime_grid.store.maintenance import Upkeep, run_maintenance
from maritime_grid.store.writer import Store

from . import build
from .build import DAY, HOUR, SECOND, T0

NOW = datetime.fromtimestamp(T0 / 1e6, UTC) + timedelta(days=2)
KEEP = Upkeep(position_days=0, event_days=0, quarantine_days=30, partitions_ahead_days=3, compress_after_days=3)


def ask(dsn: str, query: str):
    with psycopg.connect(dsn, autocommit=True) as conn:
        return conn.execute(query).fetchall()


def test_grid_hours_count_positions_and_vessels_and_twice_is_once(store: Store, store_dsn: str):
    hour = T0 // HOUR * HOUR
    t = hour + np.array([0, 1, 2, 3600, 3601]) * SECOND
    store.commit(build.outcome(positions=build.positions(5, t=t, mmsi=[1, 1, 2, 1, 2], grid=[0, 7, 7, 7, 7])))
    assert run_maintenance(store_dsn, NOW, KEEP).hours_rolled_up == 2
    query = "select grid, mg.us(hour), positions, vessels from mg.grid_hour order by hour, grid"
    expected = [(0, hour, 1, 1), (7, hour, 2, 2), (7, hour + HOUR, 2, 2)]
    assert ask(store_dsn, query) == expected
    assert run_maintenance(store_dsn, NOW, KEEP).hours_rolled_up == 0
    late = build.positions(t=hour + 5 * SECOND, mmsi=3, grid=7, late=True)
    store.commit(build.outcome(positions=late))
    assert run_maintenance(store_dsn, NOW, KEEP).hours_rolled_up == 1
    assert ask(store_dsn, query)[1] == (7, hour, 3, 3)


def test_retention_drops_whole_days_and_zero_keeps_all(store: Store, store_dsn: str):
    store.commit(build.outcome(positions=build.positions(3, t=T0 + np.array([-30, -3, 0]) * DAY)))
    assert run_maintenance(store_dsn, NOW, KEEP).partitions_dropped == 0
    assert run_maintenance(store_dsn, NOW, replace(KEEP, position_days=10)).partitions_dropped == 1
    assert ask(store_dsn, "select count(*) from mg.position") == [(2,)]
    assert store.commit(build.outcome(positions=build.positions(t=T0 - 30 * DAY))).stored == 1


def test_recording_whose_days_were_dropped_may_be_replayed_again(store: Store, store_dsn: str):
    store.commit(build.outcome(positions=build.positions(t=T0 - 30 * DAY)), {"replay:x": 5, "other": 7})
    run_maintenance(store_dsn, NOW, KEEP)
    assert store.cursor("replay:x") == 5
    run_maintenance(store_dsn, NOW, replace(KEEP, position_days=10))
    assert (store.cursor("replay:x"), store.cursor("other")) == (0, 7)


def test_day_that_a_killed_run_had_taken_off_is_dropped_for_good(fresh_dsn: str):
    with Store.open(fresh_dsn) as store:
        store.commit(build.outcome(positions=build.positions()))
        ask_nothing = "alter table mg.position detach partition mg.position_20231114"
        with psycopg.connect(fresh_dsn, autocommit=True) as conn:
            conn.execute(ask_nothing)
        run_maintenance(fresh_dsn, NOW, replace(KEEP, position_days=1))
        assert store.commit(build.outcome(positions=build.positions())).stored == 1


def test_partitions_are_made_ahead(fresh_dsn: str):
    assert run_maintenance(fresh_dsn, NOW, KEEP).partitions_made == 4
    assert run_maintenance(fresh_dsn, NOW, KEEP).partitions_made == 0


def test_old_refusals_are_dropped(store: Store, store_dsn: str):
    refusals = [Refusal(t, 1, 1, Reason.CHECKSUM, "x") for t in (T0 - 40 * DAY, T0)]
    store.commit(build.outcome(batch=Batch(refusals=refusals)))
    assert run_maintenance(store_dsn, NOW, KEEP).refusals_dropped == 1
    assert ask(store_dsn, "select count(*) from mg.quarantine") == [(1,)]


def test_old_events_and_ended_alerts_are_dropped_and_active_ones_stay(store: Store, store_dsn: str):
    old = T0 - 40 * DAY
    ended = build.alert(raised_at=old, active=False, cleared_at=old + 1)
    active = build.alert(raised_at=old, key=AlertKey(RuleName.SOS, 5))
    store.commit(build.outcome(events=build.events(2, t=[old, T0]), alerts=[ended, active]))
    assert run_maintenance(store_dsn, NOW, KEEP).events_dropped == 0
    assert run_maintenance(store_dsn, NOW, replace(KEEP, event_days=30)).events_dropped == 2
    assert ask(store_dsn, "select rule from mg.alert") == [("sos",)]
    assert ask(store_dsn, "select count(*) from mg.grid_event") == [(1,)]


def test_run_beside_another_leaves_the_work_to_it(fresh_dsn: str):
    with psycopg.connect(fresh_dsn, autocommit=True) as other:
        other.execute("select pg_advisory_lock(7201003)")
        assert run_maintenance(fresh_dsn, NOW, KEEP).skipped


def fleet(step: int, vessels: int = 2_000, fixes: int = 5):
    """One batch of a fleet that reports every 10 s."""
    t = T0 // DAY * DAY + (step * fixes + np.tile(np.arange(fixes), vessels)) * 10 * SECOND
    mmsi = np.repeat(412000001 + np.arange(vessels), fixes)
    return build.positions(vessels * fixes, t=t, mmsi=mmsi, lon=121 + mmsi % 997 / 500, lat=29 + t % 991 / 500)


SIZE = {
    "native": "select sum(pg_table_size(part)), sum(pg_indexes_size(part)) from mg.position_day",
    "timescaledb": "select sum(pg_table_size(c)), sum(pg_indexes_size(c)) from show_chunks('mg.position') c",
}


def test_day_that_still_grows_takes_no_more_than_105_bytes_a_row_with_its_indexes(
    store: Store, store_dsn: str, request: pytest.FixtureRequest
):
    size, rows, packed = SIZE[request.node.callspec.params["store_dsn"]], 0, 0
    today = NOW - timedelta(days=2)
    for step in range(60):
        rows += store.commit(build.outcome(positions=fleet(step))).stored
        if step >= 20 and step % 5 == 0:
            packed += run_maintenance(store_dsn, today, KEEP).indexes_packed
            ((heap, indexes),) = ask(store_dsn, size)
            assert (heap + indexes) / rows <= 105, (step, heap / rows, indexes / rows)
    assert rows == 600_000
    assert 1 <= packed < 8  # not at each run: packing anew costs more than the few bytes won
    assert run_maintenance(store_dsn, today, KEEP).indexes_packed <= 1
    assert run_maintenance(store_dsn, today, KEEP).indexes_packed == 0


def test_index_left_half_packed_by_a_killed_run_is_removed(store: Store, store_dsn: str):
    store.commit(build.outcome(positions=build.positions()))
    ((index, schema),) = ask(
        store_dsn,
        "select c.relname, n.nspname from pg_index i join pg_class c on c.oid = i.indexrelid "
        "join pg_namespace n on n.oid = c.relnamespace join pg_class t on t.oid = i.indrelid "
        "where i.indisunique and t.relkind = 'r' and (t.relname like 'position\\_2%' or t.relname like '\\_hyper\\_%')",
    )
    with psycopg.connect(store_dsn, autocommit=True) as conn:
        define = conn.execute("select pg_get_indexdef(%s::regclass)", [f"{schema}.{index}"]).fetchone()
        assert define
        conn.execute(define[0].replace(f"INDEX {index} ", f"INDEX {index}_ccnew "))
        conn.execute(
            "update pg_index set indisvalid = false where indexrelid = %s::regclass", [f"{schema}.{index}_ccnew"]
        )
    run_maintenance(store_dsn, NOW, KEEP)
    assert ask(store_dsn, "select relname from pg_class where relname like '%ccnew'") == []
    assert ask(store_dsn, f"select 1 from pg_class where relname = '{index}'") == [(1,)]


def test_old_days_go_to_the_columnstore_where_the_edition_has_one_and_read_and_take_rows_as_before(
    store: Store, store_dsn: str
):
    has = store.edition().columnstore
    t = T0 - 10 * DAY + np.arange(500) * 10 * SECOND
    old, late = build.positions(500, t=t, grid=7), build.positions(2, t=t[:2] + np.array([0, 1]), grid=7, late=True)
    store.commit(build.outcome(positions=old))
    before = ask(store_dsn, "select * from api.position order by mmsi, t")
    assert run_maintenance(store_dsn, NOW, KEEP).chunks_converted == has
    assert ask(store_dsn, "select * from api.position order by mmsi, t") == before
    done = store.commit(build.outcome(positions=late))
    assert (done.stored, done.duplicates) == (1, 1)  # one stands there already, in columns or not
    again = run_maintenance(store_dsn, NOW, KEEP)
    assert (again.chunks_converted, again.hours_rolled_up) == (0, 1)
    assert len(ask(store_dsn, "select 1 from api.position")) == 501
    if has:
        live = "select sum(positions) from mg.grid_hour_live where grid = 7"
        assert ask(store_dsn, live) == ask(store_dsn, "select sum(positions) from mg.grid_hour where grid = 7")
    assert run_maintenance(store_dsn, NOW, replace(KEEP, position_days=5)).partitions_dropped == 1
    assert ask(store_dsn, "select 1 from api.position") == []


@pytest.mark.parametrize("rows", [1, 70_000])
def test_binary_copy_writes_every_row_whatever_the_size_of_its_chunks(store: Store, store_dsn: str, rows: int):
    store.commit(build.outcome(positions=build.positions()))  # makes the day
    data = pack_positions(build.positions(rows, t=T0 + 1 + np.arange(rows)))
    with psycopg.connect(store_dsn, autocommit=True) as conn, conn.cursor() as cur:
        assert copy_in(cur, "mg.position", POSITION, data) == rows
    assert ask(store_dsn, "select count(*) from mg.position") == [(rows + 1,)]
