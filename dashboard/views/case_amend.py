"""The form that amends a case: what it is, where and when, how many, and each party with all that is known of it."""

from __future__ import annotations

from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.case_amending import (
    FORGET,
    MOST_PERSONAL,
    NUMBERS,
    PERSONAL,
    REMOVE,
    Block,
    blocks,
    opened_as,
    values_of,
)
from dashboard.case_work import Opened
from dashboard.report.page import GEARS
from maritime_grid.cases.kinds import Act, Kind
from maritime_grid.store.case_check import MOST_TEXT, MOST_TITLE, SIDES

from .case_parts import Told
from .picking import dropdown

Values = dict[str, str]


def amend_form(opened: Opened, told: Told) -> list[Component]:
    """The whole form, with what the case says now."""
    case, words = opened.case, told.words
    values = values_of(case)
    known = [block for block in blocks(case) if block.row.n]
    spare = [block for block in blocks(case) if not block.row.n]
    send = html.Button(words(f"case.act.{Act.AMEND}"), id="case-send", type="button", className="primary")
    cancel = html.Button(words("case.form.cancel"), id="case-cancel", type="button", className="quiet")
    parts: list[Component] = [
        html.H2(words(f"case.act.{Act.AMEND}")),
        html.P(words("case.form.hint.amend"), className="soft"),
        _group("what", _what(values, opened, told)),
        _group("where", _where(values, told)),
        _group("numbers", _numbers(values, told)),
        html.Fieldset(
            [
                html.Legend(words("case.parties")),
                html.Div([_party(block, values, told) for block in known], className="parties"),
                html.Details(
                    [
                        html.Summary(words("case.amend.more_parties")),
                        html.Div([_party(block, values, told) for block in spare], className="parties"),
                    ],
                    className="spare",
                ),
            ]
        ),
        _field("note", dcc.Input(id=_id("note"), type="text", value="", maxLength=MOST_TITLE), told, "case.amend.note"),
        dcc.Input(id=_id("opened"), type="hidden", value=opened_as(case)),
        html.Div(id="case-said"),
        html.Div([send, cancel], className="row"),
    ]
    return [html.Div(parts, className="panel form amend", id="case-form-box")]


def _id(name: str) -> dict[str, str]:
    return {"type": "case-field", "name": name}


def _group(kind: str, inner: list[Component]) -> Component:
    return html.Fieldset([html.Div(inner, className="amend-grid")], className=f"amend-{kind}")


def _field(name: str, inner: Component, told: Told, key: str = "", kind: str = "") -> Component:
    label = told.words(key or f"case.amend.{name}")
    return html.Div([html.Span(label, className="label"), inner], className=f"field {kind}".strip())


def _text(name: str, values: Values, longest: int, **more: Any) -> Component:
    return dcc.Input(id=_id(name), type="text", value=values[name], maxLength=longest, **more)


def _area(name: str, values: Values) -> Component:
    return dcc.Textarea(id=_id(name), value=values[name], maxLength=MOST_TEXT)


def _what(values: Values, opened: Opened, told: Told) -> list[Component]:
    own = Kind(opened.case.row.kind)
    kinds = [own] if own == Kind.COMPLAINT else [kind for kind in Kind if kind != Kind.COMPLAINT]
    options = [option for kind in kinds for option in _kinds(kind, told)]
    picked = dropdown(told.words, options, values["kind"], id=_id("kind"), clearable=False)
    return [
        _field("kind", picked, told, kind="wide"),
        _field("title", _text("title", values, MOST_TITLE), told, kind="wide"),
        _field("description", _area("description", values), told, kind="whole"),
    ]


def _kinds(kind: Kind, told: Told) -> list[dict[str, str]]:
    """`涉海纠纷 · 网具纠纷` for each, and the kind alone."""
    name, zh = told.words(f"case.kind.{kind}"), told.words.is_chinese
    subkinds = told.settings.kinds.of(kind).subkinds
    named = [
        {"label": f"{name} · {word.zh if zh else word.en}", "value": f"{kind}/{key}"} for key, word in subkinds.items()
    ]
    return [*named, {"label": name, "value": f"{kind}/"}]


