"""The frame of the pages of people: product, navigation by what the account may, language, who is logged in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.auth import Account
from dashboard.words import Words
from maritime_grid.domain.access import Role

PAGES = (
    ("cases", "/cases"),
    ("report", "/report"),
    ("alerts", "/alerts"),
    ("grids", "/grids"),
    ("people", "/people"),
    ("items", "/items"),
    ("admin", "/admin"),
    ("wall", "/"),
)
OTHER = {"zh_CN": ("en", "English"), "en": ("zh", "中文")}

MUTE_MIN = 5  # so long a device can be mute

Children = Sequence[Component | str | None]


def address(words: Words, path: str, **query: object) -> str:
    """An address of ours that keeps the language of who has chosen one; None and "" are left out."""
    asked: dict[str, object] = {name: value for name, value in query.items() if value not in (None, "")}
    if not words.is_default:
        asked.setdefault("lang", words.lang.split("_")[0])
    return f"{path}?{urlencode(asked)}" if asked else path


def page_of(
    words: Words,
    account: Account,
    active: str,
    children: Children,
    *,
    demo: bool = False,
    here: str = "",
    every: str = "",
) -> Component:
    """A whole page of people.

    Args:
        words: the language.
        account: who is logged in.
        active: which page it is, as in PAGES.
        children: what the page shows.
        demo: the data is made up; said on every screen.
        here: address of the page with its query, so that a change of language keeps it; empty: `active` alone.
        every: id of the page's dcc.Interval; it rests, and says so, where nobody touches the page for a quarter of an
            hour: else a page left open would keep its session alive for ever.
    """
    links = [
        html.A(words(f"shell.page.{name}"), href=address(words, path), className="here" if name == active else "")
        for name, path in PAGES
        if account.may(f"page.{name}")
    ]
    brand = html.A([html.I(className="logo"), html.Strong(words("title"))], href=address(words, _home(account)))
    mark = html.Span(words("mark.demo"), className="demo-mark") if demo else None
    head = html.Header(
        [
            html.Div([brand, mark], className="brand-line"),
            html.Nav(links, className="pages", **{"aria-label": words("shell.pages")}),  # pyright: ignore[reportArgumentType]
            _who(words, account, here or dict(PAGES).get(active, "/")),
        ],
        className="top",
    )
    main = html.Main([child for child in children if child is not None], id="desk-main")
    rest = {"data-every": every, "data-asleep": words("shell.asleep")} if every else {}
    lang = "zh-CN" if words.is_chinese else "en"
    parts = [part for part in (head, _pulse(words, active), _calls(words, account), main) if part is not None]
    return html.Div(parts, className="desk", lang=lang, **rest)  # pyright: ignore[reportArgumentType]


def _pulse(words: Words, active: str) -> Component:
    """What assets/75_pulse.js says where the page is not to be trusted."""
    said = {f"data-{why}": words(f"shell.pulse.{why}") for why in ("dead", "store", "stale", "ended")}
    live = {"data-live": "yes"} if active == "alerts" else {}
    again = html.A(words("shell.pulse.login"), href="/login", target="_blank", rel="noopener")
    return html.Div([html.Span(), again], id="pulse", role="alert", hidden=True, **said, **live)  # pyright: ignore[reportArgumentType]


def _calls(words: Words, account: Account) -> Component | None:
    """What assets/76_calls.js shows of reports of major matters that the account is to receive."""
    if not account.may("case.receive_hop"):
        return None
    keys = {"hush": "mute"} | {name: name for name in ("late", "new", "overdue", "left", "more", "unmute", "muted")}
    said = {f"data-{name}": words.table[f"calls.{key}"] for name, key in keys.items()}
    data = said | {"data-mute": str(MUTE_MIN), "data-case": address(words, "/case/CASE")}
    told = [
        html.Strong(className="calls-title", role="alert"),
        html.Ul(className="calls-list"),
        html.Span(className="calls-more"),
        html.Span(className="calls-muted"),
    ]
    parts = [
        html.Div(told, className="calls-said"),
        html.Button(words("calls.blocked"), type="button", className="calls-blocked", hidden=True),
        html.Button("", type="button", className="calls-mute"),
    ]
    return html.Div(parts, id="calls", hidden=True, **data)  # pyright: ignore[reportArgumentType]


def _home(account: Account) -> str:
    """The first page that the account may open."""
    return next((path for name, path in PAGES if account.may(f"page.{name}")), "/")


def _who(words: Words, account: Account, here: str) -> Component:
    lang, name = OTHER[words.lang]
    joined = "&" if "?" in here else "?"
    logout = html.Form(
        [
            dcc.Input(type="hidden", name="csrf", value=account.csrf),
            html.Button(words("shell.logout"), type="submit", className="quiet"),
        ],
        action="/logout",
        method="POST",
    )
    inside = [html.Strong(account.name_shown), html.Small(words.get(f"role.{account.role}", account.role))]
    about: Component = html.Span(inside, className="me")
    if account.role != Role.WALL:  # nobody stands at a wall to choose a password
        about = html.A(inside, href=address(words, "/account"), className="me", title=words("shell.account"))
    return html.Div(
        [html.A(name, href=f"{here}{joined}lang={lang}", className="quiet"), about, logout], className="who"
    )


def say(text: str, kind: str = "note", *, more: str = "", id: str | None = None) -> Component:  # noqa: A002
    """One line to the reader: kind `note`, `good`, `warn` or `bad`; `more` is small print for the operator."""
    parts = [html.I(className="sign"), html.Span(text), html.Small(more) if more else None]
    given: dict[str, Any] = {"id": id} if id else {}
    role = "alert" if kind == "bad" else "status"
    return html.Div([p for p in parts if p is not None], className=f"say {kind}", role=role, **given)
