"""Fifty accounts on one case at once, each in its own part of the flow, with the timers beside them and one of their
connections cut: no step is lost, none is written twice, and the log alone tells how the case stands."""

from __future__ import annotations

import itertools
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from psycopg_pool import ConnectionPool

from dashboard.standing import state_of_view
from maritime_grid.cases.flow import TABLE, CaseError, CaseState, StaleCase, acts_open
from maritime_grid.cases.kinds import OPEN_STEPS, Act
from maritime_grid.settings_access import load_access, login_rules
from maritime_grid.store.account_roles import as_account
from maritime_grid.store.account_rows import NewAccount
from maritime_grid.store.accounts import Accounts
from maritime_grid.store.alert_reads import alerts_for_case
from maritime_grid.store.archive import verify
from maritime_grid.store.case_reads import read_case
from maritime_grid.store.case_steps import ALONE, Account, NoSuchCase, account_of
from maritime_grid.store.case_timers import TIMER, run_timers
from maritime_grid.store.cases import Cases
from maritime_grid.store.connect import command_pool
from maritime_grid.store.errors import StoreUnavailable
from maritime_grid.store.pool import Pool, open_pool
from maritime_grid.store.writer import Store

from .alert_build import world_with_alerts
from .case_build import NOW, PLAN, SETTINGS, ask, commands, dispute, locate, people, reading_as, zones
from .case_facts import PHOTOS, Around, facts_of
from .case_replay import Log, entries, replayed, stored

CROWD = [  # role, unit, body, how many
    ("worker", "T1-V", None, 8), ("village", "T1-V", None, 7), ("township", "T1", None, 8), ("county", "K", None, 6),
    ("city", "C", None, 3), ("department", None, "F", 7), ("department", None, "P", 4), ("department", None, "FC", 2),
    ("department", None, "M", 1), ("coast_guard", None, "G", 4),
]  # fmt: skip
EACH = 3  # acts of each account
SELDOM = {Act.WITHDRAW, Act.RATE, Act.HAND_OVER}  # after which few, or nobody but its own unit, go on
OFTEN = {act for (_, act), way in TABLE.items() if way.to in OPEN_STEPS} - SELDOM  # what brings it on
ROOMY = replace(PLAN, attachments=replace(PLAN.attachments, max_count=10_000))
GIVE_UP_S = 240


@dataclass(frozen=True)
class Tried:
    """An act as it was sent."""

    who: str
    act: Act
    case: CaseState  # as it was read
    facts: Mapping[str, Any]
    at: datetime

    @property
    def mark(self) -> str:
        return self.facts["mark"]

    @property
    def version(self) -> int | None:
        return None if self.act in ALONE else self.case.version


@dataclass
class Crowd:
    """What all threads share."""

    dsn: str
    cases: Cases
    reads: Pool
    case_id: str
    may: Mapping[str, Account]
    left: dict[str, int]
    told: dict[str, int] = field(default_factory=dict)  # mark of each acknowledged act, and its version
    unsure: set[str] = field(default_factory=set)  # the line broke before the answer, or the photo was there before
    stale: list[Tried] = field(default_factory=list)
    refused: list[Tried] = field(default_factory=list)
    marks: Iterator[int] = field(default_factory=itertools.count)
    begun: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def is_done(self) -> bool:
        return all(n <= 0 for n in self.left.values())


class Clock:
    """Some minutes later each time it is asked, so that steps fall late, go up the tree, and pauses run out."""

    def __init__(self) -> None:
        self._lock, self._n = threading.Lock(), 0

    def __call__(self) -> datetime:
        with self._lock:
            self._n += 1
            return NOW + self._n * timedelta(minutes=10)


def crowded(dsn: str) -> list[str]:
    """The accounts of the crowd, by name, in a world with alerts."""
    with Store.open(dsn) as store:
        world_with_alerts(store, dsn)
    names: list[str] = []
    with Accounts(dsn, load_access(SETTINGS), login_rules(SETTINGS.access)) as accounts:
        for role, unit, body, many in CROWD:
            for n in range(many):
                names.append(f"{role}-{unit or body}-{n}".lower())
                accounts.add(NewAccount(names[-1], role, unit, body, None, f"名{names[-1]}"), "", NOW, "test")
    return names


