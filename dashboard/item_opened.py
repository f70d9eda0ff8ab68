"""The form that is open on the page of work items, filled with what is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dash.development.base_component import Component

from maritime_grid.domain.items import CLASSES, ItemVersion, State, Trigger, bar_of, possible

from .item_forms import FORMS, NEEDS
from .item_lists import class_name
from .item_look import Looking, is_open, newest, proposer_of
from .views.forms import Shown, form


def opened(at: Looking) -> Component | None:
    """The form; None where none is open, or the account may not, or what it is about is not there."""
    name = at.query.do
    if not name or not at.account.may(NEEDS[name]):
        return None
    shown = _FORMS[name](at) if name in _FORMS else _bring(at, Trigger(name))
    return form("items", FORMS[shown.name], shown, at.query, at.words) if shown else None


def _new(at: Looking) -> Shown | None:
    options = {"class": [(f"{n}", class_name(n, at.words)) for n in CLASSES]}
    return Shown("new", {}, options, {"number": at.words("items.hint.number")}) if not at.query.item else None


def _change(at: Looking) -> Shown | None:
    old = _closed(at)
    if old is None:
        return None
    values = {"title": old.title, "text": old.text, "basis": old.basis, "base": old.version}
    title = at.words("items.form.again", item=old.item_id) if old.dropped else ""
    return Shown("change", values, about=at.words("items.hint.change"), title=title)


def _drop(at: Looking) -> Shown | None:
    old = _closed(at)
    if old is None or old.dropped:
        return None
    about = at.words("items.hint.drop", item=old.item_id, title=old.title)
    return Shown("drop", {"base": old.version}, about=about, danger=True)


_FORMS: Mapping[str, Callable[[Looking], Shown | None]] = {"new": _new, "change": _change, "drop": _drop}


def _closed(at: Looking) -> ItemVersion | None:
    """The version that a proposal changes; None: there is none, or one is under way."""
    versions = at.versions()
    return None if any(map(is_open, versions)) else newest(versions)


def _bring(at: Looking, trigger: Trigger) -> Shown | None:
    one = next(filter(is_open, at.versions()), None)
    if one is None or trigger not in possible(State(one.state)):
        return None
    if bar_of(trigger, proposer_of(one.version, at.steps()), at.account.account_id, at.account.acts):
        return None
    values = {"seen": f"{one.version} {one.state}", "day": at.today}
    about = at.words(f"items.hint.{trigger}", item=one.item_id, n=one.version)
    return Shown(trigger.value, values, about=about, danger=trigger is Trigger.REJECT)
