"""One user at a time, in one line to the other; the folder of --data is that of everything."""

from __future__ import annotations

import os
from argparse import Namespace
from pathlib import Path

import pytest

from maritime_grid.cli.locks import sole_user
from maritime_grid.cli.store_option import settings_of
from maritime_grid.domain.errors import UsageError
from maritime_grid.settings import data_dir, home


def test_second_user_is_refused_with_the_process_of_the_first(tmp_path: Path) -> None:
    lock = tmp_path / "deep" / "a.lock"
    with (
        sole_user(lock, "it is taken"),
        pytest.raises(UsageError, match=rf"it is taken \(process {os.getpid()}\); stop that one"),
        sole_user(lock, "it is taken"),
    ):
        pass
    with sole_user(lock, "it is taken"):
        pass


def test_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=r"cannot be written.*--data DIR"), sole_user(tmp_path / "file" / "a.lock", ""):
        pass


def test_folder_given_by_option_is_the_data_folder_of_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MG_STORE__DATA_DIR", raising=False)
    assert data_dir(settings_of(Namespace(config=None, data=tmp_path))) == tmp_path
    assert data_dir(settings_of(Namespace(config=None, data=None))) == home() / "var"
    assert data_dir(settings_of(Namespace(config=None))) == home() / "var"
