"""The latest of every vessel, kept in columns whose order never changes while the server lives."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from maritime_grid.store.rows import VesselNow

COLUMNS: dict[str, type] = {
    "mmsi": np.int64, "t": np.int64, "received_at": np.int64, "lon": np.float64, "lat": np.float64,
    "sog": np.float32, "cog": np.float32, "heading": np.float32, "nav_status": np.int8, "source": np.int16,
    "grid": np.int16, "in_port": np.bool_, "motion": np.int8,
}  # fmt: skip


class Fleet:
    """Vessels by slot. A vessel keeps its slot, new ones come last: a page's list of names stays right as it grows."""

    def __init__(self) -> None:
        self.columns = {name: np.empty(0, dtype) for name, dtype in COLUMNS.items()}
        self.class_a = np.empty(0, np.bool_)
        self._slots: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self._slots)

    def __getitem__(self, name: str) -> NDArray[np.generic]:
        return self.columns[name]

    def merge(self, now: VesselNow) -> int:
        """Take over the rows of `now`; returns how many vessels are new."""
        before = len(self._slots)
        slots = np.fromiter((self._slots.setdefault(int(m), len(self._slots)) for m in now.mmsi), np.int64)
        self._grow(len(self._slots))
        for name, column in self.columns.items():
            column[slots] = getattr(now, name)
        self.class_a[slots] = np.fromiter((x == "A" for x in now.transmitter), np.bool_, len(now.transmitter))
        return len(self._slots) - before

    def _grow(self, size: int) -> None:
        more = size - len(self.class_a)
        if more > 0:
            self.columns = {n: np.concatenate([c, np.zeros(more, c.dtype)]) for n, c in self.columns.items()}
            self.class_a = np.concatenate([self.class_a, np.zeros(more, np.bool_)])

    def slot_of(self, mmsi: int) -> int | None:
        return self._slots.get(mmsi)