def _where(values: Values, told: Told) -> list[Component]:
    words = told.words
    at = _text("happened_at", values, 16, placeholder="2026-05-06 10:00")
    hint = html.Small(words("case.amend.pick"), className="hint whole")
    return [
        _field("happened_at", at, told),
        _field("place", _text("place", values, MOST_TITLE), told, kind="wide"),
        _field("lon", _text("lon", values, 20, inputMode="decimal", placeholder="122.55"), told),
        _field("lat", _text("lat", values, 20, inputMode="decimal", placeholder="30.20"), told),
        hint,
    ]


def _numbers(values: Values, told: Told) -> list[Component]:
    counted = [
        _field(name, _text(name, values, 9, inputMode="numeric"), told, f"case.field.{name}") for name in NUMBERS
    ]
    return [*counted, _field("amount", _text("amount", values, 20, inputMode="decimal"), told)]


def _party(block: Block, values: Values, told: Told) -> Component:
    words, key = told.words, block.key
    sides = [{"label": words(f"case.side.{side}"), "value": side} for side in SIDES]
    if block.row.n:
        sides.append({"label": words("case.amend.remove"), "value": REMOVE})
    side = dropdown(told.words, sides, values[f"{key}-side"] or None, id=_id(f"{key}-side"), clearable=False,
                        placeholder=words("case.choose"))  # fmt: skip
    gears = [{"label": words(f"gear.{gear}"), "value": gear} for gear in GEARS]
    gear = values[f"{key}-gear"]
    if gear and gear not in GEARS:
        gears.append({"label": gear, "value": gear})
    first = [{"label": words(f"case.amend.first.{name or 'unknown'}"), "value": name} for name in ("yes", "no", "")]
    parts = [
        _field("side", side, told),
        *_vessels(block, values, told),
        _field("gear", dropdown(told.words, gears, gear or None, id=_id(f"{key}-gear")), told, "case.gear"),
        _field("first", dcc.RadioItems(first, values[f"{key}-first"], id=_id(f"{key}-first"), className="segments",
                                       inline=True), told, "case.set_first"),
        _field("claim", _area(f"{key}-claim", values), told, "case.claim"),
        _field("statement", _area(f"{key}-statement", values), told, "case.statement"),
        _person(block, told),
    ]  # fmt: skip
    return html.Div(parts, className=f"party side-{block.row.side or 'new'}")


def _vessels(block: Block, values: Values, told: Told) -> list[Component]:
    """A row each, with empty ones behind a line to open."""
    words, known = told.words, max(len(block.row.vessels), 1)
    head = html.Span(words("case.amend.vessels"), className="label")
    rows = [_vessel(block.key, k, values, told) for k in range(block.vessels)]
    more = html.Details([html.Summary(words("case.amend.more_vessels")), *rows[known:]], className="spare")
    return [html.Div([head, *rows[:known], *([more] if rows[known:] else [])], className="field")]


def _vessel(key: str, k: int, values: Values, told: Told) -> Component:
    names = {"name": ("case.amend.ship_name", 60), "mmsi": ("case.amend.mmsi", 11)}
    return html.Div(
        [
            _text(f"{key}-{name}{k}", values, longest, placeholder=told.words(said), className=f"vessel-{name}")
            for name, (said, longest) in names.items()
        ],
        className="vessel-row",
    )


def _person(block: Block, told: Told) -> Component:
    """Empty fields over what is known, as far as the reader may see it."""
    words, row = told.words, block.row
    known = {"person_name": row.person_name, "phone": row.phone, "id_number": row.id_number}
    inputs = [
        dcc.Input(
            id=_id(f"{block.key}-{name}"), type="text", value="", maxLength=MOST_PERSONAL,
            placeholder=words(f"case.{name}") + (f" {known[name]}" if known[name] else ""),
        )
        for name in PERSONAL
    ]  # fmt: skip
    parts: list[Component] = [html.Span(words("case.amend.person"), className="label"), *inputs]
    if row.n:
        choice = [{"label": words(f"case.amend.person.{name or 'keep'}"), "value": name} for name in ("", FORGET)]
        parts.append(dcc.RadioItems(choice, "", id=_id(f"{block.key}-person"), className="segments", inline=True))
    else:
        parts.append(dcc.Input(id=_id(f"{block.key}-person"), type="hidden", value=""))
    return html.Div(parts, className="field person-fields")
