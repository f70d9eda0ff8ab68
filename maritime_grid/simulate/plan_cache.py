"""The sea plan kept in a file between starts: planning takes seconds, reading it back takes none.

The file holds plain arrays and is bound to the area's files by their hash; a file that does not fit is made anew.
"""

from __future__ import annotations

import hashlib
import zipfile
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from .chart import FILES, Chart
from .routes import Grounds, Routes, SeaPlan, plan_sea

VERSION = b"1"  # raise it when planning changes


def sea_plan(folder: Path, cache: Path) -> SeaPlan:
    """The plan of the area in `folder`, from `cache` if that was made of the same files.

    Raises:
        ChartError: a file of the area is missing or cannot be used.
    """
    chart = Chart.load(folder)
    key = _key(folder)
    try:
        return _read(chart, cache, key)
    except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile):
        plan = plan_sea(chart)
        with suppress(OSError):  # nowhere to keep it: planned again next time
            _write(plan, cache, key)
        return plan


def _key(folder: Path) -> str:
    digest = hashlib.sha256(VERSION)
    for name in FILES:
        digest.update((folder / name).read_bytes())
    return digest.hexdigest()


def _read(chart: Chart, cache: Path, key: str) -> SeaPlan:
    with np.load(cache, allow_pickle=False) as kept:
        if str(kept["key"]) != key:
            raise ValueError("made of other files")
        grounds: dict[str, Any] = {n: kept[f"grounds_{n}"] for n in Grounds.__dataclass_fields__}
        grounds["kind"] = tuple(grounds["kind"].tolist())
        routes = Routes(**{n: kept[f"routes_{n}"] for n in Routes.__dataclass_fields__})
        berths = tuple(np.split(kept["berths"], kept["berth_ends"][:-1]))
    return SeaPlan(chart, berths, Grounds(**grounds), routes)


def _write(plan: SeaPlan, cache: Path, key: str) -> None:
    cache.parent.mkdir(parents=True, exist_ok=True)
    part = cache.with_name(cache.name + ".part")
    columns = {f"grounds_{n}": np.asarray(v) for n, v in asdict(plan.grounds).items()}
    columns |= {f"routes_{n}": np.asarray(v) for n, v in asdict(plan.routes).items()}
    with part.open("wb") as file:
        np.savez(
            file, key=np.array(key), berths=np.concatenate(plan.berths),
            berth_ends=np.cumsum([len(b) for b in plan.berths]), allow_pickle=False, **columns,
        )  # fmt: skip
    part.replace(cache)