def chosen(crowd: Crowd, who: str, die: Random, clock: Clock) -> Tried | None:
    """Read as the page does, and choose among what it offers; None: nothing, now."""
    own = crowd.may[who]
    with crowd.reads.connection() as conn, as_account(conn, who):
        view = read_case(conn, crowd.case_id, at := clock())
        if view is None:
            return None
        case = state_of_view(view)
        offered = acts_open(case, own.actor, own.may)
        if not offered:
            return None
        act = die.choices(offered, [0.05 if one in SELDOM else 3 if one in OFTEN else 1 for one in offered])[0]
        near = alerts_for_case(conn, crowd.case_id, view.row.grid_id, at) if act == Act.LINK_ALERT else []
    hops = [h.hop_id for h in view.hops if h.received_at is None
            and (h.to_unit in own.actor.units or (h.to_body and h.to_body == own.actor.body_id))]  # fmt: skip
    alerts = [alert.alert_id for alert in near]
    around = Around(f"{who}/{next(crowd.marks)}", clock(), _unit_of(own), hops, alerts, injured=case.version)
    facts = facts_of(act, die, case, own.actor, around)
    return Tried(who, act, case, facts, around.at) if facts else None


def is_done(crowd: Crowd, tried: Tried) -> bool:
    """Send it; what comes back otherwise than done is noted, and what may not come is raised."""
    try:
        after = crowd.cases.act(crowd.case_id, tried.version, tried.act, tried.who, tried.facts, tried.at)
    except StaleCase:
        crowd.stale.append(tried)
        return False
    except StoreUnavailable:
        crowd.unsure.add(tried.mark)
        return False
    except (CaseError, NoSuchCase) as refusal:
        if tried.version is not None and not isinstance(refusal, NoSuchCase) and not _ran_out(tried):
            raise
        crowd.refused.append(tried)
        return False
    if tried.facts.get("content") in PHOTOS:  # perhaps it was attached already, and nothing was done
        crowd.unsure.add(tried.mark)
        return False
    crowd.told[tried.mark] = after.version
    return True


def _ran_out(tried: Tried) -> bool:
    """Whether its pause was over meanwhile, though nobody had written so yet."""
    until = PLAN.pause_until(tried.case)
    return tried.act == Act.RESUME and until is not None and until <= tried.at


def _unit_of(own: Account) -> str | None:
    order = ["C", "K", "T1", "T1-V", "T2"]
    return next((unit for unit in order if unit in own.actor.units), None)


def part(crowd: Crowd, who: str, seed: str, clock: Clock) -> None:
    die = Random(f"{seed}/{who}")
    crowd.begun.wait(30)
    while not crowd.is_done and not crowd.over.is_set():
        tried = chosen(crowd, who, die, clock)
        if tried and is_done(crowd, tried):
            crowd.left[who] -= 1
        # who is done leaves room for the others, and helps where nobody else could go on
        crowd.over.wait(die.random() * (0.2 if crowd.left[who] > 0 else 3))


def timers(crowd: Crowd, pool: ConnectionPool[Any], clock: Clock) -> int:
    """How many entries they said to have written."""
    done = 0
    try:
        while not crowd.over.wait(0.05):
            try:
                ran = run_timers(pool.connection, ROOMY, clock())
            except StoreUnavailable:
                continue
            assert ran.failed == []
            done += ran.resumed + ran.escalated + ran.reports_sent
    finally:
        crowd.over.set()
    return done


def cut(crowd: Crowd) -> int:
    """In the middle of it all, each connection of the commands is ended by the server once; how many were."""
    while sum(max(n, 0) for n in crowd.left.values()) > len(crowd.left) * EACH // 2:
        if crowd.over.wait(0.01):
            return 0
    end = "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and "
    return sum(done for (done,) in ask(crowd.dsn, end + "application_name = %s", ["maritime-grid commands"]))


