"""What the form asks about vessels: which there are by a part of a name, and where some were at a told time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from fastapi.responses import JSONResponse

from dashboard.auth import needs
from dashboard.desk import Desk
from maritime_grid.store.case_vessels import place_of
from maritime_grid.store.report_reads import FoundVessel, find_vessels

from .answers import answer
from .filing import moment_of
from .form import FormFault

LONGEST_QUERY = 40
LONGEST_NAME = 60
MOST_ASKED = 2  # vessels whose tracks tell one place


@dataclass(frozen=True, slots=True)
class AskedPlace:
    """Names or numbers of vessels in the order of the parties, and the told time, aware."""

    vessels: tuple[str, ...]
    at: datetime


def asked_place(vessels: Sequence[str], at: str, now: datetime) -> AskedPlace:
    """What was asked.

    Args:
        vessels: names or numbers.
        at: ISO 8601 with a zone; empty: now.
        now: aware.

    Raises: FormFault.
    """
    known = tuple(said.strip()[:LONGEST_NAME] for said in vessels if said.strip())[:MOST_ASKED]
    if not known:
        raise FormFault("no vessel is named", "name one or two", "vessel")
    try:
        said = datetime.fromisoformat(at) if at else now
        moment = said.astimezone(UTC)
    except (ValueError, OverflowError):
        raise FormFault("at is no time", "write it as 2026-05-06T05:00:00+08:00", "at") from None
    if said.tzinfo is None:
        raise FormFault("at has no zone", "write it as 2026-05-06T05:00:00+08:00", "at")
    return AskedPlace(known, moment_of(moment, now))


def found_vessels(desk: Desk, asked: str) -> JSONResponse:
    account = needs("case.file")
    with desk.reads.as_account(account.account_id) as conn:
        found = find_vessels(conn, asked[:LONGEST_QUERY])
    return answer({"vessels": [_vessel(one, desk) for one in found]})


def _vessel(one: FoundVessel, desk: Desk) -> dict[str, Any]:
    age_s = None if one.t is None else max(0, round((desk.now() - one.t).total_seconds()))
    place = {"lon": one.lon, "lat": one.lat, "age_s": age_s, "grid": one.grid_id}
    return {"mmsi": one.mmsi, "name": one.name or "", "gear": one.gear or "", **place}


def place_by_tracks(desk: Desk, asked: AskedPlace) -> JSONResponse:
    """By what the account may read of positions; a name is a number to everyone who may file."""
    account = needs("case.file")
    known = desk.cases.vessels_named(asked.vessels)
    with desk.reads.as_account(account.account_id) as conn:
        found = place_of(conn, list(known), asked.at, desk.now())
    if found is None:
        return answer({"place": None})
    place = {
        "names": [known[mmsi] or f"{mmsi:09d}" for mmsi in found.mmsi], "lon": round(found.lon, 5),
        "lat": round(found.lat, 5), "t": datetime.fromtimestamp(found.t, UTC).isoformat(),
        "distance_nm": None if found.distance_nm is None else round(found.distance_nm, 2),
    }  # fmt: skip
    return answer({"place": place})
