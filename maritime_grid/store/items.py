"""Work items 网格工作事项 in the store: proposing a version, bringing it on, and the published list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import psycopg
from psycopg.rows import class_row

from maritime_grid.domain.errors import UsageError
from maritime_grid.domain.items import PROPOSE, ItemVersion, State, Trigger, next_state, published
from maritime_grid.domain.people import day_of

from .errors import StoreError, StoreRefused, translated
from .people_rights import Connection, Rights, log_change
from .queries import load_queries

_Q = load_queries("items")


class StaleItem(StoreRefused):
    """Somebody else was faster: the item is not as it was when the form was opened. Exit code 2."""


def propose(
    conn: Connection, values: Mapping[str, Any], rights: Rights, at: datetime, *,
    base: int | None = None, remark: str = "",
) -> int:  # fmt: skip
    """A new version, proposed; its number.

    Args:
        conn: in a transaction of the caller's.
        values: item_id, class, title, text, basis, dropped, sample.
        rights: whose proposal it is.
        at: aware.
        base: the newest version that the proposer saw, 0: none; rejected ones do not count. None: whichever there is.
        remark: why, for the record.

    Raises: NotAllowed. UsageError: the item is of another class. StaleItem: there is a newer version than `base`.
    psycopg.errors.UniqueViolation: another version is under way.
    """
    rights.need(PROPOSE)
    conn.execute(_Q["add_item"], values)
    held, item = _one(conn, "hold_item", values), values["item_id"]
    if held["class"] != int(values["class"]):
        raise UsageError(f"{item} is of class {held['class']}", "an item keeps its class")
    newest = _one(conn, "newest_version", values)["newest"]  # after the lock: what stands there now
    if base is not None and newest != base:
        raise StaleItem(f"{item} has version {newest} by now", "look at it, then propose again")
    row = _one(conn, "add_version", values)
    _step(conn, item, row["version"], State.PROPOSED, rights, at, remark)
    return int(row["version"])


def move(
    conn: Connection, item_id: str, version: int, trigger: Trigger, rights: Rights, at: datetime, *,
    in_force: date | None = None, remark: str = "", seen: State | None = None,
) -> State:  # fmt: skip
    """Bring a version on.

    Args:
        conn: in a transaction of the caller's.
        item_id: the item.
        version: its version.
        trigger: what is done with it.
        rights: who does it, and may.
        at: aware.
        in_force: with PUBLISH, the first day on which it holds; neither before the day of `at` nor before that of a
            version that is published already.
        remark: why, for the record; never empty with REJECT.
        seen: the state in which whoever does it saw the version; None: whichever it is in.

    Raises: UsageError: not from its state, no reason, or a day that has gone by. StaleItem: it is not in the state that
    was seen. StoreError: there is no such version.
    """
    row = conn.execute(_Q["hold_version"], {"item_id": item_id, "version": version}).fetchone()
    if row is None:
        raise StoreError(f"there is no version {version} of item {item_id}", "look it up in the list")
    if seen is not None and row["state"] != seen:
        raise StaleItem(f"version {version} of item {item_id} is {row['state']} by now", "look at it again")
    state = next_state(State(row["state"]), trigger, row["proposer"] or "", rights.by)
    if trigger is Trigger.REJECT and not remark.strip():
        raise UsageError("a version is rejected for a reason", "say why")
    if (trigger is Trigger.PUBLISH) != (in_force is not None):
        raise UsageError("an item comes into force on a day when it is published", "give the day then, and only then")
    if in_force is not None:
        _check_day(in_force, row["last_in_force"], at)
    _move(conn, item_id, version, state, in_force, rights, at, remark)
    return state


def _check_day(in_force: date, last: date | None, at: datetime) -> None:
    """Raises: UsageError: the day has gone by, or a version that was published before comes into force after it."""
    if in_force < day_of(at):
        raise UsageError(f"{in_force} has gone by", "give today or a later day")
    if last is not None and in_force < last:
        raise UsageError(f"another version comes into force on {last}", "give that day or a later one")


def publish_at_once(conn: Connection, item_id: str, version: int, rights: Rights, at: datetime) -> None:
    """The list that comes with the product: in force from the day of the first load."""
    for state in (State.REVIEWED, State.APPROVED, State.PUBLISHED):
        in_force = day_of(at) if state is State.PUBLISHED else None
        _move(conn, item_id, version, state, in_force, rights, at, "first load")


def _move(
    conn: Connection, item_id: str, version: int, state: State, in_force: date | None, rights: Rights, at: datetime,
    remark: str,
) -> None:  # fmt: skip
    values = {"item_id": item_id, "version": version, "state": state, "in_force": in_force}
    conn.execute(_Q["move_version"], values)
    _step(conn, item_id, version, state, rights, at, remark)


def _step(
    conn: Connection, item_id: str, version: int, state: State, rights: Rights, at: datetime, remark: str
) -> None:
    values = {"item_id": item_id, "version": version, "state": state, "at": at, "by": rights.by, "remark": remark}
    conn.execute(_Q["add_step"], values)
    log_change(conn, rights, at, f"item.{state}", f"item:{item_id}/{version}")


def _one(conn: Connection, query: str, values: Mapping[str, Any]) -> dict[str, Any]:
    row = conn.execute(_Q[query], values).fetchone()
    assert row, "there or made"
    return row


def published_items(conn: psycopg.Connection[Any], on: date) -> list[ItemVersion]:
    """The list as the public sees it on a day."""
    return published(_versions(conn, "published"), on)


def item_versions(conn: psycopg.Connection[Any]) -> list[ItemVersion]:
    """All versions, newest first of each item; for accounts that work on them, else empty."""
    return _versions(conn, "versions")


def _versions(conn: psycopg.Connection[Any], query: str) -> list[ItemVersion]:
    with translated(), conn.cursor(row_factory=class_row(ItemVersion)) as cur:
        return [replace(one, state=State(one.state)) for one in cur.execute(_Q[query])]
