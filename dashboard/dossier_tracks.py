"""The tracks of a case's vessels as drawings for paper: a chart and the distance over time, SVG within the document.

Lines differ by their dashes as well as by colour, so that a black and white print tells them apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from html import escape
from math import ceil, cos, floor, log10, radians

import numpy as np
from numpy.typing import NDArray

from maritime_grid.store.case_rows import CaseView

from .case_tracks import Pair, Tracks
from .views.case_map import COLOURS, DASHES, clock, distance_text
from .views.times import moment
from .words import Words

F64 = NDArray[np.float64]
WIDTH, HEIGHT, PLOT_HEIGHT = 680, 420, 200  # of the drawings, in their own units
EDGE = 44  # room for labels
LEAST_SPAN_NM = 0.5  # a chart of boats that lay still shows so much of the sea
NM_PER_DEGREE = 60.0
HOUR_S, TICK_S, CLOSE_TICK_S = 3_600, 1_800, 600
CLOSE_S = 1_800  # the second chart shows so long before and after the two were nearest


def drawings(case: CaseView, tracks: Tracks, words: Words) -> str:
    """Chart, the same near the closest approach, distances and plot as HTML; one line where no vessel was heard."""
    if not tracks.fixes:
        return f"<p>{escape(words('case.no_tracks'))}</p>"
    parts = [f"<figure>{_chart(case, tracks, words, TICK_S)}{_legend(tracks)}</figure>"]
    close = _close(tracks)
    if close is not None:
        said = escape(words("dossier.close", n=CLOSE_S // 60))
        parts.append(f"<figure>{_chart(case, close, words, CLOSE_TICK_S)}<figcaption>{said}</figcaption></figure>")
    parts += [f"<p>{escape(_nearest(pair, tracks, words))}</p>" for pair in tracks.pairs if pair.nearest]
    if any(not np.isnan(pair.distance_nm).all() for pair in tracks.pairs):
        parts.append(f"<figure>{_plot(tracks, words)}<figcaption>{escape(words('case.axis_nm'))}</figcaption></figure>")
    return "".join(parts)


class Chart:
    """From degrees to the drawing: north up, the same scale both ways, the whole within the frame.

    Args:
        bounds: south-west and north-east corner, (lat, lon) in degrees.
    """

    def __init__(self, bounds: list[list[float]]) -> None:
        (south, west), (north, east) = bounds
        self.lat, self.lon = (south + north) / 2, (west + east) / 2
        self.squeeze = cos(radians(self.lat))
        wide = max((east - west) * self.squeeze * NM_PER_DEGREE, LEAST_SPAN_NM) * 1.15
        high = max((north - south) * NM_PER_DEGREE, LEAST_SPAN_NM) * 1.15
        self.per_nm = min((WIDTH - 2 * EDGE) / wide, (HEIGHT - 2 * EDGE) / high)

    def at(self, lon: float, lat: float) -> tuple[float, float]:
        x = WIDTH / 2 + (lon - self.lon) * self.squeeze * NM_PER_DEGREE * self.per_nm
        return x, HEIGHT / 2 - (lat - self.lat) * NM_PER_DEGREE * self.per_nm


def _close(tracks: Tracks) -> Tracks | None:
    """The same of the time round the closest approach of any two; None: no two were heard at one moment."""
    nearest = min((p.nearest for p in tracks.pairs if p.nearest), key=lambda n: n.distance_nm, default=None)
    if nearest is None:
        return None
    near = np.abs(tracks.times - tracks.times[nearest.index]) <= CLOSE_S
    at = {mmsi: (np.where(near, lon, np.nan), np.where(near, lat, np.nan)) for mmsi, (lon, lat) in tracks.at.items()}
    return replace(tracks, at=at)


def _bounds(case: CaseView, tracks: Tracks) -> list[list[float]]:
    """South-west and north-east corner of what is drawn, (lat, lon)."""
    own = [] if case.lon is None or case.lat is None else [(np.array([case.lon]), np.array([case.lat]))]
    lon, lat = (np.concatenate(parts) for parts in zip(*tracks.at.values(), *own, strict=True))
    return [[float(np.nanmin(lat)), float(np.nanmin(lon))], [float(np.nanmax(lat)), float(np.nanmax(lon))]]


def _chart(case: CaseView, tracks: Tracks, words: Words, tick_s: int) -> str:
    chart = Chart(_bounds(case, tracks))
    parts = [f'<rect class="frame" x="1" y="1" width="{WIDTH - 2}" height="{HEIGHT - 2}"/>', *_graticule(chart)]
    for n, mmsi in enumerate(tracks.fixes):
        parts += _track(n, *tracks.at[mmsi], tracks.times, chart, tick_s)
    for pair in tracks.pairs:
        parts += _closest(pair, tracks, chart)
    if case.lon is not None and case.lat is not None:
        x, y = chart.at(case.lon, case.lat)
        parts.append(f'<circle class="place" cx="{x:.1f}" cy="{y:.1f}" r="9"/>')
        parts.append(f'<text x="{x + 12:.1f}" y="{y + 14:.1f}">{escape(words("case.place"))}</text>')
    parts += _scale(chart)
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img">{"".join(parts)}</svg>'


def _graticule(chart: Chart) -> Iterator[str]:
    """Meridians and parallels at round minutes, with their degrees."""
    step = _round_step(160 / chart.per_nm) / NM_PER_DEGREE
    lon = floor((chart.lon - 1) / step) * step
    while (x := chart.at(lon, chart.lat)[0]) < WIDTH - EDGE:
        if x > EDGE:
            yield f'<path class="net" d="M{x:.1f} 1V{HEIGHT - 1}"/>'
            yield f'<text x="{x + 3:.1f}" y="14">{degrees(lon, "EW")}</text>'
        lon += step
    lat = floor((chart.lat - 1) / step) * step
    while (y := chart.at(chart.lon, lat)[1]) > EDGE / 2:
        if y < HEIGHT - EDGE / 2:
            yield f'<path class="net" d="M1 {y:.1f}H{WIDTH - 1}"/>'
            yield f'<text x="4" y="{y - 3:.1f}">{degrees(lat, "NS")}</text>'
        lat += step


def _track(n: int, lon: F64, lat: F64, times: F64, chart: Chart, tick_s: int) -> Iterator[str]:
    """The line, broken where nobody heard the vessel; a mark each `tick_s`, the time beside each second one."""
    known = np.flatnonzero(~np.isnan(lon))
    for run in np.split(known, np.flatnonzero(np.diff(known) > 1) + 1):
        points = " ".join("{:.1f},{:.1f}".format(*chart.at(float(lon[i]), float(lat[i]))) for i in run)
        yield f'<polyline points="{points}" stroke="{COLOURS[n]}" stroke-dasharray="{DASHES[n] or "none"}"/>'
    for i in known.tolist():
        if times[i] % tick_s == 0:
            x, y = chart.at(float(lon[i]), float(lat[i]))
            yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="#fff" stroke="{COLOURS[n]}"/>'
            if times[i] % (2 * tick_s) == 0:
                yield f'<text x="{x + 5:.1f}" y="{y - 4:.1f}" fill="{COLOURS[n]}">{clock(float(times[i]))}</text>'


def _closest(pair: Pair, tracks: Tracks, chart: Chart) -> Iterator[str]:
    """A line between the two where they were nearest."""
    if pair.nearest is None:
        return
    i = pair.nearest.index
    ends = [chart.at(float(tracks.at[m][0][i]), float(tracks.at[m][1][i])) for m in (pair.first, pair.second)]
    (x0, y0), (x1, y1) = ends
    yield f'<path class="near" d="M{x0:.1f} {y0:.1f}L{x1:.1f} {y1:.1f}"/>'
    yield from (f'<circle class="near" cx="{x:.1f}" cy="{y:.1f}" r="4"/>' for x, y in ends)


def _scale(chart: Chart) -> list[str]:
    length = _round_step(120 / chart.per_nm)
    x, y = 12, HEIGHT - 12
    wide = length * chart.per_nm
    return [
        f'<path class="scale" d="M{x} {y - 6}V{y}H{x + wide:.1f}V{y - 6}"/>',
        f'<text x="{x + 4}" y="{y - 6}">{length:g} nm</text>',
    ]


def _legend(tracks: Tracks) -> str:
    items = [
        f'<span><svg class="key" viewBox="0 0 40 8"><path d="M0 4H40" stroke="{COLOURS[n]}" '
        f'stroke-dasharray="{DASHES[n] or "none"}"/></svg>{escape(tracks.names[mmsi])}</span>'
        for n, mmsi in enumerate(tracks.fixes)
    ]
    return f"<figcaption>{''.join(items)}</figcaption>"


def _nearest(pair: Pair, tracks: Tracks, words: Words) -> str:
    assert pair.nearest
    return words(
        "case.nearest",
        first=tracks.names[pair.first],
        second=tracks.names[pair.second],
        distance=distance_text(pair.nearest.distance_nm, words),
        at=moment(datetime.fromtimestamp(float(tracks.times[pair.nearest.index]), UTC), words),
    )


def _plot(tracks: Tracks, words: Words) -> str:
    """Distances over time; a gap where either was not heard, the matter's own time dotted."""
    highest = max(float(np.nanmax(p.distance_nm)) for p in tracks.pairs if not np.isnan(p.distance_nm).all())
    step = _round_step(max(highest, 0.1) / 3)
    top = ceil(max(highest, 0.1) / step) * step
    first, last = float(tracks.times[0]), float(tracks.times[-1])

    def at(t: float, nm: float) -> tuple[float, float]:
        x = EDGE + (t - first) / (last - first) * (WIDTH - EDGE - 10)
        return x, (PLOT_HEIGHT - 24) - nm / top * (PLOT_HEIGHT - 36)

    parts: list[str] = []
    for k in range(round(top / step) + 1):
        _, y = at(first, k * step)
        parts.append(
            f'<path class="net" d="M{EDGE} {y:.1f}H{WIDTH - 10}"/><text x="4" y="{y + 4:.1f}">{k * step:g}</text>'
        )
    for t in np.arange(ceil(first / HOUR_S) * HOUR_S, last + 1, HOUR_S).tolist():
        x, y = at(t, 0)
        label = f'<text x="{min(x - 14, WIDTH - 32):.1f}" y="{PLOT_HEIGHT - 6}">{clock(t)}</text>'
        parts.append(f'<path class="net" d="M{x:.1f} 8V{y:.1f}"/>{label}')
    x, y = at(tracks.about.timestamp(), 0)
    parts.append(f'<path class="about" d="M{x:.1f} 8V{y:.1f}"/>')
    for n, pair in enumerate(tracks.pairs):
        known = np.flatnonzero(~np.isnan(pair.distance_nm))
        for run in np.split(known, np.flatnonzero(np.diff(known) > 1) + 1):
            points = " ".join(
                "{:.1f},{:.1f}".format(*at(float(tracks.times[i]), float(pair.distance_nm[i]))) for i in run
            )
            parts.append(f'<polyline points="{points}" stroke="{COLOURS[n % len(COLOURS)]}"/>')
        if pair.nearest:
            x, y = at(float(tracks.times[pair.nearest.index]), pair.nearest.distance_nm)
            parts.append(f'<circle class="near" cx="{x:.1f}" cy="{y:.1f}" r="4"/>')
            said = escape(distance_text(pair.nearest.distance_nm, words))
            parts.append(f'<text x="{x + 6:.1f}" y="{y - 5:.1f}">{said}</text>')
    return f'<svg viewBox="0 0 {WIDTH} {PLOT_HEIGHT}" role="img">{"".join(parts)}</svg>'


def degrees(value: float, sides: str) -> str:
    """`122°42.5′E`."""
    tenths = round(abs(value) * 600)
    return f"{tenths // 600}°{tenths % 600 / 10:04.1f}′{sides[value < 0]}"


def _round_step(least: float) -> float:
    """The next of 1, 2, 5 times a power of ten."""
    power = 10.0 ** floor(log10(least))
    return next((power * k for k in (1, 2, 5) if power * k >= least * 0.999), power * 10)
