"""Where the fields of the position reports lie, and what their numbers mean.

Source: ITU-R M.1371-6 annex 8: tables 45 (types 1-3), 52 (4, 11), 58 (9), 67 (18), 68 (19), 84 (27).
"""

from __future__ import annotations

from dataclasses import dataclass

NO_SECOND = 60  # 60-63 say that the second is not available or not kept
DEGREE = 600_000  # 1/10,000 minute
LONG_RANGE_DEGREE = 600  # 1/10 minute
NO_LON, NO_LAT = 181, 91  # degrees, as sent for "not available"
MAX_MMSI = 999_999_999


@dataclass(frozen=True, slots=True)
class Layout:
    """(start, width) in bits of each field; None where the type has no such field."""

    sog: tuple[int, int]
    lon: tuple[int, int]
    lat: tuple[int, int]
    cog: tuple[int, int]
    status: tuple[int, int] | None = None
    heading: tuple[int, int] | None = None
    second: tuple[int, int] | None = None
    degree: int = DEGREE
    sog_per_kn: int = 10
    cog_per_degree: int = 10


CLASS_A = Layout(
    status=(38, 4), sog=(50, 10), lon=(61, 28), lat=(89, 27), cog=(116, 12), heading=(128, 9), second=(137, 6)
)
AIRCRAFT = Layout(sog=(50, 10), lon=(61, 28), lat=(89, 27), cog=(116, 12), second=(128, 6), sog_per_kn=1)
CLASS_B = Layout(sog=(46, 10), lon=(57, 28), lat=(85, 27), cog=(112, 12), heading=(124, 9), second=(133, 6))
LONG_RANGE = Layout(
    status=(40, 4), lon=(44, 18), lat=(62, 17), sog=(79, 6), cog=(85, 9),
    degree=LONG_RANGE_DEGREE, sog_per_kn=1, cog_per_degree=1,
)  # fmt: skip

POSITION_LAYOUTS: dict[int, Layout] = {
    1: CLASS_A, 2: CLASS_A, 3: CLASS_A, 9: AIRCRAFT, 18: CLASS_B, 19: CLASS_B, 27: LONG_RANGE,
}  # fmt: skip
SECONDS: dict[int, tuple[int, int]] = {4: (72, 6), 11: (72, 6), 21: (253, 6), 28: (38, 6)}
KNOWN_TYPES = frozenset(range(1, 29))


def not_available(width: int) -> int:
    """All ones: the code of a speed that is not available, in 10 bits as in 6."""
    return (1 << width) - 1
