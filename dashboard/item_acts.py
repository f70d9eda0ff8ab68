"""What the forms of the page of work items do: each becomes a command, or has a fault beside each wrong field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from maritime_grid.domain.items import CLASSES, Bar, ItemVersion, State, Trigger, bar_of, next_number
from maritime_grid.store.people import People

from .form_fields import Wrong
from .item_forms import FORMS, ItemFilled
from .item_look import Looking, newest, proposer_of
from .item_query import ItemQuery


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it: word and its values for the line to the reader, and where the page goes."""

    said: str
    values: Mapping[str, object]
    go: ItemQuery


Deed = Callable[[People, str, datetime], Done]  # commands, account, moment


def deed_of(at: Looking, name: str, given: Mapping[str, Any], faults: dict[str, str]) -> Deed | None:
    """The command of a form that was sent, not yet given; None: it has faults, which are put into `faults`."""
    filled = ItemFilled(FORMS[name], given)
    try:
        return _new(at, filled) if name == "new" else _PROPOSALS[name](at, filled) if name in _PROPOSALS else _bring(
            at, Trigger(name), filled
        )  # fmt: skip
    except Wrong:
        faults.update(filled.faults)
        return None


def _new(at: Looking, filled: ItemFilled) -> Deed:
    chosen = filled.choice("class", {f"{n}" for n in CLASSES})
    class_no = int(chosen or 0)
    number, said = filled.number_of(class_no), _said(filled)
    filled.check()
    item = number or next_number(class_no, (one.item_id for one in at.all_versions()))
    return _propose(item, {"class": class_no, **said}, filled.lines("reason"), 0)


def _change(at: Looking, filled: ItemFilled) -> Deed:
    old, said = _there(at, filled, "title"), _said(filled)
    if (old.title, old.text, old.basis, old.dropped) == (said["title"], said["text"], said["basis"], False):
        filled.odd("text", "same")
    filled.check()
    return _propose(old.item_id, {"class": old.class_no, **said}, filled.lines("reason"), filled.base())


def _drop(at: Looking, filled: ItemFilled) -> Deed:
    old, reason = _there(at, filled, "reason"), filled.lines("reason")
    filled.check()
    values = {"class": old.class_no, "title": old.title, "text": old.text, "basis": old.basis, "dropped": True}
    return _propose(old.item_id, values, reason, filled.base())


_PROPOSALS: Mapping[str, Callable[[Looking, ItemFilled], Deed]] = {"change": _change, "drop": _drop}


def _said(filled: ItemFilled) -> dict[str, str]:
    filled.lines("reason")
    return {"title": filled.text("title"), "text": filled.lines("text"), "basis": filled.text("basis")}


def _there(at: Looking, filled: ItemFilled, name: str) -> ItemVersion:
    """The version that a proposal changes. Raises: Wrong: there is none."""
    found = newest(at.versions())
    if found is None:
        filled.wrong(name, "gone")
        raise Wrong
    return found


def _propose(item_id: str, values: Mapping[str, object], reason: str, base: int) -> Deed:
    def do(people: People, by: str, now: datetime) -> Done:
        number = people.propose_item({"item_id": item_id, **values}, by, now, base=base, remark=reason)
        return Done("proposed", {"item": item_id, "n": number}, ItemQuery(view="work", item=item_id))

    return do


def _bring(at: Looking, trigger: Trigger, filled: ItemFilled) -> Deed:
    """Review, approve, publish or reject what the form was opened on."""
    version, seen = filled.seen()
    item, remark = at.query.item, filled.lines("remark")
    day = filled.day("day") if trigger is Trigger.PUBLISH else None
    last = max((one.in_force for one in at.versions() if one.in_force), default=None)
    if day is not None and day < at.today:
        filled.odd("day", "past")
    if day is not None and last is not None and day < last:
        filled.odd("day", "earlier")
    if not version or seen not in set(State):
        filled.wrong("remark", "gone")
    elif bar_of(trigger, proposer_of(version, at.steps()), at.account.account_id, at.account.acts) is Bar.OWN:
        filled.odd("remark", "own")
    filled.check()

    def do(people: People, by: str, now: datetime) -> Done:
        state = people.move_item(item, version, trigger, by, now, in_force=day, remark=remark, seen=State(seen))
        values = {"item": item, "n": version, "on": day or ""}
        return Done(f"{state}", values, ItemQuery(view="work", item=item))

    return do
