"""Live reports of long ago: each new day costs the store a partition, and what is not kept is not worth one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ingest.batch import Batch, Reason, Refusal

DAY_US = 86_400_000_000
LONGEST_DAYS = 366  # where positions are kept for ever: a terminal does not send what is older


def without_aged(batch: Batch, kept_days: int) -> Batch:
    """The batch with positions from before the days that are kept in quarantine, counted from their receipt."""
    p = batch.positions
    aged = p.t < p.received_at - (kept_days or LONGEST_DAYS) * DAY_US
    if not aged.any():
        return batch
    refusals = [
        Refusal(received_at, source, seq, Reason.BAD_TIME, f"mmsi {mmsi} at {np.datetime64(t, 'us')}Z: too long ago")
        for received_at, source, seq, mmsi, t in zip(
            *(getattr(p, name)[aged].tolist() for name in ("received_at", "source", "seq", "mmsi", "t")), strict=True
        )
    ]
    return replace(batch, positions=p.take(~aged), refusals=[*batch.refusals, *refusals])
