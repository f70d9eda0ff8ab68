"""Messages of the column and of the one-by-one way put back into the order in which their lines came."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ingest.batch import I64, POSITION_DTYPES, U8, Batch, Positions, StaticReport, TextReport

from .columns import Columns
from .message import Message


class Slow(NamedTuple):
    """A message decoded one by one."""

    row: int  # of its last sentence
    message: Message
    payload: bytes
    t: int
    kind: int
    received_at: int


@dataclass(frozen=True, slots=True, eq=False)
class Merged:
    """Accepted messages in order of arrival; arrays of shape (n,)."""

    line: I64
    msg_type: I64
    mmsi: I64
    second: I64
    t: I64
    kind: U8
    received_at: I64
    has_fix: NDArray[np.bool_]
    fix: NDArray[np.float64]  # (n, 6): lon, lat, sog, cog, heading, nav_status
    payload: list[bytes]
    message: dict[int, Message]  # by line, of those decoded one by one

    def take(self, keep: NDArray[np.bool_]) -> Merged:
        chosen = {f.name: getattr(self, f.name) for f in fields(self)}
        for name, value in chosen.items():
            if isinstance(value, np.ndarray):
                chosen[name] = value[keep]
        chosen["payload"] = [self.payload[i] for i in np.flatnonzero(keep).tolist()]
        return Merged(**chosen)


_NO_FIX = (np.nan, np.nan, np.nan, np.nan, np.nan, -1.0)


def merge(rows: I64, columns: Columns, slow: list[Slow], times: tuple[I64, U8, I64], line: I64) -> Merged:
    """One table of both.

    Args:
        rows: (k,) sentence of each column message; those with a verdict are left out.
        columns: the column messages.
        slow: the others.
        times: t, kind and receipt of each sentence.
        line: line of each sentence.
    """
    good = np.flatnonzero(columns.verdict == 0)
    rows = rows[good]
    t, kind, received = times
    both_rows = np.concatenate([rows, np.asarray([s.row for s in slow], np.int64)])
    order = np.argsort(both_rows, kind="stable")

    def join(mine: NDArray[Any], theirs: list[Any]) -> NDArray[Any]:
        return np.concatenate([mine, np.asarray(theirs, mine.dtype)])[order] if slow else mine

    fix = np.column_stack([getattr(columns, n)[good] for n in ("lon", "lat", "sog", "cog", "heading", "nav_status")])
    if slow:
        theirs = [_fix_row(s.message) for s in slow]
        fix = np.concatenate([fix, np.asarray(theirs)])[order]
    payload = [columns.payload[i] for i in good.tolist()] + [s.payload for s in slow]
    return Merged(
        line=line[both_rows[order]],
        msg_type=join(columns.msg_type[good], [s.message.msg_type for s in slow]),
        mmsi=join(columns.mmsi[good], [s.message.mmsi for s in slow]),
        second=join(columns.second[good], [s.message.second for s in slow]),
        t=join(t[rows], [s.t for s in slow]),
        kind=join(kind[rows], [s.kind for s in slow]),
        received_at=join(received[rows], [s.received_at for s in slow]),
        has_fix=join(columns.has_fix[good], [s.message.fix is not None for s in slow]),
        fix=fix,
        payload=[payload[i] for i in order.tolist()],
        message={int(line[s.row]): s.message for s in slow},
    )


def _fix_row(message: Message) -> tuple[float, ...]:
    f = message.fix
    return _NO_FIX if f is None else (f.lon, f.lat, f.sog, f.cog, f.heading, float(f.nav_status))


def to_batch(merged: Merged, repeat: NDArray[np.bool_], source: int, seq: I64) -> Batch:
    """The batch of all that is no repeat; repeats are counted. `seq`: number of each line of the block."""
    types, counts = np.unique(merged.msg_type, return_counts=True)
    batch = Batch(messages=Counter(dict(zip(types.tolist(), counts.tolist(), strict=True))))
    batch.duplicates = int(np.count_nonzero(repeat))
    batch.positions = _positions(merged, np.flatnonzero(merged.has_fix & ~repeat), source, seq)
    said = sorted(line for line, m in merged.message.items() if m.static is not None or m.text is not None)
    index = np.searchsorted(merged.line, said)
    for i, line in zip(index.tolist(), said, strict=True):
        if i < len(repeat) and merged.line[i] == line and not repeat[i]:
            times = int(merged.t[i]), int(merged.received_at[i])
            _add_report(batch, merged.message[line], times, source, int(seq[line]))
    return batch


def _add_report(batch: Batch, message: Message, times: tuple[int, int], source: int, seq: int) -> None:
    t, received_at = times
    if message.static is not None:
        batch.statics.append(StaticReport(t, received_at, message.mmsi, source, seq, **message.static))
    if message.text is not None:
        batch.texts.append(
            TextReport(t, received_at, message.mmsi, source, seq, message.msg_type, message.text, message.addressed_to)
        )


def _positions(merged: Merged, index: I64, source: int, seq: I64) -> Positions:
    fix = merged.fix[index]
    columns = {
        "t": merged.t[index], "received_at": merged.received_at[index], "mmsi": merged.mmsi[index],
        "lon": fix[:, 0], "lat": fix[:, 1], "sog": fix[:, 2], "cog": fix[:, 3], "heading": fix[:, 4],
        "nav_status": fix[:, 5], "source": np.full(len(index), source), "time_kind": merged.kind[index],
        "msg_type": merged.msg_type[index], "seq": seq[merged.line[index]],
    }  # fmt: skip
    return Positions(**{name: columns[name].astype(dtype) for name, dtype in POSITION_DTYPES.items()})
