"""Changes of grids 网格调整 (Art. 11): judged, proposed, approved by the county, filed with the city as versions."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import Jsonb

from geofence.load import Feature, Problem
from maritime_grid.cases.flow import NotAllowed
from maritime_grid.domain.errors import UsageError
from maritime_grid.domain.grid_change import RIGHTS, ChangeAct, ChangeState, Impact, after

from . import registry
from .case_steps import Account, Connection, account_of
from .connect import with_tuples
from .errors import StoreError, translated
from .grid_judging import PROPOSED, Judged, judge, layer_of_feature
from .queries import load_queries
from .registry import PlaceInput

_Q = load_queries("grid_changes")
_BEIJING = ZoneInfo("Asia/Shanghai")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,39}")


class GridChanges:
    """Commands, for any number of threads; `lend` gives the product's own connections."""

    def __init__(self, lend: Callable[[], AbstractContextManager[Connection]]) -> None:
        self._lend = lend

    def judge(self, features: Sequence[Mapping[str, Any]], ended: Sequence[str], valid_from: datetime) -> Judged:
        """Check polygons against all grids in force at a moment, and say who and what would change hands.

        Args:
            features: GeoJSON features with properties grid_id, name_zh, kind, port_ids and so on.
            ended: ids of grids that end with it.
            valid_from: aware.

        Raises: UsageError: a feature is no feature. StoreError.
        """
        with translated(), self._lend() as conn:
            return judge(conn, [_feature(f) for f in features], ended, valid_from)

    def propose(
        self,
        features: Sequence[Mapping[str, Any]],
        ended: Sequence[str],
        valid_from: datetime,
        reason: str,
        by: str,
        at: datetime,
    ) -> int:
        """Number of the change.

        Raises: UsageError: the polygons cannot be used, or no reason is given. NotAllowed. StoreError.
        """
        if not reason.strip():
            raise UsageError("a change of grids has no reason", "say why")
        if valid_from < at:
            raise UsageError("a change of grids cannot begin in the past", "give a later moment to hold from")
        with translated(), self._lend() as conn, conn.transaction():
            who = _may(conn, by, "grids.propose")
            given = [_feature(f) for f in features]
            judged = judge(conn, given, ended, valid_from)
            if judged.problems or judged.impact is None:
                raise UsageError(_told(judged.problems))
            unit = _approver(conn, judged.impact, who)
            values = {
                "unit_id": unit, "features": Jsonb(list(features)), "ended": list(ended), "valid_from": valid_from,
                "reason": reason.strip(), "impact": Jsonb(asdict(judged.impact)), "by": by, "at": at,
            }  # fmt: skip
            row = conn.execute(_Q["add"], values).fetchone()
            assert row, "made or raised"
            _log(conn, row["change_id"], at, by, "propose", reason.strip())
            return int(row["change_id"])

    def act(self, change_id: int, act: ChangeAct, by: str, note: str, at: datetime) -> ChangeState:
        """Approve, refuse, file or withdraw a change; filing makes it versions that hold from its moment on.

        Raises: ChangeError: it does not stand where this is done. NotAllowed. UsageError: it became unsound since.
        """
        with translated(), self._lend() as conn, conn.transaction():
            with with_tuples(conn) as same:
                registry.lock_places(same)
            row = conn.execute(_Q["hold"], [change_id]).fetchone()
            if row is None:
                raise StoreError(f"there is no change {change_id} of grids", "look it up in the list")
            who = _may(conn, by, RIGHTS[act])
            _refuse_strangers(row, act, who)
            state = after(ChangeState(row["state"]), act)
            if act == ChangeAct.FILE:
                _file(conn, row, by, at)
            conn.execute(_Q["set_state"], {"change_id": change_id, "state": state})
            _log(conn, change_id, at, by, act, note)
            return state


def list_changes(conn: psycopg.Connection[Any], change_id: int | None = None) -> list[dict[str, Any]]:
    """Changes, newest first, each with its log, as the account that asks (see `case_reads`)."""
    with conn.cursor(row_factory=dict_row) as cur:
        return cur.execute(_Q["all"], {"only": change_id}).fetchall()


def _told(problems: Sequence[Problem]) -> str:
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return f"{problems[0]}{more}"


