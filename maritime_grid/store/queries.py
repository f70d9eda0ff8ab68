"""Named queries: blocks of a .sql file, each headed `-- name: word`."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import LiteralString, cast

_HEAD = re.compile(r"^-- name: (\w+)\s*$", re.MULTILINE)


@cache
def load_queries(name: str) -> dict[str, LiteralString]:
    """The blocks of `sql/<name>.sql` by their names.

    They are part of the program, so they count as literal text for the driver.
    """
    text = files("maritime_grid.store").joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")
    parts = _HEAD.split(text)
    blocks = {head: body.strip() for head, body in zip(parts[1::2], parts[2::2], strict=True)}
    if parts[0].strip() or len(blocks) != len(parts) // 2:
        raise ValueError(f"sql/{name}.sql: text before the first block, or a name twice")
    return cast("dict[str, LiteralString]", blocks)
