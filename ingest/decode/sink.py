"""Rows of records as they come, turned into columns at the end of a batch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ingest.batch import POSITION_DTYPES, Batch, Positions, Reason, Refusal, StaticReport, TimeKind

from .block import printable
from .limits import DEFAULTS, Limits
from .values import RefusedError

Row = tuple[int, int, int, float, float, float, float, float, int, int, int, int, int]


class Sink:
    """Gathers what the records of one batch say."""

    __slots__ = ("_future_us", "batch", "last_t", "received_at", "rows", "seq", "source")

    def __init__(self, source: int, seq: int, limits: Limits = DEFAULTS, last_t: int = 0) -> None:
        self.batch = Batch()
        self.rows: list[Row] = []
        self.source = source
        self.seq = seq  # number of the record at hand
        self.received_at = 0  # 0 in a recording
        self.last_t = last_t  # of the reports so far, which dates the refusals of a recording
        self._future_us = limits.future_us

    def received(self, t: int) -> int:
        """Receipt of a report of time `t`. Raises: RefusedError when it comes from the future."""
        if not self.received_at:
            self.last_t = t
            return t
        if t > self.received_at + self._future_us:
            raise RefusedError(Reason.FUTURE_TIME)
        return self.received_at

    def position(
        self,
        t: int,
        mmsi: int,
        lonlat: tuple[float, float],
        motion: tuple[float, float, float],
        nav_status: int,
        *,
        kind: TimeKind = TimeKind.PAYLOAD,
        msg_type: int = 0,
    ) -> None:
        """A row; `motion` is sog (kn), cog and heading (degrees)."""
        self.rows.append((
            t, self.received(t), mmsi, *lonlat, *motion, nav_status, self.source, int(kind), msg_type, self.seq,
        ))  # fmt: skip

    def static(self, t: int, mmsi: int, said: Mapping[str, Any]) -> None:
        """A static report, unless it says nothing."""
        if any(v is not None for k, v in said.items() if k != "transmitter"):
            self.batch.statics.append(StaticReport(t, self.received(t), mmsi, self.source, self.seq, **said))

    def refuse(self, reason: Reason, raw: bytes) -> None:
        at = self.received_at or self.last_t
        self.batch.refusals.append(Refusal(at, self.source, self.seq, reason, printable(raw)))

    def finish(self) -> Batch:
        if self.rows:
            columns = zip(*self.rows, strict=True)
            arrays = {
                name: np.array(column, dtype)
                for (name, dtype), column in zip(POSITION_DTYPES.items(), columns, strict=True)
            }
            self.batch.positions = Positions(**arrays)
        return self.batch
