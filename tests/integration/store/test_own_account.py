"""What somebody changes of the own account: under a proof, counted when wrong, and every other session ends."""

from __future__ import annotations

from datetime import datetime

import pytest

from maritime_grid.domain.errors import UsageError
from maritime_grid.domain.totp import code_of, step_of
from maritime_grid.store.account_checks import AccountFault
from maritime_grid.store.accounts import Accounts
from maritime_grid.store.attempts import LoginLocked
from maritime_grid.store.own_account import Proof, ProofRefused
from maritime_grid.store.sessions import Origin

from .account_build import (
    NOON,
    PASSWORD,
    QUAY,
    accounts,
    add,
    add_at_its_place,
    add_worker,
    after,
    dsn,
    log,
    login,
    refused,
    table,
)  # fmt: skip

__all__ = ["accounts", "dsn", "table"]
OWN = "nets-are-mended-here"


def code(secret: str, at: datetime) -> str:
    return code_of(secret, step_of(at.timestamp()))


def alive(accounts: Accounts, *tokens: str, at: datetime) -> list[bool]:
    return [accounts.sessions.find(token, at) is not None for token in tokens]


def wrong(accounts: Accounts, token: str, *, at: datetime = NOON, old: str = "not-the-old-one") -> str:
    with pytest.raises(ProofRefused) as caught:
        accounts.own.change_password(token, old, OWN, QUAY, at)
    return caught.value.kind


def set_up(accounts: Accounts, token: str, at: datetime, proof: Proof, name: str = "") -> tuple[str, str]:
    """A second factor for the session's account: its secret, and the token that goes on."""
    secret = accounts.logins.offered_secret(token)
    return secret, accounts.own.set_second_factor(token, proof, code(secret, at), QUAY, at)


def test_new_password_ends_every_session_and_the_one_that_asked_goes_on_under_another_token(accounts, dsn):
    add_worker(accounts)
    here, elsewhere = login(accounts).token, login(accounts).token
    token = accounts.own.change_password(here, PASSWORD, OWN, QUAY, after(1))
    assert alive(accounts, here, elsewhere, token, at=after(2)) == [False, False, True]
    refused(accounts)
    assert login(accounts, password=OWN).whole
    assert ("worker", "password_set", "") in log(dsn)


def test_one_time_password_is_changed_into_one_of_its_own(accounts):
    add_worker(accounts)
    accounts.set_password("worker", PASSWORD, NOON, by="test", once=True)
    token = accounts.own.change_password(login(accounts).token, PASSWORD, OWN, QUAY, after(1))
    assert not accounts.sessions.find(token, after(2)).must_change
    assert accounts.one("worker").password_until is None
    assert login(accounts, password=OWN, at=after(10 * 7 * 86_400)).whole


def test_wrong_old_passwords_lock_the_account_as_failed_logins_do(accounts, dsn):
    add_worker(accounts)
    token = login(accounts).token
    assert [wrong(accounts, token) for _ in range(5)] == ["wrong"] * 4 + ["locked"]
    assert wrong(accounts, token, old=PASSWORD, at=after(29)) == "locked"
    refused(accounts, at=after(29))
    assert alive(accounts, token, at=after(29)) == [True]
    assert ("worker", "password_refused", "wrong password, account locked for 30 s") in log(dsn)
    assert accounts.own.change_password(token, PASSWORD, OWN, QUAY, after(31))


def test_wrong_old_passwords_of_one_address_are_counted_with_its_failed_logins(accounts):
    add_worker(accounts)
    token = login(accounts).token
    for n in range(19):
        refused(accounts, f"nobody{n}")
    wrong(accounts, token)
    with pytest.raises(LoginLocked):
        accounts.own.change_password(token, PASSWORD, OWN, QUAY, NOON)
    assert accounts.own.change_password(token, PASSWORD, OWN, Origin("192.0.2.99"), NOON)


@pytest.mark.parametrize(
    ("new", "kind"),
    [
        ("short", "password_short"), ("x7 " * 100, "password_long"), ("aaaaaaaaaaaa", "password_plain"),
        ("the-worker-of-dongji", "password_plain"), (PASSWORD, "password_same"),
    ],
)  # fmt: skip
def test_new_password_that_will_not_do_changes_nothing(accounts, new, kind):
    add_worker(accounts)
    token = login(accounts).token
    with pytest.raises(AccountFault) as caught:
        accounts.own.change_password(token, PASSWORD, new, QUAY, NOON)
    assert caught.value.kind == kind
    assert alive(accounts, token, at=NOON) == [True]
    assert accounts.one("worker").failures == 0


def test_token_that_is_no_whole_session_changes_nothing(accounts):
    add(accounts, "boss", "operator")
    half = login(accounts, "boss").token
    for token in ("", "guess", half):
        assert wrong(accounts, token, old=PASSWORD) == "over"
        with pytest.raises(ProofRefused):
            accounts.own.end_others(token, NOON)


