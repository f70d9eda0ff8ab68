"""What the page of work items does: it reads as the account that asks, and acts through the commands."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any

from dash.development.base_component import Component

from maritime_grid.domain.errors import MaritimeGridError
from maritime_grid.store.errors import StoreRefused
from maritime_grid.store.items import StaleItem

from .auth import Account
from .desk import Desk
from .faults import fault
from .form_fields import Answer
from .item_acts import deed_of
from .item_forms import FORMS, ItemFilled
from .item_lists import listed
from .item_look import Looking, is_open, newest
from .item_opened import opened
from .item_query import ItemQuery
from .pages.shell import say
from .people_desk import commands
from .views.item_list import list_view, work_view
from .views.item_one import item_view
from .views.item_parts import stale_line
from .words import Words


@contextmanager
def looking(desk: Desk, account: Account, query: ItemQuery, words: Words) -> Generator[Looking]:
    with desk.reads.as_account(account.account_id) as conn:
        yield Looking(conn, query, account, desk.now(), words)


def body_of(desk: Desk, account: Account, query: ItemQuery, words: Words) -> list[Component]:
    """The page below its head."""
    try:
        with looking(desk, account, query, words) as at:
            if query.item:
                return _one(at)
            whole = listed(at.history(), at.today, query.q)
            if query.view == "work" and at.works:
                return work_view(whole, at.all_versions(), opened(at), query, account, words)
            return list_view(whole, at.all_versions(), query, words)
    except MaritimeGridError as error:
        return [fault(error, words)]


def _one(at: Looking) -> list[Component]:
    published = [one for one in at.history() if one.item_id == at.query.item]
    versions, steps = at.versions(), at.steps()
    if not published and not versions:
        return [say(at.words("items.unknown"), "warn")]
    return item_view(published, versions, steps, opened(at), at.query, at.account, at.now, at.words)


def send(desk: Desk, account: Account, query: ItemQuery, name: str, given: Mapping[str, Any], words: Words) -> Answer:
    """Do what a form says; its faults stand beside their fields, and nothing that was written is lost."""
    faults: dict[str, str] = {}
    try:
        with looking(desk, account, query, words) as at:
            deed = deed_of(at, name, given, faults)
        if deed is None:
            return Answer(faults)
        done = deed(commands(desk), account.account_id, desk.now())
    except StaleItem as error:
        return _stale(desk, account, query, name, given, error, words)
    except MaritimeGridError as error:
        return _refused(name, error, words)
    return Answer(line=say(words(f"items.said.{done.said}", **done.values), "good"), go=done.go)


def _stale(
    desk: Desk, account: Account, query: ItemQuery, name: str, given: Mapping[str, Any], error: StaleItem, words: Words
) -> Answer:
    """Somebody was faster: who did what, and what the text says now; what was typed stays, for the next press."""
    if name == "new":
        return Answer({"number": "items.fault.taken"})
    filled = ItemFilled(FORMS[name], given)
    try:
        with looking(desk, account, query, words) as at:
            versions, steps = at.versions(), at.steps()
    except MaritimeGridError:
        return Answer(line=fault(error, words))
    base = filled.base() or filled.seen()[0]
    was, now = next((one for one in versions if one.version == base), None), newest(versions)
    again = bool(filled.base() and now and not is_open(now))
    line = stale_line(was, now, steps, query, desk.now(), words, again=again)
    return Answer(line=line, base=now.version if again and now else None)


def _refused(name: str, error: MaritimeGridError, words: Words) -> Answer:
    """What the store says no to."""
    if isinstance(error, StoreRefused) and name in ("change", "drop"):
        return Answer(line=say(words("items.bar.open"), "bad"))
    if isinstance(error, StoreRefused) and name == "new":
        return Answer({"number": "items.fault.taken"})
    return Answer(line=fault(error, words))
