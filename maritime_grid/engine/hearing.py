"""When vessels were heard, by anything they said, and what the clock of their feed showed then."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ingest.batch import F64, I64, Batch, Positions
from maritime_grid.domain.state import NEVER, VesselState
from maritime_grid.rules.arrivals import spoken_of
from maritime_grid.rules.feed_health import Pulse
from maritime_grid.rules.silence import BEFORE, Heard

from .order import Order


def hear(
    vessels: VesselState,
    batch: Batch,
    order: Order,
    accepted: NDArray[np.bool_],
    pulses: Mapping[int, Pulse],
    number: I64,
) -> Heard:
    """When vessels were heard: before the batch, by each of its fresh positions, and by all else they said.

    Args:
        vessels: before the batch, enrolled.
        batch: what the shard's vessels said.
        order: its positions by vessel and arrival.
        accepted: (n,) which rows moved their vessel.
        pulses: of the whole stream's batch.
        number: (n,) row of each of the shard's positions in the whole batch.
    """
    p = batch.positions
    known = np.flatnonzero(vessels.heard_at != NEVER)
    row, mmsi = order.row[order.fresh], order.mmsi[order.fresh]
    lon, lat = _places(vessels, p, mmsi, row, accepted)
    slot, clock = _clocks(p, row, pulses, number)
    before = np.full(len(known), BEFORE), vessels.heard_at[known] - vessels.outage_us[known]
    placed = _sorted(
        Heard(
            mmsi=np.concatenate([vessels.mmsi[known], mmsi]),
            slot=np.concatenate([before[0], slot]),
            t=np.concatenate([vessels.heard_at[known], p.t[row]]),
            clock=np.concatenate([before[1], clock]),
            received_at=np.concatenate([np.zeros(len(known), np.int64), p.received_at[row]]),
            source=np.concatenate([vessels.source[known], p.source[row]]),
            lon=np.concatenate([vessels.lon[known], lon]),
            lat=np.concatenate([vessels.lat[known], lat]),
        )
    )
    return _with_words(placed, batch, pulses)


def heard_after(vessels: VesselState, heard: Heard) -> tuple[VesselState, I64]:
    """The newest report of each vessel, and vessels that were heard in the batch. Writes into the columns given."""
    last = np.append(heard.mmsi[1:] != heard.mmsi[:-1], True) if len(heard.mmsi) else np.empty(0, np.bool_)
    last &= heard.slot != BEFORE
    at = np.searchsorted(vessels.mmsi, heard.mmsi[last])
    vessels.heard_at[at] = heard.t[last]
    vessels.outage_us[at] = heard.t[last] - heard.clock[last]
    vessels.source[at] = heard.source[last]
    return vessels, heard.mmsi[last]


def _clocks(p: Positions, row: I64, pulses: Mapping[int, Pulse], number: I64) -> tuple[I64, I64]:
    """Slot of each row, and its feed's clock there."""
    slot, clock = np.zeros(len(row), np.int64), np.full(len(row), NEVER)
    for code, pulse in pulses.items():
        mine = p.source[row] == code
        slot[mine] = pulse.slots_of(number[row[mine]])
        clock[mine] = pulse.clock_at(slot[mine])
    return slot, clock


def _sorted(heard: Heard) -> Heard:
    o = np.lexsort((heard.slot, heard.mmsi))
    return _take(heard, o)


def _take(heard: Heard, index: I64) -> Heard:
    return Heard(
        heard.mmsi[index], heard.slot[index], heard.t[index], heard.clock[index], heard.received_at[index],
        heard.source[index], heard.lon[index], heard.lat[index],
    )  # fmt: skip


def _with_words(placed: Heard, batch: Batch, pulses: Mapping[int, Pulse]) -> Heard:
    """Texts, SOS, static data, crew and port reports count too, newer than the vessel's positions, as of its place.

    They are told on the clock of the feed that placed the vessel: another one has no say in its silence.
    """
    words = spoken_of(batch)
    if not words or not len(placed.mmsi):
        return placed
    came = [(r.mmsi, pulses[r.source].spoken[r.received_at, r.seq], r.t, r.received_at) for r in words]
    mmsi, slot, t, received_at = np.array(came, np.int64).T
    # the vessel's position report before each of them: both are sorted by (mmsi, slot)
    span = int(max(placed.slot.max(), slot.max())) + 2
    base = np.searchsorted(placed.mmsi, mmsi)
    found = (base < len(placed.mmsi)) & (placed.mmsi[np.minimum(base, len(placed.mmsi) - 1)] == mmsi)
    first = np.append(True, placed.mmsi[1:] != placed.mmsi[:-1])
    group = np.cumsum(first) - 1
    own = group[np.minimum(base, len(group) - 1)]
    at = np.searchsorted(group * span + placed.slot + 1, own * span + slot + 1, side="right") - 1
    found &= (at >= base) & (t > placed.t[np.maximum(at, 0)])
    at, slot, received_at = at[found], slot[found], received_at[found]
    clock = placed.clock[at]
    for code, pulse in pulses.items():
        mine = placed.source[at] == code
        clock[mine] = pulse.clock_at(slot[mine])
    said = _take(placed, at)
    names = ("mmsi", "t", "source", "lon", "lat")
    kept = {n: np.concatenate([getattr(placed, n), getattr(said, n)]) for n in names}
    both = Heard(
        slot=np.concatenate([placed.slot, slot]),
        clock=np.concatenate([placed.clock, clock]),
        received_at=np.concatenate([placed.received_at, received_at]),
        **kept,
    )
    return _sorted(both)


def _places(vessels: VesselState, p: Positions, mmsi: I64, row: I64, accepted: NDArray[np.bool_]) -> tuple[F64, F64]:
    """Last accepted place of the vessel of each row, by then."""
    own = accepted[row]
    number = np.where(own, np.arange(len(row)), -1)
    first = np.append(True, mmsi[1:] != mmsi[:-1]) if len(mmsi) else np.empty(0, np.bool_)
    start = np.maximum.accumulate(np.where(first, np.arange(len(row)), 0)) if len(row) else number
    last = np.maximum.accumulate(number) if len(row) else number
    here = last >= start
    at = np.searchsorted(vessels.mmsi, mmsi)
    source = row[np.maximum(last, 0)] if len(row) else row
    return (
        np.where(here, p.lon[source], vessels.lon[at]),
        np.where(here, p.lat[source], vessels.lat[at]),
    )
