"""Accounts 账号 as the operator sees them: a list, one of them with its sessions, and the form of a new one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.pages.shell import address
from dashboard.words import Words
from maritime_grid.domain.access import BODY_KINDS, UNIT_LEVELS, Role
from maritime_grid.store.account_rows import AccountRow, SessionRow
from maritime_grid.store.people_rows import BodyRow, UnitRow

from .people_staff import whole
from .times import DASH, moment

NAME, SHOWN, ROLE, UNIT, BODY_ID, ADD = (
    "admin-name",
    "admin-shown",
    "admin-role",
    "admin-unit",
    "admin-body-id",
    "admin-add",
)
ACTS = ("disable", "enable", "password", "second_factor", "sessions")
COLUMNS = ("account", "role", "place", "login", "state", "sessions")


@dataclass(frozen=True, slots=True)
class Known:
    """All accounts with what is open of them, and the names of units and bodies."""

    accounts: Sequence[AccountRow]
    sessions: Sequence[SessionRow]
    units: Sequence[UnitRow]
    bodies: Sequence[BodyRow]

    def open_of(self, account_id: str) -> list[SessionRow]:
        return [row for row in self.sessions if row.account_id == account_id]

    def names(self) -> Mapping[str, str]:
        return {u.unit_id: u.name_zh for u in self.units} | {b.body_id: b.name_zh for b in self.bodies}


def accounts_view(known: Known, who: str, now: datetime, words: Words) -> list[Component]:
    """The list; beside it one account, or the form of a new one."""
    chosen = next((row for row in known.accounts if row.account_id == who), None)
    right = account_detail(chosen, known, now, words) if chosen else _form(known, words)
    head = html.Thead(html.Tr([html.Th(words(f"admin.col.{name}")) for name in COLUMNS]))
    names = known.names()
    lines = [_line(row, names, len(known.open_of(row.account_id)), who, now, words) for row in known.accounts]
    top = html.Div(
        [
            html.H2(words("admin.accounts.count", n=len(known.accounts))),
            dcc.Link(words("admin.add"), href=address(words, "/admin", view="accounts"), className="button"),
        ],
        className="row spread",
    )
    left = html.Section([top, html.Table([head, html.Tbody(lines)], className="list")], className="panel")
    return [html.Div([left, right], className="admin-split")]


def _line(row: AccountRow, names: Mapping[str, str], sessions: int, who: str, now: datetime, words: Words) -> Component:
    link = dcc.Link(row.account_id, href=address(words, "/admin", view="accounts", who=row.account_id))
    place = names.get(row.unit_id or "") or names.get(row.body_id or "") or row.unit_id or row.body_id or DASH
    cells = (
        [link, html.Br(), html.Small(row.name_shown)],
        words.get(f"role.{row.role}", row.role),
        place,
        _logins(row, words),
        state_pill(row, now, words),
        str(sessions),
    )
    return html.Tr(
        [
            html.Td(whole(cell), **{"data-label": words(f"admin.col.{name}")})  # pyright: ignore[reportArgumentType]
            for name, cell in zip(COLUMNS, cells, strict=True)
        ],
        className="grid-picked" if row.account_id == who else "",
    )


def _logins(row: AccountRow, words: Words) -> str:
    ways = (("password", row.has_password), ("second", row.has_second_factor), ("outside", bool(row.oidc_subject)))
    return words("case.list_join").join(words(f"admin.login.{name}") for name, has in ways if has) or DASH


def state_pill(row: AccountRow, now: datetime, words: Words) -> Component:
    if row.disabled_at:
        return html.Span(words("admin.state.disabled"), className="pill overdue")
    if row.locked_until and row.locked_until > now:
        return html.Span(words("admin.state.locked"), className="pill warning")
    return html.Span(words("admin.state.open"), className="pill ok")


def account_detail(row: AccountRow, known: Known, now: datetime, words: Words) -> Component:
    """One account: what can be done with it, and where it is logged in."""
    acts = ["enable" if row.disabled_at else "disable", "password", "second_factor", "sessions"]
    buttons = [
        html.Button(
            words(f"admin.act.{act}"),
            id={"type": "admin-act", "act": act},
            type="button",
            className="danger" if act == "disable" else "",
        )
        for act in acts
    ]
    sessions = [
        html.Li(
            [
                html.Span(words("admin.session.since", at=moment(one.begun_at, words, now))),
                html.Span(words("admin.session.seen", at=moment(one.seen_at, words, now))),
                html.Small(f"{one.address} {one.agent}"),
            ]
        )
        for one in known.open_of(row.account_id)
    ]
    return html.Section(
        [
            html.Div([html.H2(row.account_id), state_pill(row, now, words)], className="row"),
            html.P(f"{row.name_shown} · {words.get(f'role.{row.role}', row.role)}"),
            html.Small(words("admin.created", at=moment(row.created_at, words, now), role=row.db_role)),
            html.Div(buttons, className="row"),
            html.H3(words("admin.sessions")),
            html.Ol(sessions, className="grid-versions")
            if sessions
            else html.P(words("admin.sessions.none"), className="soft"),
        ],
        className="panel grid-detail",
    )


def _form(known: Known, words: Words) -> Component:
    roles = [{"label": words(f"role.{role}"), "value": str(role)} for role in Role]
    units = [{"label": f"{'　' * (len(u.path) - 1)}{u.name_zh} {u.unit_id}", "value": u.unit_id} for u in known.units]
    bodies = [{"label": f"{b.name_zh} {b.body_id}", "value": b.body_id} for b in known.bodies]
    return html.Section(
        [
            html.H2(words("admin.new")),
            _field(words("admin.new.name"), dcc.Input(id=NAME, type="text", maxLength=31, value=""), NAME),
            _field(words("admin.new.shown"), dcc.Input(id=SHOWN, type="text", maxLength=60, value=""), SHOWN),
            _field(words("admin.new.role"), dcc.Dropdown(roles, None, id=ROLE), ROLE),  # pyright: ignore[reportArgumentType]
            _field(words("admin.new.unit"), dcc.Dropdown(units, None, id=UNIT), UNIT),  # pyright: ignore[reportArgumentType]
            _field(words("admin.new.body"), dcc.Dropdown(bodies, None, id=BODY_ID), BODY_ID),  # pyright: ignore[reportArgumentType]
            html.Small(words("admin.new.hint")),
            html.Button(words("admin.new.do"), id=ADD, type="button", className="primary"),
        ],
        className="panel grid-form",
    )


def place_of(role: str, unit: str | None, body: str | None) -> tuple[str | None, str | None]:
    """Only what the role works for."""
    known = Role(role) if role in tuple(Role) else None
    return (unit if known in UNIT_LEVELS else None), (body if known in BODY_KINDS else None)


def _field(label: str, field: Component, id: str) -> Component:  # noqa: A002
    return html.Div([html.Label(label, htmlFor=id), field], className="field")
