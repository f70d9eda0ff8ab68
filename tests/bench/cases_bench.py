"""What a list of cases and a search cost on the server when the archive is large."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from statistics import median
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from dashboard.auth import Account
from dashboard.standing import standing_of
from maritime_grid.cases.text import grams, query_grams
from maritime_grid.cases_settings import load_case_settings, plan_of
from maritime_grid.settings import load_settings
from maritime_grid.settings_access import load_access, login_rules
from maritime_grid.store.account_rows import NewAccount
from maritime_grid.store.accounts import Accounts
from maritime_grid.store.case_desk import Asker, list_page, scopes
from maritime_grid.store.case_reads import CaseFilter
from maritime_grid.store.reads import Reads

from .stores import fresh_store

CASES = 200_000
SHOWN = 50
RUNS = 7
NOW = datetime(2026, 5, 6, 2, tzinfo=UTC)
WHO = {"town": ("township", "ZS-PT-DJ"), "county": ("county", "ZS-PT"), "city": ("city", "ZS")}
SETTINGS = load_settings()
ACCESS, PLAN = load_access(SETTINGS), plan_of(load_case_settings())
TITLES = (
    "东极外网具纠纷",
    "沈家门码头消防隐患",
    "嵊山渔获收购争议",
    "虾峙门商渔碰撞",
    "衢山渔船失去动力",
    "六横船员工伤",
)
SEARCHES = ("浙普渔00031", "东极 网具", "412007919", "碰撞")
Connection = psycopg.Connection[Any]
Work = Callable[[Connection, Asker], int]

FILL = """
insert into mg.case_file (case_id, kind, title, description, state, version, grid, unit_id, reporter, opened_at,
  step_since, due_at, warn_at, changed_at, severity, grams)
select '2020-' || lpad(n::text, 6, '0'), (array['dispute', 'hazard', 'emergency', 'service'])[n %% 4 + 1],
  t.title, repeat(t.title || '。', 5),
  case when n %% 20 <> 0 then 'closed'
       else (array['received', 'collated', 'dispatched', 'handling'])[n / 20 %% 4 + 1] end,
  5, g.code, coalesce(l.unit_id, c.unit_id), '', %(now)s - n * interval '20 minutes',
  %(now)s - n * interval '19 minutes', %(now)s + (n %% 400 - 200) * interval '1 hour',
  %(now)s + (n %% 400 - 210) * interval '1 hour', %(now)s, n %% 4 + 1,
  t.grams || array['浙', '普', '渔', '浙普', '普渔'] || array(
    select substr(x, i, 3) from generate_series(1, 7) i,
      (values ('412' || lpad((n * 7919 %% 1000000)::text, 6, '0')), (lpad((n * 31 %% 100000)::text, 5, '0'))) v(x)
    where length(substr(x, i, 3)) = 3)
from generate_series(1, %(cases)s) n
join (select title, grams, row_number() over () - 1 as k
      from jsonb_to_recordset(%(titles)s::jsonb) as x(title text, grams text[])) t on t.k = n %% 6
cross join (select unit_id from mg.unit where level = 'city') c
join (select code, place_id, row_number() over (order by code) - 1 as k, count(*) over () as many
      from mg.place where layer = 'grid') g on g.k = n %% g.many
left join mg.grid_lead l on l.grid_id = g.place_id
"""


def run() -> dict[str, float]:
    """Medians in seconds, each of the slowest account."""
    with fresh_store() as (_, dsn):
        _fill(dsn)
        reads = Reads(dsn)
        try:
            return {
                "case_list_s": _slowest(reads, _opened),
                "case_past_s": _slowest(reads, _past),
                "case_counts_s": _slowest(reads, _counts),
                "case_search_s": max(_slowest(reads, _search(words)) for words in SEARCHES),
            }
        finally:
            reads.close()


def _opened(conn: Connection, asker: Asker) -> int:
    return len(list_page(conn, asker, CaseFilter(), NOW, most=SHOWN).rows)


def _past(conn: Connection, asker: Asker) -> int:
    return len(list_page(conn, asker, CaseFilter(states=("closed", "withdrawn")), NOW, most=SHOWN).rows)


def _counts(conn: Connection, asker: Asker) -> int:
    return scopes(conn, asker, CaseFilter(), NOW)["open"]


def _search(words: str) -> Work:
    closed = ("closed", "withdrawn")
    chosen = CaseFilter(keys=tuple(query_grams(words)), states=closed)
    return lambda conn, asker: len(list_page(conn, asker, chosen, NOW, most=SHOWN).rows)


def _slowest(reads: Reads, work: Work) -> float:
    return max(_median(reads, who, work) for who in WHO)


def _median(reads: Reads, who: str, work: Work) -> float:
    role, unit = WHO[who]
    account = Account(who, role, unit, None, who, "", ACCESS.roles[role].acts)
    took: list[float] = []
    for _ in range(RUNS):
        began = time.perf_counter()
        with reads.as_account(who) as conn:
            asker = standing_of(conn, account, PLAN).asker
            assert work(conn, asker) or who != "city", "the city finds what was filed"
        took.append(time.perf_counter() - began)
    return median(took)


def _fill(dsn: str) -> None:
    settings = load_settings()
    with Accounts(dsn, load_access(settings), login_rules(settings.access)) as accounts:
        for name, role, unit in (
            ("town", "township", "ZS-PT-DJ"),
            ("county", "county", "ZS-PT"),
            ("city", "city", "ZS"),
        ):
            accounts.add(NewAccount(name, role, unit), "", NOW, "bench")
    titles = [{"title": title, "grams": grams(title)} for title in TITLES]
    with psycopg.connect(dsn, autocommit=True) as conn:
        conn.execute(FILL, {"now": NOW, "cases": CASES, "titles": Jsonb(titles)})
        conn.execute("analyze mg.case_file")
