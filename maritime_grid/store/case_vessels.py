"""The vessels of a case: who is meant by a name or a number, and where they were at the time of the matter.

On a bad line nobody picks a vessel from a list: what was typed is understood here, when the case is filed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from maritime_grid.cases.titles import LONGEST, by_tracks_text
from maritime_grid.domain.approach import Track
from maritime_grid.domain.typed import narrow
from maritime_grid.domain.whereabouts import AFTER_S, BEFORE_S, Whereabouts, whereabouts

from .case_rows import NewCase, Party, PartyVessel
from .jsonrows import clean_text
from .queries import load_queries

_Q = load_queries("case_vessels")
_MMSI_DIGITS = 9
MOST_PLACE = 200  # characters

Connection = Any  # of either kind of rows


def understood(conn: Connection, new: NewCase, at: datetime) -> NewCase:
    """The same with each vessel's number and name, as far as they are known, and its place where that is by tracks.

    Args:
        conn: the product's own: the case shows its readers these tracks anyway.
        new: as filed.
        at: aware; when it is filed.
    """
    parties = identified(conn, new.parties)
    new = replace(new, parties=parties, title=_retitled(new.title, new.parties, parties))
    return _placed(conn, new, at) if new.by_tracks else new


def identified(conn: Connection, parties: Sequence[Party]) -> tuple[Party, ...]:
    """The same with the number where one vessel alone bears the name, and with the name of a number."""
    known: list[Party] = []
    for party in parties:
        mmsi, name = _vessel(conn, party.mmsi, party.ship_name)
        more = tuple(PartyVessel(*_vessel(conn, one.mmsi, one.ship_name)) for one in party.more)
        known.append(replace(party, mmsi=mmsi, ship_name=name, more=more))
    return tuple(known)


def mmsi_of(conn: Connection, said: str) -> int | None:
    """The vessel that a name or nine digits mean; None where no single one is known by that name.

    Width of letters, blanks, dots, dashes and case do not count.
    """
    digits = "".join(narrow(said).split())
    if len(digits) == _MMSI_DIGITS and digits.isascii() and digits.isdigit():
        return int(digits)
    row = conn.execute(_Q["named"], {"name": clean_text(said)}).fetchone()
    return None if row is None else _first(row)


def name_of(conn: Connection, mmsi: int) -> str:
    """Registered, else transmitted; empty where neither is known."""
    row = conn.execute(_Q["name_of"], [mmsi]).fetchone()
    return (_first(row) or "") if row else ""


def place_of(conn: Connection, mmsi: Sequence[int], at: datetime, latest: datetime) -> Whereabouts | None:
    """Where vessels were at a told time, by the positions that the connection may read.

    Args:
        conn: with the role of the account, or the product's own.
        mmsi: in the order of the parties; the first two count.
        at: the told time, aware.
        latest: nothing after it counts, aware.

    Returns: None where none of them was heard.
    """
    two = list(dict.fromkeys(mmsi))[:2]
    span = {"since": at - timedelta(seconds=BEFORE_S), "until": min(at + timedelta(seconds=AFTER_S), latest)}
    rows = conn.execute(_Q["tracks"], {"mmsi": two, **span}).fetchall() if two else []
    fixes = [tuple(row.values()) if isinstance(row, Mapping) else row for row in rows]
    return whereabouts([_track(one, fixes) for one in two], at.timestamp())


def _first(row: Any) -> Any:
    return next(iter(row.values())) if isinstance(row, Mapping) else row[0]


def _track(mmsi: int, fixes: Sequence[tuple[Any, ...]]) -> Track:
    own = [(t.timestamp(), lon, lat) for one, t, lon, lat in fixes if one == mmsi]
    t, lon, lat = np.array(own, dtype=np.float64).reshape(-1, 3).T
    return Track(mmsi, t, lon, lat)


def _vessel(conn: Connection, mmsi: int | None, name: str) -> tuple[int | None, str]:
    """Number and name, each of the other where one is not said."""
    if mmsi is not None and name:
        return mmsi, name
    meant = mmsi if mmsi is not None or not name else mmsi_of(conn, name)
    if meant is None:
        return None, name
    is_number = narrow(name).strip().isdigit()
    return meant, name_of(conn, meant) or ("" if is_number else name)


def _retitled(title: str, before: Sequence[Party], after: Sequence[Party]) -> str:
    """With the names instead of the numbers that stood for them."""
    named = title
    for was, party in zip(before, after, strict=True):
        shown = was.ship_name or (f"{was.mmsi:0{_MMSI_DIGITS}d}" if was.mmsi is not None else "")
        if shown and party.ship_name:
            named = named.replace(shown, party.ship_name, 1)
    return named if named == title or len(named) <= LONGEST else named[: LONGEST - 1] + "…"


def _placed(conn: Connection, new: NewCase, at: datetime) -> NewCase:
    """At the place that the tracks tell; where they tell none, it stays as it was sent."""
    named = {party.mmsi: party.ship_name for party in new.parties if party.mmsi is not None}
    found = place_of(conn, list(named), new.happened_at or at, at)
    if found is None:
        return replace(new, place=_place_text(new.place, new.place_else))
    names = [named[mmsi] or f"{mmsi:0{_MMSI_DIGITS}d}" for mmsi in found.mmsi]
    text = by_tracks_text(names, datetime.fromtimestamp(found.t, UTC), found.distance_nm)
    return replace(new, lon=round(found.lon, 5), lat=round(found.lat, 5), place=_place_text(new.place, text))


def _place_text(*said: str) -> str:
    return "，".join(filter(None, said))[:MOST_PLACE]
