"""Work items in a real store: each command by each role, what is stale, what the public and who else may read."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import date, timedelta
from threading import Barrier
from typing import Any

import psycopg
import pytest
from psycopg import errors as pg

from maritime_grid.cases.flow import NotAllowed
from maritime_grid.domain.errors import MaritimeGridError, UsageError
from maritime_grid.domain.items import ACTS, State, Trigger
from maritime_grid.settings_access import load_access
from maritime_grid.store import migrate
from maritime_grid.store.account_roles import as_account
from maritime_grid.store.connect import connect
from maritime_grid.store.errors import StoreRefused
from maritime_grid.store.item_reads import item_history, item_steps
from maritime_grid.store.items import StaleItem, item_versions
from maritime_grid.store.people import People
from maritime_grid.store.reads import Reads

from . import case_build as cb
from .case_build import NOW, ask
from .people_build import DAY, TODAY, accounts, conn, dsn, people

__all__ = ["accounts", "conn", "dsn", "people"]
ITEM = {"item_id": "3.1", "class": 3, "title": "巡查", "text": "出港前查看", "basis": "第二十二条"}
ROLES = {name: role for name, role, *_ in cb.ACCOUNTS}
WAY = (Trigger.REVIEW, Trigger.APPROVE, Trigger.PUBLISH)


def bring(people: People, to: State, version: int = 1, day: date = TODAY, **more: Any) -> None:
    """A version from its proposal to a state."""
    for trigger, state in zip(WAY, (State.REVIEWED, State.APPROVED, State.PUBLISHED), strict=True):
        people.move_item(
            "3.1", version, trigger, "b", NOW, in_force=day if trigger is Trigger.PUBLISH else None, **more
        )
        if state is to:
            return


def published(people: People, version: int = 1, day: date = TODAY, **changes: Any) -> None:
    people.propose_item({**ITEM, **changes}, "a", NOW)
    bring(people, State.PUBLISHED, version, day)


@contextmanager
def reading(dsn: str, name: str) -> Iterator[psycopg.Connection[Any]]:
    conn = connect(dsn, "test")
    with conn, as_account(conn, name):
        yield conn


@pytest.mark.parametrize("trigger", Trigger)
def test_each_step_is_for_roles_that_have_its_act_and_for_no_other(accounts: People, dsn: str, trigger: Trigger):
    before = {Trigger.REVIEW: None, Trigger.APPROVE: State.REVIEWED, Trigger.PUBLISH: State.APPROVED}.get(trigger)
    with People(dsn, console=True) as console:
        console.propose_item(ITEM, "a", NOW)
        if before:
            bring(console, before)
    more: dict[str, Any] = {"remark": "意见", "in_force": TODAY if trigger is Trigger.PUBLISH else None}
    table, refused = load_access(cb.SETTINGS), 0
    for name, role in sorted(ROLES.items(), key=lambda one: table.may(one[1], ACTS[trigger])):
        if table.may(role, ACTS[trigger]):
            accounts.move_item("3.1", 1, trigger, name, NOW, **more)
            break
        with pytest.raises(NotAllowed):
            accounts.move_item("3.1", 1, trigger, name, NOW, **more)
        assert ask(dsn, "select state from mg.item_version") == [(before or State.PROPOSED,)]
        refused += 1
    assert refused > 5
    assert ask(dsn, "select count(*) from mg.item_step where state = %s", [f"{State(before or 'proposed')}"]) == [(1,)]
    assert ask(dsn, "select state <> %s from mg.item_version", [before or State.PROPOSED]) == [(True,)]


def test_proposing_is_for_roles_that_have_its_act_and_for_no_other(accounts: People, dsn: str):
    table, done = load_access(cb.SETTINGS), {True: 0, False: 0}
    for n, (name, role) in enumerate(ROLES.items(), 1):
        may = table.may(role, "items.edit")
        done[may] += 1
        new = {**ITEM, "item_id": f"3.{n}"}
        if may:
            assert accounts.propose_item(new, name, NOW, base=0, remark="新增") == 1
        else:
            with pytest.raises(NotAllowed):
                accounts.propose_item(new, name, NOW, base=0, remark="新增")
    assert done[True] > 2 < done[False]
    assert ask(dsn, "select count(*) from mg.item") == [(done[True],)]


def test_who_proposed_does_not_approve_though_the_role_may(accounts: People, dsn: str):
    accounts.propose_item(ITEM, "city", NOW)
    accounts.move_item("3.1", 1, Trigger.REVIEW, "county", NOW, remark="可行")
    with pytest.raises(UsageError, match="city proposed this version"):
        accounts.move_item("3.1", 1, Trigger.APPROVE, "city", NOW)
    assert ask(dsn, "select state from mg.item_version") == [("reviewed",)]


def test_rejecting_wants_a_reason(people: People):
    people.propose_item(ITEM, "a", NOW)
    with pytest.raises(UsageError, match="for a reason"):
        people.move_item("3.1", 1, Trigger.REJECT, "b", NOW, remark=" \n")
    assert people.move_item("3.1", 1, Trigger.REJECT, "b", NOW, remark="不予调整") == State.REJECTED


def test_proposal_against_an_older_version_is_refused_and_changes_nothing(people: People, dsn: str):
    published(people)
    with pytest.raises(StaleItem, match="version 1 by now"):
        people.propose_item(ITEM, "a", NOW, base=0)
    published(people, 2, title="巡查二")
    before = ask(dsn, "select count(*) from mg.people_log")
    with pytest.raises(StaleItem, match="version 2 by now"):
        people.propose_item({**ITEM, "title": "旧"}, "a", NOW, base=1)
    assert ask(dsn, "select count(*) from mg.people_log") == before
    people.propose_item({**ITEM, "title": "新"}, "a", NOW, base=2)
    people.move_item("3.1", 3, Trigger.REJECT, "b", NOW, remark="不")
    assert people.propose_item({**ITEM, "title": "又新"}, "a", NOW, base=2) == 4


def test_step_from_another_state_than_was_seen_is_refused(people: People, dsn: str):
    people.propose_item(ITEM, "a", NOW)
    people.move_item("3.1", 1, Trigger.REVIEW, "b", NOW, seen=State.PROPOSED)
    with pytest.raises(StaleItem, match="reviewed by now"):
        people.move_item("3.1", 1, Trigger.REJECT, "b", NOW, remark="不", seen=State.PROPOSED)
    assert ask(dsn, "select state from mg.item_version") == [("reviewed",)]


def test_of_many_who_propose_the_same_at_once_one_does(accounts: People, dsn: str):
    with People(dsn, console=True) as console:
        published(console)
    barrier = Barrier(8)

    def propose(n: int) -> bool:
        barrier.wait(60)
        try:
            accounts.propose_item({**ITEM, "title": f"改{n}"}, "county", NOW, base=1, remark="改")
        except StoreRefused:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(propose, range(8))) == 1
    assert ask(dsn, "select version, state from mg.item_version order by 1") == [(1, "published"), (2, "proposed")]


def test_item_keeps_its_class(people: People):
    published(people)
    with pytest.raises(UsageError, match="is of class 3"):
        people.propose_item({**ITEM, "class": 4}, "a", NOW)


def test_version_does_not_come_into_force_before_one_that_was_published_earlier(people: People):
    published(people, day=TODAY + 30 * DAY)
    people.propose_item({**ITEM, "title": "二"}, "a", NOW)
    bring(people, State.APPROVED, 2)
    with pytest.raises(UsageError, match="another version comes into force"):
        people.move_item("3.1", 2, Trigger.PUBLISH, "b", NOW, in_force=TODAY + 29 * DAY)
    assert people.move_item("3.1", 2, Trigger.PUBLISH, "b", NOW, in_force=TODAY + 30 * DAY) == State.PUBLISHED


def test_mere_proposal_takes_no_mark_of_a_sample_away(people: People, conn: psycopg.Connection[Any]):
    published(people, sample=True)
    people.propose_item({**ITEM, "title": "正式"}, "a", NOW)
    assert [(one.version, one.sample) for one in item_history(conn)] == [(1, True)]
    bring(people, State.PUBLISHED, 2, TODAY + DAY)
    assert [(one.version, one.sample) for one in item_history(conn)] == [(2, False), (1, True)]
    assert [(v.version, v.sample) for v in item_versions(conn)] == [(2, False), (1, True)]
    with pytest.raises(pg.InsufficientPrivilege):
        conn.execute("update mg.item_version set sample = false")


def test_steps_keep_who_did_what_when_and_why(people: People, conn: psycopg.Connection[Any]):
    people.propose_item(ITEM, "a", NOW, remark="补缺")
    people.move_item("3.1", 1, Trigger.REVIEW, "b", NOW + timedelta(hours=1), remark="可行")
    people.move_item("3.1", 1, Trigger.REJECT, "c", NOW + timedelta(hours=2), remark="重复")
    steps = [(s.version, s.state, s.by, s.remark) for s in item_steps(conn, "3.1")]
    assert steps == [(1, "proposed", "a", "补缺"), (1, "reviewed", "b", "可行"), (1, "rejected", "c", "重复")]
    assert item_steps(conn, "3.2") == []


def test_everybody_reads_what_was_published_and_drafts_come_for_who_works_on_them(accounts: People, dsn: str):
    with People(dsn, console=True) as console:
        published(console)
        console.propose_item({**ITEM, "title": "草案"}, "a", NOW, remark="内部意见")
    table = load_access(cb.SETTINGS)
    for name, role in ROLES.items():
        works = table.may(role, "items.edit") or table.may(role, "items.approve")
        with reading(dsn, name) as conn:
            assert [(one.version, one.title) for one in item_history(conn)] == [(1, "巡查")]
            assert [v.version for v in item_versions(conn)] == ([2, 1] if works else [])
            assert bool(item_steps(conn)) == works
    with closing(Reads(dsn)) as reads:
        (public,) = reads.work_items()
    assert (public.title, public.published_at, public.superseded) == ("巡查", NOW, None)
    assert not hasattr(public, "by")


def test_reading_role_of_an_account_writes_nothing(accounts: People, dsn: str):
    with People(dsn, console=True) as console:
        console.propose_item(ITEM, "a", NOW)
    for name in ("city", "county", "lin"):
        for statement in ("update mg.item_version set state = 'reviewed'", "insert into mg.item values ('9.1', 9)",
                          "update api.item_version set state = 'published'"):  # fmt: skip
            with (
                reading(dsn, name) as conn,
                pytest.raises(
                    (
                        pg.InsufficientPrivilege,
                        pg.ReadOnlySqlTransaction,
                        pg.ObjectNotInPrerequisiteState,
                        MaritimeGridError,
                    )
                ),
            ):
                conn.execute(statement)
    assert ask(dsn, "select state from mg.item_version") == [("proposed",)]


def test_store_of_before_keeps_the_mark_of_each_sample(empty_dsn: str):
    steps = migrate.migrations()
    with psycopg.connect(empty_dsn, autocommit=True) as conn:
        migrate.migrate(conn, [one for one in steps if one.number < 28])
        conn.execute("""
            insert into mg.item values ('1.1', 1, true), ('1.2', 1, false);
            insert into mg.item_version values
              ('1.1', 1, '走访', '走访', '', false, 'published', '2025-01-01'),
              ('1.1', 2, '走访', '常走访', '', false, 'proposed', null),
              ('1.2', 1, '核对', '核对', '', false, 'published', '2025-01-01')
        """)
        migrate.migrate(conn)
        found = conn.execute("select item_id, version, sample from mg.item_version order by 1, 2").fetchall()
        assert found == [("1.1", 1, True), ("1.1", 2, True), ("1.2", 1, False)]
        with pytest.raises(pg.InsufficientPrivilege):
            conn.execute("update mg.item_version set title = 'x'")
