"""Pieces that the views of people share: tables, a form with a place for each fault, words of posts and names."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.pages.shell import address
from dashboard.people_forms import FORMS, Field
from dashboard.people_query import PeopleQuery
from dashboard.words import Words
from maritime_grid.domain.people import Post
from maritime_grid.store.people_rows import PostRow, UnitRow

from .times import DASH

Cell = Component | str | list[Any]
Option = tuple[str, str]  # value, label


def listing(names: Sequence[str], lines: Sequence[Sequence[Cell]], words: Words) -> Component:
    """A table, whose lines a phone shows as cards."""
    if not lines:
        return html.P(words("people.none"), className="empty")
    head = html.Thead(html.Tr([html.Th(words(f"people.col.{name}")) for name in names]))
    rows = [
        html.Tr(
            [
                html.Td(whole(cell), **{"data-label": words(f"people.col.{name}")})  # pyright: ignore[reportArgumentType]
                for name, cell in zip(names, line, strict=True)
            ]
        )
        for line in lines
    ]
    return html.Table([head, html.Tbody(rows)], className="list people")


def whole(cell: Cell) -> Component | str:
    """One child a cell: on a phone it stands beside the name of its column."""
    return html.Div(cell) if isinstance(cell, list) else cell


def link(query: PeopleQuery, words: Words, said: str, class_: str = "") -> Component:
    """A link to another part of the page."""
    return dcc.Link(said, href=address(words, "/people", **query.parts()), className=class_)


def facts(pairs: Sequence[tuple[str, Cell | None]]) -> Component:
    """What is known of something, as pairs of label and value."""
    return html.Dl(
        [part for label, value in pairs for part in (html.Dt(label), html.Dd(whole(value or DASH)))],
        className="people-full",
    )


def post_word(row: PostRow, words: Words) -> str:
    """The post; of a party organisation as what it is led: as a branch or as a group."""
    if row.post == Post.PARTY_SECRETARY and row.party_form:
        return words(f"people.post.party_secretary.{row.party_form}")
    return words(f"people.post.{row.post}")


def lack_word(post: str, words: Words) -> str:
    """What a grid lacks where nobody holds a post: a party organisation, not its secretary (Art. 18)."""
    return words.get(f"people.lacks.{post}", words(f"people.post.{post}"))


def unit_name(unit: UnitRow, words: Words) -> str:
    return unit.name_zh if words.is_chinese else unit.name_en or unit.name_zh


def unit_options(units: Sequence[UnitRow]) -> list[UnitRow]:
    """Units of the reader's own."""
    return [unit for unit in units if unit.mine]


def indented(units: Sequence[UnitRow], words: Words) -> list[Option]:
    """Units to choose from, indented by level."""
    top = min((len(u.path) for u in units), default=1)
    return [(u.unit_id, "\u3000" * (len(u.path) - top) + unit_name(u, words)) for u in units]


@dataclass(frozen=True, slots=True)
class Shown:
    """A form as it opens.

    Attributes:
        name: key of FORMS.
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


def form(shown: Shown, query: PeopleQuery, words: Words) -> Component:
    """The form: fields with labels, each with a place for what is wrong with it, one button, and the way back."""
    name = shown.name
    button = html.Button(
        words(f"people.do.{name}"), id=f"people-{name}-do", type="button",
        className="danger" if shown.danger else "primary",
    )  # fmt: skip
    return html.Section(
        [
            html.H2(shown.title or words(f"people.form.{name}")),
            html.P(shown.about, className="soft") if shown.about else None,
            *(_row(one, shown, words) for one in FORMS[name]),
            html.Div(id=f"people-{name}-line"),
            html.Div([button, link(query.closed(), words, words("people.cancel"), "button quiet")], className="row"),
        ],
        className="panel grid-form people-form",
    )


def _row(one: Field, shown: Shown, words: Words) -> Component:
    id_ = f"people-{shown.name}-{one.name}"
    label = words.get(f"people.field.{shown.name}.{one.name}", "") or words(f"people.field.{one.name}")
    if not (one.needed or one.plain or one.kind in ("flag", "many")):
        label = words("people.optional", label=label)
    said = html.Label(label, htmlFor=id_) if one.kind != "flag" else None
    fault = html.Div(id=f"{id_}-fault", className="people-fault", role="alert")
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
        few = len(options) < 8
        return dcc.Dropdown(options, value, id=id_, searchable=not few, placeholder=words("people.choose"))  # pyright: ignore[reportArgumentType]
    if one.kind == "many":
        return dcc.Checklist(options, value or [], id=id_, className="people-many")  # pyright: ignore[reportArgumentType]
    kind = "tel" if one.kind == "tel" else "text"
    longest = 10 if one.kind == "day" else one.longest
    hint = hint or (words("people.day.hint") if one.kind == "day" else "")
    return dcc.Input(id=id_, type=kind, maxLength=longest, value=f"{value or ''}", placeholder=hint, autoComplete="off")
