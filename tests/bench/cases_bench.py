"""What the page of cases costs on the server when the archive is large: each view whole, as the page gets it."""

from __future__ import annotations

import time
from contextlib import closing
from datetime import UTC, datetime
from statistics import median

import psycopg
from psycopg.types.json import Jsonb

from dashboard.auth import Account
from dashboard.case_lists import show
from dashboard.case_query import ListQuery
from dashboard.desk import Desk, opened_desk
from dashboard.words import Catalogues
from maritime_grid.cases.text import grams
from maritime_grid.settings import load_settings
from maritime_grid.settings_access import load_access, login_rules
from maritime_grid.store.account_rows import NewAccount
from maritime_grid.store.accounts import Accounts
from maritime_grid.store.case_desk import reports_waiting
from maritime_grid.store.case_lateness import BY
from maritime_grid.store.reads import Reads

from .stores import fresh_store

CASES = 200_000
RUNS = 7
NOW = datetime(2026, 5, 6, 2, tzinfo=UTC)
WHO = {"town": ("township", "ZS-PT-DJ"), "county": ("county", "ZS-PT"), "city": ("city", "ZS")}
SETTINGS = load_settings()
ACCESS, WORDS = load_access(SETTINGS), Catalogues().pick(None)
TITLES = (
    "东极外网具纠纷",
    "沈家门码头消防隐患",
    "嵊山渔获收购争议",
    "虾峙门商渔碰撞",
    "衢山渔船失去动力",
    "六横船员工伤",
)
STORIES = (  # what people write of a matter, in turn
    "双方在作业时网具互相缠绕, 已割断约三百米, 要求对方赔偿; 现场有录像和照片, 船员没有受伤。",
    "凌晨四时许发现, 当时有雾, 能见度不足五百米; 已通知海事和渔政, 请派员到现场查看。",
    "经村里两次调解未能达成一致, 对方不承认先下网, 需要调取双方轨迹核对时间和位置。",
    "已联系合作社和保险公司, 初步估计损失二万余元; 希望在开捕前处理完毕。",
    "码头冷库旁电线老化并堆放杂物, 值班人员已先行清理, 请消防部门复查并给出整改意见。",
)
SURNAMES, GIVEN = "王李张刘陈杨黄赵吴周徐孙", ("海波", "国平", "阿明", "永康", "建军", "志强", "小红", "文斌")
SEARCHES = ("浙普渔00031", "东极 网具", "412007919", "碰撞", "永康", "王海波", "能见度 渔政")
SHOWN = ("open", "over")  # what is searched among

FILL = """
insert into mg.case_file (case_id, kind, title, description, state, version, grid, unit_id, reporter, opened_at,
  step_since, due_at, warn_at, changed_at, severity, major, escalated, escalated_through, grams)
select '2020-' || lpad(n::text, 6, '0'), (array['dispute', 'hazard', 'emergency', 'service'])[n %% 4 + 1],
  t.title, t.story,
  case when n %% 20 <> 0 then 'closed'
       else (array['received', 'collated', 'dispatched', 'handling'])[n / 20 %% 4 + 1] end,
  5, g.code, coalesce(l.unit_id, c.unit_id), '', %(now)s - n * interval '20 minutes',
  %(now)s - n * interval '19 minutes', %(now)s + (n %% 400 - 200) * interval '1 hour',
  %(now)s + (n %% 400 - 210) * interval '1 hour', %(now)s, n / 80 %% 4 + 1, n / 80 %% 4 >= 2,
  case when n %% 400 < 200 and n %% 20 = 0 then c.unit_id end,
  case when n %% 400 < 200 and n %% 20 = 0 then array['ZS-PT', c.unit_id] else '{}' end,
  t.grams || p.grams || array['浙', '普', '渔', '浙普', '普渔'] || array(
    select substr(x, i, 3) from generate_series(1, 7) i,
      (values ('412' || lpad((n * 7919 %% 1000000)::text, 6, '0')), (lpad((n * 31 %% 100000)::text, 5, '0'))) v(x)
    where length(substr(x, i, 3)) = 3)
from generate_series(1, %(cases)s) n
join (select title, story, grams, row_number() over () - 1 as k, count(*) over () as many
      from jsonb_to_recordset(%(texts)s::jsonb) as x(title text, story text, grams text[])) t on t.k = n %% t.many
join (select grams, row_number() over () - 1 as k, count(*) over () as many
      from jsonb_to_recordset(%(people)s::jsonb) as x(name text, grams text[])) p on p.k = n / 7 %% p.many
cross join (select unit_id from mg.unit where level = 'city') c
join (select code, place_id, row_number() over (order by code) - 1 as k, count(*) over () as many
      from mg.place where layer = 'grid') g on g.k = n / 20 %% g.many
left join mg.grid_lead l on l.grid_id = g.place_id
"""


