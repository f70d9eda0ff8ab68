"""Distress: AIS-SART, MOB and EPIRB devices, SOS buttons, and distress said in plain text by any vessel.

Source: ITU-R M.1371-6 (status 14, message 14), ITU-R M.585 (970, 972, 974). Chinese users know the devices as
搜救应答器, 落水报警 and 示位标.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from ingest.batch import Batch
from maritime_grid.domain.alerts import AlertKey, RuleName, Severity
from maritime_grid.domain.mmsi import device_name, is_device
from maritime_grid.domain.world import RuleSettings, World

from .board import Board

ACTIVE_STATUS = 14


@dataclass(frozen=True, slots=True)
class Call:
    """One sign of distress, of whatever kind."""

    received_at: int
    t: int
    key: AlertKey
    lon: float | None
    lat: float | None
    detail: dict[str, Any]


@lru_cache(maxsize=16)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    """Any of the words, standing alone where it is of letters (SOS, not SOSUA)."""
    return re.compile("|".join(rf"(?<![A-Z]){re.escape(w.upper())}(?![A-Z])" for w in words) or r"(?!)")


def is_distress_text(text: str, rules: RuleSettings) -> bool:
    """True where a safety text asks for help and is no test."""
    upper = text.upper()
    return bool(_pattern(rules.distress_words).search(upper)) and not _pattern(rules.test_words).search(upper)


def calls_of(batch: Batch, rules: RuleSettings) -> list[Call]:
    """Every sign of distress in a batch, in order of receipt."""
    found = [*_from_devices(batch), *_from_texts(batch, rules), *_from_buttons(batch)]
    return sorted(found, key=lambda c: (c.received_at, c.t, c.key.mmsi, c.key.rule))


def _from_devices(batch: Batch) -> Iterator[Call]:
    p = batch.positions
    for k in np.flatnonzero(is_device(p.mmsi) & (p.nav_status == ACTIVE_STATUS)).tolist():
        mmsi = int(p.mmsi[k])
        fix = (float(p.lon[k]), float(p.lat[k])) if p.lon[k] == p.lon[k] else (None, None)
        detail = {"device": device_name(mmsi)}
        yield Call(int(p.received_at[k]), int(p.t[k]), AlertKey(RuleName.DISTRESS_DEVICE, mmsi), *fix, detail)


def _from_texts(batch: Batch, rules: RuleSettings) -> Iterator[Call]:
    for text in batch.texts:
        device = device_name(text.mmsi)
        if device and re.search(r"\bACTIVE\b", text.text.upper()):
            key, detail = AlertKey(RuleName.DISTRESS_DEVICE, text.mmsi), {"device": device, "text": text.text}
        elif is_distress_text(text.text, rules):
            key, detail = AlertKey(RuleName.SOS, text.mmsi), {"text": text.text}
        else:
            continue
        yield Call(text.received_at, text.t, key, None, None, detail)


def _from_buttons(batch: Batch) -> Iterator[Call]:
    for sos in batch.sos:
        detail = {k: v for k, v in (("people", sos.people), ("note", sos.note)) if v is not None}
        yield Call(sos.received_at, sos.t, AlertKey(RuleName.SOS, sos.mmsi), sos.lon, sos.lat, detail)


def judge_distress(calls: list[Call], world: World, clock: int, board: Board) -> None:
    """Raise, keep and let lapse emergencies.

    Args:
        calls: signs of distress, in order of receipt.
        world: thresholds.
        clock: the stream's clock after the batch, microseconds.
        board: open alerts.
    """
    for call in calls:
        _lapse(call.key, call.received_at, world.rules, board)
        more = {"lon": call.lon, "lat": call.lat, "detail": call.detail, "received_at": call.received_at}
        alert = board.raised(call.key, Severity.EMERGENCY, call.t, **more)
        if call.lon is not None and (alert.lon, alert.lat) != (call.lon, call.lat):
            board.kept(alert, call.t, lon=call.lon, lat=call.lat)
    for key in [k for k in board.open if k.rule in (RuleName.DISTRESS_DEVICE, RuleName.SOS)]:
        _lapse(key, clock, world.rules, board)
        _call_again(key, clock, world.rules, board)


def _lapse(key: AlertKey, clock: int, rules: RuleSettings, board: Board) -> None:
    alert = board.open.get(key)
    seconds = rules.sos_clear_s if key.rule is RuleName.SOS else rules.distress_clear_s
    if alert and clock - alert.last_at >= round(seconds * 1e6):
        board.cleared(key, alert.last_at + round(seconds * 1e6))


def _call_again(key: AlertKey, clock: int, rules: RuleSettings, board: Board) -> None:
    alert = board.open.get(key)
    if alert:
        repeats = max(0, clock - alert.raised_at) // round(rules.distress_repeat_s * 1e6)
        if repeats > alert.repeats:
            board.kept(alert, alert.last_at, repeats=int(repeats))
