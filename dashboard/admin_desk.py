"""What the page of accounts does: the operator's commands on accounts, the access log, the check of the archive."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any, cast

from dash import dcc, html
from dash.development.base_component import Component

from maritime_grid.domain.access import Role
from maritime_grid.domain.errors import MaritimeGridError, UsageError
from maritime_grid.store.access_log import AccessLog
from maritime_grid.store.account_checks import AccountFault
from maritime_grid.store.account_rows import Change, NewAccount
from maritime_grid.store.accounts import Accounts
from maritime_grid.store.jsonrows import clean_text
from maritime_grid.store.passwords import new_password
from maritime_grid.store.people_reads import bodies, units

from .admin_query import VIEWS, AdminQuery
from .alert_desk import Said
from .auth import Account
from .desk import Desk
from .faults import fault
from .pages.shell import say
from .views.admin_accounts import Known, accounts_view
from .views.admin_forms import place_of
from .views.admin_log import PAGE_ROWS, archive_view, log_view, verified_view
from .views.times import DAY_S
from .words import Words

_LONGEST = 100
_verifying = threading.Lock()  # it reads the whole archive: one at a time


def accounts_of(desk: Desk) -> Accounts:
    """Raises: UsageError: nobody logs in here."""
    if desk.accounts is None:
        raise UsageError("there are no accounts here", "start the dashboard with logins")
    return desk.accounts


def log_of(desk: Desk) -> AccessLog:
    """Raises: UsageError: this desk has none."""
    if desk.access_log is None:
        raise UsageError("the access log is not served here", "start the dashboard with a store")
    return desk.access_log


def views_of(account: Account) -> list[str]:
    """What of the page the account may see."""
    return [view for view, act in VIEWS.items() if account.may(act)]


def body_of(desk: Desk, account: Account, query: AdminQuery, words: Words) -> list[Component]:
    """The page below its head: the first view that the account may see, unless it asks for another of its own."""
    views = views_of(account)
    view = query.view if query.view in views else next(iter(views), "")
    try:
        if view == "accounts":
            return accounts_view(_known(desk, account), query.who, desk.now(), words, account.account_id)
        if view == "log":
            found = log_of(desk).entries(
                account.account_id, account=query.account, subject=query.subject, before=query.before,
                most=PAGE_ROWS + 1,
            )  # fmt: skip
            return log_view(found, query, desk.now(), words)
    except MaritimeGridError as error:
        return [fault(error, words)]
    return archive_view(words) if view == "archive" else []


def _known(desk: Desk, account: Account) -> Known:
    accounts = accounts_of(desk)
    with desk.reads.as_account(account.account_id) as conn:
        places = units(conn), bodies(conn)
    return Known(accounts.all(), accounts.sessions.of(None, desk.now()), *places, _on_cases(accounts))


def _on_cases(accounts: Accounts) -> frozenset[str]:
    """Roles that read or change cases."""
    roles = accounts.access.roles.items()
    return frozenset(role for role, row in roles if any(act.startswith("case.") for act in row.acts))


def add(desk: Desk, account: Account, form: Mapping[str, Any], words: Words) -> Said:
    """Make an account; its password is told this once."""
    given = _given(form)
    unit, body = place_of(given["role"], given["unit"] or None, given["body"] or None)
    password = new_password()
    try:
        person = _person(desk, given["person"])
        new = NewAccount(given["name"], given["role"], unit, body, person, given["shown"])
        accounts_of(desk).add(new, password, desk.now(), by=account.account_id, once=True)
    except MaritimeGridError as error:
        return Said(_wrong(error, words), done=False)
    return Said(_told(words("admin.said.added", who=given["name"]), password, given["role"], desk, words))


def change(desk: Desk, account: Account, who: str, form: Mapping[str, Any], words: Words) -> Said:
    """Give another account another role, place, person or name."""
    given, accounts = _given(form), accounts_of(desk)
    unit, body = place_of(given["role"], given["unit"] or None, given["body"] or None)
    try:
        wanted = Change(given["role"], unit, body, _person(desk, given["person"]), given["shown"])
        before = accounts.one(who).role
        changed = accounts.change(who, wanted, desk.now(), account.account_id)
    except MaritimeGridError as error:
        return Said(_wrong(error, words), done=False)
    if not changed:
        return Said(say(words("admin.said.same"), "warn"), done=False)
    said = "admin.said.role" if before != wanted.role else "admin.said.changed"
    return Said(say(words(said, who=who), "good"))


def _given(form: Mapping[str, Any]) -> dict[str, str]:
    names = ("name", "shown", "role", "unit", "body", "person")
    return {name: clean_text(str(form.get(name) or "")).strip()[:_LONGEST] for name in names}


def _person(desk: Desk, given: str) -> int | None:
    """Raises: AccountFault: nobody has that number."""
    found = accounts_of(desk).person_of(given) if given else None
    if given and found is None:
        raise AccountFault("no_person", f"there is no person {given}", "look it up among the people", given=given)
    return found


def act(desk: Desk, account: Account, who: str, what: object, words: Words) -> Component:
    """Do it with another account, and say what came of it."""
    try:
        role = accounts_of(desk).one(who).role
        password = _done(desk, account.account_id, who, str(what))
    except MaritimeGridError as error:
        return _wrong(error, words)
    said = words(f"admin.said.{what}", who=who)
    return _told(said, password, role, desk, words) if password else say(said, "good")


def _done(desk: Desk, by: str, who: str, what: str) -> str:
    """A new password where one is made.

    Raises: UsageError: there is no such account or act.
    """
    accounts, now = accounts_of(desk), desk.now()
    made = new_password() if what == "password" else ""
    acts: Mapping[str, Callable[[], object]] = {
        "disable": lambda: accounts.disable(who, now, by),
        "enable": lambda: accounts.enable(who, now, by),
        "password": lambda: accounts.set_password(who, made, now, by, once=True),
        "second_factor": lambda: accounts.forget_second_factor(who, now, by),
        "unlock": lambda: accounts.unlock(who, now, by),
        "sessions": lambda: accounts.sessions.revoke_all(who, now, by),
    }
    if what not in acts:
        raise UsageError("there is no such act", "press one of the buttons")
    acts[what]()
    return made


def end_session(desk: Desk, account: Account, who: str, number: object, words: Words) -> Component:
    """End one session of the account that is shown."""
    sessions, now = accounts_of(desk).sessions, desk.now()
    try:
        if not any(row.number == number for row in sessions.of(who, now)):
            raise UsageError("there is no such session", "load the page again")
        sessions.revoke(cast(int, number), now, account.account_id)
    except MaritimeGridError as error:
        return _wrong(error, words)
    return say(words("admin.said.session", who=who), "good")


def _wrong(error: MaritimeGridError, words: Words) -> Component:
    """What is wrong with an account, in the reader's words; other errors as everywhere."""
    if not isinstance(error, AccountFault):
        return fault(error, words)
    values = dict(error.values)
    if "role" in values:
        values["role"] = words.get(f"role.{values['role']}", str(values["role"]))
    if "levels" in values:
        levels = cast(tuple[str, ...], values["levels"])
        values["levels"] = words("admin.or").join(words(f"role.{level}") for level in levels)
    if "body" in values:
        values["body"] = words(f"role.{values['body']}")
    return say(words(f"admin.fault.{error.kind}").format(**values), "bad")


def _told(said: str, password: str, role: str, desk: Desk, words: Words) -> Component:
    """The password, to be copied now."""
    code = html.Code(password, id="admin-password", className="seal")
    copy = dcc.Clipboard(target_id="admin-password", title=words("admin.archive.copy"), className="button quiet")
    days = round(accounts_of(desk).rules.one_time_s / DAY_S)
    hint = words("admin.password.wall") if role == Role.WALL else words("admin.password.once", days=days)
    return html.Div([say(said, "good", more=hint), html.Div([code, copy], className="row")])


def verified(desk: Desk, account: Account, words: Words) -> Component:
    """Check the archive; refused while another check runs."""
    if desk.archive is None:
        return say(words("fault.other"), "bad")
    if not _verifying.acquire(blocking=False):
        return say(words("admin.archive.running"), "warn")
    try:
        return verified_view(desk.archive.verify(account.account_id, desk.now()), desk.now(), words)
    except MaritimeGridError as error:
        return fault(error, words)
    finally:
        _verifying.release()
