"""What the page of accounts does: the operator's commands on accounts, the access log, the check of the archive."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from maritime_grid.domain.errors import MaritimeGridError, UsageError
from maritime_grid.store.access_log import AccessLog
from maritime_grid.store.account_rows import NewAccount
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
from .views.admin_accounts import Known, accounts_view, place_of
from .views.admin_log import PAGE_ROWS, archive_view, log_view, verified_view
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
            return accounts_view(_known(desk, account), query.who, desk.now(), words)
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
    return Known(accounts.all(), accounts.sessions.of(None, desk.now()), *places)


def add(desk: Desk, account: Account, form: Mapping[str, Any], words: Words) -> Said:
    """Make an account; its password is told this once."""
    given = {
        name: clean_text(str(form.get(name) or "")).strip()[:_LONGEST]
        for name in ("name", "shown", "role", "unit", "body")
    }
    unit, body = place_of(given["role"], given["unit"] or None, given["body"] or None)
    password = new_password()
    try:
        new = NewAccount(given["name"], given["role"], unit, body, name_shown=given["shown"])
        accounts_of(desk).add(new, password, desk.now(), by=account.account_id)
    except MaritimeGridError as error:
        return Said(fault(error, words), done=False)
    return Said(_told(words("admin.said.added", who=given["name"]), password, words))


def act(desk: Desk, account: Account, who: str, what: object, words: Words) -> Component:
    """Do it with another account, and say what came of it."""
    try:
        if who == account.account_id and what != "sessions":
            raise UsageError("nobody changes their own account here", "ask another operator, or use maritime-grid user")
        password = _done(desk, account.account_id, who, str(what))
    except MaritimeGridError as error:
        return fault(error, words)
    said = words(f"admin.said.{what}", who=who)
    return _told(said, password, words) if password else say(said, "good")


def _done(desk: Desk, by: str, who: str, what: str) -> str:
    """A new password where one is made.

    Raises: UsageError: there is no such account or act.
    """
    accounts, now = accounts_of(desk), desk.now()
    made = new_password() if what == "password" else ""
    acts: Mapping[str, Callable[[], object]] = {
        "disable": lambda: accounts.disable(who, now, by),
        "enable": lambda: accounts.enable(who, now, by),
        "password": lambda: accounts.set_password(who, made, now, by),
        "second_factor": lambda: accounts.forget_second_factor(who, now, by),
        "sessions": lambda: [accounts.sessions.revoke(s.number, now, by) for s in accounts.sessions.of(who, now)],
    }
    if what not in acts:
        raise UsageError("there is no such act", "press one of the buttons")
    accounts.one(who)
    acts[what]()
    return made


def _told(said: str, password: str, words: Words) -> Component:
    """The password, to be copied now."""
    code = html.Code(password, id="admin-password", className="seal")
    copy = dcc.Clipboard(target_id="admin-password", title=words("admin.archive.copy"), className="button quiet")
    return html.Div([say(said, "good", more=words("admin.password.once")), html.Div([code, copy], className="row")])


def verified(desk: Desk, words: Words) -> Component:
    """Check the archive; refused while another check runs."""
    if desk.verify is None:
        return say(words("fault.other"), "bad")
    if not _verifying.acquire(blocking=False):
        return say(words("admin.archive.running"), "warn")
    try:
        return verified_view(desk.verify(), desk.now(), words)
    except MaritimeGridError as error:
        return fault(error, words)
    finally:
        _verifying.release()