def test_second_factor_is_set_up_under_the_password_and_asked_for_from_then_on(accounts, dsn):
    add_worker(accounts)
    here, elsewhere = login(accounts).token, login(accounts).token
    secret, token = set_up(accounts, here, NOON, Proof(PASSWORD))
    assert alive(accounts, here, elsewhere, token, at=NOON) == [False, False, True]
    half = login(accounts, at=after(60))
    assert not half.whole
    assert accounts.logins.by_code(half.token, code(secret, after(60)), QUAY, after(60)).whole
    assert ("worker", "second_factor_set", "") in log(dsn)


def test_another_second_factor_is_proven_by_a_code_of_the_old_one_once(accounts):
    add_worker(accounts)
    old, token = set_up(accounts, login(accounts).token, NOON, Proof(PASSWORD))
    used = Proof(code=code(old, NOON))
    with pytest.raises(ProofRefused):
        set_up(accounts, token, NOON, used)
    new, token = set_up(accounts, token, after(60), Proof(code=code(old, after(60))))
    assert new != old
    half = login(accounts, at=after(120)).token
    assert accounts.logins.by_code(half, code(new, after(120)), QUAY, after(120)).whole


def test_second_factor_without_a_proof_or_with_a_wrong_code_stays_as_it_was(accounts):
    add_worker(accounts)
    token = login(accounts).token
    secret = accounts.logins.offered_secret(token)
    with pytest.raises(ProofRefused) as caught:
        accounts.own.set_second_factor(token, Proof(PASSWORD), "000000", QUAY, NOON)
    assert (caught.value.kind, accounts.one("worker").failures) == ("new_code", 0)
    for proof in (Proof(), Proof("wrong-password"), Proof(code="000000"), Proof(code=code(secret, NOON))):
        with pytest.raises(ProofRefused) as caught:
            accounts.own.set_second_factor(token, proof, code(secret, NOON), QUAY, NOON)
        assert caught.value.kind == "wrong"
    assert accounts.one("worker").failures == 4
    assert not accounts.one("worker").has_second_factor


def test_second_factor_is_given_up_only_where_the_role_allows_it(accounts):
    add_worker(accounts)
    _, token = set_up(accounts, login(accounts).token, NOON, Proof(PASSWORD))
    token = accounts.own.forget_second_factor(token, Proof(PASSWORD), QUAY, after(1))
    assert alive(accounts, token, at=after(1)) == [True]
    assert login(accounts, at=after(2)).whole
    add(accounts, "boss", "operator")
    half = login(accounts, "boss").token
    secret = accounts.logins.offered_secret(half)
    whole = accounts.logins.by_code(half, code(secret, NOON), QUAY, NOON).token
    with pytest.raises(UsageError, match="needs a second factor"):
        accounts.own.forget_second_factor(whole, Proof(PASSWORD), QUAY, after(1))
    assert accounts.one("boss").has_second_factor


def test_somebody_ends_own_sessions_and_no_other(accounts):
    add_worker(accounts)
    add_worker(accounts, "other")
    here, there, third = (login(accounts).token for _ in range(3))
    foreign = login(accounts, "other").token
    accounts.own.end_session(here, accounts.sessions.find(there, NOON).number, NOON)
    accounts.own.end_session(here, accounts.sessions.find(foreign, NOON).number, NOON)
    accounts.own.end_session(here, 10**17, NOON)
    assert alive(accounts, here, there, third, foreign, at=NOON) == [True, False, True, True]
    assert accounts.own.end_others(here, NOON) == 1
    assert alive(accounts, here, third, foreign, at=NOON) == [True, False, True]
    assert accounts.own.end_others(here, NOON) == 0


def test_own_log_holds_logins_failures_and_what_others_did_with_it_and_nothing_of_others(accounts):
    add_worker(accounts)
    add_worker(accounts, "other")
    refused(accounts, password="wrong-password", at=after(1))
    login(accounts, at=after(2))
    login(accounts, "other", at=after(3))
    accounts.set_password("worker", PASSWORD, after(4), by="cli:root")
    accounts.set_password("other", PASSWORD, after(5), by="cli:root")
    seen = [(e.account_id, e.act, e.subject) for e in accounts.own.entries("worker", 10)]
    assert seen == [
        ("cli:root", "password_set", "account:worker"), ("worker", "login", "address:192.0.2.7"),
        ("worker", "login_failed", "address:192.0.2.7"), ("test", "account_added", "account:worker"),
    ]  # fmt: skip
    assert [e.act for e in accounts.own.entries("worker", 1)] == ["password_set"]


def test_own_account_says_for_whom_it_works(accounts):
    add_worker(accounts)
    add_at_its_place(accounts, "coast_guard", "guard")
    worker, guard = accounts.own.seen("worker"), accounts.own.seen("guard")
    assert worker.unit_zh == ["舟山市", "普陀区", "东极镇", "庙子湖"]
    assert (guard.unit_zh, guard.body_zh, guard.has_password, guard.has_second_factor) == ([], "海警", True, False)
    with pytest.raises(UsageError):
        accounts.own.seen("nobody")
