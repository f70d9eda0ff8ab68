"""Commands on a real embedded store, as people call them."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="mg-commands-", dir="/var/tmp"))
    folder.chmod(0o755)
    yield folder / "data"
    shutil.rmtree(folder, ignore_errors=True)


def call(*words: object) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MG_")}
    return subprocess.run(
        [sys.executable, "-m", "maritime_grid", *map(str, words)],
        capture_output=True, text=True, cwd=ROOT, env=environment, timeout=120, check=False,
    )  # fmt: skip


def rows(data: Path, query: str) -> list[dict[str, str]]:
    done = call("sql", "--data", data, "--csv", query)
    assert done.returncode == 0, done.stderr
    return list(csv.DictReader(io.StringIO(done.stdout)))


def test_loading_the_area_files_it_and_loading_it_again_changes_nothing(data: Path) -> None:
    first = call("grids", "load", "--data", data)
    assert first.stdout.splitlines()[-1] == "90 new, 0 changed, 0 same", first.stderr
    again = call("grids", "load", "--data", data)
    assert again.stdout.splitlines()[-1] == "0 new, 0 changed, 90 same"
    assert rows(data, "select count(*) as n from grid") == [{"n": "34"}]
    assert rows(data, "select count(*) as n from port") == [{"n": "34"}]


def test_changed_grid_becomes_a_version_with_who_and_why(data: Path, tmp_path: Path) -> None:
    source = json.loads((ROOT / "config/zhoushan/grids_cover.geojson").read_text(encoding="utf-8"))
    source["features"][0]["properties"]["name_zh"] = "沈家门新网格"
    changed = tmp_path / "grids.geojson"
    changed.write_text(json.dumps(source), encoding="utf-8")
    drawn = ROOT / "config/zhoushan/grids.geojson"
    done = call("grids", "load", changed, "--drawn", drawn, "--data", data, "--by", "王工", "--reason", "调整")
    assert done.stdout.splitlines()[-1] == "0 new, 1 changed, 33 same", done.stderr
    ident = source["features"][0]["properties"]["grid_id"]
    versions = rows(data, f"select version, filed_by, reason, valid_to from grid where grid_id = '{ident}' order by 1")
    assert [(v["version"], bool(v["valid_to"])) for v in versions] == [("1", True), ("2", False)]
    assert (versions[1]["filed_by"], versions[1]["reason"]) == ("王工", "调整")
    listed = call("grids", "history", ident, "--data", data).stdout
    assert "王工" in listed
    assert "沈家门新网格" in listed


def test_wrong_polygons_leave_the_store_as_it_was(data: Path, tmp_path: Path) -> None:
    before = rows(data, "select count(*) as n from grid")
    source = json.loads((ROOT / "config/zhoushan/grids_cover.geojson").read_text(encoding="utf-8"))
    source["features"][3]["geometry"]["coordinates"][0].pop()
    broken = tmp_path / "grids.geojson"
    broken.write_text(json.dumps(source), encoding="utf-8")
    done = call("grids", "load", broken, "--data", data)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert source["features"][3]["properties"]["grid_id"] in done.stderr
    assert rows(data, "select count(*) as n from grid") == before


def test_status_speaks_json(data: Path) -> None:
    status = json.loads(call("status", "--json", "--data", data).stdout)
    assert (status["grids"], status["zones"], status["active_alerts"]) == (34, 56, 0)


@pytest.mark.parametrize("query", ["delete from grid", "select * from mg.position", "selec 1", "select 1; select 2"])
def test_query_that_is_none_of_a_readers_business_is_refused_in_one_line(data: Path, query: str) -> None:
    done = call("sql", "--data", data, query)
    assert done.returncode == 2
    assert done.stderr.startswith("maritime-grid: error: ")
    assert done.stderr.count("\n") == 1


def test_export_of_nothing_is_an_empty_document(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "alerts.geojson"
    done = call("export", "alerts", "--data", data, "--output", out)
    assert done.returncode == 0, done.stderr
    assert json.loads(out.read_text(encoding="utf-8")) == {"type": "FeatureCollection", "features": []}
    header = call("export", "positions", "--data", data).stdout.splitlines()
    assert header[0].startswith("t,received_at,mmsi,lon,lat")


def test_store_that_is_away_is_exit_code_3() -> None:
    done = call("status", "--store", "host=127.0.0.1 port=1 connect_timeout=2")
    assert done.returncode == 3
    assert done.stderr.count("\n") == 1
