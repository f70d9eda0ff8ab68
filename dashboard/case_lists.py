"""What the page of cases shows, read as the account that asks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from dash.development.base_component import Component

from maritime_grid.domain.errors import MaritimeGridError
from maritime_grid.store.case_desk import Asker, Found, columns, grids, list_page, pulse, scopes
from maritime_grid.store.case_lateness import late_groups, pause_groups
from maritime_grid.store.case_reads import CaseFilter

from .auth import Account
from .case_query import PAGE_ROWS, ListQuery
from .desk import Desk
from .faults import fault
from .standing import standing_of
from .views.case_late import late_table
from .views.case_list import BoardColumn, board, case_table
from .views.case_parts import Told
from .views.case_stood import paused_table
from .words import Words

BOARD_ROWS = 12


@dataclass(frozen=True, slots=True)
class Shown:
    """What one look at the store gave: the list or board, how many there are of each scope, its pulse."""

    children: list[Component]
    counts: dict[str, int]
    pulse: str


def show(desk: Desk, account: Account, query: ListQuery, words: Words) -> Shown:
    """The list or the board; a store that is away is said in its place."""
    try:
        return _show(desk, account, query, words)
    except MaritimeGridError as error:
        return Shown([fault(error, words)], {}, "")


def _show(desk: Desk, account: Account, query: ListQuery, words: Words) -> Shown:
    now = desk.now()
    with desk.reads.as_account(account.account_id) as conn:
        standing = standing_of(conn, account, desk.plan)
        asker, chosen = standing.asker, query.filter()
        told = Told(words, desk.case_settings, standing, now)
        if query.is_late:
            since = now - timedelta(days=query.days)
            children = late_table(late_groups(conn, query.by, chosen, since, now), query, told)
            children += paused_table(pause_groups(conn, query.by, chosen, since, now), query, told)
        elif query.is_board:
            children = board(_board_columns(conn, asker, query, chosen, now), query, told)
        else:
            skip = (query.page - 1) * PAGE_ROWS
            mine, by_deadline = query.show == "mine", query.by_deadline
            page = list_page(conn, asker, chosen, now, mine=mine, by_deadline=by_deadline, most=PAGE_ROWS, skip=skip)
            children = case_table(page, query, told)
        counted = {} if query.is_late else scopes(conn, asker, chosen, now)  # no part of that view
        return Shown(children, counted, pulse(conn))


def _board_columns(
    conn: Any, asker: Asker, query: ListQuery, chosen: CaseFilter, now: datetime
) -> dict[str, BoardColumn]:
    def first(step: str) -> Found:
        at_step = replace(chosen, states=(step,))
        mine = query.show == "mine"
        return list_page(conn, asker, at_step, now, mine=mine, by_deadline=query.by_deadline, most=BOARD_ROWS)

    counts = columns(conn, asker, chosen, now)
    return {c.state: BoardColumn(c, first(c.state)) for c in counts if query.step in {"", c.state}}


def pulse_of(desk: Desk, account: Account) -> str:
    """Changes with anything that the account's list shows; empty where the store is away."""
    try:
        with desk.reads.as_account(account.account_id) as conn:
            return pulse(conn)
    except MaritimeGridError:
        return ""


def grid_names(desk: Desk, account: Account, words: Words) -> dict[str, str]:
    """Names of all grids by id; empty where the store is away."""
    try:
        with desk.reads.as_account(account.account_id) as conn:
            return {code: zh if words.is_chinese else en or zh for code, zh, en in grids(conn)}
    except MaritimeGridError:
        return {}
