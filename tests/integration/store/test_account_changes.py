"""What an account is changes at once, for whoever may change it; an operator is always left; one-time passwords."""

from __future__ import annotations

import psycopg
import pytest

from maritime_grid.store.account_checks import AccountFault
from maritime_grid.store.account_rows import Change, NewAccount
from maritime_grid.store.accounts import Accounts
from maritime_grid.store.reads import Reads

from .account_build import (
    NOON,
    PASSWORD,
    accounts,
    add,
    add_at_its_place,
    add_worker,
    after,
    ask,
    at_once,
    dsn,
    log,
    login,
    reads,
    refused,
    table,
)  # fmt: skip

__all__ = ["accounts", "dsn", "reads", "table"]
WEEK_S = 7 * 86_400


def is_now(accounts: Accounts, account_id: str = "worker") -> tuple[object, ...]:
    row = accounts.one(account_id)
    return row.role, row.unit_id, row.body_id, row.person_id, row.name_shown


def mine(reads: Reads, account_id: str = "worker") -> set[str]:
    """Units that the database says are the account's own."""
    with reads.as_account(account_id) as conn:
        return {str(row[0]) for row in conn.execute("select unit_id from api.unit where mine")}


def kind_of(fault: pytest.ExceptionInfo[AccountFault]) -> str:
    return fault.value.kind


def test_another_unit_holds_at_once_in_the_database_and_for_the_session_that_is_open(accounts, reads):
    add_worker(accounts)
    token = login(accounts).token
    assert mine(reads) == {"ZS-PT-DJ-M"}
    assert accounts.change("worker", Change("worker", "ZS-PT-DJ", name_shown="王五"), after(1), "cli:root")
    assert mine(reads) == {"ZS-PT-DJ", "ZS-PT-DJ-M"}
    row = accounts.sessions.find(token, after(2))
    assert (row.unit_id, row.name_shown) == ("ZS-PT-DJ", "王五")


def test_another_role_ends_its_sessions_and_asks_for_what_the_new_role_needs(accounts, reads):
    add_worker(accounts)
    token = login(accounts).token
    accounts.change("worker", Change("department", "ZS-PT-DJ-M", "FISHERY"), after(1), "cli:root")
    assert accounts.sessions.find(token, after(2)) is None
    assert is_now(accounts) == ("department", None, "FISHERY", None, "worker")  # it does not work for a unit
    assert mine(reads) == set()
    assert not login(accounts, at=after(3)).whole  # a department has a second factor


@pytest.mark.parametrize(
    ("wanted", "kind"),
    [
        (Change("village"), "needs_unit"), (Change("village", "ZS"), "other_unit"), (Change("worker", "X"), "no_unit"),
        (Change("department"), "needs_body"), (Change("department", None, "GUARD"), "other_body"),
        (Change("coast_guard", None, "X"), "no_body"), (Change("operator", person_id=99), "no_person"),
        (Change("skipper"), "no_role"), (Change(""), "no_role"),
    ],
)  # fmt: skip
def test_change_that_does_not_fit_the_role_changes_nothing(accounts, dsn, wanted, kind):
    add_worker(accounts)
    token, before = login(accounts).token, is_now(accounts)
    with pytest.raises(AccountFault) as fault:
        accounts.change("worker", wanted, after(1), "cli:root")
    assert kind_of(fault) == kind
    assert is_now(accounts) == before
    assert accounts.sessions.find(token, after(2))
    assert "account_changed" not in str(log(dsn))


def test_change_is_logged_with_who_and_what_and_one_that_changes_nothing_is_not(accounts, dsn):
    add_worker(accounts)
    with psycopg.connect(dsn, autocommit=True) as conn:
        conn.execute("insert into mg.person (name_zh, staff_no) values ('王五', 'DJ-7')")
    person = accounts.person_of("DJ-7")
    assert (person, accounts.person_of(str(person)), accounts.person_of("none")) == (1, 1, None)
    assert accounts.change("worker", Change("worker", "ZS-PT-DJ", person_id=person), after(1), "cli:root")
    assert not accounts.change("worker", Change("worker", "ZS-PT-DJ", person_id=person), after(2), "cli:root")
    assert accounts.one("worker").person_no == "DJ-7"
    assert log(dsn)[1:] == [
        ("cli:root", "account_changed", "unit_id ZS-PT-DJ-M > ZS-PT-DJ, person_id - > 1"),
    ]


