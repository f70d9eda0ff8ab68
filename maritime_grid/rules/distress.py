"""Distress: AIS-SART, MOB and EPIRB devices, SOS buttons, and distress said in plain text by any vessel.

Source: ITU-R M.1371-6 (status 14, message 14), ITU-R M.585 (970, 972, 974). Chinese users know the devices as
搜救应答器, 落水报警 and 示位标.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from heapq import merge
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.batch import Batch, Positions
from maritime_grid.domain.alerts import Alert, AlertKey, RuleName, Severity
from maritime_grid.domain.mmsi import device_name, is_device
from maritime_grid.domain.world import RuleSettings, World

from .board import Board

ACTIVE_STATUS = 14
RULES = (RuleName.DISTRESS_DEVICE, RuleName.SOS)
Place = tuple[float, float]  # lon, lat


@dataclass(frozen=True, slots=True)
class Call:
    """One sign of distress, of whatever kind."""

    came: tuple[int, int, int]  # receipt, feed, number in the feed: the order of arrival
    t: int
    key: AlertKey
    lon: float | None
    lat: float | None
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sighting:
    """An accepted fix of a vessel that may be in distress; it says where, and keeps nothing alive."""

    came: tuple[int, int, int]
    mmsi: int
    lon: float
    lat: float


@lru_cache(maxsize=16)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    """Any of the words, standing alone where it is of letters (SOS, not SOSUA)."""
    return re.compile(_any_of(words) or r"(?!)")


@lru_cache(maxsize=16)
def _denial(words: tuple[str, ...]) -> re.Pattern[str]:
    """Any of the words denied: NOT A TEST, 不是测试."""
    return re.compile(rf"(?:\bNOT?\s+(?:AN?\s+|THE\s+)?|不是|并非|非)(?:{_any_of(words) or '(?!)'})")


def _any_of(words: tuple[str, ...]) -> str:
    return "|".join(rf"(?<![A-Z]){re.escape(w.strip().upper())}(?![A-Z])" for w in words if w.strip())


def is_distress_text(text: str, rules: RuleSettings) -> bool:
    """True where a safety text asks for help and is no test; one that says it is no test is none."""
    upper = text.upper()
    asks = bool(_pattern(rules.distress_words).search(upper))
    return asks and not _pattern(rules.test_words).search(_denial(rules.test_words).sub(" ", upper))


def calls_of(batch: Batch, fresh: NDArray[np.bool_], rules: RuleSettings) -> list[Call]:
    """Every sign of distress in a batch, in order of arrival; `fresh` rows alone, shape (n,), speak for devices."""
    found = [*_from_devices(batch, fresh), *_from_texts(batch, rules), *_from_buttons(batch)]
    return sorted(found, key=lambda c: (*c.came, c.key.rule))


def sightings_of(
    batch: Batch, accepted: NDArray[np.bool_], calls: list[Call], alerts: Mapping[AlertKey, Alert]
) -> list[Sighting]:
    """Accepted fixes, by row of shape (n,), of those who call or have called without a place, in order of arrival."""
    lost = {c.key.mmsi for c in calls if c.lon is None}
    lost |= {key.mmsi for key, alert in alerts.items() if key.rule in RULES and alert.lon is None}
    if not lost:
        return []
    p = batch.positions
    rows = np.flatnonzero(np.isin(p.mmsi, list(lost)) & accepted).tolist()
    found = [Sighting(_came(p, k), int(p.mmsi[k]), float(p.lon[k]), float(p.lat[k])) for k in rows]
    return sorted(found, key=lambda s: s.came)


def _came(p: Positions, k: int) -> tuple[int, int, int]:
    return int(p.received_at[k]), int(p.source[k]), int(p.seq[k])


def _from_devices(batch: Batch, fresh: NDArray[np.bool_]) -> Iterator[Call]:
    p = batch.positions
    for k in np.flatnonzero(fresh & (p.nav_status == ACTIVE_STATUS) & is_device(p.mmsi)).tolist():
        mmsi = int(p.mmsi[k])
        fix = (float(p.lon[k]), float(p.lat[k])) if p.lon[k] == p.lon[k] else (None, None)
        detail = {"device": device_name(mmsi)}
        yield Call(_came(p, k), int(p.t[k]), AlertKey(RuleName.DISTRESS_DEVICE, mmsi), *fix, detail)


def _from_texts(batch: Batch, rules: RuleSettings) -> Iterator[Call]:
    for text in batch.texts:
        device = device_name(text.mmsi)
        if device and re.search(r"\bACTIVE\b", text.text.upper()):
            key, detail = AlertKey(RuleName.DISTRESS_DEVICE, text.mmsi), {"device": device, "text": text.text}
        elif is_distress_text(text.text, rules):
            key, detail = AlertKey(RuleName.SOS, text.mmsi), {"text": text.text}
        else:
            continue
        yield Call((text.received_at, text.source, text.seq), text.t, key, None, None, detail)


def _from_buttons(batch: Batch) -> Iterator[Call]:
    for sos in batch.sos:
        detail = {k: v for k, v in (("people", sos.people), ("note", sos.note)) if v is not None}
        yield Call(
            (sos.received_at, sos.source, sos.seq), sos.t, AlertKey(RuleName.SOS, sos.mmsi), sos.lon, sos.lat, detail
        )


def judge_distress(
    calls: list[Call],
    sightings: list[Sighting],
    place_of: Callable[[int], Place | None],
    world: World,
    clock: int,
    board: Board,
) -> None:
    """Raise, keep and let lapse emergencies.

    Args:
        calls: signs of distress, in order of arrival.
        sightings: fixes of those whose place may be wanted, in order of arrival.
        place_of: mmsi to its last place (lon, lat) before the batch.
        world: thresholds and grids.
        clock: the stream's clock after the batch, microseconds.
        board: open alerts.
    """
    seen: dict[int, Place] = {}
    for news in merge(calls, sightings, key=lambda n: n.came):
        if isinstance(news, Sighting):
            seen[news.mmsi] = (news.lon, news.lat)
            _find(news, world, board)
        else:
            _lapse(news.key, news.came[0], world, board)
            mmsi = news.key.mmsi
            _take(news, seen[mmsi] if mmsi in seen else place_of(mmsi), world, board)
    for key in [k for k in board.open if k.rule in RULES]:
        _lapse(key, clock, world, board)
        _call_again(key, clock, world, board)


def _take(call: Call, known: Place | None, world: World, board: Board) -> None:
    """One call into the board; its own place counts before the one known of its vessel."""
    own = (call.lon, call.lat) if call.lon is not None and call.lat is not None else None
    alert = board.open.get(call.key)
    if alert is None:
        detail = call.detail | _delay_of(call, world.rules)
        alert = board.raised(call.key, Severity.EMERGENCY, call.t, detail=detail, received_at=call.came[0])
        own = own or known
    alert = board.kept(alert, call.t, received_at=max(alert.received_at, call.came[0]))
    if own:
        _place(alert, own, call.t, world, board)


def _delay_of(call: Call, rules: RuleSettings) -> dict[str, Any]:
    """How long a call was on its way, where that matters: it is called out again from its receipt on."""
    delay_s = (call.came[0] - call.t) / 1e6
    return {"delay_s": round(delay_s)} if delay_s >= rules.distress_repeat_s else {}


def _find(sighting: Sighting, world: World, board: Board) -> None:
    for rule in RULES:
        alert = board.open.get(AlertKey(rule, sighting.mmsi))
        if alert and alert.lon is None:
            _lapse(alert.key, sighting.came[0], world, board)
            if alert.key in board.open:
                _place(alert, (sighting.lon, sighting.lat), alert.last_at, world, board)


def _place(alert: Alert, place: Place, at: int, world: World, board: Board) -> None:
    """The newest place of an emergency; its grid stays that of the first."""
    grid = alert.grid
    if alert.lon is None:
        grid = int(world.fences.locate_grid(*(np.array([x]) for x in (*place, alert.raised_at)))[0])
    board.kept(alert, at, lon=place[0], lat=place[1], grid=grid)


def _lapse(key: AlertKey, clock: int, world: World, board: Board) -> None:
    """The end of an emergency, counted from the receipt of its last call: a delayed call stands its whole span."""
    alert = board.open.get(key)
    seconds = world.rules.sos_clear_s if key.rule is RuleName.SOS else world.rules.distress_clear_s
    if alert and clock >= (end := alert.received_at + round(seconds * 1e6)):
        _call_again(key, end, world, board)
        board.cleared(key, end)


def _call_again(key: AlertKey, clock: int, world: World, board: Board) -> None:
    """Once every span, until somebody has acknowledged it."""
    alert = board.open.get(key)
    if alert:
        until = min(clock, world.seen.get(alert.alert_id, clock))
        delay_us = round((alert.detail or {}).get("delay_s", 0) * 1e6)
        repeats = max(0, until - alert.raised_at - delay_us) // round(world.rules.distress_repeat_s * 1e6)
        if repeats > alert.repeats:
            board.kept(alert, alert.last_at, repeats=int(repeats))
