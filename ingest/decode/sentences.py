"""Where the parts of each sentence lie in a block, found for all lines at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.batch import I64, U8

from .block import MAX_LINE, Block, first_from, hex_pair, xor_between
from .times import NO_TIME, epochs_at

Flags = NDArray[np.bool_]
_DOLLAR, _BANG, _HASH, _BACKSLASH, _COMMA, _STAR, _COLON, _C, _SPACE = b"$!#\\,*:c "
_V, _D, _M, _O = b"VDMO"
_MAX_CHANNEL = 8


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """What kind of line each is; arrays of shape (lines,) unless said otherwise."""

    sentence: I64  # start of the sentence, behind a TAG block
    tag_time: I64  # TAG block `c`; NO_TIME without
    too_long: Flags
    rubbish: Flags  # no NMEA, no comment, not blank
    clock: I64  # (k,) lines that may tell the time: $PGHP, RMC, ZDA
    ais: I64  # (m,) lines that hold VDM or VDO


@dataclass(frozen=True, slots=True, eq=False)
class Sentences:
    """The VDM and VDO sentences of a block; every array of shape (m,)."""

    line: I64
    start: I64
    well_formed: Flags
    checksum: U8  # as computed
    checksum_ok: Flags
    parts: I64
    part: I64
    sequence: I64  # -1 when empty
    channel: tuple[I64, I64]  # start and stop
    payload: I64
    length: I64  # of the payload, in characters
    fill: I64
    tail: I64  # first byte behind the checksum
    own_time: I64  # TAG block `c`
    trailing_time: I64  # epoch behind the checksum


def scan_lines(block: Block) -> Lines:
    buf, start, end = block.buf, block.start, block.end
    first = buf[start]
    sentence, tag_time = start, np.full(len(start), NO_TIME, np.int64)
    tagged = np.flatnonzero(first == _BACKSLASH)
    if len(tagged):
        sentence = start.copy()
        _read_tags(block, tagged, sentence, tag_time)
    too_long = (end - start) > MAX_LINE
    mark = buf[sentence]
    empty = sentence >= end
    dirty = _dirty(block)
    nmea = (mark == _BANG) | (mark == _DOLLAR)
    comment = (mark == _HASH) | (mark == _SPACE) & _blank(block, first)
    rubbish = ~too_long & ~empty & ((~nmea & ~comment) | (dirty & ~comment))
    usable = nmea & ~rubbish & ~too_long & ~empty
    ais = usable & (mark == _BANG) & _is_vdm(buf, sentence)
    return Lines(sentence, tag_time, too_long, rubbish & ~ais, _clock_lines(buf, sentence, usable), np.flatnonzero(ais))


def _is_vdm(buf: U8, at: I64) -> Flags:
    kind = (buf[at + 5] == _M) | (buf[at + 5] == _O)
    return (buf[at + 3] == _V) & (buf[at + 4] == _D) & kind & (buf[at + 6] == _COMMA)


def _clock_lines(buf: U8, at: I64, usable: Flags) -> I64:
    rows = np.flatnonzero(usable & (buf[at] == _DOLLAR))
    if not len(rows):
        return rows
    window = np.lib.stride_tricks.sliding_window_view(buf, 3)[at[rows] + 3]
    known = np.zeros(len(rows), np.bool_)
    for tag in (b"RMC", b"ZDA", b"HP,"):
        known |= (window == np.frombuffer(tag, np.uint8)).all(axis=1)
    return rows[known]


def _dirty(block: Block) -> Flags:
    """Lines with a byte that no NMEA sentence has."""
    out = np.zeros(len(block), np.bool_)
    inner = block.buf[: len(block.buf) - 64]
    bad = np.flatnonzero((inner < 32) | (inner > 126))
    bad = bad[(inner[bad] != 10)]
    if len(bad):
        row = np.searchsorted(block.start, bad, side="right") - 1
        out[row[bad < block.end[row]]] = True
    return out


def _blank(block: Block, first: U8) -> Flags:
    """Lines of nothing but spaces."""
    out = np.zeros(len(block), np.bool_)
    for i in np.flatnonzero(first == _SPACE).tolist():
        out[i] = not block.line(i).strip()
    return out


def _read_tags(block: Block, rows: I64, sentence: I64, tag_time: I64) -> None:
    """Fill in `sentence` and `tag_time` of the lines with a TAG block; a block without an end stays where it is.

    A block with a wrong checksum is used all the same: relays that rewrite it forget to sum it up again.
    """
    buf = block.buf
    opening, limit = block.start[rows], block.end[rows]
    close = first_from(np.flatnonzero(buf == _BACKSLASH), opening + 1, limit)
    closed = close < limit
    rows, opening, close, limit = rows[closed], opening[closed], close[closed], limit[closed]
    sentence[rows] = close + 1
    colon = np.flatnonzero(buf == _COLON)
    colon = colon[buf[colon - 1] == _C]
    colon = colon[(buf[colon - 2] == _BACKSLASH) | (buf[colon - 2] == _COMMA)]
    at = first_from(colon, opening, close)
    timed = at < close
    tag_time[rows[timed]] = epochs_at(buf, block.data, at[timed] + 1, close[timed])


def scan_sentences(block: Block, lines: Lines) -> Sentences:
    buf, row = block.buf, lines.ais
    start, end = lines.sentence[row], block.end[row]
    commas = np.append(np.flatnonzero(buf == _COMMA), np.full(7, len(buf) - 8))
    k = np.searchsorted(commas, start)
    c0, c1, c2, c3, c4, c5 = (commas[k + i] for i in range(6))
    inside = c5 < end - 2
    has_fill = buf[c5 + 1] != _STAR
    star = c5 + 1 + has_fill
    fill = np.where(has_fill, buf[c5 + 1].astype(np.int64) - 48, 0)
    stated, is_hex = hex_pair(buf, star + 1)
    closed = inside & (buf[star] == _STAR) & (star + 2 < end) & is_hex
    computed = xor_between(buf, start + 1, np.where(closed, star, start + 1))
    parts, part = _digit(buf, c0, c1), _digit(buf, c1, c2)
    sequence = np.where(c3 == c2 + 1, -1, _digit(buf, c2, c3, absent=-2))
    well = inside & (parts >= 1) & (part >= 1) & (part <= parts) & (sequence > -2) & (fill >= 0) & (fill <= 5)
    well &= (c4 - c3 <= _MAX_CHANNEL) & (buf[star] == _STAR)
    tail = np.where(closed, star + 3, end)
    return Sentences(
        row, start, well, computed, closed & (computed == stated), parts, part, sequence, (c3 + 1, c4),
        c4 + 1, c5 - c4 - 1, fill, tail, lines.tag_time[row], _trailing(block, tail, end),
    )  # fmt: skip


def _digit(buf: U8, before: I64, after: I64, absent: int = 0) -> I64:
    """The one digit between two commas; `absent` when something else stands there."""
    value = buf[before + 1].astype(np.int64) - 48
    return np.where((after == before + 2) & (value >= 0) & (value <= 9), value, absent)


def _trailing(block: Block, tail: I64, end: I64) -> I64:
    """Epoch in the last field behind the checksum; NO_TIME without."""
    out = np.full(len(tail), NO_TIME, np.int64)
    rows = np.flatnonzero(end - tail > 9)
    if len(rows):
        commas = np.flatnonzero(block.buf == _COMMA)
        last = commas[np.searchsorted(commas, end[rows]) - 1]
        in_tail = last >= tail[rows]
        rows, last = rows[in_tail], last[in_tail]
        out[rows] = epochs_at(block.buf, block.data, last + 1, end[rows])
    return out


def station_of(block: Block, sentences: Sentences, i: int) -> bytes:
    r"""Who heard a sentence: TAG group, else TAG source, else the station named in the tail, else nothing.

    A later part often carries its group alone (`\g:2-2-3985*5A\`), so the group comes first.
    """
    line = block.line(int(sentences.line[i]))
    if line[:1] == b"\\":
        fields = line[1 : line.find(b"\\", 1)].split(b"*")[0].split(b",")
        for wanted in (b"g:", b"s:"):
            for field in fields:
                if field.startswith(wanted):
                    return field if wanted == b"s:" else b"g:" + field.rpartition(b"-")[2]
    tail = block.data[sentences.tail[i] : block.end[sentences.line[i]]].split(b",")
    return next((f for f in reversed(tail) if f[:1] in (b"r", b"b")), b"")


def raw_tag(block: Block, sentences: Sentences, i: int) -> Any:
    """Talker and kind of a sentence, such as b'AIVDM'."""
    at = int(sentences.start[i])
    return block.data[at + 1 : at + 6]
