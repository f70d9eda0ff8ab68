"""A store that is away ends nothing: it is told once, tried again, and nobody waits for it."""

from __future__ import annotations

import argparse
import io
import threading
from pathlib import Path

import pytest
from rich.console import Console

from maritime_grid.cli import revive
from maritime_grid.cli.revive import Reviver
from maritime_grid.cli.up import Up
from maritime_grid.domain.errors import ServiceUnavailableError
from maritime_grid.pipeline.supervise import Keeper
from maritime_grid.settings import load_settings
from maritime_grid.store.errors import StoreUnavailable

FULL = StoreUnavailable("the embedded store did not start: No space left on device")


def test_store_that_does_not_start_is_told_once_until_it_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends: list[Exception | None] = [FULL, FULL, OSError(28, "No space left on device"), None, None]

    def join(_folder: Path) -> None:
        error = ends.pop(0)
        if error:
            raise error

    monkeypatch.setattr(revive, "join", join)
    said: list[tuple[str, str]] = []
    reviver = Reviver(tmp_path, lambda name, line: said.append((name, line)))
    while ends:
        reviver.check()
        reviver.wait()
    assert [line for _, line in said] == [
        f"{FULL}; trying again",
        "[Errno 28] No space left on device; trying again",
        "back again",
    ]


def test_slow_start_of_the_store_holds_up_nobody_and_is_tried_once_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go = threading.Semaphore(0), threading.Event()

    def join(_folder: Path) -> None:
        begun.release()
        go.wait(30)

    monkeypatch.setattr(revive, "join", join)
    reviver = Reviver(tmp_path, lambda *_: None)
    reviver.check()
    assert begun.acquire(timeout=10)
    reviver.check()
    go.set()
    reviver.wait()
    assert not begun.acquire(blocking=False)


def test_try_that_is_under_way_at_the_end_is_waited_for_and_told_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go = threading.Semaphore(0), threading.Event()
    ended: list[bool] = []

    def join(_folder: Path) -> None:
        begun.release()
        go.wait(30)
        ended.append(True)
        raise FULL

    monkeypatch.setattr(revive, "join", join)
    said: list[str] = []
    reviver = Reviver(tmp_path, lambda _name, line: said.append(line))
    reviver.check()
    assert begun.acquire(timeout=10)
    threading.Timer(0.1, go.set).start()
    reviver.stop()
    assert ended == [True]
    reviver.check()
    reviver.wait()
    assert ended == [True]
    assert said == []


def test_watch_goes_on_while_the_store_cannot_be_revived(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def join(_folder: Path) -> None:
        raise FULL

    monkeypatch.setattr(revive, "join", join)
    args = argparse.Namespace(demo=False, config=None, store=None, data=tmp_path, port=8050)
    up = Up(args, load_settings(), tmp_path, Console(file=io.StringIO()))
    up.reviver = Reviver(tmp_path, up.say)
    rounds = iter(range(3))

    def run(_due: object) -> None:
        if next(rounds, None) is None:
            raise KeyboardInterrupt

    monkeypatch.setattr(up.children, "run", run)
    with pytest.raises(KeyboardInterrupt):
        up.watch()
    assert next(rounds, None) is None


def test_keeper_that_cannot_hold_the_store_says_why(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ServiceUnavailableError, match="cannot be made"), Keeper(tmp_path / "file" / "store"):
        pass
