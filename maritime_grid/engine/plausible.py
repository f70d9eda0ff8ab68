"""Plausibility: a fix that needed an impossible speed is no movement.

It is stored and marked, and moves nothing. When so many such fixes in a row agree with one another that the first
place must have been the wrong one, the vessel rejoins there, and its track starts anew without a movement between.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.batch import F64, I64
from maritime_grid.domain.state import NEVER
from maritime_grid.domain.world import RuleSettings

KNOT_MS = 1852 / 3600
Fix = tuple[int, float, float]  # t, lon, lat
EARTH_M = 6_371_008.8  # mean radius, IUGG


@dataclass(frozen=True, slots=True, eq=False)
class Anchor:
    """Where each vessel of a batch was last believed to be, and the rival place, if any. Shapes (v,)."""

    t: I64
    lon: F64
    lat: F64
    alt_t: I64
    alt_lon: F64
    alt_lat: F64
    alt_n: I64


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """Fixes judged, and the anchors after them."""

    accepted: NDArray[np.bool_]  # (n,)
    rejoined: NDArray[np.bool_]  # (n,) accepted as a new start
    alt_t: I64  # (v,)
    alt_lon: F64
    alt_lat: F64
    alt_n: I64


def distance_m(lon0: F64, lat0: F64, lon1: F64, lat1: F64) -> F64:
    """Great-circle distance in metres by the haversine formula on the mean sphere; within 0.6 % of the ellipsoid."""
    a, b = np.radians(lat0), np.radians(lat1)
    half = np.sin((b - a) / 2) ** 2 + np.cos(a) * np.cos(b) * np.sin(np.radians(lon1 - lon0) / 2) ** 2
    return 2 * EARTH_M * np.arcsin(np.sqrt(np.clip(half, 0, 1)))


def _too_fast(t0: I64, lon0: F64, lat0: F64, t1: I64, lon1: F64, lat1: F64, rules: RuleSettings) -> NDArray[np.bool_]:
    reach = np.abs(t1 - t0) * (rules.max_implied_speed_kn * KNOT_MS / 1e6) + rules.jump_slack_m
    return distance_m(lon0, lat0, lon1, lat1) > reach


def judge_fixes(
    vessel: I64, t: I64, lon: F64, lat: F64, exempt: NDArray[np.bool_], anchor: Anchor, rules: RuleSettings
) -> Judged:
    """Which fixes are movements.

    Args:
        vessel: (n,) number of the vessel in `anchor`, rising; its fixes in order of time.
        t: (n,) microseconds.
        lon: (n,) degrees.
        lat: (n,) degrees.
        exempt: (n,) bearers that may fly (SAR aircraft).
        anchor: places believed before the batch.
        rules: thresholds.
    """
    n = len(vessel)
    accepted, rejoined = np.ones(n, np.bool_), np.zeros(n, np.bool_)
    alt = Judged(
        accepted, rejoined, anchor.alt_t.copy(), anchor.alt_lon.copy(), anchor.alt_lat.copy(), anchor.alt_n.copy()
    )
    if n:
        first = np.append(True, vessel[1:] != vessel[:-1])
        before = [np.where(first, a[vessel], np.append(b[:1], b[:-1])) for a, b in _pairs(anchor, t, lon, lat)]
        known = ~first | (anchor.t[vessel] != NEVER)
        jumps = known & ~exempt & _too_fast(before[0], before[1], before[2], t, lon, lat, rules)
        suspect = np.zeros(len(anchor.t), np.bool_)
        suspect[vessel[jumps]] = True
        suspect[vessel[(anchor.alt_n[vessel] > 0) & ~exempt]] = True
        for v in np.flatnonzero(suspect).tolist():
            rows = np.arange(np.searchsorted(vessel, v), np.searchsorted(vessel, v, side="right"))
            _walk(v, rows, (t, lon, lat), anchor, rules, alt)
    return alt


def _pairs(anchor: Anchor, t: I64, lon: F64, lat: F64) -> list[tuple[NDArray[np.generic], NDArray[np.generic]]]:
    return [(anchor.t, t), (anchor.lon, lon), (anchor.lat, lat)]


def _walk(v: int, rows: I64, fix: tuple[I64, F64, F64], anchor: Anchor, rules: RuleSettings, out: Judged) -> None:
    """One vessel, fix by fix; writes its marks and its rival place."""
    here: Fix = (int(anchor.t[v]), float(anchor.lon[v]), float(anchor.lat[v]))
    rival: Fix = (int(anchor.alt_t[v]), float(anchor.alt_lon[v]), float(anchor.alt_lat[v]))
    count = int(anchor.alt_n[v])
    for k in rows.tolist():
        now: Fix = (int(fix[0][k]), float(fix[1][k]), float(fix[2][k]))
        if here[0] == NEVER or not _jumps(here, now, rules):
            here, count = now, 0
            continue
        count = count + 1 if count and not _jumps(rival, now, rules) else 1
        rival = now
        if count >= rules.rejoin_fixes:
            here, count = now, 0
            out.rejoined[k] = True
        else:
            out.accepted[k] = False
    out.alt_n[v] = count
    out.alt_t[v], out.alt_lon[v], out.alt_lat[v] = rival if count else (NEVER, np.nan, np.nan)


def _jumps(a: Fix, b: Fix, rules: RuleSettings) -> bool:
    (t0, lon0, lat0), (t1, lon1, lat1) = ([np.array([x]) for x in fix] for fix in (a, b))
    return bool(_too_fast(t0, lon0, lat0, t1, lon1, lat1, rules)[0])
