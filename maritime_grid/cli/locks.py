"""One process at a time for what has one user: `up` on a data folder, `ingest` on its spool."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from maritime_grid.domain.errors import UsageError


@contextmanager
def sole_user(path: Path, taken: str) -> Generator[None]:
    """Holds a lock file; the kernel lets go when the process ends in any way.

    Args:
        path: the file, made if need be with its folder.
        taken: what is wrong where another process holds it.

    Raises:
        UsageError: another one holds it, or the folder cannot be written.
    """
    with _opened(path) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UsageError(
                f"{taken} (process {_holder(file)})", "stop that one, or give another folder with --data DIR"
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def _opened(path: Path) -> IO[str]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("a+", encoding="ascii")
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written: {error.strerror}", "name a folder that can be written with --data DIR"
        ) from None


def _holder(file: IO[str]) -> str:
    file.seek(0)
    return file.read(20).strip() or "unknown"
