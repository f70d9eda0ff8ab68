"""`maritime-grid user`: accounts 账号, their passwords, second factors and sessions."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from maritime_grid.domain.access import Role
from maritime_grid.domain.errors import UsageError
from maritime_grid.domain.totp import enrolment_uri
from maritime_grid.settings import Settings
from maritime_grid.store.account_rows import AccountRow, Change, NewAccount
from maritime_grid.store.accounts import Accounts
from maritime_grid.store.passwords import new_password
from maritime_grid.store.sealing import Seal
from maritime_grid.store.writer import Store

from .prepare import open_accounts, prepare_store
from .store_option import add_store_options, settings_of, store_dsn
from .tables import print_table

ISSUER = "maritime-grid"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=type(parser))
    add = actions.add_parser("add", help="make an account; prints a password once unless one is given")
    add.add_argument("account", metavar="NAME", help="login name: 2 to 31 of a-z, 0-9 and . _ -, a letter first")
    add.add_argument("--role", required=True, choices=list(Role), help="role of the table of access")
    add.add_argument("--unit", metavar="U", help="unit that it works for, with all below")
    add.add_argument("--body", metavar="B", help="body that it works for")
    add.add_argument("--person", type=int, metavar="N", help="number of the person")
    add.add_argument("--name", default="", metavar="TEXT", help="name beside what it does (default: the login name)")
    how = add.add_mutually_exclusive_group()
    how.add_argument("--password-stdin", action="store_true", help="the password is the first line of the input")
    how.add_argument("--oidc", metavar="SUBJECT", help="logs in from outside only: issuer, a blank, subject")
    _add_once(add)
    add_store_options(add)
    _add_change(actions)
    add_store_options(actions.add_parser("list", help="accounts"))
    for action, what in (
        ("disable", "it may not log in any more, and its sessions end"),
        ("enable", "it may log in again"),
        ("unlock", "it may try to log in at once; who is logged in stays so"),
        ("passwd", "a new password; ends its sessions and any lock"),
        ("totp", "a new second factor, printed once; ends its sessions"),
    ):
        one = actions.add_parser(action, help=what)
        one.add_argument("account", metavar="NAME")
        if action == "passwd":
            one.add_argument("--password-stdin", action="store_true", help="the first line of the input")
            _add_once(one)
        if action == "totp":
            one.add_argument(
                "--forget", action="store_true", help="only forget the old one: its next login enrols anew"
            )
        add_store_options(one)
    sessions = actions.add_parser("sessions", help="who is logged in")
    sessions.add_argument("account", nargs="?", metavar="NAME", help="one account")
    end = sessions.add_mutually_exclusive_group()
    end.add_argument("--end", type=int, metavar="N", help="end the session of this number")
    end.add_argument("--end-all", action="store_true", help="end all sessions of the account")
    add_store_options(sessions)
    reseal = actions.add_parser("reseal", help="close the second factors under the secret key of the settings")
    reseal.add_argument("--former-key-file", type=Path, metavar="FILE", help="first line: the secret key before")
    add_store_options(reseal)


def _add_once(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--once", action="store_true", help="the password opens the form of another one only, and not for long"
    )


def _add_change(actions: Any) -> None:
    change = actions.add_parser("change", help="another role, unit, body, person or name; what is not given stays")
    change.add_argument("account", metavar="NAME")
    change.add_argument("--role", choices=list(Role), help="ends its sessions; what it does not work for is left out")
    change.add_argument("--unit", metavar="U", help="unit that it works for, with all below")
    change.add_argument("--body", metavar="B", help="body that it works for")
    change.add_argument("--person", type=int, metavar="N", help="number of the person; 0: none")
    change.add_argument("--name", metavar="TEXT", help="name beside what it does")
    add_store_options(change)


def run(args: argparse.Namespace) -> int:
    actions = {
        "add": run_add, "list": run_list, "change": run_change, "disable": run_disable, "enable": run_enable,
        "unlock": run_unlock, "passwd": run_passwd, "totp": run_totp, "sessions": run_sessions,
        "reseal": run_reseal,
    }  # fmt: skip
    settings = settings_of(args)
    with opened(args, settings) as accounts:
        actions[args.action](args, accounts)
    return 0


@contextmanager
def opened(args: argparse.Namespace, settings: Settings) -> Generator[Accounts]:
    """Accounts of the store that the command names; only making one brings it up to date.

    Raises: UsageError: it is not up to date.
    """
    adds = args.action == "add"
    with store_dsn(args, settings, create=adds) as dsn:
        if adds:
            prepare_store(dsn, settings)
        else:
            with Store.open(dsn) as store:
                pending = store.pending_migrations()
            if pending:
                raise UsageError(f"the store is not up to date: it lacks {pending[0]}", "run: maritime-grid migrate")
        with open_accounts(dsn, settings) as accounts:
            yield accounts


def run_add(args: argparse.Namespace, accounts: Accounts) -> None:
    password = "" if args.oidc else _given_password(args) or new_password()
    new = NewAccount(args.account, args.role, args.unit, args.body, args.person, args.name, args.oidc)
    accounts.add(new, password, now(), by=operator(), once=args.once)
    row = accounts.one(args.account)
    print(f"account {row.account_id}, {row.role}, database role {row.db_role}")
    if password and not args.password_stdin:
        print(f"password: {password}")


def run_list(_args: argparse.Namespace, accounts: Accounts) -> None:
    columns = ("account", "name", "role", "unit", "body", "person", "logs in by", "state", "made (UTC)")
    print_table(columns, [_shown(row) for row in accounts.all()])


def _shown(row: AccountRow) -> tuple[object, ...]:
    ways = [
        "password" if row.has_password else "",
        "second factor" if row.has_second_factor else "",
        "outside" if row.oidc_subject else "",
    ]
    return (
        row.account_id, row.name_shown, row.role, row.unit_id, row.body_id, row.person_id,
        ", ".join(filter(None, ways)), state_of(row, now()), f"{row.created_at:%Y-%m-%d %H:%M}",
    )  # fmt: skip


def state_of(row: AccountRow, at: datetime) -> str:
    """What keeps it from logging in or from reading, or `active`."""
    if row.disabled_at:
        return f"disabled since {row.disabled_at:%Y-%m-%d %H:%M}"
    if row.locked_until and row.locked_until > at:
        return f"locked until {row.locked_until:%H:%M:%S}"
    if row.password_until:
        return f"one-time password until {row.password_until:%Y-%m-%d %H:%M}"
    return "active" if row.has_db_role else "without a database role"


def run_disable(args: argparse.Namespace, accounts: Accounts) -> None:
    accounts.disable(args.account, now(), by=operator())
    print(f"{args.account} is disabled")


def run_enable(args: argparse.Namespace, accounts: Accounts) -> None:
    accounts.enable(args.account, now(), by=operator())
    print(f"{args.account} is enabled")


def run_change(args: argparse.Namespace, accounts: Accounts) -> None:
    is_now = accounts.one(args.account)
    person = is_now.person_id if args.person is None else args.person or None
    wanted = Change(
        args.role or is_now.role, args.unit or is_now.unit_id, args.body or is_now.body_id, person,
        is_now.name_shown if args.name is None else args.name,
    )  # fmt: skip
    changed = accounts.change(args.account, wanted, now(), by=operator())
    row = accounts.one(args.account)
    place = row.unit_id or row.body_id or "no unit or body"
    print(f"{row.account_id}: {row.role}, {place}, {row.name_shown}" + ("" if changed else "; nothing differs"))


def run_unlock(args: argparse.Namespace, accounts: Accounts) -> None:
    accounts.unlock(args.account, now(), by=operator())
    print(f"{args.account} may log in again")


def run_passwd(args: argparse.Namespace, accounts: Accounts) -> None:
    password = _given_password(args) or new_password()
    accounts.set_password(args.account, password, now(), by=operator(), once=args.once)
    print(f"{args.account} has a new password" if args.password_stdin else f"password: {password}")


def run_totp(args: argparse.Namespace, accounts: Accounts) -> None:
    if args.forget:
        accounts.forget_second_factor(args.account, now(), by=operator())
        print(f"the second factor of {args.account} is forgotten")
        return
    secret = accounts.new_second_factor(args.account, now(), by=operator())
    print(f"secret: {secret}\n{enrolment_uri(secret, args.account, ISSUER)}")


def run_sessions(args: argparse.Namespace, accounts: Accounts) -> None:
    if args.end is not None:
        print(f"session {args.end} of {accounts.sessions.revoke(args.end, now(), by=operator())} is ended")
        return
    if args.account:
        accounts.one(args.account)
    if args.end_all:
        if not args.account:
            raise UsageError("no account is named", "give NAME with --end-all")
        ended = accounts.sessions.revoke_all(args.account, now(), by=operator())
        print(f"{ended} sessions of {args.account} are ended")
        return
    columns = ("session", "account", "role", "begun (UTC)", "last used (UTC)", "from", "browser")
    rows = [
        (
            s.number,
            s.account_id,
            s.role,
            f"{s.begun_at:%Y-%m-%d %H:%M}",
            f"{s.seen_at:%Y-%m-%d %H:%M}",
            s.address,
            s.agent,
        )
        for s in accounts.sessions.of(args.account, now())
        if s.whole
    ]
    print_table(columns, rows)


def run_reseal(args: argparse.Namespace, accounts: Accounts) -> None:
    former = _former_key(args.former_key_file) if args.former_key_file else None
    done, lost = accounts.reseal(Seal(lambda: former), now(), by=operator())
    print(f"{done} second factors are kept by the settings of today")
    if lost:
        raise UsageError(
            f"neither key opens the second factor of {', '.join(lost)}",
            "name the right file, or let them enrol anew: maritime-grid user totp NAME --forget",
        )


def _former_key(path: Path) -> bytes:
    """Raises: UsageError: it cannot be read, or is empty."""
    try:
        text = path.read_text(encoding="utf-8").partition("\n")[0].strip()
    except (OSError, UnicodeDecodeError):
        text = ""
    if not text:
        raise UsageError(f"{path} holds no secret key", "name the file that access.secret_key_file named before")
    return text.encode()


def _given_password(args: argparse.Namespace) -> str:
    """The first line of the input where it is asked for, else empty. Raises: UsageError: there is none."""
    if not args.password_stdin:
        return ""
    password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise UsageError("the input holds no password", "give it as the first line")
    return password


def now() -> datetime:
    return datetime.now(UTC)


def operator() -> str:
    """Who types, for the log: no account, so with a mark that no account has."""
    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):  # a user without a name, as in some containers
        return "cli:?"
