"""The access log 访问日志 as a table, and what a verification of the archive found."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.admin_query import AdminQuery
from dashboard.pages.shell import address, say
from dashboard.words import Words
from maritime_grid.store.access_log import LogEntry
from maritime_grid.store.archive import Verified

from .people_parts import whole
from .times import DASH, moment

PAGE_ROWS = 50
SHOWN = 100  # faults
COLUMNS = ("at", "who", "did", "subject", "fields", "purpose")
_CHANGED = re.compile(r"(^|, )(role|unit_id|body_id|person_id|name_shown) ")
_ROLE = re.compile(r"^role (\w+) > (\w+)")
_SHORT = 20  # characters of a seal
_VERIFIED = re.compile(
    r"(?P<entries>\d+) entries of (?P<cases>\d+) cases, (?P<faults>\d+) faults; seal (?P<seal>\d+:[0-9a-f]{64})",
    re.ASCII,
)
VERIFY, VERIFIED = "admin-verify", "admin-verified"


def log_view(found: Sequence[LogEntry], query: AdminQuery, now: datetime, words: Words) -> list[Component]:
    """A page of the log; one row more than a page says that there is another."""
    head = html.Thead(html.Tr([html.Th(words(f"admin.log.{name}")) for name in COLUMNS]))
    lines = [_line(entry, now, words) for entry in found[:PAGE_ROWS]]
    table: Component = html.Table([head, html.Tbody(lines)], className="list")
    if not lines:
        table = html.P(words("admin.log.none"), className="empty")
    older = (
        address(words, "/admin", **(query.parts() | {"before": found[PAGE_ROWS - 1].n}))
        if len(found) > PAGE_ROWS
        else ""
    )
    newest = address(words, "/admin", **(query.parts() | {"before": None}))
    turns = [
        dcc.Link(words("admin.log.newest"), href=newest, className="button quiet") if query.before else None,
        dcc.Link(words("admin.log.older"), href=older, className="button quiet") if older else None,
    ]
    foot = html.Div([turn for turn in turns if turn], className="row")
    return [html.Section([_filters(query, words), table, foot], className="panel")]


def _line(entry: LogEntry, now: datetime, words: Words) -> Component:
    cells = (
        moment(entry.at, words, now),
        [entry.name_shown, html.Br(), html.Small(entry.account_id)] if entry.name_shown else entry.account_id,
        words.get(f"admin.did.{entry.act}", entry.act),
        entry.subject,
        _seen(entry, words),
        purpose_of(entry, words) or DASH,
    )
    return html.Tr(
        [
            html.Td(whole(cell), **{"data-label": words(f"admin.log.{name}")})  # pyright: ignore[reportArgumentType]
            for name, cell in zip(COLUMNS, cells, strict=True)
        ]
    )


def _seen(entry: LogEntry, words: Words) -> list[Component | str] | str:
    """Which data, and of a file how many rows; its columns by the words that stand over them."""
    said = words("case.list_join").join(_field(name, words) for name in entry.fields)
    if entry.lines is None:
        return said or DASH
    return [words("admin.log.lines", n=entry.lines), html.Br(), html.Small(said)]


def _field(name: str, words: Words) -> str:
    keys = (f"{where}.{name}" for where in ("admin.field", "cases.export.col", "people.col", "grids.moved"))
    return next((said for key in keys if (said := words.get(key, ""))), name)


def purpose_of(entry: LogEntry, words: Words) -> str:
    """Why, or what: what the program wrote itself is kept in its own words, and shown in the reader's."""
    found = _VERIFIED.fullmatch(entry.purpose) if entry.act == "archive_verified" else None
    if found:
        return words("admin.archive.logged", **found.groupdict() | {"seal": f"{found['seal'][:_SHORT]}…"})
    if entry.act != "account_changed":
        return entry.purpose
    said = _ROLE.sub(
        lambda found: "role " + " > ".join(words.get(f"role.{role}", role) for role in found.groups()), entry.purpose
    )
    return _CHANGED.sub(lambda found: f"{found[1]}{words(f'admin.changed.{found[2]}')} ", said)


def _filters(query: AdminQuery, words: Words) -> Component:
    """A form that puts its fields into the address."""
    fields = [
        html.Div(
            [
                html.Label(words(f"admin.filter.{name}"), htmlFor=f"admin-{name}"),
                dcc.Input(id=f"admin-{name}", name=name, type="text", value=getattr(query, name), maxLength=60),
            ],
            className="field",
        )
        for name in ("account", "subject")
    ]
    hidden = [dcc.Input(type="hidden", name="view", value="log")]
    if not words.is_default:
        hidden.append(dcc.Input(type="hidden", name="lang", value=words.lang.split("_")[0]))
    send = html.Button(words("admin.filter.do"), type="submit", className="primary")
    return html.Form([*hidden, *fields, send], action="/admin", method="GET", className="row end admin-filters")


def archive_view(words: Words) -> list[Component]:
    """The button, and where its result comes."""
    return [
        html.Section(
            [
                html.H2(words("admin.archive")),
                html.P(words("admin.archive.what")),
                html.Div(
                    html.Button(words("admin.archive.verify"), id=VERIFY, type="button", className="primary"),
                    className="row",
                ),
                dcc.Loading(html.Div(id=VERIFIED), type="dot"),
            ],
            className="panel grid-detail",
        )
    ]


def verified_view(found: Verified, at: datetime, words: Words) -> Component:
    """What was found, and the seal to keep elsewhere."""
    seal = f"{found.head.n}:{found.head.hash.hex()}"
    said = words("admin.archive.counts", entries=found.entries, cases=found.cases, at=moment(at, words))
    if found.faults:
        result = say(words("admin.archive.faults", n=len(found.faults)), "bad", more=said)
    else:
        result = say(words("admin.archive.sound"), "good", more=said)
    return html.Div(
        [
            result,
            html.Ul([html.Li(fault) for fault in found.faults[:SHOWN]], className="grid-problems"),
            html.H3(words("admin.archive.seal")),
            html.Div(
                [
                    html.Code(seal, id="admin-seal", className="seal"),
                    dcc.Clipboard(target_id="admin-seal", className="button quiet", title=words("admin.archive.copy")),
                ],
                className="row",
            ),
            html.Small(words("admin.archive.seal.hint")),
        ],
        className="grid-detail",
    )
