"""What the page of alerts does: reads as the account that asks, acts through the commands, answers in components."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dash import no_update
from dash.development.base_component import Component

from maritime_grid.domain.alerts import Severity
from maritime_grid.domain.errors import MaritimeGridError
from maritime_grid.store.alert_acts import VERDICTS, Acted, AlertResolved, CaseElsewhere, NoSuchAlert
from maritime_grid.store.alert_reads import AlertFilter, alert_grids, list_alerts, read_alert
from maritime_grid.store.alert_rows import AlertView

from .alert_query import PAGE_ROWS, AlertQuery, plain_id
from .auth import Account
from .desk import Desk
from .faults import fault, small_print
from .pages.shell import address, say
from .views.alert_detail import detail, nothing
from .views.alert_list import alert_rows
from .views.alert_map import alert_layers, viewport
from .views.alert_words import clock, person_text
from .words import Words

OURS: tuple[tuple[type[MaritimeGridError], str], ...] = (
    (NoSuchAlert, "alerts.fault.none"),
    (AlertResolved, "alerts.fault.resolved"),
)


# what sounds, whatever the list shows
UNSEEN_EMERGENCIES = AlertFilter(states=("open",), levels=(Severity.EMERGENCY.value,))
MOST_URGENT = 100


@dataclass(frozen=True, slots=True)
class Said:
    """What came of pressing something: a line, where to go (or nowhere), whether it was done."""

    line: Component
    go: Any = no_update
    done: bool = True


def rows_of(desk: Desk, account: Account, query: AlertQuery, words: Words) -> list[Component]:
    """The list; one row more than a page is read, to know whether there is another."""
    try:
        with desk.reads.as_account(account.account_id) as conn:
            found = list_alerts(conn, query.filter(), most=PAGE_ROWS + 1, skip=PAGE_ROWS * (query.page - 1))
            urgent = list_alerts(conn, UNSEEN_EMERGENCIES, most=MOST_URGENT)
    except MaritimeGridError as error:
        return [line_of(error, words)]
    return alert_rows(found, urgent, query, account, words, desk.now())


def grid_options(desk: Desk, account: Account, words: Words) -> dict[str, str]:
    """Grids in which anything is open or unseen; none where the store is away."""
    try:
        with desk.reads.as_account(account.account_id) as conn:
            return {code: zh if words.is_chinese else en or zh for code, zh, en in alert_grids(conn)}
    except MaritimeGridError:
        return {}


def view_of(desk: Desk, account: Account, alert_id: str) -> AlertView | None:
    """Raises: MaritimeGridError: the store is away."""
    with desk.reads.as_account(account.account_id) as conn:
        return read_alert(conn, alert_id, desk.now())


def shown(desk: Desk, account: Account, alert_id: str, moved: bool, words: Words) -> list[Any]:
    """Detail, layers of the map, where it looks (only when another alert was chosen), whether the forms that close an
    alert and take that back are hidden.
    """
    if not alert_id:
        return [nothing(words), [], no_update, True, True]
    try:
        view = view_of(desk, account, alert_id)
    except MaritimeGridError as error:
        return [[line_of(error, words)], no_update, no_update, True, True]
    if view is None:
        return [[say(words("alerts.fault.none"), "warn")], [], no_update, True, True]
    looks = (viewport(view) or no_update) if moved else no_update
    closed, may = view.row.resolved_at is not None, account.may("alert.resolve")
    forms = [closed or not may, not closed or not may]
    return [detail(view, account, words, desk.now()), alert_layers(view, words), looks, *forms]


def act(desk: Desk, account: Account, event: Mapping[str, Any], words: Words) -> Said:
    """Do what was pressed: acknowledge, open_case, resolve with `verdict` and `reason`, or reopen with `reason`."""
    what, alert_id = event.get("act"), plain_id(event.get("id"))
    try:
        if what == "acknowledge":
            return _acknowledged(desk.alerts.acknowledge(alert_id, account.account_id, desk.now()), desk, words)
        if what == "open_case":
            filed = desk.alerts.open_case(alert_id, account.account_id, desk.now())
            return Said(say(words("alerts.said.case", case=filed.case_id), "good"), _case(filed.case_id, words))
        if what == "resolve":
            return _resolved(desk, account, alert_id, event, words)
        if what == "reopen":
            return _reopened(desk, account, alert_id, event, words)
    except MaritimeGridError as error:
        return Said(line_of(error, words), done=False)
    return Said(say(words("fault.other"), "bad"), done=False)


def _resolved(desk: Desk, account: Account, alert_id: str, event: Mapping[str, Any], words: Words) -> Said:
    verdict, reason = str(event.get("verdict") or ""), _reason(event)
    if verdict not in VERDICTS or not reason:
        return Said(say(words("alerts.fault.verdict"), "bad"), done=False)
    done = desk.alerts.resolve(alert_id, account.account_id, verdict, reason, desk.now())
    return Said(say(words("alerts.said.resolved", at=clock(done.at, words, desk.now())), "good"))


def _reopened(desk: Desk, account: Account, alert_id: str, event: Mapping[str, Any], words: Words) -> Said:
    if not (reason := _reason(event)):
        return Said(say(words("alerts.fault.reason"), "bad"), done=False)
    desk.alerts.reopen(alert_id, account.account_id, reason, desk.now())
    return Said(say(words("alerts.said.reopened"), "good"))


def _reason(event: Mapping[str, Any]) -> str:
    return str(event.get("reason") or "")[:5_000].strip()


def _acknowledged(done: Acted, desk: Desk, words: Words) -> Said:
    at = clock(done.at, words, desk.now())
    if done.changed:
        return Said(say(words("alerts.said.acknowledged", at=at), "good"))
    by = person_text(done.name_shown, done.post_zh, done.post_en, words)
    return Said(say(words("alerts.said.before", by=by, at=at), "note"))


def _case(case_id: str, words: Words) -> str:
    return address(words, f"/case/{case_id}")


def line_of(error: MaritimeGridError, words: Words) -> Component:
    """One line, in our words where the error is one of alerts."""
    if isinstance(error, CaseElsewhere):
        return say(words("alerts.fault.elsewhere", unit=error.unit_zh if words.is_chinese else error.unit_en), "warn")
    key = next((key for kind, key in OURS if isinstance(error, kind)), None)
    return say(words(key), "bad", more=small_print(error, words)) if key else fault(error, words)
