"""The forms of accounts 账号: of a new one, and of what one is: role, unit, body, person, name."""

from __future__ import annotations

from collections.abc import Sequence

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.words import Words
from maritime_grid.domain.access import BODY_KINDS, UNIT_LEVELS, Role
from maritime_grid.store.account_rows import AccountRow
from maritime_grid.store.people_rows import BodyRow, UnitRow

from .picking import dropdown

WHAT = ("shown", "role", "unit", "body", "person")
NEW = {name: f"admin-{'body-id' if name == 'body' else name}" for name in ("name", *WHAT)}
EDIT = {name: f"admin-e-{name}" for name in WHAT}
ADD, SAVE = "admin-add", "admin-save"


def new_form(units: Sequence[UnitRow], bodies: Sequence[BodyRow], words: Words) -> Component:
    """The form of a new account."""
    name = dcc.Input(id=NEW["name"], type="text", maxLength=31, value="", autoComplete="off")
    return html.Section(
        [
            html.H2(words("admin.new")),
            _field(words("admin.new.name"), name, NEW["name"]),
            *_fields(NEW, None, units, bodies, words),
            html.Small(words("admin.new.hint")),
            html.Button(words("admin.new.do"), id=ADD, type="button", className="primary"),
        ],
        className="panel grid-form",
    )


def change_form(row: AccountRow, units: Sequence[UnitRow], bodies: Sequence[BodyRow], words: Words) -> Component:
    """The form of what an account is, filled with what it is now."""
    inside = [
        *_fields(EDIT, row, units, bodies, words),
        html.Small(words("admin.new.hint")),
        html.Small(words("admin.change.hint")),
        html.Button(words("admin.change.do"), id=SAVE, type="button", className="primary"),
    ]
    title = html.Summary(words("admin.change"), className="button")
    return html.Details([title, html.Div(inside, className="grid-form admin-change")])


def _fields(
    ids: dict[str, str],
    row: AccountRow | None,
    units: Sequence[UnitRow],
    bodies: Sequence[BodyRow],
    words: Words,
) -> list[Component]:
    roles = [{"label": words(f"role.{role}"), "value": str(role)} for role in Role]
    places = [{"label": f"{'　' * (len(u.path) - 1)}{_named(u, words)} {u.unit_id}", "value": u.unit_id} for u in units]
    offices = [{"label": f"{_named(b, words)} {b.body_id}", "value": b.body_id} for b in bodies]
    shown, person = (row.name_shown, row.person_no) if row else ("", "")
    inputs = {
        "shown": dcc.Input(id=ids["shown"], type="text", maxLength=60, value=shown, autoComplete="off"),
        "role": dropdown(words, roles, row.role if row else None, id=ids["role"]),  # pyright: ignore[reportArgumentType]
        "unit": dropdown(words, places, row.unit_id if row else None, id=ids["unit"]),  # pyright: ignore[reportArgumentType]
        "body": dropdown(words, offices, row.body_id if row else None, id=ids["body"]),  # pyright: ignore[reportArgumentType]
        "person": dcc.Input(id=ids["person"], type="text", maxLength=32, value=person, autoComplete="off"),
    }
    return [_field(words(f"admin.new.{name}"), field, ids[name]) for name, field in inputs.items()]


def _named(row: UnitRow | BodyRow, words: Words) -> str:
    return row.name_zh if words.is_chinese else row.name_en or row.name_zh


def place_of(role: str, unit: str | None, body: str | None) -> tuple[str | None, str | None]:
    """Only what the role works for."""
    known = Role(role) if role in tuple(Role) else None
    return (unit if known in UNIT_LEVELS else None), (body if known in BODY_KINDS else None)


def _field(label: str, field: Component, id: str) -> Component:  # noqa: A002
    return html.Div([html.Label(label, htmlFor=id), field], className="field")
