"""Binary COPY to and from numpy columns: one buffer for many rows, no Python object a row.

Source: PostgreSQL documentation, COPY, "Binary Format".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg import sql
from psycopg.rows import TupleRow

from maritime_grid.domain.state import NEVER

Cursor = psycopg.Cursor[TupleRow]
FOREVER = -NEVER

_HEAD = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TAIL = b"\xff\xff"
_EPOCH = 946_684_800_000_000  # 2000-01-01 in microseconds of 1970
_PG_NEVER, _PG_FOREVER = -(2**63), 2**63 - 1  # -infinity, infinity
_DTYPE = {
    "int2": ">i2", "int4": ">i4", "int8": ">i8", "float4": ">f4", "float8": ">f8", "timestamptz": ">i8",
    "bool": ">i1", '"char"': ">u1",
}  # fmt: skip
_CHUNK_ROWS = 65_536


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table and its PostgreSQL type, one of those of fixed width; never NULL."""

    name: str
    type: str


def columns(spec: str) -> tuple[Column, ...]:
    """Columns from `name type, name type`."""
    return tuple(Column(*part.split()) for part in spec.split(","))


def copy_in(cur: Cursor, table: LiteralString, spec: Sequence[Column], data: Mapping[str, NDArray[Any]]) -> int:
    """Rows of `data`, all columns of `spec`, into `table`; how many.

    Times are int64 microseconds since the epoch UTC; NEVER and its opposite become -infinity and infinity.
    """
    n = len(data[spec[0].name])
    if n == 0:
        return 0
    names = sql.SQL(", ").join(sql.Identifier(c.name) for c in spec)
    command = sql.SQL("copy {} ({}) from stdin (format binary)").format(sql.SQL(table), names)
    with cur.copy(command) as copy:
        copy.write(_HEAD)
        for start in range(0, n, _CHUNK_ROWS):
            copy.write(_encode(spec, data, slice(start, min(n, start + _CHUNK_ROWS))))
        copy.write(_TAIL)
    return n


def copy_out(cur: Cursor, query: LiteralString, spec: Sequence[Column], params: Sequence[int] = ()) -> dict[str, Any]:
    """Columns of `query`, which must give those of `spec` in that order and no NULL.

    Times come as int64 microseconds, -infinity as NEVER.
    """
    command = sql.SQL("copy ({}) to stdout (format binary)").format(sql.SQL(query))
    with cur.copy(command, params or None) as copy:
        body = b"".join(copy)
    layout = _layout(spec)
    rows = np.frombuffer(
        body, layout, count=(len(body) - len(_HEAD) - len(_TAIL)) // layout.itemsize, offset=len(_HEAD)
    )
    return {c.name: _decode(rows[f"v{i}"], c.type) for i, c in enumerate(spec)}


def _layout(spec: Sequence[Column]) -> np.dtype[np.void]:
    parts: list[tuple[str, str]] = [("fields", ">i2")]
    for i, column in enumerate(spec):
        parts += [(f"n{i}", ">i4"), (f"v{i}", _DTYPE[column.type])]
    return np.dtype(parts)


def _encode(spec: Sequence[Column], data: Mapping[str, NDArray[Any]], rows: slice) -> bytes:
    out = np.empty(rows.stop - rows.start, _layout(spec))
    out["fields"] = len(spec)
    for i, column in enumerate(spec):
        values = data[column.name][rows]
        out[f"n{i}"] = out.dtype[f"v{i}"].itemsize
        out[f"v{i}"] = _to_pg_time(values) if column.type == "timestamptz" else values
    return out.tobytes()


def _to_pg_time(t: NDArray[Any]) -> NDArray[np.int64]:
    """Far past and far future are the infinities, anything else counts from 2000."""
    shifted = t.astype(np.int64) - _EPOCH
    shifted[t <= NEVER] = _PG_NEVER
    shifted[t >= FOREVER] = _PG_FOREVER
    return shifted


def _decode(values: NDArray[Any], kind: str) -> NDArray[Any]:
    native = values.astype(values.dtype.newbyteorder("="))
    if kind == "bool":
        return native.astype(np.bool_)
    if kind != "timestamptz":
        return native
    never, forever = native == _PG_NEVER, native == _PG_FOREVER
    native = np.where(never | forever, 0, native) + _EPOCH
    native[never], native[forever] = NEVER, FOREVER
    return native
