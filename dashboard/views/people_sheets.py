"""Spreadsheets of the page of people: choose one, take its template, send a filled one; and exports beside it."""

from __future__ import annotations

import json
from collections.abc import Sequence

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.auth import Account
from dashboard.pages.shell import address, say
from dashboard.words import Words
from maritime_grid.cli.sheet_files import ENDINGS, Limits, SheetFileFault
from maritime_grid.domain.people_sheets import SHEETS
from maritime_grid.store.books import BOOKS

LIMITS = Limits(most_bytes=5 * 2**20, most_unpacked=30 * 2**20, most_lines=10_001)  # the first has the heads
ORDER = ("people", "teams", "badges", "training", "items", "bodies", "grid_leads", "units")  # the daily ones first
NAME, PICK, DROP, STATE, RESULT, TEMPLATE = (
    "people-sheet-name", "people-sheet-pick", "people-sheet-drop", "people-sheet-state", "people-sheet-result",
    "people-sheet-template",
)  # fmt: skip
TOLD = ("sending", "judging", "working", "lost", "changed", "again", "type")  # what the script says itself


def taken_by(account: Account) -> list[str]:
    """Sheets that the account may send, in the order of the page."""
    return [name for name in ORDER if account.may(BOOKS[name].act)]


def given_to(account: Account) -> list[str]:
    """Sheets that the account may export."""
    if not account.may("people.export"):
        return []
    return [name for name in ORDER if BOOKS[name].act == "people.edit" or account.may(BOOKS[name].act)]


def has_sheets(account: Account) -> bool:
    return bool(taken_by(account) or given_to(account))


def sheets_view(account: Account, words: Words) -> list[Component]:
    """Import on the left, exports on the right; on a phone one below the other."""
    taken, given = taken_by(account), given_to(account)
    parts = [_import(taken, words)] if taken else []
    parts += [_export(given, words)] if given else []
    return [html.Div(parts, className="sheet-split")]


def _import(names: Sequence[str], words: Words) -> Component:
    said = json.dumps({name: words(f"people.import.{name}") for name in TOLD}, ensure_ascii=False)
    own: dict[str, str] = {"data-words": said, "data-lang": words.lang.split("_")[0]}
    template = html.A(
        words("people.template"), id=TEMPLATE, href=template_at(names[0], words), className="button quiet"
    )
    chosen = [_choice(NAME, names, words), template]
    steps = [
        [html.Label(words("people.import.step.sheet"), htmlFor=NAME), html.Div(chosen, className="row")],
        [html.Span(words("people.import.step.fill")), html.Small(words("people.import.rules"))],
        [html.Span(words("people.import.step.file")), _drop(words)],
    ]
    return html.Section(
        [
            html.H2(words("people.import")),
            html.Ol([html.Li(step) for step in steps], className="sheet-steps"),
            html.Div(id=STATE, className="sheet-state", role="status", **own),  # pyright: ignore[reportArgumentType]
            html.Div(id=RESULT, className="sheet-result"),
        ],
        className="panel sheet-import",
    )


def template_at(name: str, words: Words) -> str:
    return address(words, "/api/v1/people/template.xlsx", sheet=name)


def _drop(words: Words) -> Component:
    mib, lines = LIMITS.most_bytes >> 20, f"{LIMITS.most_lines - 1:,}"
    accept: dict[str, str] = {"data-accept": ",".join(ENDINGS)}
    inside = [
        html.Button(words("people.import.pick"), id=PICK, type="button"),
        html.Span(words("people.import.drop")),
        html.Small(words("people.import.limits", mib=mib, lines=lines)),
    ]
    return html.Div(inside, id=DROP, className="drop sheet-drop", **accept)  # pyright: ignore[reportArgumentType]


def _export(names: Sequence[str], words: Words) -> Component:
    """A form whose answer is a file; personal data are in it only with a purpose."""
    hidden = [] if words.is_default else [dcc.Input(type="hidden", name="lang", value=words.lang.split("_")[0])]
    purpose = dcc.Input(
        id="people-export-purpose", name="purpose", type="text", maxLength=200,
        placeholder=words("people.export.purpose"),
    )  # fmt: skip
    form = html.Form(
        [
            *hidden,
            _field(words("people.export.sheet"), _choice("people-export-sheet", names, words, name="sheet")),
            _field(words("people.export.why"), purpose),
            html.Small(words("people.export.hint")),
            html.Div(html.Button(words("people.export.do"), type="submit", className="primary"), className="row"),
        ],
        action="/api/v1/people/export.xlsx",
        method="GET",
        className="sheet-form",
    )
    return html.Section([html.H2(words("people.export")), form], className="panel sheet-export")


def _choice(id: str, names: Sequence[str], words: Words, name: str = "") -> Component:  # noqa: A002
    """The browser's own list."""
    assert set(names) <= set(SHEETS)
    options = [html.Option(words(f"people.sheet.{one}"), value=one) for one in names]
    return html.Select(options, id=id, name=name or None)


def _field(label: str, field: Component) -> Component:
    return html.Label([html.Span(label), field], className="field")


def file_fault(error: SheetFileFault, words: Words) -> Component:
    """Why a file is not taken, and the mend, in the reader's words."""
    given = {name: "" if value is None else value for name, value in error.given.items()}
    mend = words(f"people.filemend.{error.kind}")
    return say(words(f"people.file.{error.kind}").format(**given), "bad", more=mend)
