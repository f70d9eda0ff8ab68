"""A form of the page of work items: fields with labels, each with a place for what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.item_forms import FORMS
from dashboard.item_query import ItemQuery
from dashboard.people_forms import Field
from dashboard.words import Words

from .item_parts import link

Option = tuple[str, str]  # value, label


@dataclass(frozen=True, slots=True)
class Shown:
    """A form as it opens.

    Attributes:
        name: key of FORMS.
        values: by field; others open empty.
        options: of choices, by field.
        hints: placeholders, by field.
        about: one line below the title, or "".
        danger: the button takes something away.
        title: where it is not the form's own.
    """

    name: str
    values: Mapping[str, Any] = field(default_factory=dict[str, Any])
    options: Mapping[str, Sequence[Option]] = field(default_factory=dict[str, Sequence[Option]])
    hints: Mapping[str, str] = field(default_factory=dict[str, str])
    about: str = ""
    danger: bool = False
    title: str = ""


def form(shown: Shown, query: ItemQuery, words: Words) -> Component:
    """The form, with one button and the way back."""
    name = shown.name
    button = html.Button(
        words(f"items.do.{name}"), id=f"items-{name}-do", type="button",
        className="danger" if shown.danger else "primary",
    )  # fmt: skip
    return html.Section(
        [
            html.H2(shown.title or words(f"items.form.{name}")),
            html.P(shown.about, className="soft") if shown.about else None,
            *(_row(one, shown, words) for one in FORMS[name]),
            html.Div(id=f"items-{name}-line"),
            html.Div([button, link(query.closed(), words, words("people.cancel"), "button quiet")], className="row"),
        ],
        className="panel grid-form people-form items-form",
    )


def _row(one: Field, shown: Shown, words: Words) -> Component:
    id_ = f"items-{shown.name}-{one.name}"
    label = words.get(f"items.field.{shown.name}.{one.name}", "") or words.get(f"items.field.{one.name}", "")
    if not one.needed:
        label = words("people.optional", label=label)
    fault = html.Div(id=f"{id_}-fault", className="people-fault", role="alert")
    said = html.Label(label, htmlFor=id_)
    return html.Div([said, _input(one, id_, shown, words), fault], className="field", hidden=one.kind == "hidden")


def _input(one: Field, id_: str, shown: Shown, words: Words) -> Component:
    value, hint = shown.values.get(one.name), shown.hints.get(one.name, "")
    if one.kind == "choice":
        options = [{"label": said, "value": code} for code, said in shown.options.get(one.name, ())]
        return dcc.Dropdown(options, value, id=id_, searchable=False, placeholder=words("people.choose"))  # pyright: ignore[reportArgumentType]
    if one.kind == "long":
        return dcc.Textarea(id=id_, value=f"{value or ''}", maxLength=one.longest, rows=6 if one.name == "text" else 3)
    longest = 10 if one.kind == "day" else one.longest
    hint = hint or (words("people.day.hint") if one.kind == "day" else "")
    return dcc.Input(
        id=id_, type="text", maxLength=longest, value=f"{value or ''}", placeholder=hint, autoComplete="off"
    )