@pytest.mark.parametrize("seed", ["quay", "storm"])
def test_fifty_accounts_at_their_parts_of_one_case_lose_no_step(fresh_dsn: str, seed: str):
    names = crowded(fresh_dsn)
    with ExitStack() as stack:
        pool = stack.enter_context(command_pool(fresh_dsn, timeout_s=60))
        with pool.connection() as conn:
            may = {name: account_of(conn, name) for name in names}
        cases = Cases(pool.connection, ROOMY, locate, zones)
        filed = cases.file(dispute(marked_major=True), names[8], NOW)
        reads = stack.enter_context(open_pool(fresh_dsn, "reads", 60, most=12))
        crowd = Crowd(fresh_dsn, cases, reads, filed.case_id, may, dict.fromkeys(names, EACH))
        counted = ended(crowd, pool, seed)
    assert crowd.is_done, crowd.left
    log = entries(fresh_dsn, filed.case_id)
    nothing_is_lost_or_doubled(crowd, log, counted)
    states = replayed(fresh_dsn, log, may)
    assert states[-1] == stored(fresh_dsn, filed.case_id)
    refusals_were_right(crowd, log, states)
    found = verify(fresh_dsn)
    assert (found.entries, found.faults) == (len(log), ())


def ended(crowd: Crowd, pool: ConnectionPool[Any], seed: str) -> int:
    """All of them at once until each has done its number; how many entries the timers said to have written."""
    clock = Clock()
    with ThreadPoolExecutor(len(crowd.left) + 2) as threads:
        parts = [threads.submit(part, crowd, name, seed, clock) for name in crowd.left]
        beside, cutting = threads.submit(timers, crowd, pool, clock), threads.submit(cut, crowd)
        crowd.begun.set()
        wait(parts, GIVE_UP_S, FIRST_EXCEPTION)  # none of them waits for another for ever
        crowd.over.set()
        for one in parts:
            one.result(60)
        assert cutting.result(60) > 0
        return beside.result(60)


def nothing_is_lost_or_doubled(crowd: Crowd, log: Log, of_timers: int) -> None:
    """Each answer that somebody got stands in the log, at its version, once; of what broke off at most once."""
    assert [seq for seq, *_ in log] == list(range(1, len(log) + 1))
    marks = [(said["mark"], seq) for seq, *_, said in log if "mark" in said]
    logged = dict(marks)
    assert len(logged) == len(marks)
    assert crowd.told.items() <= logged.items()
    assert logged.keys() - crowd.told.keys() <= crowd.unsure
    photos = Counter(said["sha256"] for *_, what, said in log if what == Act.ATTACH)
    assert set(photos.values()) == {1}
    by_timers = sum(who == TIMER for _, _, who, *_ in log)
    assert len(log) == 1 + len(logged) + by_timers
    assert by_timers >= of_timers > 0
    assert len(crowd.stale) > len(crowd.left), "they did not stand in one another's way"
    assert len({what for *_, what, _ in log}) > 15, "they have not done much"


def refusals_were_right(crowd: Crowd, log: Log, states: list[CaseState]) -> None:
    """What was refused though nothing makes it stale, or as if there was no case, was not theirs a moment later."""
    received = {said["hop"]: seq for seq, *_, what, said in log if what == Act.RECEIVE_HOP}
    for one in crowd.refused:
        own = crowd.may[one.who]
        later = [state for state in states if state.version > one.case.version]
        gone = any(one.act not in acts_open(state, own.actor, own.may) for state in later)
        assert gone or _ran_out(one) or received.get(one.facts.get("hop"), 0) > one.case.version, one


def test_all_that_one_page_reads_of_a_case_is_of_one_moment(fresh_dsn: str):
    people(fresh_dsn)
    with commands(fresh_dsn) as cases:
        case_id = cases.file(dispute(), "lin", NOW).case_id
        with reading_as(fresh_dsn, "town1") as conn:
            before = read_case(conn, case_id, NOW)
            cases.act(case_id, 1, Act.HAND_OVER, "county", {"unit_id": "T2", "reason": "属地"}, NOW)
            assert read_case(conn, case_id, NOW) == before is not None
    with reading_as(fresh_dsn, "town1") as conn:
        assert read_case(conn, case_id, NOW) is None
