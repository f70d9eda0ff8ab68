"""Lines of NMEA 0183 to a batch: sentences found and checked as columns, messages decoded, timed and counted.

Results do not depend on how lines were cut into packets: whatever lasts longer than a line (parts that wait, the
clock, repeats) is state of the decoder and moves line by line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ingest.batch import I64, U8, Batch, Reason, Refusal, TimeKind
from ingest.packet import Packet

from .block import Block, make_block, printable
from .clock import Events, LiveClock, RecordedClock
from .columns import REASONS, Columns, decode_columns, is_column_type
from .fragments import Fragments, Part
from .headers import Header, read_headers
from .merge import Merged, Slow, merge, to_batch
from .message import Message, decode_message
from .repeats import Repeats
from .sentences import Lines, Sentences, raw_tag, scan_lines, scan_sentences, station_of
from .times import EARLIEST, LATEST, NO_TIME, US

HOLD_LINES = 10_000  # a recording states its time within these, or runs on a stepped clock
FUTURE_US = 60 * US  # ahead of its receipt; EVENTS, position quality


@dataclass(slots=True)
class _Timed:
    """Times of the VDM and VDO lines of a block, each (m,)."""

    t: I64
    kind: U8
    received_at: I64
    header: dict[int, Header]  # $PGHP headers of first parts, by row


class NmeaDecoder:
    """`Decoder` of NMEA lines. `notes` counts oddities that were tolerated."""

    def __init__(self, source: int, *, recorded: bool = False, start_us: int | None = None) -> None:
        self.notes: Counter[str] = Counter()
        self._source = source
        self._live = None if recorded else LiveClock()
        self._recorded = RecordedClock(start_us) if recorded else None
        self._holding = recorded
        self._held: list[Packet] = []
        self._held_lines = 0
        self._seq = 1
        self._header: Header | None = None
        self._fragments = Fragments()
        self._repeats = Repeats()

    def decode(self, packets: Sequence[Packet]) -> Batch:
        """Columns of the packets' lines; a recording's first lines wait until the file states a time."""
        if self._holding:
            packets = self._hold(packets)
        return self._decode(packets) if packets else Batch()

    def flush(self) -> Batch:
        held, self._held, self._holding = self._held, [], False
        out = self._decode(held) if held else Batch()
        out.refusals += [self._lost(part) for part in self._fragments.flush()]
        return out

    def _hold(self, packets: Sequence[Packet]) -> Sequence[Packet]:
        """Packets that can be decoded now: none while no time is known."""
        self._held += packets
        block = make_block(packets, self._held_lines + 1)
        lines = scan_lines(block)
        events, _ = self._events(block, lines, scan_sentences(block, lines))
        near = events.line < HOLD_LINES - self._held_lines
        self._held_lines += len(block)
        if near.any() and self._recorded:
            self._recorded.anchor(int(events.t[0]))
        elif self._held_lines < HOLD_LINES:
            return []
        held, self._held, self._holding = self._held, [], False
        return held

    def _events(self, block: Block, lines: Lines, sentences: Sentences) -> tuple[Events, list[Header]]:
        """Times stated by clocks, headers and, in a recording, by sentences; and the $PGHP headers."""
        clocks, headers = read_headers(block, lines)
        if self._live is not None:
            at, t = [c.line for c in clocks], [c.t for c in clocks]
        else:
            own = np.where(sentences.own_time != NO_TIME, sentences.own_time, sentences.trailing_time)
            stated = np.flatnonzero((own >= EARLIEST) & (own < LATEST))
            found = [(c.line, c.t) for c in [*clocks, *headers] if c.t != NO_TIME]
            found += zip(sentences.line[stated].tolist(), own[stated].tolist(), strict=True)
            found.sort()
            at, t = [f[0] for f in found], [f[1] for f in found]
        return Events(np.asarray(at, np.int64), np.asarray(t, np.int64)), headers

    def _decode(self, packets: Sequence[Packet]) -> Batch:
        block = make_block(packets, self._seq)
        self._seq += len(block)
        lines = scan_lines(block)
        sentences = scan_sentences(block, lines)
        self.notes["tag-checksum"] += lines.bad_tags
        refusals: list[tuple[int, Refusal]] = []
        timed = self._time(block, lines, sentences, refusals)
        usable = sentences.well_formed & sentences.checksum_ok
        single = usable & (sentences.parts == 1)
        column = single & is_column_type(block.buf[sentences.payload], sentences.length, sentences.fill)
        rows = np.flatnonzero(column)
        columns = decode_columns(block.buf, sentences.payload[rows], sentences.length[rows])
        self._refuse_columns(block, sentences, rows, columns, timed, refusals)
        slow = self._slow(block, sentences, np.flatnonzero(usable & ~column), timed, refusals)
        merged = merge(rows, columns, slow, (timed.t, timed.kind, timed.received_at), sentences.line)
        if self._recorded is not None:
            self._step(merged)
        merged = self._refuse_times(block, merged, refusals)
        repeat = np.asarray(self._repeats.mark(merged.payload, merged.received_at.tolist()), np.bool_)
        batch = to_batch(merged, repeat, self._source, block.first_seq)
        batch.lines = len(block)
        refusals.sort(key=lambda r: r[0])
        batch.refusals = [r for _, r in refusals]
        return batch

    def _time(
        self, block: Block, lines: Lines, sentences: Sentences, refusals: list[tuple[int, Refusal]]
    ) -> _Timed:
        """Times of all sentences; lines that are refused before they are looked into are refused here."""
        events, headers = self._events(block, lines, sentences)
        everything = np.arange(len(block))
        if self._recorded is not None:
            clock, clock_kind = self._recorded.at_lines(everything, events)
            heard = clock
        else:
            assert self._live is not None
            clock, clock_kind = self._live.at_lines(
                everything, block.received_at, events, block.received_at[events.line]
            )
            heard = block.received_at
        self._refuse_lines(block, lines, sentences, heard, refusals)
        row = sentences.line
        t, kind, received = clock[row], clock_kind[row], heard[row]
        for stated, name in ((sentences.own_time, TimeKind.TAG), (sentences.trailing_time, TimeKind.TRAILING)):
            found = stated != NO_TIME
            better = found & (kind != TimeKind.TAG)
            t, kind = np.where(better, stated, t), np.where(better, name, kind).astype(np.uint8)
            if self._recorded is not None:
                received = np.where(found, stated, received)
        timed = _Timed(t, kind, received, {})
        self._apply_headers(sentences, headers, timed)
        return timed

    def _apply_headers(self, sentences: Sentences, headers: list[Header], timed: _Timed) -> None:
        """Give each $PGHP header to the next sentence, when it announces that sentence's checksum."""
        carried = [self._header] if self._header else []
        at = np.searchsorted(sentences.line, [h.line for h in headers]).tolist()
        given = dict(zip([0] * len(carried) + at, carried + headers, strict=True))
        self._header = given.pop(len(sentences.line), None)
        for row, header in given.items():
            if sentences.parts[row] > 1:
                timed.header[row] = header
            elif header.checksum == sentences.checksum[row]:
                if timed.kind[row] != TimeKind.TAG:
                    timed.t[row], timed.kind[row] = header.t, TimeKind.PGHP
            else:
                self.notes["pghp-of-another"] += 1

    def _refuse_lines(
        self, block: Block, lines: Lines, sentences: Sentences, heard: I64, refusals: list[tuple[int, Refusal]]
    ) -> None:
        broken = sentences.line[~sentences.well_formed]
        damaged = sentences.line[sentences.well_formed & ~sentences.checksum_ok]
        for index, reason in (
            (np.flatnonzero(lines.too_long), Reason.TOO_LONG),
            (np.flatnonzero(lines.rubbish), Reason.NOT_NMEA),
            (broken, Reason.MALFORMED),
            (damaged, Reason.CHECKSUM),
        ):
            refusals += [(i, block.refusal(i, reason, self._source, int(heard[i]))) for i in index.tolist()]

    def _refuse_columns(
        self,
        block: Block,
        sentences: Sentences,
        rows: I64,
        columns: Columns,
        timed: _Timed,
        refusals: list[tuple[int, Refusal]],
    ) -> None:
        for k in np.flatnonzero(columns.verdict).tolist():
            reason = REASONS[columns.verdict[k]]
            assert reason is not None
            line, at = int(sentences.line[rows[k]]), int(timed.received_at[rows[k]])
            refusals.append((line, block.refusal(line, reason, self._source, at)))

    def _slow(
        self, block: Block, sentences: Sentences, rows: I64, timed: _Timed, refusals: list[tuple[int, Refusal]]
    ) -> list[Slow]:
        """Messages of the given sentences, whole ones and those that a last part completes."""
        out: list[Slow] = []
        for row in rows.tolist():
            line, received = int(sentences.line[row]), int(timed.received_at[row])
            at = int(sentences.payload[row])
            payload = block.data[at : at + int(sentences.length[row])]
            t, kind, fill = int(timed.t[row]), int(timed.kind[row]), int(sentences.fill[row])
            seq = block.first_seq + line
            raw = b""
            if sentences.parts[row] > 1:
                parts, lost = self._fragments.add(self._part(block, sentences, row, timed, payload))
                refusals += [(line, self._lost(part)) for part in lost]
                if parts is None:
                    continue
                payload, raw = b"".join(p.payload for p in parts), b"\n".join(p.raw for p in parts)
                t, kind = _time_of(parts, t, kind)
                seq = parts[0].seq
            message = decode_message(payload, fill)
            if isinstance(message, Message):
                out.append(Slow(row, message, payload, t, kind, received))
            elif raw:
                refusals.append((line, Refusal(received, self._source, seq, message, printable(raw))))
            else:
                refusals.append((line, block.refusal(line, message, self._source, received)))
        return out

    def _part(self, block: Block, sentences: Sentences, row: int, timed: _Timed, payload: bytes) -> Part:
        first, stop = (int(edge[row]) for edge in sentences.channel)
        line, header = int(sentences.line[row]), timed.header.get(row)
        key = (
            int(sentences.sequence[row]), block.data[first:stop], raw_tag(block, sentences, row),
            int(sentences.parts[row]), station_of(block, sentences, row),
        )  # fmt: skip
        kind = int(timed.kind[row])
        stated = kind in (TimeKind.TAG, TimeKind.TRAILING)
        return Part(
            key, int(sentences.part[row]), int(sentences.parts[row]), payload, int(sentences.fill[row]),
            int(sentences.checksum[row]), block.first_seq + line, block.line(line), int(timed.received_at[row]),
            int(timed.t[row]) if stated else NO_TIME, kind, header.checksum if header else -1, header.t if header else NO_TIME,
        )  # fmt: skip

    def _lost(self, part: Part) -> Refusal:
        return Refusal(part.at, self._source, part.seq, Reason.FRAGMENT_LOST, printable(part.raw))

    def _step(self, merged: Merged) -> None:
        """Times of reports of a recording that has stated none so far."""
        rows = np.flatnonzero(merged.kind == TimeKind.STEPPED)
        assert self._recorded is not None
        if len(rows):
            merged.t[rows] = self._recorded.step(merged.second[rows].tolist())
            merged.received_at[rows] = merged.t[rows]

    def _refuse_times(self, block: Block, merged: Merged, refusals: list[tuple[int, Refusal]]) -> Merged:
        impossible = (merged.t < EARLIEST) | (merged.t >= LATEST)
        future = ~impossible & (merged.t > merged.received_at + FUTURE_US)
        if self._recorded is not None:
            np.maximum(merged.received_at, merged.t, out=merged.received_at, where=~impossible)
            future[:] = False
        for mask, reason in ((impossible, Reason.BAD_TIME), (future, Reason.FUTURE_TIME)):
            for k in np.flatnonzero(mask).tolist():
                line = int(merged.line[k])
                refusals.append((line, block.refusal(line, reason, self._source, int(merged.received_at[k]))))
        bad = impossible | future
        return merged.take(~bad) if bad.any() else merged


def _time_of(parts: list[Part], t: int, kind: int) -> tuple[int, int]:
    """Time of a message of several parts: the first that one of them states, a matching $PGHP before an epoch."""
    stated = next((p for p in parts if p.t != NO_TIME), None)
    if stated is not None and stated.kind == TimeKind.TAG:
        return stated.t, stated.kind
    head = parts[0]
    total = 0
    for part in parts:
        total ^= part.checksum
    if head.pghp_t != NO_TIME and head.pghp_sum in (total, head.checksum):
        return head.pghp_t, int(TimeKind.PGHP)
    return (stated.t, stated.kind) if stated is not None else (t, kind)
