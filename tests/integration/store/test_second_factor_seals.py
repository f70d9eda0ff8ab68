"""Secrets of second factors lie closed in the store; old open ones are closed at their next use; keys change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from maritime_grid.domain.access import Access
from maritime_grid.domain.totp import code_of, step_of
from maritime_grid.settings import load_settings
from maritime_grid.settings_access import login_rules
from maritime_grid.store.accounts import Accounts
from maritime_grid.store.own_account import Proof
from maritime_grid.store.sealing import MARK, Seal, SealBroken

from .account_build import PASSWORD, QUAY, add, add_worker, after, ask, dsn, log, login, table

__all__ = ["dsn", "table"]
FIRST, SECOND = b"k" * 40, b"s" * 40

Opener = Callable[[bytes | None], Accounts]


@pytest.fixture
def with_key(dsn: str, table: Access) -> Iterator[Opener]:
    """Accounts of the store as a process with this secret key has them."""
    with ExitStack() as stack:

        def start(key: bytes | None) -> Accounts:
            rules = login_rules(load_settings().access)
            accounts = stack.enter_context(Accounts(dsn, table, rules, seal=Seal(lambda: key)))
            accounts.write_table()
            return accounts

        yield start


def kept(dsn: str, name: str = "boss") -> str:
    return ask(dsn, "select totp_secret from mg.account where account_id = %s", name)[0][0]


def enter(accounts: Accounts, secret: str, seconds: float, name: str = "boss") -> str:
    """Past the second factor, at a moment of its own: none is taken twice."""
    at = after(seconds)
    half = login(accounts, name, at=at).token
    return accounts.logins.by_code(half, code_of(secret, step_of(at.timestamp())), QUAY, at).token


def test_secret_that_was_offered_and_enrolled_lies_closed_and_opens_the_next_login(with_key, dsn):
    accounts = with_key(FIRST)
    add(accounts, "boss", "operator")
    half = login(accounts, "boss").token
    secret = accounts.logins.offered_secret(half)
    assert accounts.logins.offered_secret(half) == secret
    offers = str(ask(dsn, "select new_secret from mg.session"))
    assert accounts.logins.by_code(half, code_of(secret, step_of(after(0).timestamp())), QUAY, after(0)).whole
    assert kept(dsn).startswith(f"{MARK}:")
    assert secret not in offers + kept(dsn)
    assert enter(accounts, secret, 60)
    assert enter(with_key(FIRST), secret, 120)  # another process with the same key


def test_secret_from_before_there_was_a_key_is_closed_at_its_next_use(with_key, dsn):
    open_ones = with_key(None)
    add(open_ones, "boss", "operator")
    secret = open_ones.new_second_factor("boss", after(0), "test")
    assert kept(dsn) == secret
    accounts = with_key(FIRST)
    assert enter(accounts, secret, 60)
    closed = kept(dsn)
    assert closed.startswith(f"{MARK}:")
    assert enter(accounts, secret, 120)
    assert kept(dsn) == closed


def test_closed_secret_opens_for_its_own_account_and_key_alone(with_key, dsn):
    accounts = with_key(FIRST)
    for name in ("boss", "other"):
        add(accounts, name, "operator")
    secret = accounts.new_second_factor("boss", after(0), "test")
    with pytest.raises(SealBroken, match="another secret key"):
        enter(with_key(SECOND), secret, 60)
    with pytest.raises(SealBroken, match="another secret key"):
        enter(with_key(None), secret, 60)
    ask(dsn, "update mg.account set totp_secret = %s where account_id = 'other' returning 1", kept(dsn))
    with pytest.raises(SealBroken, match="of other was altered"):
        enter(accounts, secret, 60, "other")
    altered = kept(dsn)[:-2] + "AA"
    for text in (altered, f"{MARK}:{kept(dsn).split(':')[1]}:", f"{MARK}:{kept(dsn).split(':')[1]}:?"):
        ask(dsn, "update mg.account set totp_secret = %s where account_id = 'other' returning 1", text)
        with pytest.raises(SealBroken):
            enter(accounts, secret, 60, "other")
    assert accounts.one("boss").failures == 0
    assert enter(accounts, secret, 60)


def test_keys_are_changed_by_closing_anew_and_what_neither_opens_stays_and_is_named(with_key, dsn):
    first = with_key(FIRST)
    for name in ("boss", "other", "third"):
        add(first, name, "operator")
    secret, _ = (first.new_second_factor(name, after(0), "test") for name in ("boss", "other"))
    stranger = with_key(b"x" * 40)
    stranger.new_second_factor("third", after(0), "test")
    lost = kept(dsn, "third")
    second = with_key(SECOND)
    assert second.reseal(Seal(lambda: FIRST), after(1), "cli:root") == (2, ["third"])
    assert kept(dsn, "third") == lost
    assert enter(second, secret, 60)
    with pytest.raises(SealBroken):
        enter(first, secret, 120)
    assert ("cli:root", "second_factors_sealed", "2 closed, 1 not readable") in log(dsn)
    assert with_key(None).reseal(Seal(lambda: SECOND), after(2), "cli:root") == (2, ["third"])
    assert kept(dsn) == secret  # without a key they stand as they are


def test_second_factor_of_the_own_page_lies_closed_too_and_proves_the_next_one(with_key, dsn):
    accounts = with_key(FIRST)
    add_worker(accounts)
    token = login(accounts).token
    secret = accounts.logins.offered_secret(token)
    code = code_of(secret, step_of(after(0).timestamp()))
    token = accounts.own.set_second_factor(token, Proof(PASSWORD), code, QUAY, after(0))
    assert kept(dsn, "worker").startswith(f"{MARK}:")
    proof = Proof(code=code_of(secret, step_of(after(60).timestamp())))
    assert accounts.own.forget_second_factor(token, proof, QUAY, after(60))
    assert kept(dsn, "worker") == ""


def test_key_is_asked_for_only_where_a_secret_is_touched(dsn, table):
    def missing() -> bytes:
        raise AssertionError("nobody needs it")

    with Accounts(dsn, table, login_rules(load_settings().access), seal=Seal(missing)) as accounts:
        accounts.write_table()
        add_worker(accounts)
        login(accounts)
        assert accounts.all()