# both parties of each case; the second is another's vessel and person, of whom the keys hold nothing
PARTIES = """
insert into mg.case_party (case_id, n, side, mmsi, ship_name, claim, statement, person_name, phone, id_number)
select '2020-' || lpad(c.n::text, 6, '0'), s.n, (array['claimant', 'respondent'])[s.n],
  412000000 + c.n::bigint * 7919 * s.n %% 1000000, '浙普渔' || lpad((c.n * 31 * s.n %% 100000)::text, 5, '0'),
  '赔偿损失', '对方先下网', p.name, '138' || lpad((c.n * s.n)::text, 8, '0'),
  '330901197' || lpad((c.n * s.n)::text, 9, '0')
from generate_series(1, %(cases)s) c(n) cross join generate_series(1, 2) s(n)
join (select name, row_number() over () - 1 as k, count(*) over () as many
      from jsonb_to_recordset(%(people)s::jsonb) as x(name text)) p on p.k = c.n / 7 * s.n %% p.many
"""
# the steps that each case was at; one in ten was done late, half of those that stand are
STEPS = """
insert into mg.case_step (case_id, seq, step, since, until, due_at, unit_id, body_id, account_id)
select c.case_id, s.k, s.step, c.opened_at + (s.k - 1) * interval '1 hour', u.until,
  case when u.until is null then c.due_at
       when (hashtext(c.case_id) + s.k) %% 10 = 0 then u.until - interval '40 minutes'
       else u.until + interval '20 minutes' end,
  c.unit_id, case when s.step in ('dispatched', 'handling') then b.body_id end,
  case when u.until is not null then 'officer' || abs(hashtext(c.case_id)) %% %(officers)s end
from mg.case_file c
join (values (1, 'received'), (2, 'collated'), (3, 'dispatched'), (4, 'handling'), (5, 'handled'), (6, 'fed_back'))
  as s(k, step) on s.k <= case c.state when 'closed' then 6 when 'received' then 1 when 'collated' then 2
                                       when 'dispatched' then 3 else 4 end
cross join lateral (select case when c.state <> s.step then c.opened_at + s.k * interval '1 hour' end as until) u
join (select body_id, row_number() over (order by body_id) - 1 as k, count(*) over () as many from mg.body) b
  on b.k = abs(hashtext(c.case_id)) %% b.many
"""
# of each major matter a report to the unit that leads it and to the township; of open ones one in ten was not received
HOPS = """
insert into mg.case_hop (hop_id, case_id, to_unit, sent_at, due_at, received_at, received_by)
select h.case_id || '/unit/' || u.unit_id, h.case_id, u.unit_id, h.opened_at, h.opened_at + interval '10 minutes',
  case when h.received then h.opened_at + interval '5 minutes' end, case when h.received then 'town' end
from (select *, state = 'closed' or hashtext(case_id) %% 10 <> 0 as received from mg.case_file where major) h
join mg.unit l on l.unit_id = h.unit_id
join mg.unit u on u.unit_id = any (l.path) and (u.unit_id = h.unit_id or u.level = 'township')
"""
OFFICERS = 200
ADD_OFFICERS = """
insert into mg.account (account_id, role, unit_id, name_shown, created_at)
select 'officer' || n, 'township', 'ZS-PT-DJ', '经办' || n, %(now)s from generate_series(0, %(officers)s - 1) n
"""


def run() -> dict[str, float]:
    """Medians in seconds, each of the slowest account; all of one run over the same store."""
    with fresh_store() as (_, dsn):
        _fill(dsn)
        with closing(Reads(dsn)) as reads, opened_desk(dsn, SETTINGS, reads, lambda: NOW) as desk:
            return {
                "case_list_s": _slowest(desk, ListQuery()),
                "case_past_s": _slowest(desk, ListQuery(show="over")),
                "case_pulse_s": max(_pulse(desk, who) for who in WHO),
                "case_board_s": _slowest(desk, ListQuery(view="board")),
                "case_late_s": max(_slowest(desk, ListQuery(view="late", by=by)) for by in BY),
                "case_late_year_s": max(_slowest(desk, ListQuery(view="late", by=by, days=365)) for by in BY),
                "case_search_s": max(
                    _slowest(desk, ListQuery(q=words, show=show)) for words in SEARCHES for show in SHOWN
                ),
            }


def _slowest(desk: Desk, query: ListQuery) -> float:
    return max(_median(desk, who, query) for who in WHO)


def _median(desk: Desk, who: str, query: ListQuery) -> float:
    role, unit = WHO[who]
    account = Account(who, role, unit, None, who, "", ACCESS.roles[role].acts)
    took: list[float] = []
    for _ in range(RUNS):
        began = time.perf_counter()
        found = show(desk, account, query, WORDS)
        took.append(time.perf_counter() - began)
        assert found.pulse, "the store answered"
        assert who != "city" or query.q or "/case/2020-" in str(found.children), "the city finds what was filed"
    return median(took)


def _pulse(desk: Desk, who: str) -> float:
    """What each open page asks when a case has moved."""
    took: list[float] = []
    for _ in range(RUNS):
        began = time.perf_counter()
        with desk.reads.as_account(who) as conn:
            found = reports_waiting(conn, WHO[who][1], None)
        took.append(time.perf_counter() - began)
        assert found or who != "town", "reports wait for the township"
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
    texts = Jsonb([{"title": t, "story": s, "grams": grams(t, s)} for t in TITLES for s in STORIES])
    people = Jsonb([{"name": f"{s}{g}", "grams": grams(f"{s}{g}")} for s in SURNAMES for g in GIVEN])
    with psycopg.connect(dsn, autocommit=True) as conn:
        conn.execute(FILL, {"now": NOW, "cases": CASES, "texts": texts, "people": people})
        conn.execute("analyze mg.case_file")
        conn.execute(PARTIES, {"cases": CASES, "people": people})
        conn.execute("analyze mg.case_party")
        conn.execute(ADD_OFFICERS, {"now": NOW, "officers": OFFICERS})
        conn.execute(STEPS, {"officers": OFFICERS})
        conn.execute("analyze mg.case_step")
        conn.execute(HOPS, {})
        conn.execute("analyze mg.case_hop")
