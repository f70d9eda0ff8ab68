"""Made-up traffic off Zhoushan as AIVDM, column by column: a million sentences in seconds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from maritime_grid.simulate.encode import PositionColumns, encode_positions, tag_blocks

START_US = 1_792_202_400_000_000  # 2026-10-17T02:00:00Z
WEST, SOUTH, EAST, NORTH = 121.5, 29.6, 123.5, 30.9
FIRST_MMSI = 412_000_001
_DEGREES_PER_KN_S = 1 / 3600 / 60


class Fleet:
    """Vessels on straight courses that turn back at the edge of the area."""

    def __init__(self, vessels: int, seed: int = 3) -> None:
        random = np.random.default_rng(seed)
        self.mmsi = np.arange(vessels, dtype=np.int64) + FIRST_MMSI
        self._start = random.uniform([[WEST], [SOUTH]], [[EAST], [NORTH]], (2, vessels))
        self._sog = random.uniform(0, 14, vessels)
        self._cog = random.uniform(0, 360, vessels)

    def sentences(self, at_s: float, only: NDArray[np.int64] | None = None) -> list[bytes]:
        """Reports of the vessels of these numbers, of all when not given, so many seconds on; no line ends."""
        who = np.arange(len(self.mmsi)) if only is None else only
        way = self._sog[who] * at_s * _DEGREES_PER_KN_S
        angle = np.radians(self._cog[who])
        lon = _folded(self._start[0, who] + way * np.sin(angle), WEST, EAST)
        lat = _folded(self._start[1, who] + way * np.cos(angle), SOUTH, NORTH)
        n = len(who)
        return encode_positions(
            PositionColumns(
                mmsi=self.mmsi[who], lon=lon, lat=lat, sog=self._sog[who], cog=self._cog[who],
                heading=np.floor(self._cog[who]), second=np.full(n, int(at_s) % 60), nav_status=np.zeros(n, np.int64),
                class_a=who % 2 == 0, cs=np.ones(n, np.bool_), channel_b=who % 3 == 0,
            )
        )  # fmt: skip

    def record(self, path: Path, rounds: int, every_s: float = 10.0) -> int:
        """A recording with TAG blocks in which every vessel reports `rounds` times; its lines."""
        n, offset = len(self.mmsi), np.linspace(0, every_s, len(self.mmsi), endpoint=False)
        with path.open("wb") as file:
            for k in range(rounds):
                t = START_US + ((k * every_s + offset) * 1e6).astype(np.int64)
                pairs = zip(tag_blocks(t), self.sentences(k * every_s), strict=True)
                file.writelines(tag + sentence + b"\r\n" for tag, sentence in pairs)
        return n * rounds


def _folded(values: NDArray[np.float64], low: float, high: float) -> NDArray[np.float64]:
    """Reflected at both ends until inside."""
    span = high - low
    return low + span - np.abs((values - low) % (2 * span) - span)
