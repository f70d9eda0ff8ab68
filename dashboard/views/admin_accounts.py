"""Accounts 账号 as the operator sees them: a list, and one of them with its sessions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.auth.agents import device_of
from dashboard.pages.shell import address, say
from dashboard.words import Words
from maritime_grid.store.account_rows import AccountRow, SessionRow
from maritime_grid.store.people_rows import BodyRow, UnitRow

from .admin_forms import change_form, new_form
from .people_parts import whole
from .times import DASH, moment

COLUMNS = ("account", "role", "place", "login", "state", "sessions")


@dataclass(frozen=True, slots=True)
class Known:
    """All accounts with what is open of them, and the names of units and bodies."""

    accounts: Sequence[AccountRow]
    sessions: Sequence[SessionRow]
    units: Sequence[UnitRow]
    bodies: Sequence[BodyRow]
    on_cases: Set[str]  # roles that act on cases

    def is_nobodys(self, row: AccountRow) -> bool:
        """Acts on cases, and nobody knows as whom: it could read what is filed against its own person."""
        return row.person_id is None and row.disabled_at is None and row.role in self.on_cases

    def open_of(self, account_id: str) -> list[SessionRow]:
        return [row for row in self.sessions if row.account_id == account_id]

    def names(self, words: Words) -> Mapping[str, str]:
        """In the language of the page, where they have names in it."""
        found = {u.unit_id: (u.name_zh, u.name_en) for u in self.units}
        found |= {b.body_id: (b.name_zh, b.name_en) for b in self.bodies}
        return {one: zh if words.is_chinese else en or zh for one, (zh, en) in found.items()}


def accounts_view(known: Known, who: str, now: datetime, words: Words, me: str) -> list[Component]:
    """The list; beside it one account, or the form of a new one. `me` is the account that looks."""
    chosen = next((row for row in known.accounts if row.account_id == who), None)
    right = _detail(chosen, known, now, words, own=who == me) if chosen else new_form(known.units, known.bodies, words)
    head = html.Thead(html.Tr([html.Th(words(f"admin.col.{name}")) for name in COLUMNS]))
    names = known.names(words)
    lines = [_line(row, names, known, who, now, words) for row in known.accounts]
    top = html.Div(
        [
            html.H2(words("admin.accounts.count", n=len(known.accounts))),
            dcc.Link(words("admin.add"), href=address(words, "/admin", view="accounts"), className="button"),
        ],
        className="row spread",
    )
    nobodys = sum(map(known.is_nobodys, known.accounts))
    warning = say(words("admin.nobodys", n=nobodys), "warn", more=words("admin.nobodys.more")) if nobodys else None
    left = html.Section(
        [top, *([warning] if warning else []), html.Table([head, html.Tbody(lines)], className="list")],
        className="panel",
    )
    return [html.Div([left, right], className="admin-split")]


def _line(row: AccountRow, names: Mapping[str, str], known: Known, who: str, now: datetime, words: Words) -> Component:
    link = dcc.Link(row.account_id, href=address(words, "/admin", view="accounts", who=row.account_id))
    place = names.get(row.unit_id or "") or names.get(row.body_id or "") or row.unit_id or row.body_id or DASH
    cells = (
        [link, html.Br(), html.Small(row.name_shown)],
        [words.get(f"role.{row.role}", row.role), *_nobodys(row, known, words)],
        place,
        _logins(row, words),
        state_pill(row, now, words),
        str(len(known.open_of(row.account_id))),
    )
    return html.Tr(
        [
            html.Td(whole(cell), **{"data-label": words(f"admin.col.{name}")})  # pyright: ignore[reportArgumentType]
            for name, cell in zip(COLUMNS, cells, strict=True)
        ],
        className="grid-picked" if row.account_id == who else "",
    )


def _nobodys(row: AccountRow, known: Known, words: Words) -> list[Component]:
    if not known.is_nobodys(row):
        return []
    return [html.Br(), html.Span(words("admin.nobodys.one"), className="pill warning")]


def _logins(row: AccountRow, words: Words) -> str:
    ways = (("password", row.has_password), ("second", row.has_second_factor), ("outside", bool(row.oidc_subject)))
    return words("case.list_join").join(words(f"admin.login.{name}") for name, has in ways if has) or DASH


def state_pill(row: AccountRow, now: datetime, words: Words) -> Component:
    if row.disabled_at:
        return html.Span(words("admin.state.disabled"), className="pill overdue")
    if is_locked(row, now):
        return html.Span(words("admin.state.locked"), className="pill warning")
    if row.password_until and row.password_until <= now:
        return html.Span(words("admin.state.over"), className="pill warning")
    if row.password_until:
        return html.Span(words("admin.state.first"), className="pill paused")
    return html.Span(words("admin.state.open"), className="pill ok")


def is_locked(row: AccountRow, now: datetime) -> bool:
    return row.locked_until is not None and row.locked_until > now


def _detail(row: AccountRow, known: Known, now: datetime, words: Words, *, own: bool) -> Component:
    """One account: what can be done with it, what it is, and where it is logged in."""
    head = [
        html.Div([html.H2(row.account_id), state_pill(row, now, words)], className="row"),
        html.P(f"{row.name_shown} · {words.get(f'role.{row.role}', row.role)}"),
        html.Small(words("admin.created", at=moment(row.created_at, words, now), role=row.db_role)),
        html.P(words("admin.until", at=moment(row.password_until, words, now)), className="soft")
        if row.password_until
        else None,
    ]
    if own:
        link = html.A(words("admin.own.link"), href=address(words, "/account"))
        inside = [html.P([words("admin.own"), link], className="grid-impact")]
    else:
        inside = [_acts(row, now, words), change_form(row, known.units, known.bodies, words)]
    return html.Section([*(h for h in head if h), *inside, *_sessions(row, known, now, words)],
                        className="panel grid-detail")  # fmt: skip


def _acts(row: AccountRow, now: datetime, words: Words) -> Component:
    acts = ["password", "second_factor", "sessions", "enable" if row.disabled_at else "disable"]
    if is_locked(row, now) or row.failures:
        acts.insert(0, "unlock")
    buttons = [
        html.Button(
            words(f"admin.act.{act}"),
            id={"type": "admin-act", "act": act},
            type="button",
            className="danger" if act == "disable" else "",
        )
        for act in acts
    ]
    return html.Div(buttons, className="row")


def _sessions(row: AccountRow, known: Known, now: datetime, words: Words) -> list[Component]:
    lines = [
        html.Li(
            [
                html.Span(words("admin.session.since", at=moment(one.begun_at, words, now))),
                html.Span(words("admin.session.seen", at=moment(one.seen_at, words, now))),
                html.Small(" ".join(filter(None, [device_of(one.agent), one.address]))),
                html.Button(
                    words("admin.session.end"), id={"type": "admin-end", "number": one.number}, type="button",
                    className="quiet",
                ),
            ]
        )
        for one in known.open_of(row.account_id)
    ]  # fmt: skip
    found = (
        html.Ol(lines, className="grid-versions") if lines else html.P(words("admin.sessions.none"), className="soft")
    )
    return [html.H3(words("admin.sessions")), found]
