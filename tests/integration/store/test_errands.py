"""Errands beside ingest: what they bear, and what they take to have changed."""

from __future__ import annotations

import threading
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from maritime_grid.pipeline import errands as errands_module
from maritime_grid.pipeline import reports
from maritime_grid.pipeline.errands import Errands
from maritime_grid.pipeline.reports import ReportsDesk
from maritime_grid.store.connect import command_pool
from maritime_grid.store.embedded import EmbeddedPostgres
from maritime_grid.store.errors import StoreUnavailable
from maritime_grid.store.writer import Store

from .alert_build import world_with_alerts
from .case_build import NOW, SETTINGS, ask, people
from .test_reports import Sea

PATIENCE_S = 60
OPEN_SOS = """
[[open_case]]
id = "sos-1"
rule = "sos"
severity_from = 4
approved_by = "市渔业安全专班"
approved_on = 2026-05-01
in_force_from = 2026-05-01T00:00:00+08:00
"""


def now_us() -> int:
    return round(NOW.timestamp() * 1e6)


def test_reports_become_cases_after_the_store_was_away_and_after_any_fault(
    reachable_tmp: Path, monkeypatch: pytest.MonkeyPatch
):
    ends: list[type] = []
    away = threading.Event()
    file_reports = ReportsDesk.file_reports

    def watched(desk: ReportsDesk, at: Any) -> int:
        try:
            if not ends:
                raise RuntimeError("a fault of ours")
            return file_reports(desk, at)
        except Exception as error:
            ends.append(type(error))
            if len(ends) > 1:
                away.set()
            raise

    monkeypatch.setattr(ReportsDesk, "file_reports", watched)
    monkeypatch.setattr(errands_module, "CASES_S", 0.05)
    monkeypatch.setattr(reports, "command_pool", partial(command_pool, timeout_s=0.5))
    server = EmbeddedPostgres(reachable_tmp / "errands", settings={"shared_buffers": "16MB", "fsync": "off"}).start()
    try:
        with Store.open(server.dsn) as store:
            store.migrate()
        people(server.dsn)
        with Errands(SETTINGS, server.dsn, now_us):
            server.stop()
            assert away.wait(PATIENCE_S)
            server.start()
            sea = Sea(server.dsn)
            sea.say({"kind": "emergency", "subkind": "overboard", "people_in_water": 1})
            sea.desk.close()
            give_up = time.monotonic() + PATIENCE_S
            while not ask(server.dsn, "select from mg.case_file") and time.monotonic() < give_up:
                pass
        assert ask(server.dsn, "select kind from mg.case_file") == [("emergency",)]
        assert ends[0] is RuntimeError
        assert set(ends[1:]) == {StoreUnavailable}
    finally:
        server.stop()


def test_alerts_become_cases_by_an_approved_rule(
    store: Store, store_dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    rules = tmp_path / "rules.toml"
    rules.write_text(OPEN_SOS, "utf-8")
    files = SETTINGS.cases.model_copy(update={"files": (str(rules),)})
    monkeypatch.setattr(errands_module, "CASES_S", 0.05)
    world_with_alerts(store, store_dsn)
    with Errands(SETTINGS.model_copy(update={"cases": files}), store_dsn, now_us):
        give_up = time.monotonic() + PATIENCE_S
        while not ask(store_dsn, "select from mg.case_file") and time.monotonic() < give_up:
            pass
    assert ask(store_dsn, "select kind, channel from mg.case_file") == [("emergency", "alert")]


def test_what_people_changed_before_it_listened_is_taken_to_have_changed(fresh_dsn: str):
    with Errands(SETTINGS, fresh_dsn, now_us) as errands:  # of what came before nobody tells it
        assert errands.alerts_seen.wait(PATIENCE_S)
        assert errands.world_changed.wait(PATIENCE_S)
