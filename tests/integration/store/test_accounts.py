"""Accounts in a real store: roles of their own, passwords, locks."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from maritime_grid.cli import main
from maritime_grid.cli.prepare import prepare_access
from maritime_grid.domain.access import Role
from maritime_grid.domain.errors import MaritimeGridError, UsageError
from maritime_grid.settings import load_settings
from maritime_grid.settings_access import login_rules
from maritime_grid.store import account_roles
from maritime_grid.store.accounts import Accounts
from maritime_grid.store.errors import StoreError, StoreUnavailable
from maritime_grid.store.logins import LoginRefused
from maritime_grid.store.query import read_only_query
from maritime_grid.store.reads import Reads
from maritime_grid.store.writer import Store

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
    own_login,
    reads,
    refused,
    table,
)  # fmt: skip

__all__ = ["accounts", "dsn", "reads", "table"]

GROUPS = ("mg_read", "mg_reader")


def test_table_in_the_store_is_that_of_the_configuration_whatever_stood_there(accounts, dsn, table):
    with psycopg.connect(dsn, autocommit=True) as conn:
        conn.execute("insert into mg.role_act values ('wall', 'case.read')")
        conn.execute("delete from mg.role_act where role = 'worker'")
        conn.execute("update mg.role_field set level = 'full' where role = 'wall'")
    accounts.write_table()
    acts = set(ask(dsn, "select role, act from mg.role_act"))
    assert acts == {(role, act) for role, row in table.roles.items() for act in row.acts}
    fields = set(ask(dsn, "select role, field, level from mg.role_field"))
    assert fields == {(r, f, str(level)) for r, row in table.roles.items() for f, level in row.fields.items()}
    assert len(fields) == 40


def test_account_asks_the_database_as_itself_and_learns_what_it_may(accounts, dsn, reads):
    add_worker(accounts)
    add_at_its_place(accounts, "coast_guard", "guard")
    with psycopg.connect(dsn, autocommit=True) as conn:  # the view stands in for those that ask who reads
        conn.execute("""
            create view api.who as select concat_ws('|', mg.my_account(), mg.my_role(), mg.my_body(), mg.my_units(),
              mg.may('case.file'), mg.may('case.accept'), mg.level('phone')) as u;
            grant select on api.who to mg_reader
        """)
    seen = {}
    for name in ("worker", "guard"):
        with reads.as_account(name) as conn:
            seen[name] = conn.execute("select current_user::text, u from api.who").fetchone()
    assert seen["worker"][1] == "worker|worker|{ZS-PT-DJ-M}|t|f|masked"
    assert seen["guard"][1] == "guard|coast_guard|GUARD|{}|t|t|masked"
    assert {row[0] for row in seen.values()} == {row.db_role for row in accounts.all()}
    with reads._pool.connection() as conn:  # the role was put off with the transaction
        assert conn.execute("select current_setting('role')").fetchone() == ("none",)


ATTACKS = (
    "select * from mg.account", "select * from mg.access_log", "select * from mg.person", "select mg.my_account()",
    "insert into mg.role_act values ('worker', 'case.dispatch')", "update mg.account set role = 'city'",
    "create table api.mine (x integer)", "create table public.mine (x integer)", "create temporary table mine (x int)",
    "delete from mg.access_log", "create role mg_more", "create schema mine", "grant mg_reader to mg_read",
)  # fmt: skip


def test_role_of_an_account_reads_nothing_of_ours_and_writes_nothing_at_all(accounts, reads):
    add_worker(accounts)
    forbidden = psycopg.errors.InsufficientPrivilege
    for attack, logged in itertools.product(ATTACKS, (False, True)):
        with pytest.raises(MaritimeGridError) as caught, reads.as_account("worker", logged=logged) as conn:
            conn.execute(attack)
        expected = forbidden if logged else (forbidden, psycopg.errors.ReadOnlySqlTransaction)
        assert isinstance(caught.value.__cause__, expected), attack


def test_login_of_its_own_in_the_database_cannot_become_another(accounts, dsn):
    """As an administrator gives it: `alter role ... login`."""
    add_worker(accounts)
    add_at_its_place(accounts, "coast_guard", "guard")
    roles = {row.account_id: row.db_role for row in accounts.all()}
    with psycopg.connect(dsn, autocommit=True) as conn:
        conn.execute("create view api.who as select mg.my_account() as a; grant select on api.who to mg_reader")
    with psycopg.connect(own_login(dsn, roles["worker"]), autocommit=True) as conn:
        assert conn.execute("select a from api.who").fetchone() == ("worker",)
        assert conn.execute("show default_transaction_read_only").fetchone() == ("on",)
        for other in (roles["guard"], "mg_read", dsn_user(dsn)):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                conn.execute(f"set role {other}")
        conn.execute("set role mg_reader")  # the group is nobody
        assert conn.execute("select a from api.who").fetchone() == (None,)
        conn.execute("reset role; set default_transaction_read_only = off")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            conn.execute("create temporary table mine (x integer)")


def dsn_user(dsn: str) -> str:
    return ask(dsn, "select quote_ident(current_user)")[0][0]


def test_disabled_account_is_nobody_at_once(accounts, dsn, reads):
    add_worker(accounts)
    token = login(accounts).token
    assert accounts.sessions.find(token, NOON)
    accounts.disable("worker", after(1), by="boss")
    assert accounts.sessions.find(token, after(1)) is None
    refused(accounts, at=after(2))
    with pytest.raises(StoreError, match="disabled"), reads.as_account("worker"):
        pass
    accounts.enable("worker", after(3), by="boss")
    assert accounts.sessions.find(token, after(3)) is None
    assert login(accounts, at=after(4)).whole
    assert [row[:2] for row in log(dsn)][2:4] == [("boss", "account_disabled"), ("worker", "login_failed")]


def test_account_without_what_its_role_works_for_is_refused_and_not_there(accounts):
    for role, more, said in (
        ("worker", {}, "works for a unit"),
        ("worker", {"unit_id": "ZS-XX"}, "there is no unit ZS-XX"),
        ("village", {"unit_id": "ZS-PT"}, "ZS-PT is a county"),
        ("department", {}, "works for a body"),
        ("department", {"body_id": "GUARD"}, "GUARD is a coast_guard"),
        ("department", {"body_id": "NONE"}, "there is no body NONE"),
        ("skipper", {}, "there is no role skipper"),
        ("operator", {"person_id": 99}, "there is no person 99"),
    ):
        with pytest.raises(UsageError, match=said):
            add(accounts, "somebody", role, **more)
    assert accounts.all() == []


def test_login_name_of_other_letters_is_refused(accounts):
    for name in ("", "A", "1st", "x y", "ab;drop table mg.account", "x" * 32, "a'b"):
        with pytest.raises(UsageError, match="no login name"):
            add(accounts, name, "operator")


def test_account_twice_or_a_weak_password_is_refused(accounts):
    add(accounts, "boss", "operator")
    with pytest.raises(UsageError, match="there already"):
        add(accounts, "boss", "operator")
    for weak in ("short", "aaaaaaaaaaaa", "boss-boss-boss", "x" * 300):
        with pytest.raises(UsageError, match="will not do"):
            accounts.set_password("boss", weak, NOON, by="test")


def test_every_role_of_the_table_can_be_made(accounts):
    for role in Role:
        add_at_its_place(accounts, role)
    rows = accounts.all()
    assert len(rows) == 10
    assert all(row.has_db_role and row.has_password and not row.has_second_factor for row in rows)


def test_password_is_kept_as_argon2id_and_the_token_not_at_all(accounts, dsn):
    add_worker(accounts)
    token = login(accounts).token
    kept = str(ask(dsn, "select a::text from mg.account a")) + str(ask(dsn, "select s::text from mg.session s"))
    assert "$argon2id$v=19$m=65536,t=3,p=4$" in kept
    assert PASSWORD not in kept
    assert token not in kept
    assert len(token) == 43


def test_wrong_name_and_wrong_password_look_alike_and_are_logged_without_the_name_that_is_none(accounts, dsn):
    add_worker(accounts)
    assert refused(accounts, "nobody-there") == refused(accounts, password="not-the-password")
    assert login(accounts, " WORKER ").whole
    assert log(dsn)[1:] == [("?", "login_failed", "unknown name"), ("worker", "login_failed", "wrong password"),
                            ("worker", "login", "")]  # fmt: skip
    assert ask(dsn, "select distinct subject from mg.access_log where act like 'login%%'") == [("address:192.0.2.7",)]


def test_fifth_failure_locks_and_each_further_one_for_twice_as_long(accounts, dsn):
    add_worker(accounts)
    for n in range(5):
        assert accounts.one("worker").failures == n
        refused(accounts, password="wrong-password")
    assert accounts.one("worker").locked_until == after(30)
    refused(accounts, at=after(29))  # the right one too, and trying does not prolong it
    assert accounts.one("worker").failures == 5
    refused(accounts, password="wrong-password", at=after(31))
    assert accounts.one("worker").locked_until == after(31 + 60)
    assert login(accounts, at=after(92)).whole
    assert accounts.one("worker").failures == 0
    assert "account locked for 30 s" in str(log(dsn))


def test_many_guesses_at_once_are_counted_one_by_one(accounts):
    add_worker(accounts)
    ends: list[type] = []

    def guess(n: int) -> None:
        try:
            login(accounts, password=f"guess-number-{n}", address=f"198.51.100.{n}")
        except (LoginRefused, StoreUnavailable) as error:  # the latter: no turn came in time, so nothing was tried
            ends.append(type(error))

    at_once(guess, [(n,) for n in range(12)])
    assert len(ends) == 12
    assert accounts.one("worker").failures == min(ends.count(LoginRefused), 5)  # the others found it locked
    assert ends.count(LoginRefused) > 1


def test_address_from_which_many_names_were_tried_is_locked_for_all_names(accounts):
    add_worker(accounts)
    for n in range(20):
        refused(accounts, f"nobody{n}", at=after(n))
    assert "this address" in refused(accounts, at=after(20))
    assert login(accounts, at=after(20), address="192.0.2.8").whole
    assert login(accounts, at=after(19 + 30)).whole


def test_addresses_of_one_ipv6_network_are_one(accounts, dsn):
    for n in range(3):
        refused(accounts, "nobody", address=f"2001:db8:0:1::{n}")
    refused(accounts, "nobody", address="::ffff:192.0.2.9")
    assert set(ask(dsn, "select address, failures from mg.login_address")) == {
        ("2001:db8:0:1::/64", 3),
        ("192.0.2.9", 1),
    }


def test_failures_of_an_address_are_forgotten_when_it_was_quiet(accounts, dsn):
    refused(accounts, "nobody")
    refused(accounts, "nobody", at=after(3700), address="192.0.2.8")
    assert ask(dsn, "select address from mg.login_address") == [("192.0.2.8",)]


def test_roles_lost_with_a_move_to_another_server_are_made_again(accounts, dsn, reads):
    add_worker(accounts)
    role = accounts.one("worker").db_role
    with psycopg.connect(dsn, autocommit=True) as conn:
        conn.execute(f"drop role {role}")
    assert not accounts.one("worker").has_db_role
    with pytest.raises(StoreError, match="cannot be used"), reads.as_account("worker"):
        pass
    assert accounts.mend_roles() == []
    with reads.as_account("worker") as conn:
        assert conn.execute("select current_user::text").fetchone() == (role,)


@contextmanager
def without_groups(dsn: str) -> Iterator[psycopg.Connection]:
    """The server without the groups of readers, which it gets back; a connection of its administrator."""
    with psycopg.connect(dsn, autocommit=True) as conn:
        for group in GROUPS:  # renamed, for other databases of the server hold on to it
            conn.execute(f"alter role {group} rename to {group}_gone")
        try:
            yield conn
        finally:
            for group in GROUPS:
                conn.execute(f"drop owned by {group}")
                conn.execute(f"drop role {group}")
                conn.execute(f"alter role {group}_gone rename to {group}")


def test_group_lost_with_a_move_to_another_server_is_made_again_at_the_next_migration(accounts, dsn, reads):
    add_worker(accounts)
    add_at_its_place(accounts, "coast_guard", "guard")
    roles = {row.account_id: row.db_role for row in accounts.all()}
    with without_groups(dsn) as conn:
        conn.execute(f"drop role {roles['guard']}")
        assert accounts.mend_roles() == ["worker", "guard"]
        with Store.open(dsn) as store:
            store.migrate()
        prepare_access(dsn, load_settings())
        assert accounts.mend_roles() == []
        for name, role in roles.items():
            with reads.as_account(name) as conn_of:
                assert conn_of.execute("select current_user::text from api.port").fetchall() == []
                assert conn_of.execute("select current_user::text").fetchone() == (role,)
        assert read_only_query(dsn, "select count(*) from port")[1] == [(0,)]


def test_account_that_stays_without_a_role_is_named_at_the_start(accounts, dsn, caplog, monkeypatch):
    add_worker(accounts)
    monkeypatch.setattr(account_roles, "mend_roles", lambda _conn: ["worker"])
    prepare_access(dsn, load_settings())
    assert ["worker" in record.getMessage() for record in caplog.records] == [True]


def test_disabled_account_has_no_login_of_the_database_either(accounts, dsn):
    add_worker(accounts)
    role = accounts.one("worker").db_role
    own = own_login(dsn, role)
    accounts.disable("worker", after(1), by="boss")
    with pytest.raises(psycopg.OperationalError, match="not permitted to log in"):
        psycopg.connect(own)
    accounts.enable("worker", after(2), by="boss")  # whoever gave it gives it again
    assert ask(dsn, "select rolcanlogin from pg_roles where rolname = %s", role) == [(False,)]


@pytest.mark.parametrize("words", [["list"], ["sessions"], ["disable", "worker"], ["passwd", "worker"]], ids=" ".join)
def test_command_that_makes_no_account_brings_no_store_up_to_date(empty_dsn, capsys, words):
    assert main(["user", *words, "--store", empty_dsn]) == 2
    assert "run: maritime-grid migrate" in capsys.readouterr().err
    assert ask(empty_dsn, "select to_regnamespace('mg') is null") == [(True,)]


@pytest.fixture
def plain_user(empty_dsn: str) -> Iterator[str]:
    """A database owned by a user that is no superuser; migrated by it."""
    database = ask(empty_dsn, "select current_database()")[0][0]
    user = f"{database}_user"
    with psycopg.connect(empty_dsn, autocommit=True) as conn:
        conn.execute(f"create role {user} login password 'of-a-test'")
        conn.execute(f"alter database {database} owner to {user}")
    own = make_conninfo(empty_dsn, user=user, password="of-a-test")
    try:
        yield own
    finally:
        with psycopg.connect(empty_dsn, autocommit=True) as conn:
            conn.execute(f"alter database {database} owner to current_user")
            for (role,) in ask(empty_dsn, "select mg.role_name(number)::text from mg.account"):
                conn.execute(f"drop role if exists {role}")
            conn.execute(f"drop owned by {user} cascade; drop role {user}")


def test_store_user_that_may_not_make_roles_hears_what_an_administrator_types(plain_user, empty_dsn, table):
    with Store.open(plain_user) as store:
        store.migrate()
    with Accounts(plain_user, table, login_rules(load_settings().access)) as accounts:
        with pytest.raises(StoreError, match="may not make roles") as caught:
            add(accounts, "boss", "operator")
        assert "\n" not in str(caught.value)
        assert accounts.all() == []
        user = ask(plain_user, "select current_user")[0][0]
        with psycopg.connect(empty_dsn, autocommit=True) as conn:
            if not ask(empty_dsn, "select from pg_roles where rolname = 'mg_reader'"):
                conn.execute("create role mg_reader nologin")
            conn.execute(f"grant mg_reader to {user} with admin option; alter role {user} createrole")
        with Store.open(plain_user) as store:
            store.migrate()
        add(accounts, "boss", "operator")
        with closing(Reads(plain_user)) as reads:
            with reads.as_account("boss") as conn:
                assert conn.execute("select count(*) from api.port").fetchone() == (0,)
                assert conn.execute("select current_user::text").fetchone() == (accounts.one("boss").db_role,)
            with pytest.raises(StoreError), reads.as_account("boss") as conn:
                conn.execute("select * from mg.account")


def test_store_user_that_may_make_roles_makes_the_groups_too(plain_user, empty_dsn, table):
    user = ask(plain_user, "select current_user")[0][0]
    with without_groups(empty_dsn) as conn:
        conn.execute(f"alter role {user} createrole")
        with Store.open(plain_user) as store:
            store.migrate()
        assert read_only_query(plain_user, "select count(*) from port")[1] == [(0,)]
        with Accounts(plain_user, table, login_rules(load_settings().access)) as accounts:
            add(accounts, "screen", "wall")
            with closing(Reads(plain_user)) as reads, reads.as_account("screen") as own:
                assert own.execute("select count(*) from api.port").fetchone() == (0,)
            role = accounts.one("screen").db_role
            conn.execute(f"alter role {role} login")
            accounts.disable("screen", after(1), by="cli:test")
        assert ask(empty_dsn, "select rolcanlogin from pg_roles where rolname = %s", role) == [(False,)]


def test_log_of_accesses_can_be_neither_changed_nor_shortened(accounts, dsn):
    add_worker(accounts)
    for attempt in ("update mg.access_log set purpose = ''", "delete from mg.access_log", "truncate mg.access_log"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            ask(dsn, attempt)
    assert log(dsn) == [("test", "account_added", "")]
