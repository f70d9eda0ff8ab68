"""Commands on a real embedded store, as people call them."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from maritime_grid.cli.locks import sole_user
from maritime_grid.store.embedded import EmbeddedPostgres
from maritime_grid.store.writer import Store

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def alone() -> Iterator[Path]:
    """The folder of all tests here, in which each command starts the store and stops it."""
    folder = Path(tempfile.mkdtemp(prefix="mg-commands-", dir="/var/tmp"))
    folder.chmod(0o755)
    yield folder / "data"
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def data(alone: Path, held: EmbeddedPostgres) -> Path:
    """The same folder, where the store runs already: a command joins it and leaves it running."""
    held.start()
    return alone


@pytest.fixture(scope="module")
def held(alone: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(alone / "store", settings={"fsync": "off"})
    yield server
    server.stop()


def call(*words: object, given: str | None = None) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MG_")}
    return subprocess.run(
        [sys.executable, "-m", "maritime_grid", *map(str, words)],
        capture_output=True, text=True, cwd=ROOT, env=environment, timeout=120, check=False, input=given,
    )  # fmt: skip


def rows(data: Path, query: str) -> list[dict[str, str]]:
    done = call("sql", "--data", data, "--csv", query)
    assert done.returncode == 0, done.stderr
    return list(csv.DictReader(io.StringIO(done.stdout)))


def test_loading_the_area_files_it_and_loading_it_again_changes_nothing(alone: Path) -> None:
    first = call("grids", "load", "--data", alone)
    assert first.stdout.splitlines()[-1] == "90 new, 0 changed, 0 same", first.stderr
    again = call("grids", "load", "--data", alone)
    assert again.stdout.splitlines()[-1] == "0 new, 0 changed, 90 same"
    assert rows(alone, "select count(*) as n from grid") == [{"n": "34"}]
    assert rows(alone, "select count(*) as n from port") == [{"n": "34"}]


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


def test_status_tells_refusals_by_reason_and_what_processes_said_last(data: Path, tmp_path: Path) -> None:
    rubbish = tmp_path / "rubbish.nmea"
    rubbish.write_text("!AIVDM,1,1,,A,rubbish,0*00\n" * 3, encoding="utf-8")
    done = call("replay", rubbish, "--data", data)
    assert done.returncode == 0, done.stderr
    with EmbeddedPostgres(data / "store") as server, Store.open(server.dsn) as store:
        store.save_status("ingest", time.time_ns() // 1000, {"spool_packets": 7, "lag_p99_s": 0.25})
    status = json.loads(call("status", "--json", "--data", data).stdout)
    assert sum(row["count"] for row in status["refusals"]) == 3
    assert all(row["feed"] and row["reason"] for row in status["refusals"])
    assert status["processes"]["ingest"]["spool_packets"] == 7
    assert 0 <= status["processes"]["ingest"]["age_s"] < 60
    table = call("status", "--data", data).stdout
    assert status["refusals"][0]["reason"] in table
    assert "0.25" in table


@pytest.mark.parametrize("query", ["delete from grid", "select * from mg.position", "selec 1", "select 1; select 2"])
def test_query_that_is_none_of_a_readers_business_is_refused_in_one_line(data: Path, query: str) -> None:
    done = call("sql", "--data", data, query)
    assert done.returncode == 2
    assert done.stderr.startswith("maritime-grid: error: ")
    assert done.stderr.count("\n") == 1


def test_answer_as_csv_holds_no_cell_that_a_spreadsheet_runs(data: Path) -> None:
    asked = """select '=1+1' as a, '+1|cmd' as b, '-x' as c, -5 as d, '@SUM(1)' as "=e", '渔政' as f"""
    done = call("sql", "--data", data, "--csv", asked)
    head, line = csv.reader(io.StringIO(done.stdout))
    assert head == ["a", "b", "c", "d", "'=e", "f"]
    assert line == ["'=1+1", "'+1|cmd", "'-x", "-5", "'@SUM(1)", "渔政"]


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


def grid_file(path: Path, ident: str, west: float, south: float, size: float = 0.1) -> Path:
    ring = [[west, south], [west + size, south], [west + size, south + size], [west, south + size], [west, south]]
    feature = {
        "type": "Feature",
        "properties": {"grid_id": ident, "name_zh": ident, "kind": "inshore"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    return path


def ended(data: Path, ident: str) -> list[bool]:
    found = rows(data, f"select valid_to from grid where grid_id = '{ident}' order by version")
    return [bool(row["valid_to"]) for row in found]


def test_grid_over_one_of_the_store_is_refused_with_both_names(data: Path, tmp_path: Path) -> None:
    mine = grid_file(tmp_path / "mine.geojson", "MY-1", 122.1, 30)
    done = call("grids", "load", mine, "--data", data)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "MY-1" in done.stderr
    assert "ZS-" in done.stderr
    assert ended(data, "MY-1") == []


def test_retired_grid_ends_with_who_and_why_and_leaves_its_sea_to_others(data: Path, tmp_path: Path) -> None:
    far, over = grid_file(tmp_path / "far", "FAR-1", 126.0, 33.0), grid_file(tmp_path / "over", "FAR-2", 126.05, 33.0)
    assert call("grids", "load", far, "--data", data).stdout == "1 new, 0 changed, 0 same\n"
    assert "FAR-1" in call("grids", "load", over, "--data", data).stderr
    unknown = call("grids", "retire", "FAR-1", "NONE-1", "--data", data)
    assert (unknown.returncode, unknown.stderr.count("\n")) == (2, 1)
    assert ended(data, "FAR-1") == [False]
    done = call("grids", "retire", "FAR-1", "--data", data, "--by", "王工", "--reason", "撤销")
    assert done.stdout == "1 retired\n", done.stderr
    assert ended(data, "FAR-1") == [True]
    listed = call("grids", "history", "FAR-1", "--data", data).stdout
    assert "by 王工: 撤销" in listed
    assert call("grids", "retire", "FAR-1", "--data", data).returncode == 2
    assert call("grids", "load", over, "--data", data).stdout == "1 new, 0 changed, 0 same\n"
    assert call("grids", "retire", "FAR-2", "--data", data).returncode == 0
    assert call("grids", "load", far, "--data", data).stdout == "0 new, 1 changed, 0 same\n"
    assert ended(data, "FAR-1") == [True, False]


def test_end_to_come_gives_way_to_a_newer_version(data: Path, tmp_path: Path) -> None:
    far = grid_file(tmp_path / "far", "LATER-1", 127.0, 33.0)
    assert call("grids", "load", far, "--data", data).returncode == 0
    assert call("grids", "retire", "LATER-1", "--data", data, "--valid-to", "2099-01-01T00:00:00Z").returncode == 0
    assert ended(data, "LATER-1") == [True]
    wider = grid_file(tmp_path / "far", "LATER-1", 127.0, 33.0, size=0.2)
    assert call("grids", "load", wider, "--data", data).stdout == "0 new, 1 changed, 0 same\n"
    versions = rows(data, "select valid_to, extract(year from valid_to) as y from grid where grid_id = 'LATER-1'")
    assert sum(row["valid_to"] == "" for row in versions) == 1
    assert "2099" not in {row["y"] for row in versions}
    assert call("grids", "retire", "LATER-1", "--data", data, "--valid-to", "2001-01-01T00:00:00Z").returncode == 2


def test_storm_is_entered_by_vessels_as_it_comes_over_them(data: Path, tmp_path: Path) -> None:
    line = {"type": "LineString", "coordinates": [[124.0, 28.0], [124.0, 29.8]]}  # 200 km north in five hours
    given = {"grid_id": "T2599", "kind": "storm", "name_zh": "台风示例", "radius_m": 50_000}
    times = {"times": ["2025-08-01T00:00:00Z", "2025-08-01T05:00:00Z"]}
    feature = {"type": "Feature", "properties": given | times, "geometry": line}
    storm, feed = tmp_path / "storm.geojson", tmp_path / "rest.jsonl"
    storm.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    assert call("grids", "validate", "--zones", storm).returncode == 0
    done = call("grids", "load", storm, "--zones", "--valid-from", "2025-07-31T00:00:00Z", "--data", data)
    assert done.stdout == "1 new, 0 changed, 0 same\n", done.stderr
    where = {"mmsi": 412999001, "lon": 124.1, "lat": 29.0}
    minutes = [{"t": f"2025-08-01T0{k // 60}:{k % 60:02}:00Z", **where} for k in range(0, 300, 10)]
    feed.write_text("\n".join(map(json.dumps, minutes)) + "\n", encoding="utf-8")
    done = call("replay", feed, "--data", data)
    assert done.returncode == 0, done.stderr
    query = (
        "select to_char(t at time zone 'UTC', 'HH24:MI') as t, kind from grid_event where grid_id = 'T2599' order by 1"
    )
    # 110.8 km north of its start: the edge is over it after 92 min and past it after 243 min
    assert rows(data, query) == [{"t": "01:40", "kind": "enter"}, {"t": "04:10", "kind": "exit"}]


def test_replacing_load_retires_the_grids_it_does_not_name_and_no_zone(data: Path, tmp_path: Path) -> None:
    before = call("status", "--json", "--data", data)
    count = json.loads(before.stdout)
    mine = grid_file(tmp_path / "mine.geojson", "MY-1", 122.1, 30)
    done = call("grids", "load", mine, "--replace", "--data", data, "--by", "王工", "--reason", "本地网格")
    assert done.stdout == f"1 new, 0 changed, 0 same, {count['grids']} retired\n", done.stderr
    after = json.loads(call("status", "--json", "--data", data).stdout)
    assert (after["grids"], after["zones"]) == (1, count["zones"])
    back = call("grids", "load", "--replace", "--data", data)
    assert back.stdout.endswith(", 1 retired\n"), back.stderr
    assert json.loads(call("status", "--json", "--data", data).stdout)["grids"] == 34


def start(*words: object) -> subprocess.Popen[bytes]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MG_")}
    return subprocess.Popen([sys.executable, "-m", "maritime_grid", *map(str, words)], cwd=ROOT, env=environment)


def left(*marks: str) -> list[str]:
    """Command lines of processes that name one of these."""
    lines = [" ".join(p.info["cmdline"] or []) for p in psutil.process_iter(["cmdline"])]
    return [line for line in lines if any(mark in line for mark in marks)]


def wait_for(condition: Callable[[], object], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


def page(port: int) -> bool:
    try:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False


def test_sigterm_of_the_wall_ends_its_server_and_the_store(alone: Path, held: EmbeddedPostgres) -> None:
    held.stop()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    wall = start("dashboard", "--data", alone, "--port", port)
    assert wait_for(lambda: page(port) or wall.poll() is not None, 60)
    assert wall.poll() is None
    wall.terminate()
    assert wall.wait(timeout=30) == 143
    assert left(str(alone), f"--port {port}") == []


def asked(data: Path) -> bool:
    """Whether the store's server is at a SELECT."""
    servers = [p for p in psutil.process_iter(["cmdline"]) if str(data / "store" / "data") in (p.info["cmdline"] or [])]
    try:
        return any("SELECT" in " ".join(p.cmdline()) for server in servers for p in server.children())
    except psutil.NoSuchProcess:
        return False


def test_sigterm_of_a_query_leaves_no_store_running(alone: Path, held: EmbeddedPostgres) -> None:
    held.stop()
    query = start("sql", "--data", alone, "select pg_sleep(50)")
    assert wait_for(lambda: asked(alone), 60)
    query.send_signal(signal.SIGTERM)
    assert query.wait(timeout=30) == 143
    assert left(str(alone)) == []


def test_second_ingest_on_a_folder_is_refused_in_one_line(data: Path) -> None:
    with sole_user(data / "spool" / "ingest.lock", "taken"):
        done = call("ingest", "--data", data)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert f"another ingest spools to {data} (process {os.getpid()})" in done.stderr
