"""A form of a page of people: fields with labels, each with a place for what is wrong with it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.form_fields import Field, Query
from dashboard.pages.shell import PAGES, address
from dashboard.words import Words

from .picking import dropdown

Option = tuple[str, str]  # value, label
MOST_SEEN = 9  # of a choice; among more one searches
LONGEST_SMALL = 500  # characters of a text that has three lines of room


@dataclass(frozen=True, slots=True)
class Shown:
    """A form as it opens.

    Attributes:
        name: of the form.
        values: by field; others open empty.
        options: of choices, by field.
        hints: placeholders, by field.
        hidden: fields that stand there with their values and are not shown.
        about: one line below the title, or "".
        danger: the button takes something away.
        title: where it is not the form's own.
    """

    name: str
    values: Mapping[str, Any] = field(default_factory=dict[str, Any])
    options: Mapping[str, Sequence[Option]] = field(default_factory=dict[str, Sequence[Option]])
    hints: Mapping[str, str] = field(default_factory=dict[str, str])
    hidden: Collection[str] = ()
    about: str = ""
    danger: bool = False
    title: str = ""


def form(page: str, fields: Sequence[Field], shown: Shown, query: Query, words: Words) -> Component:
    """The form: fields with labels, each with a place for what is wrong with it, one button, and the way back.

    Args:
        page: on which it stands, as in PAGES: the first part of its ids and of its words.
        fields: of the form.
        shown: how it opens.
        query: what the page shows with the form.
        words: of the screen.
    """
    name = shown.name
    back = address(words, dict(PAGES)[page], **query.closed().parts())
    button = html.Button(
        words(f"{page}.do.{name}"), id=f"{page}-{name}-do", type="button",
        className="danger" if shown.danger else "primary",
    )  # fmt: skip
    return html.Section(
        [
            html.H2(shown.title or words(f"{page}.form.{name}")),
            html.P(shown.about, className="soft") if shown.about else None,
            *(_row(page, one, shown, words) for one in fields),
            html.Div(id=f"{page}-{name}-line"),
            html.Div([button, dcc.Link(words("people.cancel"), href=back, className="button quiet")], className="row"),
        ],
        className=f"panel grid-form people-form {page}-form",
    )


def _row(page: str, one: Field, shown: Shown, words: Words) -> Component:
    id_ = f"{page}-{shown.name}-{one.name}"
    fault = html.Div(id=f"{id_}-fault", className="people-fault", role="alert")
    if one.kind == "hidden":
        return html.Div([_input(one, id_, shown, "", words), fault], hidden=True)
    label = words.get(f"{page}.field.{shown.name}.{one.name}", "") or words(f"{page}.field.{one.name}")
    if not (one.needed or one.plain or one.kind in ("flag", "many")):
        label = words("people.optional", label=label)
    said = html.Label(label, htmlFor=id_) if one.kind != "flag" else None
    return html.Div(
        [said, _input(one, id_, shown, label, words), fault],
        id=f"{id_}-box", className="field", hidden=one.name in shown.hidden,
    )  # fmt: skip


def _input(one: Field, id_: str, shown: Shown, label: str, words: Words) -> Component:
    value, hint = shown.values.get(one.name), shown.hints.get(one.name, "")
    options = [{"label": said, "value": code} for code, said in shown.options.get(one.name, ())]
    if one.kind == "flag":
        ticked = [{"label": label, "value": "yes"}]
        return dcc.Checklist(ticked, ["yes"] if value else [], id=id_)  # pyright: ignore[reportArgumentType]
    if one.kind == "choice":
        many = len(options) > MOST_SEEN
        return dropdown(words, options, value, id=id_, searchable=many, placeholder=words("people.choose"))  # pyright: ignore[reportArgumentType]
    if one.kind == "many":
        return dcc.Checklist(options, value or [], id=id_, className="people-many")  # pyright: ignore[reportArgumentType]
    if one.kind == "long":
        rows = 6 if one.longest > LONGEST_SMALL else 3
        return dcc.Textarea(id=id_, value=f"{value or ''}", maxLength=one.longest, rows=rows)
    kind = "tel" if one.kind == "tel" else "text"
    longest = 10 if one.kind == "day" else one.longest
    hint = hint or (words("people.day.hint") if one.kind == "day" else "")
    return dcc.Input(id=id_, type=kind, maxLength=longest, value=f"{value or ''}", placeholder=hint, autoComplete="off")
