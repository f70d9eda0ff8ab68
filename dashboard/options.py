"""What the dashboard needs to know; the numbers and their reasons stand in config/default.toml."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

AHEAD_S = 5.0  # a receipt so far in the future is no receipt: a clock ran ahead (synchronised ones differ far less)
VIEW_S = 300.0  # a view of the map that someone chose ends so long after the last touch: a wall must show all grids


@dataclass(frozen=True, slots=True)
class DashboardSettings:
    """Settings of the wall. Durations in seconds."""

    coast_file: Path  # GeoJSON of the land in detail
    wide_coast_file: Path | None  # GeoJSON of the land around it, coarser
    guarded_kinds: tuple[str, ...]  # kinds of zones that alert on entry: the map must show them
    language: str  # of who asks for none
    demo: bool  # the data is made up: said on every screen
    refresh_s: float  # the snapshot is renewed at least so often
    min_refresh_s: float  # and at most so often, however many commits there are
    stale_s: float  # data older than this is no live data
    dead_s: float  # a page that got no answer for so long says so
    feed_gap_factor: float  # a feed is late after so many of its mean intervals ...
    feed_gap_max_s: float  # ... but at the latest after this
    over_s: float  # an alert that is over leaves the wall so long after its end
    lost_factor: float  # lost from live after so many expected intervals
    forget_s: float  # a vessel not heard for so long leaves the map
    flow_s: float  # entries and exits on a tile are those of the last so many seconds
    tile_page_s: float  # pages of tiles and alerts turn so often
    card_s: float  # a vessel's card closes by itself
    places_s: float  # grids, ports and names are read again so often
