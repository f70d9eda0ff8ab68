"""A PostgreSQL server of our own in a folder: started when first used, stopped by the last who leaves.

Every process that uses the server holds a shared lock on a file; who gets the exclusive one on leaving is the last
and stops the server. The kernel drops the lock of a killed process, so nothing goes stale. As root the server runs
as an unprivileged user that exists already; modes of folders that are not ours are never touched.
"""

from __future__ import annotations

import fcntl
import os
import pwd
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from psycopg.conninfo import make_conninfo

from . import pgdata, pginstall
from .errors import StoreError, StoreUnavailable

SETTINGS: Mapping[str, str] = {
    "listen_addresses": "''",  # a socket in a folder of mode 0700 is the only way in
    "jit": "off",  # costs more than it saves on short queries
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "wal_compression": "on",
    "max_connections": "60",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
    "log_line_prefix": "'%m [%p] '",
    "unix_socket_permissions": "0700",
}
_SOCKET = ".s.PGSQL.5432"
_SOCKET_PATH_LIMIT = 103  # bytes; sun_path of Linux holds 108, of macOS 104
_START_TRIES = 5  # backends of a killed server hold its memory for a moment


class EmbeddedPostgres:
    """The server of one folder, shared by all processes that name the folder.

    Use as a context manager, or `start()` and `stop()`. SIGTERM skips exit handlers, so a service must call `stop()`
    in its own shutdown.

    Raises: StoreError: cannot be (wrong version, wrong user, no room). StoreUnavailable: it did not start in time.
    """

    def __init__(
        self, directory: Path | str, *, settings: Mapping[str, str] | None = None, start_timeout_s: float = 300
    ) -> None:
        self.directory = Path(directory).absolute()
        self._settings = {**SETTINGS, **(settings or {})}
        self._start_timeout_s = start_timeout_s
        self._user: pwd.struct_passwd | None = None
        self._home = self.directory
        self._install = Path()
        self._sockets = Path()
        self._held: IO[str] | None = None

    @property
    def dsn(self) -> str:
        return make_conninfo("", host=str(self._sockets), user="postgres", dbname="postgres")

    @property
    def data_dir(self) -> Path:
        """Folder with the server's files, known after `start()`."""
        return self._home / "data"

    @property
    def where(self) -> str:
        """One line for the operator: where the data lies, and why when not where it was asked."""
        if self._home == self.directory:
            return f"store: {self.data_dir}"
        name = self._user.pw_name if self._user else "the server's user"
        return f"store: {self.data_dir} (user {name} cannot enter {self.directory})"

    def start(self) -> Self:
        """Start the server, or join it where it runs."""
        if self._held:
            return self
        self._user, self._home = pgdata.choose_home(self.directory)
        self._install = pginstall.find_install()
        with _locked(self._home / ".lock"):
            held = _opened(self._home / ".users")
            try:
                fcntl.flock(held, fcntl.LOCK_SH)
                self._ensure_running()
            except Exception:
                held.close()
                raise
            except BaseException:  # Ctrl-C or SIGTERM: nobody will come to stop what was just started
                with held:
                    self._stop_if_last(held)
                raise
            self._held = held
        return self

    def stop(self) -> bool:
        """Leave the server; True when nobody else used it and it was stopped."""
        if not self._held:
            return False
        with _locked(self._home / ".lock"), self._held as held:
            self._held = None
            return self._stop_if_last(held)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _stop_if_last(self, held: IO[str]) -> bool:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        self._run("pg_ctl", "-D", self.data_dir, "-m", "fast", "-w", "-t", 120, "stop")
        return True

    def _ensure_running(self) -> None:
        self._reach_binaries()
        major = self._major()
        if not (self._home / ".initialised").exists():
            self._init(major)
        self._check_version(major)
        self._sockets = self._socket_dir()
        if not self._accepts():
            self._drop_zombie_locks()
            self._launch()

    def _reach_binaries(self) -> None:
        if self._user is None or self._run("postgres", "--version")[0] == 0:
            return
        self._install = pginstall.copy_install(self._install, self._home)

    def _major(self) -> str:
        code, out = self._run("postgres", "--version")
        if code:
            raise StoreError(f"{self._install}/bin/postgres does not run: {out.strip()[-300:]}", "make setup")
        return out.split()[2].split(".")[0]

    def _check_version(self, major: str) -> None:
        have = (self.data_dir / "PG_VERSION").read_text().strip()
        if have != major:
            raise StoreError(
                f"{self.data_dir} was made by PostgreSQL {have}, the binaries here are PostgreSQL {major}",
                "give another --data folder, or dump the old one with PostgreSQL "
                f"{have} (pg_dumpall) and load it here; MG_PGINSTALL=FOLDER names other binaries",
            )

    def _init(self, major: str) -> None:
        pgdata.fresh_folder(self.data_dir, self._user)
        locale = ["--locale=C"]
        if int(major) >= 17:
            locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        # -N: one sync at the end instead of one a file
        options = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "-N", *locale]
        code, out = self._run("initdb", "-D", self.data_dir, *options)
        if code:
            raise StoreError(f"no database could be made in {self.data_dir}: {out.strip()[-500:]}")
        with (self.data_dir / "postgresql.conf").open("a") as conf:
            conf.write("include_if_exists 'embedded.conf'\n")
        os.sync()
        (self._home / ".initialised").touch()

    def _launch(self) -> None:
        settings = {**self._settings, "unix_socket_directories": f"'{self._sockets}'"}
        conf = self.data_dir / "embedded.conf"
        conf.write_text("".join(f"{key} = {value}\n" for key, value in settings.items()))
        log = self._home / "postgres.log"
        log.touch()
        pgdata.give(self._user, conf, log)
        wait = max(1, round(self._start_timeout_s))
        out = ""
        for attempt in range(_START_TRIES):
            code, out = self._run("pg_ctl", "-D", self.data_dir, "-w", "-t", wait, "-l", log, "start")
            if code == 0:
                return
            if "pre-existing shared memory" not in _tail(log):
                break
            time.sleep(0.2 * 2**attempt)
        raise StoreUnavailable(f"the embedded store did not start: {out.strip()[-200:]}", f"read {log}: {_tail(log)}")

    def _socket_dir(self) -> Path:
        """The data folder, of mode 0700 already; a short private one where that path is too long for a socket."""
        if len(os.fsencode(self.data_dir / f"{_SOCKET}.lock")) <= _SOCKET_PATH_LIMIT:
            return self.data_dir
        digest = sha256(os.fsencode(self.data_dir)).hexdigest()[:12]
        return pgdata.private_folder(Path(tempfile.gettempdir()) / f".mg-{digest}", self._user)

    def _accepts(self) -> bool:
        """A connection is the only good sign of life: a process id may be reused, or a zombie's."""
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(5)
            try:
                probe.connect(str(self._sockets / _SOCKET))
            except OSError:
                return False
            return True

    def _drop_zombie_locks(self) -> None:
        """Remove the lock files of a killed server whose process nobody reaps (process 1 of many containers).

        Its id still answers signals, so PostgreSQL itself would take it for running and refuse to start.
        """
        for lock in (self.data_dir / "postmaster.pid", self._sockets / f"{_SOCKET}.lock"):
            if pgdata.is_zombie(lock):
                lock.unlink(missing_ok=True)

    def _run(self, tool: str, *args: object) -> tuple[int, str]:
        """Run one of PostgreSQL's tools as the server's user; exit code and output."""
        command: Sequence[str] = [str(self._install / "bin" / tool), *map(str, args)]
        env = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "HOME": str(self._home)}
        # a file, not a pipe: the server inherits it, and a pipe would never end
        with tempfile.TemporaryFile() as out:
            try:
                done = subprocess.run(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=out,
                    cwd="/",
                    env=env,
                    check=False,
                    user=self._user.pw_uid if self._user else None,
                    group=self._user.pw_gid if self._user else None,
                    extra_groups=[] if self._user else None,
                    start_new_session=True,  # Ctrl-C is for us, who leave in order
                )
            except OSError as error:  # the user may not enter the folder of the binaries
                return 126, str(error)
            out.seek(0)
            return done.returncode, out.read().decode(errors="replace")


class _locked:  # noqa: N801  (reads as a word in a with statement)
    """Exclusive lock on a file while inside."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        self._file = _opened(self._path)
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        self._file.close()


def _opened(lock: Path) -> IO[str]:
    try:
        return lock.open("a")
    except OSError as error:
        raise StoreError(
            f"{lock} cannot be opened: {error.strerror}", "run as its owner, or give another --data folder"
        ) from None


def _tail(log: Path) -> str:
    return " ".join(log.read_text(errors="replace")[-600:].split())
