"""`maritime-grid replay`, the real command on a real store: recordings, a second time, and killed on the way."""

from __future__ import annotations

import gzip
import random
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pytest

from ingest.batch import Refusal
from tests import needs
from tests.acceptance.stores import Stores, contents, count_rows, read, replay, replay_here, served, start
from tests.bench.traffic import Fleet
from tests.unit.ingest_decode.compare import counts, pyais_messages, refused_counts
from tests.unit.ingest_decode.test_recordings import NAMES, lines_of

VESSELS, ROUNDS, EVERY_S = 1_000, 120, 30.0  # some 9 MB in an hour, so that there are several commits
MOB_MMSI = 972_000_001  # ITU-R M.585: a man-overboard device, so that there are alerts
SPOILT_EVERY = 997
KILLS = 10
KILLS_A_STORE = 2
STORES = 12  # at the most: a busy machine may let a replay end first, which then is no kill
WRITER = """select 1 from pg_locks l join pg_database d on d.oid = l.database
            where l.locktype = 'advisory' and l.granted and d.datname = current_database()"""


@pytest.fixture(scope="module")
def stores() -> Iterator[Stores]:
    with served() as made:
        yield made


@dataclass(frozen=True)
class Undisturbed:
    path: Path
    dsn: str
    summary: dict[str, Any]


@pytest.fixture(scope="module")
def undisturbed(stores: Stores, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    """A made-up fleet off Zhoushan with men overboard and spoilt lines, replayed once."""
    path = tmp_path_factory.mktemp("fleet") / "fleet.nmea"
    fleet = Fleet(VESSELS)
    fleet.mmsi[::400] = MOB_MMSI + np.arange(len(fleet.mmsi[::400]))
    fleet.record(path, ROUNDS, EVERY_S)
    lines = path.read_bytes().splitlines(keepends=True)
    lines[::SPOILT_EVERY] = [line.replace(b",0*", b",1*") for line in lines[::SPOILT_EVERY]]  # a wrong checksum
    path.write_bytes(b"".join(lines))
    dsn = stores.fresh()
    return Undisturbed(path, dsn, replay(dsn, path))


def refusals(dsn: str) -> list[Refusal]:
    rows = read(dsn, "select mg.us(received_at), source, seq, reason, raw from mg.quarantine")
    return [Refusal(received_at=at, source=s, seq=n, reason=why, raw=raw) for at, s, n, why, raw in rows]


@pytest.mark.needs_recordings
@pytest.mark.parametrize("name", NAMES)
def test_recording_is_counted_as_pyais_counts_and_its_second_replay_stores_nothing(stores: Stores, name: str):
    path, dsn = needs.recordings() / name, stores.fresh()
    first = replay_here(dsn, path)
    lines = lines_of(path)
    ours = Counter({int(kind): n for kind, n in first["messages_by_type"].items()})
    assert ours + refused_counts(refusals(dsn)) == counts(pyais_messages([line.strip() for line in lines]))
    assert first["lines"] == len(lines)
    assert first["messages"] == ours.total() > 90
    stored = count_rows(dsn)
    told = {table: first[key] for table, key in (
        ("position", "positions"), ("grid_event", "events"), ("alert", "alerts"), ("quarantine", "rejected"),
    )}  # fmt: skip
    assert told == {table: stored[table] for table in told}
    assert stored["position"] > 10

    before = contents(dsn)
    second = replay_here(dsn, path)
    assert (second["positions"], second["events"], second["alerts"]) == (0, 0, 0)
    assert second["duplicates"] == first["positions"] + first["duplicates"]
    assert (count_rows(dsn), contents(dsn)) == (stored, before)


def test_recording_is_known_by_its_content_not_by_its_name(undisturbed: Undisturbed, tmp_path: Path):
    packed = tmp_path / "other-name.gz"
    packed.write_bytes(gzip.compress(undisturbed.path.read_bytes(), 1))
    before = count_rows(undisturbed.dsn)
    again = replay(undisturbed.dsn, packed)
    assert (again["positions"], again["events"], again["alerts"]) == (0, 0, 0)
    assert again["messages"] == undisturbed.summary["messages"]
    after = count_rows(undisturbed.dsn)
    assert after == before | {"feed": before["feed"] + 1}


def test_undisturbed_replay_has_what_the_killed_ones_are_compared_by(undisturbed: Undisturbed):
    rows = contents(undisturbed.dsn)
    assert rows["position"][0] == undisturbed.summary["positions"] > 115_000
    assert rows["grid_event"][0] == undisturbed.summary["events"] > 500
    assert min(rows[name][0] for name in ("alert", "quarantine", "vessel_state", "membership")) > 0


def test_replay_killed_at_ten_random_moments_and_run_again_ends_as_if_undisturbed(
    stores: Stores, undisturbed: Undisturbed
):
    moments, kills = random.Random(5), 0
    for _ in range(STORES):
        if kills >= KILLS:
            break
        dsn = stores.fresh()
        for _ in range(KILLS_A_STORE):  # less than half a replay each, so that it does not come to its end meanwhile
            kills += killed_at_work(dsn, undisturbed.path, moments.uniform(0, 0.4 * undisturbed.summary["seconds"]))
        before = count_rows(dsn)["position"]
        last = replay(dsn, undisturbed.path)
        assert last["positions"] == undisturbed.summary["positions"] - before
        assert contents(dsn) == contents(undisturbed.dsn)
    assert kills >= KILLS


def killed_at_work(dsn: str, path: Path, delay_s: float) -> bool:
    """SIGKILL so many seconds after it became the writer: in decoding, in the engine or in a commit."""
    with psycopg.connect(dsn, autocommit=True) as conn:
        until(lambda: not conn.execute(WRITER).fetchone())  # the server lets go of the one killed before
        with start(dsn, path) as process:
            until(lambda: bool(conn.execute(WRITER).fetchone()) or process.poll() is not None)
            with suppress(subprocess.TimeoutExpired):
                process.wait(delay_s)
            at_work = process.poll() is None
            process.kill()
            process.communicate()
            return at_work


def until(done: Callable[[], bool]) -> None:
    ends = time.monotonic() + 60
    while not done():
        assert time.monotonic() < ends
        time.sleep(0.005)
