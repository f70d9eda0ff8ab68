"""The area's files become places and ports; what is wrong names file, line or feature, and the mend."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from pyproj import Geod
from shapely.geometry import Point, shape

from maritime_grid.cli.area import circle, port_zones, read_area, read_grids, read_ports, read_zones
from maritime_grid.cli.grids import faults_of
from maritime_grid.domain.errors import UsageError
from maritime_grid.settings import Settings, load_settings
from maritime_grid.store.rows import PortRow

GEOD = Geod(ellps="WGS84")
SQUARE = [[122.0, 30.0], [122.1, 30.0], [122.1, 30.1], [122.0, 30.1], [122.0, 30.0]]


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.delenv("MG_CONFIG", raising=False)
    return load_settings()


def geojson(path: Path, *features: dict[str, Any]) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def feature(ident: str, ring: list[list[float]] = SQUARE, **properties: object) -> dict[str, Any]:
    geometry = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "properties": {"grid_id": ident, **properties}, "geometry": geometry}


def fault(read: Any, *args: object) -> str:
    with pytest.raises(UsageError) as caught:
        read(*args)
    text = str(caught.value)
    assert "\n" not in text
    return text


def test_sample_area_is_valid_and_whole(settings: Settings) -> None:
    places, ports = read_area(settings)
    assert Counter(p.layer for p in places) == {"grid": 34, "zone": 22 + 34}
    assert len(ports) == 34
    assert len({p.place_id for p in places}) == len(places)
    assert all(p.sample for p in places)
    assert all(p.drawn for p in places if p.layer == "grid")
    assert {p.kind for p in places if settings.zone_kinds.get(p.kind) and settings.zone_kinds[p.kind].severity} == {
        "prohibited"
    }


def test_yearly_zone_keeps_its_season(settings: Settings) -> None:
    places, _ = read_area(settings)
    assert [p.attributes["season"] for p in places if p.kind == "restock_area"] == [["05-20", "09-15"]]


def test_lines_are_no_fences(settings: Settings) -> None:
    places, _ = read_area(settings)
    assert {"trawl_line", "outer_line"}.isdisjoint(p.kind for p in places)


@pytest.mark.parametrize("lat", [0.0, 30.0, 70.0])
def test_port_is_a_circle_in_metres(lat: float) -> None:
    ring = circle(122.0, lat, 1500.0)["coordinates"][0]
    distances = [GEOD.inv(122.0, lat, x, y)[2] for x, y in ring]
    assert distances == pytest.approx([1500.0] * len(ring), abs=0.05)
    assert ring[0] == ring[-1]
    assert shape(circle(122.0, lat, 1500.0)).exterior.is_ccw


def test_port_zone_names_its_port() -> None:
    (zone,) = port_zones([PortRow("P01", "沈家门渔港", "Shenjiamen", "普陀区", 122.3, 29.94)], 1000)
    assert (zone.place_id, zone.layer, zone.kind, zone.port_ids) == ("PORT-P01", "zone", "port", ("P01",))


def test_zone_of_an_unknown_kind_is_refused_with_the_table_to_add(tmp_path: Path, settings: Settings) -> None:
    path = geojson(tmp_path / "z.geojson", feature("Z1", kind="range"))
    message = fault(read_zones, path, settings)
    assert str(path) in message
    assert "Z1" in message
    assert "[zone_kinds.range]" in message


def test_overlapping_grids_are_refused_and_overlapping_zones_are_not(tmp_path: Path, settings: Settings) -> None:
    two = feature("A", kind="port"), feature("B", kind="port")
    path = geojson(tmp_path / "g.geojson", *two)
    assert "overlaps B" in fault(read_grids, path, "grid_id")
    assert len(read_zones(path, settings)) == 2


def test_first_fault_says_how_many_more_there_are(tmp_path: Path) -> None:
    bow = [[0.0, 0.0], [1.0, 1.0], [1.0, 0.0], [0.0, 1.0], [0.0, 0.0]]
    path = geojson(tmp_path / "g.geojson", feature("A", bow), feature("B", bow))
    assert "(and 1 more: maritime-grid grids validate)" in fault(read_grids, path, "grid_id")


def test_drawn_grid_without_its_polygon_is_refused(tmp_path: Path) -> None:
    grids = geojson(tmp_path / "g.geojson", feature("A"))
    drawn = geojson(tmp_path / "d.geojson", feature("A"), feature("B"))
    assert "B is not in" in fault(read_grids, grids, "grid_id", drawn)


def test_absent_or_broken_file_is_named(tmp_path: Path) -> None:
    assert "none.geojson" in fault(read_grids, tmp_path / "none.geojson", "grid_id")
    broken = tmp_path / "b.geojson"
    broken.write_text("{", encoding="utf-8")
    assert "b.geojson" in fault(read_grids, broken, "grid_id")


HEADER = "port_id,name_zh,name_en,county,lon,lat\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("port_id,lon,lat\nP1,1,2\n", "column name_zh is missing"),
        (HEADER + "P1,a,b,c,122.0,30.0\nP2,a,b,c,east,30.0\n", "line 3: lon or lat is no number"),
        (HEADER + "P1,a,b,c,222.0,30.0\n", "line 2: no port_id, or a place off the map"),
        (HEADER + "P1,a,b,c,nan,30.0\n", "line 2"),
        (HEADER + "P1,a,b,c,122.0\n", "line 2"),
        (HEADER + "P1,a,b,c,1,2\nP1,a,b,c,1,2\n", "P1 stands twice"),
    ],
    ids=["column", "number", "range", "nan", "short", "twice"],
)
def test_fault_in_the_list_of_ports_names_the_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "ports.csv"
    path.write_text(text, encoding="utf-8")
    message = fault(read_ports, path)
    assert said in message
    assert str(path) in message


def test_list_of_ports_from_a_spreadsheet_may_begin_with_a_mark(tmp_path: Path) -> None:
    path = tmp_path / "ports.csv"
    path.write_text(HEADER + "P1,沈家门,b,c,122.0,30.0\n", encoding="utf-8-sig")
    assert read_ports(path) == [PortRow("P1", "沈家门", "b", "c", 122.0, 30.0)]


def test_list_of_ports_in_another_encoding_is_named(tmp_path: Path) -> None:
    path = tmp_path / "ports.csv"
    path.write_bytes((HEADER + "P1,沈家门,b,c,122.0,30.0\n").encode("gbk"))
    assert "not UTF-8" in fault(read_ports, path)


@pytest.mark.parametrize(
    ("properties", "said"),
    [
        ({"valid_from": "2026-05-01", "valid_to": "2026-09-16"}, "MM-DD"),
        ({"valid_from": "02-29", "valid_to": "05-01"}, "MM-DD"),
        ({"valid_from": "5月1日", "valid_to": "9月16日"}, "MM-DD"),
        ({"valid_from": "05-01"}, "MM-DD"),
        ({"dwell_s": "ten"}, "dwell_s is 'ten'"),
        ({"dwell_s": -5}, "dwell_s is -5"),
        ({"port_ids": "P7"}, '["P01"]'),
    ],
)
def test_fact_that_the_engine_could_not_use_is_refused_at_loading(
    tmp_path: Path, settings: Settings, properties: dict[str, object], said: str
) -> None:
    path = geojson(tmp_path / "z.geojson", feature("Z1", kind="prohibited", **properties))
    message = fault(read_zones, path, settings)
    assert said in message
    assert f"{path}: feature Z1" in message


def storm(ident: str, **properties: object) -> dict[str, Any]:
    given = {"times": ["2026-08-01T08:00:00+08:00", "2026-08-01T20:00:00+08:00"], "radius_m": [200_000, 250_000]}
    line = {"type": "LineString", "coordinates": [[125.0, 26.0], [123.5, 29.0]]}
    return {
        "type": "Feature",
        "properties": {"grid_id": ident, "kind": "storm", **given, **properties},
        "geometry": line,
    }


def test_storm_becomes_a_zone_over_all_its_way_with_its_track(tmp_path: Path, settings: Settings) -> None:
    (zone,) = read_zones(geojson(tmp_path / "z.geojson", storm("T2611")), settings)
    begins, ends = 1785542400_000_000, 1785585600_000_000
    assert zone.attributes == {"track": [[begins, 125.0, 26.0, 200_000.0], [ends, 123.5, 29.0, 250_000.0]]}
    assert shape(zone.fence).covers(Point(124.2, 27.5))
    assert shape(zone.fence).area > 20  # square degrees


@pytest.mark.parametrize(
    ("properties", "said"),
    [({"times": ["2026-08-01T08:00:00+08:00"]}, "`times` does not fit"), ({"radius_m": None}, "`radius_m` is null")],
)
def test_storm_with_a_wrong_track_is_refused_by_loading_and_by_checking(
    tmp_path: Path, settings: Settings, properties: dict[str, object], said: str
) -> None:
    path = geojson(tmp_path / "z.geojson", storm("T2611", **properties), storm("T2612"))
    message = fault(read_zones, path, settings)
    assert said in message
    assert f"{path}: T2611" in message
    assert [said in line for line in faults_of(path, settings, zones=True)] == [True]


def test_a_track_that_no_times_made_is_passed_over(tmp_path: Path, settings: Settings) -> None:
    path = geojson(tmp_path / "z.geojson", feature("Z1", kind="prohibited", track=[[1, 2, 3, 4]]))
    assert read_zones(path, settings)[0].attributes == {}


def test_port_ids_may_be_absent_or_null(tmp_path: Path, settings: Settings) -> None:
    path = geojson(tmp_path / "z.geojson", feature("Z1", kind="prohibited", port_ids=None, dwell_s=600))
    (zone,) = read_zones(path, settings)
    assert (zone.port_ids, zone.attributes) == ((), {"dwell_s": 600})
