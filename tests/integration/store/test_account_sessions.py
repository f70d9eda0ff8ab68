"""Second factors and sessions of accounts, in a real store, on a clock that is turned."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from maritime_grid.domain.access import Access
from maritime_grid.domain.totp import code_of, step_of
from maritime_grid.store.accounts import Accounts
from maritime_grid.store.logins import LoginRefused
from maritime_grid.store.sessions import Sessions

from .account_build import (
    NOON,
    QUAY,
    accounts,
    add,
    add_worker,
    after,
    ask,
    dsn,
    log,
    login,
    reads,
    table,
)  # fmt: skip

__all__ = ["accounts", "dsn", "reads", "table"]


def enrolled(accounts: Accounts) -> str:
    """An operator with a second factor; its secret."""
    add(accounts, "boss", "operator")
    return accounts.new_second_factor("boss", NOON, by="test")


def code(secret: str, at: datetime) -> str:
    return code_of(secret, step_of(at.timestamp()))


def test_role_with_a_second_factor_gets_in_with_password_and_code_only(accounts):
    secret = enrolled(accounts)
    half = login(accounts, "boss")
    assert not half.whole
    assert accounts.sessions.find(half.token, NOON) is None
    assert accounts.sessions.find(half.token, NOON, half=True)
    with pytest.raises(LoginRefused):
        accounts.logins.by_code(half.token, "000000", QUAY, NOON)
    whole = accounts.logins.by_code(half.token, code(secret, NOON), QUAY, NOON)
    assert whole.token != half.token
    assert accounts.sessions.find(whole.token, NOON).account_id == "boss"
    assert accounts.sessions.find(half.token, NOON, half=True) is None
    assert accounts.sessions.find(whole.token, NOON, half=True) is None


def test_code_that_was_used_opens_nothing_again(accounts):
    secret = enrolled(accounts)
    first, second = login(accounts, "boss"), login(accounts, "boss")
    at = after(1)
    accounts.logins.by_code(first.token, code(secret, at), QUAY, at)
    for used in (at, at - timedelta(seconds=30)):  # nor one before it
        with pytest.raises(LoginRefused):
            accounts.logins.by_code(second.token, code(secret, used), QUAY, at)
    later = after(31)
    assert accounts.logins.by_code(second.token, code(secret, later), QUAY, later).whole


def test_wrong_codes_lock_the_account_though_the_password_was_right(accounts):
    secret = enrolled(accounts)
    half = login(accounts, "boss")
    for _ in range(5):
        with pytest.raises(LoginRefused):
            accounts.logins.by_code(half.token, "000000", QUAY, NOON)
        login(accounts, "boss") if accounts.one("boss").failures < 5 else None  # resets nothing
    with pytest.raises(LoginRefused):
        accounts.logins.by_code(half.token, code(secret, NOON), QUAY, NOON)
    assert accounts.one("boss").locked_until == after(30)


def test_half_login_ends_after_ten_minutes(accounts):
    enrolled(accounts)
    half = login(accounts, "boss")
    assert accounts.sessions.find(half.token, after(599), half=True)
    assert accounts.sessions.find(half.token, after(600), half=True) is None


def test_first_login_enrols_the_secret_that_was_offered_and_no_other(accounts, dsn):
    add(accounts, "boss", "operator")
    half = login(accounts, "boss")
    secret = accounts.logins.offered_secret(half.token)
    assert accounts.logins.offered_secret(half.token) == secret
    with pytest.raises(LoginRefused):
        accounts.logins.by_code(half.token, code_of("A" * 32, step_of(NOON.timestamp())), QUAY, NOON)
    assert not accounts.one("boss").has_second_factor
    accounts.logins.by_code(half.token, code(secret, NOON), QUAY, NOON)
    assert accounts.one("boss").has_second_factor
    again = login(accounts, "boss", at=after(60))
    assert accounts.logins.by_code(again.token, code(secret, after(60)), QUAY, after(60)).whole
    assert ("boss", "second_factor_set", "") in log(dsn)


def test_half_login_of_an_enrolled_account_cannot_enrol_anew(accounts):
    enrolled(accounts)
    half = login(accounts, "boss")
    offered = accounts.logins.offered_secret(half.token)
    with pytest.raises(LoginRefused):
        accounts.logins.by_code(half.token, code(offered, NOON), QUAY, NOON)


def test_code_of_another_account_opens_nothing(accounts):
    secret = enrolled(accounts)
    add(accounts, "other", "operator")
    half = login(accounts, "other")
    with pytest.raises(LoginRefused):
        accounts.logins.by_code(half.token, code(secret, NOON), QUAY, NOON)


def test_half_login_that_ended_takes_no_code(accounts):
    secret = enrolled(accounts)
    half, late = login(accounts, "boss"), login(accounts, "boss")
    accounts.sessions.end(half.token, NOON)
    for token, at in ((half.token, NOON), (late.token, after(600)), ("guess", NOON)):
        with pytest.raises(LoginRefused):
            accounts.logins.by_code(token, code(secret, at), QUAY, at)


def test_session_ends_when_idle_when_old_and_that_of_a_wall_never(accounts):
    add_worker(accounts)
    add(accounts, "wall", "wall")
    week, month = 7 * 86_400, 30 * 86_400
    token, wall = login(accounts).token, login(accounts, "wall").token
    assert accounts.sessions.find(token, after(week - 1))
    assert accounts.sessions.find(token, after(2 * week - 2))
    assert accounts.sessions.find(token, after(3 * week - 1)) is None
    token = login(accounts).token
    for n in range(1, 30):
        assert accounts.sessions.find(token, after(n * 86_400))
    assert accounts.sessions.find(token, after(month)) is None
    assert accounts.sessions.find(wall, after(20 * 365 * 86_400))


def test_session_that_ended_by_itself_is_not_listed_and_forgotten_a_month_later(accounts, dsn, monkeypatch):
    add_worker(accounts)
    add(accounts, "wall", "wall")
    login(accounts)
    wall = login(accounts, "wall").token
    day = 86_400
    monkeypatch.setattr(Sessions, "_over", lambda *_: False)  # the store itself leaves them out
    assert {row.account_id for row in accounts.sessions.of(None, after(7 * day - 1))} == {"wall", "worker"}
    assert [row.account_id for row in accounts.sessions.of(None, after(7 * day))] == ["wall"]
    for days, kept in ((36, 2), (38, 1)):
        assert accounts.sessions.find(wall, after(days * day))
        assert ask(dsn, "select count(*) from mg.session") == [(kept,)]
    assert [row.account_id for row in accounts.sessions.of(None, after(400 * day))] == ["wall"]


@pytest.mark.parametrize("how", ["logout", "password", "second factor", "revoked"])
def test_session_is_over_after(accounts, how):
    add_worker(accounts)
    token, at = login(accounts).token, after(5)
    session = accounts.sessions.find(token, NOON)
    if how == "logout":
        accounts.sessions.end(token, at)
    elif how == "password":
        accounts.set_password("worker", "another-password", at, by="boss")
    elif how == "second factor":
        accounts.new_second_factor("worker", at, by="boss")
    else:
        assert [row.number for row in accounts.sessions.of("worker", at)] == [session.number]
        assert accounts.sessions.revoke(session.number, at, by="boss") == "worker"
    assert accounts.sessions.find(token, at) is None
    assert accounts.sessions.of(None, at) == []


def test_session_of_a_role_that_left_the_table_is_over(accounts, dsn, table):
    add_worker(accounts)
    token = login(accounts).token
    less = Access({role: row for role, row in table.roles.items() if role != "worker"})
    with Accounts(dsn, less, accounts.rules) as others:
        assert others.sessions.find(token, NOON) is None


def test_guessed_and_foreign_tokens_are_nobody(accounts):
    add_worker(accounts)
    token = login(accounts).token
    for guess in ("", token[:-1], token + "A", token.swapcase(), "' or true --", "\x00", "浙" * 43):
        assert accounts.sessions.find(guess, NOON) is None