def _approver(conn: Connection, impact: Impact, who: Account) -> str:
    """The county whose grids alone it touches, else the city."""
    counties = {row["grid_id"]: row["county"] for row in conn.execute(_Q["counties"])}
    touched = {counties.get(g) for g in (*impact.grids_changed, *impact.grids_ended)} or _counties_of(conn, who)
    if len(touched) == 1 and (county := touched.pop()):
        return county
    city = conn.execute(_Q["city"]).fetchone()
    assert city, "a store with accounts has units"
    return city["unit_id"]


def _counties_of(conn: Connection, who: Account) -> set[str]:
    """Counties of the units of an account."""
    return {row["county"] for row in conn.execute(_Q["counties_of"], [list(who.actor.units)])}


def _refuse_strangers(row: DictRow, act: ChangeAct, who: Account) -> None:
    if act == ChangeAct.WITHDRAW and row["proposed_by"] != who.actor.account_id:
        raise NotAllowed(f"change {row['change_id']} is not yours to withdraw", "ask who proposed it")
    if act in {ChangeAct.APPROVE, ChangeAct.REFUSE} and row["unit_id"] not in who.actor.units:
        raise NotAllowed(f"change {row['change_id']} is not for your unit to approve", "ask the county of its grids")
    if act == ChangeAct.APPROVE and row["proposed_by"] == who.actor.account_id:
        raise NotAllowed("nobody approves a change of their own", "ask a colleague")


def _file(conn: Connection, row: DictRow, by: str, at: datetime) -> None:
    given = [_feature(f) for f in row["features"]]
    valid_from = max(row["valid_from"], at)
    judged = judge(conn, given, row["ended"], valid_from)
    if judged.problems:
        raise UsageError(f"the grids have changed since it was proposed: {judged.problems[0]}", "propose it anew")
    us = round(valid_from.timestamp() * 1e6)
    with with_tuples(conn) as same:
        registry.retire_places(same, row["ended"], by, row["reason"], us)
        registry.save_places(same, [_input(f) for f in given], by, row["reason"], us)
    conn.execute(_Q["lead"], {"grids": [f.id for f in given], "by": row["proposed_by"]})
    last = valid_from.astimezone(_BEIJING) - timedelta(microseconds=1)
    until = last.date() + timedelta(days=1)  # the first day on which the grid is no more
    conn.execute(_Q["end_posts"], {"grids": row["ended"], "until": until, "reason": row["reason"], "by": by, "at": at})


def _feature(given: Mapping[str, Any]) -> Feature:
    properties, geometry = given.get("properties"), given.get("geometry")
    if not isinstance(properties, Mapping) or not isinstance(geometry, Mapping):
        raise UsageError("a grid of the proposal is no GeoJSON feature", "give type, properties and geometry")
    known: Mapping[str, Any] = properties
    grid_id = known.get("grid_id")
    if not isinstance(grid_id, str) or not _ID.fullmatch(grid_id):
        raise UsageError(f"{grid_id!r} is no id of a grid", "give letters, digits and hyphens, up to 40, as ZS-DJ-1")
    if not isinstance(known.get("name_zh"), str) or not known["name_zh"].strip():
        raise UsageError(f"grid {grid_id} has no name", "give name_zh")
    return Feature(PROPOSED, grid_id, dict(known), dict(geometry))


def _input(feature: Feature) -> PlaceInput:
    known = feature.properties
    return PlaceInput(
        place_id=feature.id,
        layer=layer_of_feature(feature),
        kind=str(known.get("kind", "inshore")),
        name_zh=str(known["name_zh"]),
        name_en=str(known.get("name_en", "")),
        county=str(known.get("county", "")),
        port_ids=tuple(str(p) for p in known.get("port_ids", ())),
        sample=bool(known.get("sample", False)),
        fence=feature.geometry,
    )


def _may(conn: Connection, account_id: str, act: str) -> Account:
    who = account_of(conn, account_id)
    if act not in who.may:
        raise NotAllowed(f"{account_id} may not do {act}", "ask the county")
    return who


def _log(conn: Connection, change_id: int, at: datetime, who: str, what: str, note: str) -> None:
    conn.execute(_Q["log"], {"change_id": change_id, "at": at, "who": who, "what": what, "note": note.strip()})
