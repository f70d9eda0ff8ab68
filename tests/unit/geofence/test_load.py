"""Fence files: every fault is told with file, feature, place, reason and mend; good ones pass."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from geofence.fences import FenceError
from geofence.load import check, checked, read_features

ROOT = Path(__file__).resolve().parents[3]
SQUARE = [[122.0, 30.0], [122.1, 30.0], [122.1, 30.1], [122.0, 30.1], [122.0, 30.0]]


def written(folder: Path, *geometries, ids=None) -> Path:
    names = ids or [f"G{k}" for k in range(1, len(geometries) + 1)]
    features = [
        {"type": "Feature", "properties": {"grid_id": name}, "geometry": g}
        for name, g in zip(names, geometries, strict=True)
    ]
    path = folder / "grids.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def polygon(*rings) -> dict:
    return {"type": "Polygon", "coordinates": list(rings)}


def moved(ring: list, dx: float, dy: float = 0.0) -> list:
    return [[x + dx, y + dy] for x, y in ring]


BOW = [[122.0, 30.0], [122.2, 30.2], [122.2, 30.0], [122.0, 30.2], [122.0, 30.0]]
HEIGHTS = {
    "mixed": [[*SQUARE[0], 5.0], *SQUARE[1:]],
    "null": [[*c, None] for c in SQUARE],
    "four numbers": [[*c, 0.0, 7] for c in SQUARE],
    "a height of text": [[*c, "0 m"] for c in SQUARE],
}


@pytest.mark.parametrize("ring", HEIGHTS.values(), ids=HEIGHTS)
@pytest.mark.parametrize("multi", [False, True])
def test_what_stands_behind_lon_and_lat_is_passed_over(ring, multi, tmp_path):
    drawn = {"type": "MultiPolygon", "coordinates": [[ring]]} if multi else polygon(ring)
    features = read_features(written(tmp_path, drawn))
    assert not check(features, exclusive=True)
    wanted = [[SQUARE]] if multi else [SQUARE]
    assert features[0].geometry["coordinates"] == wanted
    assert features[0].shape().area == pytest.approx(0.01)


FAULTS = {
    "self-intersection": (polygon(BOW), (122.1, 30.1), "self-intersection"),
    "unclosed": (polygon(SQUARE[:-1]), (122.0, 30.1), "not closed"),
    "two corners": (polygon([SQUARE[0], SQUARE[1], SQUARE[0]]), (122.0, 30.0), "fewer than three"),
    "empty": (polygon(), None, "empty"),
    "empty ring": (polygon([]), None, "ring is empty"),
    "line": ({"type": "LineString", "coordinates": SQUARE}, None, "LineString"),
    "nothing": ({}, None, "nothing"),
    "latitude first": (polygon([[y, x] for x, y in SQUARE]), (30.0, 122.0), "out of range"),
    "text": (polygon([["a", "b"], *SQUARE[1:]]), (122.1, 30.0), "finite"),
    "not a number": (polygon([[float("nan"), 30.0], *SQUARE[1:]]), (122.1, 30.0), "finite"),
    "a number without end": (polygon([[10**400, 30.0], *SQUARE[1:]]), (122.1, 30.0), "finite"),
    "hole outside": (polygon(SQUARE, moved(SQUARE, 1)), (123.0, 30.0), "hole lies outside shell"),
    "flat": (polygon([[122.0, 30.0], [122.1, 30.0], [122.2, 30.0], [122.0, 30.0]]), None, ""),
    "antimeridian": (polygon([[-179.0, 0.0], [179.0, 0.0], [179.0, 1.0], [-179.0, 0.0]]), None, "antimeridian"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_told_with_file_feature_place_reason_and_mend(name, tmp_path):
    geometry, place, reason = FAULTS[name]
    path = written(tmp_path, polygon(moved(SQUARE, -5)), geometry)
    (problem,) = check(read_features(path), exclusive=True)
    assert (problem.path, problem.feature) == (path, "G2")
    assert reason in problem.reason
    assert problem.mend
    assert place is None or problem.place == pytest.approx(place)
    assert len(str(problem).splitlines()) == 1
    assert str(path) in str(problem)


def test_an_id_that_stands_twice_is_told(tmp_path):
    path = written(tmp_path, polygon(SQUARE), polygon(moved(SQUARE, 1)), ids=["A", "A"])
    assert [p.reason for p in check(read_features(path), exclusive=True)] == ["its id stands twice"]


def test_overlapping_grids_are_told_with_the_place_and_zones_may_overlap(tmp_path):
    path = written(tmp_path, polygon(SQUARE), polygon(moved(SQUARE, 0.05)))
    features = read_features(path)
    (problem,) = check(features, exclusive=True)
    assert "overlaps G2" in problem.reason
    assert 122.05 <= problem.place[0] <= 122.1
    assert 30.0 <= problem.place[1] <= 30.1
    assert check(features, exclusive=False) == []


@pytest.mark.parametrize(("by", "faults"), [(0.0, 0), (-1e-8, 0), (-1e-7, 0), (-1e-5, 1), (-1e-4, 1)])
def test_a_sliver_of_rounding_is_no_overlap_and_a_metre_is(by, faults, tmp_path):
    path = written(tmp_path, polygon(SQUARE), polygon(moved(SQUARE, 0.1 + by)))
    assert len(check(read_features(path), exclusive=True)) == faults


def test_checked_raises_with_every_problem_on_a_line_of_its_own(tmp_path):
    path = written(tmp_path, polygon(BOW), polygon(SQUARE[:-1]), polygon(moved(SQUARE, 3)))
    with pytest.raises(FenceError) as refused:
        checked(read_features(path), exclusive=True)
    lines = str(refused.value).splitlines()
    assert [line.split(": ")[1].split(" ")[0] for line in lines] == ["G1", "G2"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"not json", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b'{"type": "Feature"}', "no FeatureCollection"),
        (b'{"features": [{"properties": {}, "geometry": {}}]}', "no property 'grid_id'"),
        (b'{"features": [7]}', "not an object"),
        (b'{"features": [{"properties": [], "geometry": [1]}]}', "not an object"),
    ],
)
def test_a_file_that_is_no_feature_collection_is_refused_by_name(content, words, tmp_path):
    path = tmp_path / "zones.geojson"
    path.write_bytes(content)
    with pytest.raises(FenceError, match=words) as refused:
        read_features(path)
    assert str(refused.value).startswith(str(path))


def test_a_file_that_is_not_there_is_refused_by_name(tmp_path):
    with pytest.raises(FenceError, match="nowhere"):
        read_features(tmp_path / "nowhere.geojson")


@pytest.mark.parametrize("name", ["grids_cover.geojson", "grids.geojson"])
def test_the_grids_of_zhoushan_pass(name):
    features = read_features(ROOT / "config" / "zhoushan" / name)
    assert len(features) == 34
    assert check(features, exclusive=True) == []
