"""Silence 失联: no report of a vessel from any source, at sea or, much longer, in port.

Measured on the clock of the feed that placed the vessel last (see `feed_health`), from what it showed when anything
was heard of the vessel: on receipts, so that a report delayed on its way is no silence. The clock stands while that
feed is down or weak: an outage of a provider raises one notice and no silence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.batch import I16, I64
from maritime_grid.domain.alerts import AlertKey, RuleName, Severity
from maritime_grid.domain.mmsi import is_vessel
from maritime_grid.domain.state import NEVER
from maritime_grid.domain.world import FeedKind, RuleSettings, World

from .board import Board
from .feed_health import Pulse

BEFORE = -1  # the slot of what was heard before the batch
AFTER = 2**62  # a slot behind every other


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """When vessels were heard, sorted by (mmsi, slot); the state's own come first.

    Each counts until the next of its vessel, in order of arrival. Shapes (n,).
    """

    mmsi: I64
    slot: I64  # in the arrivals of the batch, or BEFORE
    t: I64  # of the newest position report by then
    clock: I64  # of the feed `source`, when it came; NEVER not known
    received_at: I64  # 0 where BEFORE
    source: I16  # feed of the newest position report by then
    lon: NDArray[np.float64]  # last known place by then; NaN none
    lat: NDArray[np.float64]


def judge_silence(
    heard: Heard,
    pulses: Mapping[int, Pulse],
    world: World,
    in_port: Callable[[NDArray[np.float64], NDArray[np.float64], I64], NDArray[np.bool_]],
    board: Board,
) -> None:
    """Raise, escalate and clear silence.

    Args:
        heard: when each vessel was heard.
        pulses: clocks of the feeds.
        world: thresholds, feeds.
        in_port: (lon, lat, t) to whether that is in port.
        board: open alerts.
    """
    n = len(heard.mmsi)
    if not n:
        return
    follows = np.append(heard.mmsi[1:] == heard.mmsi[:-1], False)
    until = np.where(follows, np.append(heard.slot[1:], 0), AFTER)
    silent_us = _silent_us(heard, until, pulses)
    open_at = {key.mmsi: alert.severity for key, alert in board.open.items() if key.rule is RuleName.SILENCE}
    quiet = _settled(heard, open_at, silent_us, world.rules) & ~follows
    back = follows & (heard.slot == BEFORE) & np.isin(heard.mmsi, list(open_at))
    due = silent_us >= round(min(world.rules.silence_warning_s, world.rules.silence_port_s) * 1e6)
    due &= _missed(heard, world)
    chosen = np.flatnonzero((due & ~quiet & np.isfinite(heard.lon)) | back)
    ports = in_port(heard.lon[chosen], heard.lat[chosen], heard.t[chosen])
    for k, port in zip(chosen.tolist(), ports.tolist(), strict=True):
        key = AlertKey(RuleName.SILENCE, int(heard.mmsi[k]))
        if due[k]:
            _raise_steps(heard, k, int(silent_us[k]), port, pulses, world.rules, board)
        if follows[k] and (alert := board.open.get(key)):
            board.cleared(key, max(alert.last_at, int(heard.received_at[k + 1])))


def _missed(heard: Heard, world: World) -> NDArray[np.bool_]:
    """Whose silence means something: ships, not what reports for a net buoy."""
    buoys = [code for code, feed in world.feeds.items() if feed.kind is FeedKind.BUOY]
    return is_vessel(heard.mmsi) & ~np.isin(heard.source, buoys)


def _silent_us(heard: Heard, until: I64, pulses: Mapping[int, Pulse]) -> I64:
    """How long each lasted on its feed's clock, until the next was heard or the batch ended."""
    clock = np.full(len(heard.mmsi), NEVER)
    for code, pulse in pulses.items():
        mine = heard.source == code
        clock[mine] = pulse.clock_before(until[mine])
    known = (clock > NEVER) & (heard.clock > NEVER)
    return np.where(known, clock - np.where(known, heard.clock, 0), 0)


def _settled(heard: Heard, open_at: Mapping[int, Severity], silent_us: I64, rules: RuleSettings) -> NDArray[np.bool_]:
    """Vessels whose alert stands as it should: nothing more to say until they are heard."""
    done = [m for m, severity in open_at.items() if severity is not Severity.WARNING]
    waiting = [m for m, severity in open_at.items() if severity is Severity.WARNING]
    early = silent_us < round(rules.silence_alarm_s * 1e6)
    return (heard.slot == BEFORE) & (np.isin(heard.mmsi, done) | (np.isin(heard.mmsi, waiting) & early))


def _raise_steps(
    heard: Heard, k: int, silent_us: int, port: bool, pulses: Mapping[int, Pulse], rules: RuleSettings, board: Board
) -> None:
    """Every step of severity that this silence has reached, each at its own moment."""
    steps = (
        [(rules.silence_port_s, Severity.NOTICE)]
        if port
        else [(rules.silence_warning_s, Severity.WARNING), (rules.silence_alarm_s, Severity.ALARM)]
    )
    key = AlertKey(RuleName.SILENCE, int(heard.mmsi[k]))
    for seconds, severity in steps:
        span = round(seconds * 1e6)
        if silent_us < span:
            return
        known = board.open.get(key)
        if known and known.severity >= severity:
            continue
        due = int(heard.clock[k]) + span
        at = due + pulses[int(heard.source[k])].outage_at_us(due)
        detail = {"last_heard_at": int(heard.t[k]), "in_port": port}
        where = {"lon": float(heard.lon[k]), "lat": float(heard.lat[k])}
        board.raised(key, severity, at, detail=detail, **where)
