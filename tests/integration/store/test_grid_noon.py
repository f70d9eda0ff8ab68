"""A grid changed at noon: what came before lies in the old polygon, what came after in the new, replay or not."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from shapely.geometry import Point, mapping, shape

from maritime_grid.cli.prepare import open_accounts, prepare_store
from maritime_grid.domain.grid_change import ChangeAct
from maritime_grid.pipeline.replay import run_replay
from maritime_grid.store.account_rows import NewAccount
from maritime_grid.store.connect import command_pool
from maritime_grid.store.grid_changes import GridChanges
from tests import needs

from .case_build import SETTINGS, ask

NOON = datetime(2026, 5, 6, 4, tzinfo=UTC)  # in Beijing
OLD, NEW = "ZS-DJ-1", "ZS-DJ-2"


def present() -> dict[str, dict[str, Any]]:
    text = (needs.ROOT / "config/zhoushan/grids_cover.geojson").read_text(encoding="utf-8")
    return {f["properties"]["grid_id"]: f for f in json.loads(text)["features"]}


def moved(spot: Point) -> list[dict[str, Any]]:
    """The two grids after a piece of the one went to the other."""
    grids = present()
    old, new = shape(grids[OLD]["geometry"]), shape(grids[NEW]["geometry"])
    piece = spot.buffer(0.02).intersection(old)
    shapes = {OLD: old.difference(piece), NEW: new.union(piece)}
    return [{**grids[name], "geometry": json.loads(json.dumps(mapping(whole)))} for name, whole in shapes.items()]


def spot_of() -> Point:
    """A place at sea within the old grid, away from its ports and its border."""
    inside = shape(present()[OLD]["geometry"]).buffer(-0.05)
    ports = [Point(122.6767, 30.1940), Point(122.6986, 30.1993)]
    away = inside.difference(ports[0].buffer(0.1)).difference(ports[1].buffer(0.1))
    return away.representative_point()


def recording(folder: Path, spot: Point) -> Path:
    """One boat that stays at the spot for two hours before noon and two after."""
    head = "MMSI,BaseDateTime,LAT,LON,SOG,COG,Heading,VesselName,Status,TransceiverClass"
    lines = [
        f"412000001,{NOON + timedelta(minutes=m):%Y-%m-%dT%H:%M:%S},{spot.y:.5f},{spot.x:.5f},0.3,90,90,BOAT,1,B"
        for m in range(-120, 121, 5)
    ]
    path = folder / "boat.csv"
    path.write_text("\n".join([head, *lines, ""]), encoding="utf-8")
    return path


def replayed(path: Path, dsn: str) -> int:
    return int(run_replay([path], dsn, SETTINGS, None, lambda _done, _total, _name: None)["positions"])


def test_positions_before_and_after_noon_fall_in_the_old_and_the_new_polygon(fresh_dsn: str, tmp_path: Path):
    prepare_store(fresh_dsn, SETTINGS)
    before = NOON - timedelta(days=1)
    with open_accounts(fresh_dsn, SETTINGS) as accounts:
        for name, role, unit in (
            ("town", "township", "ZS-PT-DJ"),
            ("county", "county", "ZS-PT"),
            ("city", "city", "ZS"),
        ):
            accounts.add(NewAccount(name, role, unit), "", before, "test")
    spot = spot_of()
    with command_pool(fresh_dsn) as pool:
        changes = GridChanges(pool.connection)
        number = changes.propose(moved(spot), [], NOON, "渔港外迁", "town", before)
        changes.act(number, ChangeAct.APPROVE, "county", "", before)
        changes.act(number, ChangeAct.FILE, "city", "", before)
    path = recording(tmp_path, spot)
    assert replayed(path, fresh_dsn) == 49
    grids = "select grid_id, count(*), min(t), max(t) from api.position group by 1 order by 3"
    found = ask(fresh_dsn, grids)
    assert [(row[0], row[1]) for row in found] == [(OLD, 24), (NEW, 25)]
    assert (found[0][3], found[1][2]) == (NOON - timedelta(minutes=5), NOON)
    events = ask(fresh_dsn, "select t, grid_id, kind from api.grid_event where layer = 'grid' order by t, kind desc")
    assert [row[1:] for row in events] == [(OLD, "enter"), (OLD, "exit"), (NEW, "enter")]
    assert replayed(path, fresh_dsn) == 0
    assert ask(fresh_dsn, grids) == found
    assert (
        ask(fresh_dsn, "select t, grid_id, kind from api.grid_event where layer = 'grid' order by t, kind desc")
        == events
    )
