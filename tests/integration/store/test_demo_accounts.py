"""The accounts of the demonstration: they log in, once, and nobody else reads their file."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime
from pathlib import Path

from maritime_grid.cli.demo_accounts import DEMO, save_demo_accounts
from maritime_grid.cli.prepare import open_accounts, prepare_store
from maritime_grid.domain.access import Role

from .case_build import SETTINGS


def test_demo_has_an_account_of_each_role_that_its_file_opens(empty_dsn: str, tmp_path: Path):
    prepare_store(empty_dsn, SETTINGS)
    path = save_demo_accounts(empty_dsn, SETTINGS, tmp_path)
    assert path
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    said = json.loads(path.read_text(encoding="utf-8"))
    assert {row["role"] for row in said.values()} == set(Role) == {new.role for new in DEMO}
    assert all(row.get("second_factor") for row in said.values() if row["role"] in {"township", "operator"})
    with open_accounts(empty_dsn, SETTINGS) as accounts:
        assert all(row.has_password and row.has_db_role for row in accounts.all())
        accounts.set_password("demo-worker", "another long one", datetime.now(UTC), "test")
    assert save_demo_accounts(empty_dsn, SETTINGS, tmp_path) is None
    assert json.loads(path.read_text(encoding="utf-8")) == said
