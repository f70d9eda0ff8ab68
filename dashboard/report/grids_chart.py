"""The grids as one drawing: outlines with the land cut out and their names, SVG within the page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians

import numpy as np
import shapely
from shapely.geometry import shape

from dashboard.words import Words
from maritime_grid.store.public_reads import PublicGrid

from .markup import Markup, el, joined

WIDTH = 1000  # of the drawing, in its own units
SIGN, LINE = 17, 20  # a Chinese character and a line of names take so many units; a Latin letter half of it
_FINE = 1.2  # units: lines are drawn no finer


def chart(grids: Sequence[PublicGrid], words: Words) -> Markup | None:
    """Each grid leads to what is said of it; None where there is none."""
    at_sea = [g for g in grids if g.geometry]
    if not at_sea:
        return None
    west, south, east, north = _bounds(at_sea)
    squeeze = cos(radians((south + north) / 2))
    scale = WIDTH / max((east - west) * squeeze, 1e-6)
    height = max(round((north - south) * scale), 1)
    areas: list[Markup] = []
    names: list[_Name] = []
    for grid in at_sea:
        path, middle = _drawn(grid, west, north, squeeze, scale)
        name = grid.name_zh if words.is_chinese else grid.name_en
        area = el("path", el("title", name), d=path)
        areas.append(el("a", area, href=f"#grid-{grid.grid_id}", class_=f"g-{_tone(grid.kind)}"))
        names.append(_Name(short_name(name), *middle))
    texts = [el("text", one.text, x=f"{one.x:.0f}", y=f"{one.y:.0f}") for one in _apart(names)]
    said = words("public.chart")
    return el(
        "figure",
        el("svg", joined(*areas, *texts), viewBox=f"-4 -4 {WIDTH + 8} {height + 8}", role="img", aria_label=said),
        el("figcaption", said),
        class_="grid-chart",
    )


def _bounds(grids: Sequence[PublicGrid]) -> tuple[float, float, float, float]:
    """West, south, east, north in degrees."""
    boxes = np.array([shape(g.geometry).bounds for g in grids], np.float64)
    west, south = boxes[:, :2].min(axis=0).tolist()
    east, north = boxes[:, 2:].max(axis=0).tolist()
    return west, south, east, north


def _drawn(
    grid: PublicGrid, west: float, north: float, squeeze: float, scale: float
) -> tuple[str, tuple[float, float]]:
    """Path and a place for the name, in units of the drawing."""

    def placed(at: np.ndarray) -> np.ndarray:
        return np.column_stack([(at[:, 0] - west) * squeeze * scale, (north - at[:, 1]) * scale])

    area = shapely.simplify(shapely.transform(shape(grid.geometry), placed), _FINE)
    rings = [r for part in shapely.get_parts(area) for r in (part.exterior, *part.interiors)]
    path = "".join("M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in ring.coords[:-1]) + "Z" for ring in rings)
    middle = shapely.point_on_surface(area)
    return path, (middle.x, middle.y) if not area.is_empty else (0.0, 0.0)


def _tone(kind: str) -> str:
    return kind if kind in {"inshore", "nearshore", "offshore", "community", "exclusive"} else "other"


def short_name(name: str) -> str:
    """The name without what all names have: 东极近岸网格(示例) is 东极近岸."""
    return (
        re.sub(r"(网格|\s*grid)(?=\d*\s*([((].*)?$)|\s*[((](示例|sample)[))]$", "", name, flags=re.IGNORECASE) or name
    )


@dataclass(frozen=True, slots=True)
class _Name:
    text: str
    x: float  # its middle
    y: float

    def box(self) -> tuple[float, float, float, float]:
        half = sum(SIGN if c > "\u2e80" else SIGN / 2 for c in self.text) / 2
        return self.x - half, self.y - LINE, self.x + half, self.y + LINE / 4


def _apart(names: Sequence[_Name]) -> list[_Name]:
    """Those that have room beside the ones before them, within the drawing."""
    placed: list[tuple[float, float, float, float]] = []
    shown: list[_Name] = []
    for name in names:
        left, top, right, bottom = box = name.box()
        free = all(right < w or left > e or bottom < n or top > s for w, n, e, s in placed)
        if free and left >= 0 and right <= WIDTH:
            placed.append(box)
            shown.append(name)
    return shown
