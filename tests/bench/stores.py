"""A store for a bench: an embedded server as a site would run it, with the area filed."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from maritime_grid.cli.prepare import prepare_store
from maritime_grid.settings import load_settings
from maritime_grid.store.embedded import EmbeddedPostgres


@contextmanager
def fresh_store(settings: Mapping[str, str] | None = None) -> Iterator[tuple[Path, str]]:
    """A folder that the server's user may enter, and the DSN of a prepared store in it."""
    folder = Path(tempfile.mkdtemp(prefix="mg-bench-", dir="/var/tmp"))
    folder.chmod(0o755)
    try:
        with EmbeddedPostgres(folder / "store", settings=settings) as server:
            prepare_store(server.dsn, load_settings())
            yield folder, server.dsn
    finally:
        shutil.rmtree(folder)
