"""A recording as a configured feed: its own times count, for it has no receipt."""

from __future__ import annotations

import os
from pathlib import Path

from ingest.batch import Batch, TimeKind, concat
from maritime_grid.domain.world import Feed, FeedKind
from maritime_grid.pipeline.inlets import open_inlets
from maritime_grid.settings import load_settings
from tests.unit.ingest_decode.build import NOW, position, tagged
from tests.unit.ingest_transports.waiting import until

LATER = NOW + 3_600_000_000


def taken_in(path: Path, tmp_path: Path, more: str = "") -> Batch:
    config = tmp_path / "operator.toml"
    config.write_text(f'{more}\n[[feeds]]\nname = "rec"\nurl = "file:{path}"\nformat = "nmea"\nkind = "ais"\n')
    (inlet,) = open_inlets(load_settings(config), [Feed(3, "rec", FeedKind.AIS)], lambda: LATER)
    try:
        done: list[Batch] = []

        def ended() -> bool:
            done.append(inlet.decoder.decode(inlet.transport.receive(100, 0.1)))
            return inlet.transport.finished

        until(ended)
        return concat([*done, inlet.decoder.flush()])
    finally:
        inlet.transport.close()


def test_a_recording_without_times_runs_from_its_last_change(tmp_path: Path) -> None:
    path = tmp_path / "a log"
    path.write_bytes(b"".join(position(412_000_001, second=20 + s) for s in range(3)))
    os.utime(path, (NOW / 1e6, NOW / 1e6))  # at second 20
    batch = taken_in(path, tmp_path)
    assert batch.refusals == []
    assert batch.positions.t.tolist() == [NOW, NOW + 1_000_000, NOW + 2_000_000]
    assert set(batch.positions.time_kind.tolist()) == {TimeKind.STEPPED}


def test_a_recording_with_times_has_them_and_is_decoded_by_the_settings(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"".join(tagged(position(), f"c:{NOW // 1_000_000 + s}") for s in (0, 20)))
    batch = taken_in(path, tmp_path)
    assert batch.positions.t.tolist() == [NOW, NOW + 20_000_000]
    assert taken_in(path, tmp_path, "[pipeline]\nrelay_window_s = 30").duplicates == 1
