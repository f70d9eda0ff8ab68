"""The accounts of the demonstration: they log in, once, and nobody else reads their file."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from maritime_grid.cli.demo_accounts import DEMO, save_demo_accounts
from maritime_grid.cli.prepare import open_accounts, prepare_store
from maritime_grid.domain.access import Role
from maritime_grid.store.account_rows import NewAccount
from maritime_grid.store.accounts import Accounts
from maritime_grid.store.sessions import Origin

from .case_build import SETTINGS, ask


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


@pytest.mark.parametrize("at", ["in the middle", "before a second factor is written"])
def test_demo_interrupted_is_made_whole_by_the_next_start_and_every_password_is_in_the_file(
    empty_dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: str
):
    prepare_store(empty_dsn, SETTINGS)
    breaks = "add" if at == "in the middle" else "new_second_factor"
    before, left = getattr(Accounts, breaks), iter([True, True, False])

    def broken(*args: Any, **more: Any) -> Any:
        if breaks == "add" and not next(left):
            raise KeyboardInterrupt
        done = before(*args, **more)
        if breaks == "new_second_factor":
            raise KeyboardInterrupt
        return done

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Accounts, breaks, broken)
        save_demo_accounts(empty_dsn, SETTINGS, tmp_path)
    path = save_demo_accounts(empty_dsn, SETTINGS, tmp_path)
    assert path
    said = json.loads(path.read_text(encoding="utf-8"))
    now = datetime.now(UTC)
    with open_accounts(empty_dsn, SETTINGS) as accounts:
        secrets = dict(ask(empty_dsn, "select account_id, totp_secret from mg.account"))
        assert secrets == {name: row.get("second_factor", "") for name, row in said.items()}
        for name in ("demo-worker", "demo-township", "demo-wall"):  # of before, of the moment, of afterwards
            assert accounts.logins.by_password(name, said[name]["password"], Origin(), now)


def test_demo_makes_nothing_beside_accounts_that_somebody_else_made(empty_dsn: str, tmp_path: Path):
    prepare_store(empty_dsn, SETTINGS)
    (tmp_path / "demo-accounts.json").write_text('{"demo-worker": {"role": "worker", "password": "of another store"}}')
    with open_accounts(empty_dsn, SETTINGS) as accounts:
        accounts.add(NewAccount("boss", "operator"), "another long one", datetime.now(UTC), "test")
        assert save_demo_accounts(empty_dsn, SETTINGS, tmp_path) is None
        assert [row.account_id for row in accounts.all()] == ["boss"]
