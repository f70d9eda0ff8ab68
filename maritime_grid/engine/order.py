"""Order of reports: by vessel, as they came; what is older than what was known of its vessel is late.

Judged in order of arrival, not after sorting a batch by time, so that cutting a feed elsewhere changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.batch import I64
from maritime_grid.domain.state import NEVER


@dataclass(frozen=True, slots=True, eq=False)
class Order:
    """Rows of a batch by vessel and arrival. Shapes (n,) unless said."""

    row: I64  # number in the batch
    mmsi: I64
    t: I64
    first: NDArray[np.bool_]  # of its vessel
    fresh: NDArray[np.bool_]  # newer than all that was known of its vessel before it


def in_order(mmsi: I64, t: I64, known_mmsi: I64, known_t: I64) -> Order:
    """Sort rows by vessel and say which are fresh.

    Args:
        mmsi: (n,) as they came.
        t: (n,) times of the reports.
        known_mmsi: (m,) sorted.
        known_t: (m,) newest time known of each.
    """
    row = np.argsort(mmsi, kind="stable")
    m, times = mmsi[row], t[row]
    first = np.ones(len(m), np.bool_)
    first[1:] = m[1:] != m[:-1]
    group = np.cumsum(first) - 1
    before = np.full(len(m), NEVER)
    before[1:] = _running_max(times, group)[:-1]
    before[first] = NEVER
    before = np.maximum(before, lookup(known_mmsi, known_t, m, NEVER))
    fresh = times > before
    return Order(row, m, times, first, fresh)


def lookup(keys: I64, values: NDArray[np.generic], wanted: I64, default: int) -> NDArray[np.int64]:
    """Value of each wanted key among sorted `keys`, `default` where it is not there."""
    if not len(keys):
        return np.full(len(wanted), default)
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[at] == wanted, values[at], default)


def _running_max(values: I64, group: I64) -> I64:
    """Running maximum within each group; groups are numbered in order and stand together."""
    if not len(values):
        return values
    ranked, rank = np.unique(values, return_inverse=True)
    span = len(ranked) + 1
    return ranked[np.maximum.accumulate(rank + group * span) - group * span]


def repeats(mmsi: I64, t: I64) -> NDArray[np.bool_]:
    """True for every row but the first of the same (mmsi, t)."""
    order = np.lexsort((np.arange(len(t)), t, mmsi))
    again = np.zeros(len(t), np.bool_)
    again[order[1:]] = (mmsi[order[1:]] == mmsi[order[:-1]]) & (t[order[1:]] == t[order[:-1]])
    return again
