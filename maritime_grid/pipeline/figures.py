"""What ingest can say of itself: counts, times, depth; kept here, shown by the dashboard at /metrics."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable
from typing import Any

from ingest.batch import Batch
from ingest.spool import Spool

from .inlets import Inlet

RECENT = 500  # batches over which times are judged


class Figures:
    """Counters since the start of the process, and the times of recent batches."""

    def __init__(self) -> None:
        self.store_up = True
        self._messages: Counter[int] = Counter()
        self._refusals: Counter[str] = Counter()
        self._duplicates = 0
        self._batches = 0
        self._batch_s: deque[float] = deque(maxlen=RECENT)
        self._lag_s: deque[float] = deque(maxlen=RECENT)
        self._oldest: int | None = None

    def step(self, batch: Batch, seconds: float) -> None:
        self._messages.update(batch.messages)
        self._refusals.update(refusal.reason.value for refusal in batch.refusals)
        self._duplicates += batch.duplicates
        self._batches += 1
        self._batch_s.append(seconds)
        if len(batch.positions):
            self._oldest = int(batch.positions.received_at.min())

    def committed(self, now: int, *, up: bool) -> None:
        self.store_up = up
        if up and self._oldest is not None:
            self._lag_s.append((now - self._oldest) / 1e6)
            self._oldest = None

    def snapshot(self, inlets: Iterable[Inlet], spool: Spool) -> dict[str, Any]:
        return {
            "store_up": self.store_up,
            "batches": self._batches,
            "messages": {str(kind): n for kind, n in sorted(self._messages.items())},
            "refusals": dict(self._refusals),
            "duplicates": self._duplicates,
            "batch_p50_s": _quantile(self._batch_s, 0.5),
            "batch_p99_s": _quantile(self._batch_s, 0.99),
            "lag_p50_s": _quantile(self._lag_s, 0.5),
            "lag_p99_s": _quantile(self._lag_s, 0.99),
            "spool_packets": spool.depth,
            "spool_bytes": spool.size_bytes,
            "spool_dropped": spool.dropped,
            "feeds": {i.feed.name: _status(i) for i in inlets},
        }


def _status(inlet: Inlet) -> dict[str, Any]:
    status = inlet.transport.status()
    return {
        "connected": status.connected,
        "detail": status.detail,
        "packets": status.packets,
        "bytes": status.bytes,
        "reconnects": status.reconnects,
        "dropped": status.dropped,
    }


def _quantile(values: Iterable[float], q: float) -> float | None:
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, int(q * len(ordered)))], 4) if ordered else None
