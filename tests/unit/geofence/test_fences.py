"""Location in fences against plain shapely: holes, parts, shared lines, corners, versions, bad coordinates."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Point, Polygon, box

from geofence.fences import Fence, FenceError, FenceSet, Window

from .builders import S, fence, place, square


def partition(n: int, seed: int) -> list[shapely.Geometry]:
    """Cells that share their lines exactly, some with a hole, some joined into parts, and zones over them."""
    rng = np.random.default_rng(seed)
    frame = box(121, 29, 124, 31)
    sites = shapely.MultiPoint(rng.uniform([121, 29], [124, 31], (n, 2)))
    cells = shapely.get_parts(shapely.voronoi_polygons(sites, extend_to=frame))
    cells = shapely.segmentize(shapely.intersection(cells, frame), 0.05)
    holed = [c.difference(c.representative_point().buffer(0.02, quad_segs=4)) for c in cells[::4]]
    pairs = [shapely.union_all(pair) for pair in zip(cells[1::4], cells[3::4], strict=False)]
    stars = [Point(*rng.uniform([121, 29], [124, 31])).buffer(r) for r in np.geomspace(0.002, 0.5, 6)]
    return [*holed, *cells[2::4], *pairs, *stars]


SHAPES = partition(60, 1)
FENCES = FenceSet([Fence(k, str(k), "zone", s) for k, s in enumerate(SHAPES, 1)])


def plain(shapes: list[shapely.Geometry], lon: np.ndarray, lat: np.ndarray) -> set[tuple[int, int]]:
    """(row, code) of each point in each shape by shapely alone."""
    tree = shapely.STRtree(shapes)
    row, shape = tree.query(shapely.points(lon, lat), predicate="intersects")
    return set(zip(row.tolist(), (shape + 1).tolist(), strict=True))


def located(fences: FenceSet, lon: np.ndarray, lat: np.ndarray, t: int = 0) -> list[tuple[int, int]]:
    row, code = fences.locate(lon, lat, np.full(len(lon), t, np.int64))
    return list(zip(row.tolist(), code.tolist(), strict=True))


def assert_equals_plain(fences: FenceSet, shapes: list[shapely.Geometry], lon: np.ndarray, lat: np.ndarray) -> None:
    found = located(fences, lon, lat)
    assert found == sorted(found)
    assert len(found) == len(set(found))
    assert set(found) == plain(shapes, lon, lat)


def test_a_million_random_points_equal_plain_shapely():
    rng = np.random.default_rng(2)
    lon, lat = rng.uniform(120.9, 124.1, 1_000_000), rng.uniform(28.9, 31.1, 1_000_000)
    tree_row, tree_shape = shapely.STRtree(SHAPES).query(shapely.points(lon, lat), predicate="intersects")
    expected = np.sort(tree_row * 1000 + tree_shape + 1)
    row, code = FENCES.locate(lon, lat, np.zeros(len(lon), np.int64))
    assert len(expected) > 500_000
    assert np.array_equal(row * 1000 + code, expected)


def test_every_corner_and_the_middle_of_every_edge_equal_plain_shapely():
    xy = shapely.get_coordinates(SHAPES)
    for lon, lat in (xy.T, ((xy[1:] + xy[:-1]) / 2).T, np.nextafter(xy, np.inf).T, np.nextafter(xy, -np.inf).T):
        assert_equals_plain(FENCES, SHAPES, lon.copy(), lat.copy())


def test_corners_lie_in_their_own_fence():
    for code, shape in enumerate(SHAPES, 1):
        lon, lat = shapely.get_coordinates(shape).T
        assert {row for row, c in located(FENCES, lon.copy(), lat.copy()) if c == code} == set(range(len(lon)))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([1e-7, 1e-4, 1e-2, 1.0, 25.0]))
def test_shapes_on_a_lattice_equal_plain_shapely_on_the_lattice(seed, scale):
    """Edges and points that fall exactly on one another, on cell lines and on the axes, at any size."""
    rng = np.random.default_rng(seed)
    shapes = []
    for _ in range(6):
        x0, y0, *size = rng.integers(0, 3, 4)
        outer = box(x0, y0, x0 + size[0] + 1, y0 + size[1] + 1)
        inner = Polygon([(x0, y0), (x0 + 1, y0), (x0, y0 + 1)])
        shapes.append(outer.difference(inner) if rng.random() < 0.5 else outer)
    shapes = [shapely.transform(s, lambda xy: (xy - 2) * scale) for s in shapes]
    fences = FenceSet([Fence(k, "", "zone", s) for k, s in enumerate(shapes, 1)])
    x, y = np.meshgrid(np.arange(-1, 7, 0.25), np.arange(-1, 7, 0.25))
    assert_equals_plain(fences, shapes, (x.ravel() - 2) * scale, (y.ravel() - 2) * scale)


def test_points_without_coordinates_or_outside_the_world_are_in_nothing():
    lon = np.array([np.nan, 122.0, np.inf, -np.inf, 1e300, 181.0, 122.0])
    lat = np.array([30.0, np.nan, 30.0, 30.0, 30.0, 91.0, -1e300])
    assert located(FENCES, lon, lat) == []
    assert FENCES.locate_grid(lon, lat, np.zeros(7, np.int64)).tolist() == [0] * 7


def test_no_fences_hold_nothing():
    empty = FenceSet([])
    lon, lat, t = np.array([122.0]), np.array([30.0]), np.zeros(1, np.int64)
    assert located(empty, lon, lat) == []
    assert empty.distance_m(lon, lat, np.ones(1, np.int64), t).tolist() == [np.inf]
    assert empty.intersects_segment(lon, lat, lon + 1, lat)[0].tolist() == []


def test_the_lowest_grid_counts_on_a_shared_line_and_zones_do_not():
    fences = FenceSet([
        fence(9, square(0, 0, 100, 100), "grid"),
        fence(4, square(100, 0, 200, 100), "grid"),
        fence(1, square(-50, -50, 300, 300)),
    ])  # fmt: skip
    edge = square(0, 0, 100, 100).bounds[2]
    lon = np.array([place(50, 50)[0], edge, place(150, 50)[0], place(250, 50)[0]])
    assert fences.locate_grid(lon, np.full(4, place(0, 50)[1]), np.zeros(4, np.int64)).tolist() == [9, 4, 4, 0]


def test_the_version_in_force_at_the_points_own_time_counts():
    fences = FenceSet([
        fence(1, square(0, 0, 100, 100), version=1, valid_to=10 * S),
        fence(1, square(200, 0, 300, 100), version=2, valid_from=10 * S, valid_to=20 * S),
        fence(2, square(0, 0, 300, 100), windows=(Window(5 * S, 10 * S), Window(15 * S, 18 * S))),
    ])  # fmt: skip
    at = {0: [1], 5: [1, 2], 10: [], 15: [2], 18: [], 25: []}
    here = {s: [c for _, c in located(fences, *np.array([[v] for v in place(50, 50)]), s * S)] for s in at}
    assert here == at
    there = {s: [c for _, c in located(fences, *np.array([[v] for v in place(250, 50)]), s * S)] for s in at}
    assert there == {0: [], 5: [2], 10: [1], 15: [1, 2], 18: [1], 25: []}


def test_segments_through_a_fence_from_outside_to_outside_are_found_and_no_others():
    fences = FenceSet([fence(1, square(0, 0, 100, 1000)), fence(2, square(400, 0, 500, 1000))])
    pairs = {
        "through one": ((-50, 50), (200, 60)), "through both": ((-50, 50), (700, 50)),
        "from inside": ((50, 50), (300, 50)),
        "beside": ((-50, -300), (900, -20)), "to inside of the second": ((-50, 50), (450, 50)),
    }  # fmt: skip
    a, b = (np.array([place(*p[k]) for p in pairs.values()]).T for k in (0, 1))
    row, code = fences.intersects_segment(*a, *b)
    assert list(zip(row.tolist(), code.tolist(), strict=True)) == [(0, 1), (1, 1), (1, 2), (4, 1)]


def test_a_segment_takes_the_short_way_across_the_antimeridian():
    fences = FenceSet(
        [Fence(1, "east", "zone", box(179.9, 0, 180, 1)), Fence(2, "greenwich", "zone", box(-1, 0, 1, 1))]
    )
    lon0, lat, lon1 = np.array([179.5, -179.5]), np.array([0.5, 0.5]), np.array([-179.5, 179.5])
    row, code = fences.intersects_segment(lon0, lat, lon1, lat)
    assert list(zip(row.tolist(), code.tolist(), strict=True)) == [(0, 1), (1, 1)]


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ([Fence(1, "wide", "zone", box(-179, 0, 179, 1))], "antimeridian"),
        ([Fence(1, "far", "zone", box(179, 0, 181, 1))], "-180..180"),
        ([Fence(1, "bow", "zone", Polygon([(0, 0), (1, 1), (1, 0), (0, 1)]))], "Self-intersection"),
        ([Fence(1, "none", "zone", Polygon())], "no area"),
        ([Fence(0, "zero", "zone", box(0, 0, 1, 1))], "1..32767"),
        ([Fence(1, "layer", "sea", box(0, 0, 1, 1))], "'grid' or 'zone'"),
        ([Fence(1, "time", "zone", box(0, 0, 1, 1), valid_from=5, valid_to=5)], "ends before it begins"),
        ([Fence(1, "w", "zone", box(0, 0, 1, 1), windows=(Window(5, 9), Window(8, 12)))], "windows overlap"),
        ([Fence(1, "a", "zone", box(0, 0, 1, 1), 1), Fence(1, "a", "zone", box(0, 0, 1, 1), 2)], "versions 1 and 2"),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_a_fence_that_cannot_be_used_is_refused_by_code_and_reason(bad, words):
    with pytest.raises(FenceError, match=words) as refused:
        FenceSet(bad)
    assert f"fence {bad[0].code} ({bad[0].name})" in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1


def test_a_fence_cut_in_two_at_the_antimeridian_is_whole():
    fences = FenceSet([Fence(1, "", "zone", MultiPolygon([box(179, 0, 180, 1), box(-180, 0, -179, 1)]))])
    lon, lat = np.array([179.5, -179.5, 0.0, 178.99, -178.99]), np.full(5, 0.5)
    assert located(fences, lon, lat) == [(0, 1), (1, 1)]
    distance = fences.distance_m(lon[[0, 1, 3, 4]], lat[:4], np.ones(4, np.int64), np.zeros(4, np.int64))
    assert distance == pytest.approx([0, 0, 1113.2, 1113.2], rel=1e-4)


def test_many_parts_and_tiny_fences_in_a_wide_box_equal_plain_shapely():
    rng = np.random.default_rng(5)
    shapes = [MultiPolygon([box(x, y, x + 1e-4, y + 2e-4) for x, y in rng.uniform([-170, -80], [170, 80], (40, 2))])]
    shapes += [box(x, y, x + 0.01, y + 0.01) for x, y in rng.uniform([-170, -80], [170, 80], (200, 2))]
    fences = FenceSet([Fence(k, "", "zone", s) for k, s in enumerate(shapes, 1)])
    corners = shapely.get_coordinates(shapes)
    near = np.concatenate([corners + rng.normal(0, s, corners.shape) for s in (0, 1e-9, 1e-5, 1e-3)])
    assert_equals_plain(fences, shapes, *near.T.copy())
