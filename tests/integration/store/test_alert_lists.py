"""Lists of alerts read what they show, however many alerts lie behind them."""

from __future__ import annotations

import psycopg
import pytest

from maritime_grid.store.alert_reads import AlertFilter, list_alerts, read_alert
from maritime_grid.store.reads import Reads
from maritime_grid.store.writer import Store

from .alert_build import alert_commands, world_with_alerts
from .case_build import NOW, ask, reading_as

MANY = 20_000
FEW = 600  # rows that a page may touch: the open ones, one page of the past, and what an index brings besides
READ = (
    "select coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) from pg_stat_xact_user_tables "
    "where schemaname || '.' || relname = %s"
)


def rows_read(conn: psycopg.Connection, table: str) -> int:
    """Rows of a table that the running transaction has fetched so far."""
    return conn.execute(READ, [table]).fetchone()[0]


@pytest.fixture
def old(store_dsn: str, store: Store) -> str:
    """Four alerts that are open in G1, G2 and nowhere, and twenty thousand that are past in G1."""
    world_with_alerts(store, store_dsn)
    with psycopg.connect(store_dsn, autocommit=True) as conn:
        conn.execute(
            "insert into mg.alert (alert_id, rule, mmsi, place, severity, raised_at, last_at, active, cleared_at, "
            "received_at, repeats, grid, detail, rev, published_rev, seen_at, seen_by) "
            "select 'old-' || lpad(n::text, 5, '0'), 'silence', 412000009, '', 3, t, t, false, t, t, 0, p.code, '{}', "
            "1, 1, t, 'town1' from generate_series(1, %s) n join mg.place p on p.place_id = 'G1' "
            "cross join lateral (select timestamptz '2026-01-01' + n * interval '1 minute' as t) x",
            [MANY],
        )
        conn.execute("analyze mg.alert")
    return store_dsn


def test_page_of_the_list_touches_no_more_alerts_than_it_shows(old: str):
    for who, chosen, skip, first in (
        ("town1", AlertFilter(), 0, None),
        ("town1", AlertFilter(states=("past",), rules=("silence",), levels=(3,), grid="G1"), 100, f"old-{MANY - 100}"),
        ("city", AlertFilter(), 100, f"old-{MANY - 96}"),  # four are open
        ("town2", AlertFilter(states=("open",)), 0, None),
    ):
        with reading_as(old, who) as conn:
            rows = list_alerts(conn, chosen, skip=skip)
            assert len(rows) <= rows_read(conn, "mg.alert") < FEW, (who, chosen)
        assert len(rows) == (1 if who == "town2" else 100)
        assert first is None or rows[0].alert_id == first
    with reading_as(old, "town1") as conn:
        assert read_alert(conn, "old-00007", NOW)
        assert rows_read(conn, "mg.alert") < FEW
    with reading_as(old, "town2") as conn:  # of another township
        assert list_alerts(conn, AlertFilter(states=("past",))) == []
        assert read_alert(conn, "old-00007", NOW) is None


def test_wall_touches_no_seen_alert_that_is_over(old: str):
    reads = Reads(old)
    try:
        with reads.moment() as held, held._connection() as conn:
            conn.execute("set local plan_cache_mode = force_generic_plan")  # as the server may choose for itself
            for _ in range(15):  # prepared after some
                before = rows_read(conn, "mg.alert")
                assert len(held.alerts()) == 4
            assert 4 <= rows_read(conn, "mg.alert") - before < FEW
        assert len(reads.alerts(active_or_unseen=False)) == 4 + 500
    finally:
        reads.close()


THOUSANDS = """do $$
declare
  written text := (select string_agg(quote_ident(attname), ', ' order by attnum) from pg_attribute
    where attrelid = 'mg.case_file'::regclass and attnum > 0 and not attisdropped and attgenerated = '');
begin
  execute format($q$ insert into mg.case_file (%1$s) select %2$s from mg.case_file c, generate_series(1, 2000) n,
    jsonb_populate_record(c, jsonb_build_object('case_id', '2025-' || lpad(n::text, 6, '0'), 'request_key', null,
      'follow_hash', null)) as made $q$, written, 'made.' || replace(written, ', ', ', made.'));
end $$"""


def test_log_of_an_alert_looks_up_its_own_case_alone(old: str):
    ((alert_id,),) = ask(old, "select alert_id from mg.alert where active and rule = 'silence' and grid <> 0")
    with alert_commands(old) as acts:
        filed = acts.open_case(alert_id, "town1", NOW)
    with psycopg.connect(old, autocommit=True) as conn:
        conn.execute(THOUSANDS)
        conn.execute("analyze mg.case_file")
    with reading_as(old, "town1") as conn:
        before = rows_read(conn, "mg.case_file")
        notes = conn.execute("select note from api.my_alert_log where what = 'open_case'").fetchall()
        assert notes == [(filed.case_id,)]
        assert rows_read(conn, "mg.case_file") - before < 50