def test_nobody_makes_himself_more_and_who_may_not_keep_accounts_changes_none(accounts):
    add_at_its_place(accounts, "operator", "boss", "other")
    add_worker(accounts)
    add_at_its_place(accounts, "county")

    def attempts(who: str, by: str) -> set[str]:
        at, kinds = after(1), set[str]()
        for act in (
            lambda: accounts.change(who, Change("city", "ZS"), at, by),
            lambda: accounts.set_password(who, PASSWORD, at, by),
            lambda: accounts.new_second_factor(who, at, by),
            lambda: accounts.forget_second_factor(who, at, by),
            lambda: accounts.disable(who, at, by),
            lambda: accounts.enable(who, at, by),
            lambda: accounts.unlock(who, at, by),
        ):
            with pytest.raises(AccountFault) as fault:
                act()
            kinds.add(kind_of(fault))
        return kinds

    before = [is_now(accounts, name) for name in ("boss", "worker", "county")]
    assert attempts("boss", by="boss") == {"own"}
    assert attempts("worker", by="county") == {"not_allowed"}
    assert attempts("nobody", by="boss") == {"no_account"}
    with pytest.raises(AccountFault):
        accounts.add(NewAccount("friend", "operator"), PASSWORD, NOON, by="county")
    accounts.disable("other", after(2), by="boss")
    assert attempts("worker", by="other") == {"not_allowed"}  # disabled meanwhile
    assert [is_now(accounts, name) for name in ("boss", "worker", "county")] == before


@pytest.mark.parametrize("by", ["cli:root", "second"])
def test_last_operator_stays_one_whoever_asks(accounts, by):
    add(accounts, "boss", "operator")
    add_worker(accounts)
    if by == "second":
        add(accounts, "second", "operator")
        accounts.disable("second", after(1), by="boss")
    for act in (
        lambda: accounts.disable("boss", after(2), by),
        lambda: accounts.change("boss", Change("worker", "ZS-PT-DJ-M"), after(2), by),
    ):
        with pytest.raises(AccountFault) as fault:
            act()
        assert kind_of(fault) == ("last_operator" if by == "cli:root" else "not_allowed")
    assert (accounts.one("boss").role, accounts.one("boss").disabled_at) == ("operator", None)
    add(accounts, "third", "operator")
    accounts.disable("boss", after(3), by="third")
    assert accounts.one("boss").disabled_at == after(3)


def test_operators_who_end_one_another_at_once_leave_one(accounts, dsn):
    add_at_its_place(accounts, "operator", "left", "right")
    faults: list[str] = []

    def end(who: str, by: str) -> None:
        try:
            accounts.disable(who, after(1), by)
        except AccountFault as fault:
            faults.append(fault.kind)

    at_once(end, (("left", "right"), ("right", "left")))
    assert faults == ["not_allowed"]
    assert ask(dsn, "select count(*) from mg.account where disabled_at is null") == [(1,)]


def test_unlocked_account_may_try_at_once_and_stays_logged_in(accounts, dsn):
    add_worker(accounts)
    token = login(accounts).token
    for _ in range(5):
        refused(accounts, password="wrong-password")
    refused(accounts)
    accounts.unlock("worker", after(1), by="cli:root")
    assert accounts.one("worker").failures == 0
    assert login(accounts, at=after(1)).whole
    assert accounts.sessions.find(token, after(2))
    assert ("cli:root", "account_unlocked", "") in log(dsn)


def test_all_sessions_of_an_account_end_at_once(accounts, dsn):
    add_worker(accounts)
    tokens = [login(accounts).token for _ in range(3)]
    assert accounts.sessions.revoke_all("worker", after(1), by="boss") == 3
    assert [accounts.sessions.find(token, after(1)) for token in tokens] == [None] * 3
    assert log(dsn)[-1] == ("boss", "sessions_ended", "")


def test_one_time_password_logs_in_for_a_week_and_says_that_it_must_be_changed(accounts, dsn):
    accounts.add(NewAccount("worker", "worker", "ZS-PT-DJ-M"), PASSWORD, NOON, by="test", once=True)
    row = accounts.sessions.find(login(accounts).token, NOON)
    assert (row.whole, row.must_change) == (True, True)
    assert login(accounts, at=after(WEEK_S - 1)).whole
    refused(accounts, at=after(WEEK_S))
    assert log(dsn)[-1] == ("worker", "login_failed", "one-time password is over")
    accounts.set_password("worker", "another-of-shenjiamen", after(WEEK_S), by="cli:root")
    lasting = login(accounts, password="another-of-shenjiamen", at=after(9 * WEEK_S)).token
    assert not accounts.sessions.find(lasting, after(9 * WEEK_S)).must_change


def test_wall_keeps_the_password_that_it_was_given(accounts):
    accounts.add(NewAccount("wall", "wall"), PASSWORD, NOON, by="test", once=True)
    add_worker(accounts)
    accounts.set_password("worker", PASSWORD, NOON, by="test", once=True)
    accounts.change("worker", Change("wall"), NOON, by="test")
    for name in ("wall", "worker"):
        assert not accounts.sessions.find(
            login(accounts, name, at=after(2 * WEEK_S)).token, after(2 * WEEK_S)
        ).must_change
