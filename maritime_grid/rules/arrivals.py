"""Arrivals: everything that a batch says, of whatever kind, in the one order in which it came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ingest.batch import (
    I64,
    Batch,
    CrewReport,
    GridReport,
    PortReport,
    SosReport,
    StaticReport,
    TextReport,
)

Spoken = StaticReport | TextReport | SosReport | CrewReport | PortReport
NO_ROW = -1


@dataclass(frozen=True, slots=True, eq=False)
class Arrivals:
    """Reports in order of arrival: by receipt, feed, number in the feed; the slot is the place here. Shapes (n,)."""

    received_at: I64
    source: I64
    seq: I64
    row: I64  # among the batch's positions; NO_ROW for every other kind


def spoken_of(batch: Batch) -> list[Spoken]:
    """What vessels said beside their positions, in no order."""
    return [*batch.statics, *batch.texts, *batch.sos, *batch.crew, *batch.port_reports]


def arrivals_of(batch: Batch) -> Arrivals:
    """Everything heard in a batch; positions keep their own order even where their receipts run backwards."""
    p = batch.positions
    others: Sequence[Spoken | GridReport] = [*spoken_of(batch), *batch.grid_reports]
    came = np.array([(r.received_at, r.source, r.seq) for r in others], np.int64).reshape(-1, 3)
    received_at = np.concatenate([np.maximum.accumulate(p.received_at) if len(p) else p.received_at, came[:, 0]])
    source, seq = np.concatenate([p.source.astype(np.int64), came[:, 1]]), np.concatenate([p.seq, came[:, 2]])
    order = np.lexsort((np.arange(len(seq)), seq, source, received_at))
    spots = np.flatnonzero(order < len(p))
    order[spots] = np.arange(len(p))
    own = np.concatenate([p.received_at, came[:, 0]])
    return Arrivals(own[order], source[order], seq[order], np.where(order < len(p), order, NO_ROW))
