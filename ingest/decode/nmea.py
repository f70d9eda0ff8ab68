"""Lines of NMEA 0183 to a batch: sentences found and checked as columns, messages decoded, timed and counted.

Results do not depend on how lines were cut into packets: whatever lasts longer than a line (parts that wait, the
clock, repeats) is state of the decoder and moves line by line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

import numpy as np

from ingest.batch import I64, Batch, Reason, Refusal, TimeKind
from ingest.packet import Packet

from .block import bounded, count_lines, make_block, printable
from .clock import Events, LiveClock, RecordedClock
from .columns import REASONS, decode_columns, is_column_type
from .fragments import Fragments, Part
from .gather import Read, gather, refusals_of
from .headers import Header, read_headers
from .limits import DEFAULTS, Limits
from .merge import Merged, Slow, merge
from .message import Message, decode_message
from .repeats import Repeats
from .times import EARLIEST, LATEST, NO_TIME
from .work import Work, begin, time_of_parts

HOLD_LINES = 10_000  # a recording states its time within these, or runs on a stepped clock


class NmeaDecoder:
    """`Decoder` of NMEA lines."""

    def __init__(
        self, source: int, limits: Limits = DEFAULTS, *, recorded: bool = False, start_us: int | None = None
    ) -> None:
        self._source = source
        self._future_us = limits.future_us
        self._live = None if recorded else LiveClock(limits.future_us)
        self._recorded = RecordedClock(start_us) if recorded else None
        self._holding = recorded
        self._held: list[Packet] = []
        self._held_lines = 0
        self._seq = 1
        self._header: Header | None = None
        self._fragments = Fragments(limits.fragment_timeout_s)
        self._repeats = Repeats(limits.relay_window_s)

    def decode(self, packets: Sequence[Packet]) -> Batch:
        """Columns of the packets' lines; a recording's first lines wait until the file states a time."""
        if self._holding:
            packets = self._hold(packets)
        return self._decode(packets) if packets else Batch()

    def flush(self) -> Batch:
        """The held lines of a recording, then the parts that never became whole."""
        held, self._held, self._holding = self._held, [], False
        out = self._decode(held) if held else Batch()
        out.refusals += [self._lost(part) for part in self._fragments.flush()]
        return out

    def _hold(self, packets: Sequence[Packet]) -> Sequence[Packet]:
        """Packets that can be decoded now: none while no time is known."""
        self._held += packets
        work = begin(make_block(packets, [1] * len(packets)), self._source)
        events, _ = self._events(work)
        near = events.line < HOLD_LINES - self._held_lines
        self._held_lines += len(work.block)
        if near.any() and self._recorded is not None:
            self._recorded.anchor(int(events.t[0]))
        elif self._held_lines < HOLD_LINES:
            return []
        held, self._held, self._holding = self._held, [], False
        return held

    def _decode(self, packets: Sequence[Packet]) -> Batch:
        packets = [bounded(packet) for packet in packets]
        ends = list(accumulate(map(count_lines, packets), initial=self._seq))
        self._seq = ends[-1]
        batch, keyed = gather([self.read(packets, ends[:-1])], self._repeats, self._source)
        batch.refusals = refusals_of(keyed)
        return batch

    def read(self, packets: Sequence[Packet], firsts: Sequence[int]) -> Read:
        """The packets' lines decoded, live ones at once; `firsts`: number of each packet's first line."""
        work = begin(make_block(packets, firsts), self._source)
        self._time(work)
        return Read(work, self._refuse_times(work, self._messages(work)))

    def _time(self, work: Work) -> None:
        """Times of all sentences, and the refusals of lines that say nothing further."""
        events, headers = self._events(work)
        block, s = work.block, work.sentences
        every = np.arange(len(block))
        if self._recorded is not None:
            clock, clock_kind = self._recorded.at_lines(every, events)
            heard = clock
        else:
            assert self._live is not None
            heard = block.received_at
            clock, clock_kind = self._live.at_lines(every, heard, events, heard[events.line])
        self._refuse_lines(work, heard)
        work.t, work.kind, work.received_at = clock[s.line], clock_kind[s.line], heard[s.line]
        for stated, kind in ((s.own_time, TimeKind.TAG), (s.trailing_time, TimeKind.TRAILING)):
            found = stated != NO_TIME
            better = found & (work.kind != TimeKind.TAG)
            work.t = np.where(better, stated, work.t)
            work.kind = np.where(better, kind, work.kind).astype(np.uint8)
            if self._recorded is not None:
                work.received_at = np.where(found, stated, work.received_at)
        self._apply_headers(work, headers)

    def _events(self, work: Work) -> tuple[Events, list[Header]]:
        """Times stated by clocks, headers and, in a recording, by sentences; and the $PGHP headers."""
        s = work.sentences
        clocks, headers = read_headers(work.block, work.lines)
        found = [(c.line, c.t) for c in clocks]
        if self._recorded is not None:
            own = np.where(s.own_time != NO_TIME, s.own_time, s.trailing_time)
            stated = np.flatnonzero((own >= EARLIEST) & (own < LATEST))
            found += [(h.line, h.t) for h in headers]
            found += zip(s.line[stated].tolist(), own[stated].tolist(), strict=True)
            found.sort()
        return Events(np.asarray([f[0] for f in found], np.int64), np.asarray([f[1] for f in found], np.int64)), headers

    def _apply_headers(self, work: Work, headers: list[Header]) -> None:
        """Give each $PGHP header to the next sentence, when it announces that sentence's checksum.

        A station's own reports come with 00 for it: then the header must stand right before the sentence.
        """
        s = work.sentences
        carried = [self._header] if self._header else []
        at = np.searchsorted(s.line, [h.line for h in headers]).tolist()
        given = dict(zip([0] * len(carried) + at, carried + headers, strict=True))
        waiting = given.pop(len(s.line), None)
        self._header = waiting and replace(waiting, line=waiting.line - len(work.block))
        for row, header in given.items():
            unsure = header.checksum == 0 and header.line + 1 == s.line[row]
            if s.parts[row] > 1:
                work.header[row] = header
            elif work.kind[row] != TimeKind.TAG and (unsure or header.checksum == s.checksum[row]):
                work.t[row], work.kind[row] = header.t, TimeKind.PGHP

    def _refuse_lines(self, work: Work, heard: I64) -> None:
        s = work.sentences
        for index, reason in (
            (np.flatnonzero(work.lines.too_long), Reason.TOO_LONG),
            (np.flatnonzero(work.lines.rubbish), Reason.NOT_NMEA),
            (s.line[~s.well_formed], Reason.MALFORMED),
            (s.line[s.well_formed & ~s.checksum_ok], Reason.CHECKSUM),
        ):
            for line in index.tolist():
                work.refuse_line(line, reason, int(heard[line]))

    def _messages(self, work: Work) -> Merged:
        """All messages of the block in line order, with their times."""
        s, buf = work.sentences, work.block.buf
        usable = s.well_formed & s.checksum_ok
        column = usable & (s.parts == 1) & is_column_type(buf[s.payload], s.length, s.fill)
        rows = np.flatnonzero(column)
        columns = decode_columns(buf, s.payload[rows], s.length[rows])
        for k in np.flatnonzero(columns.verdict).tolist():
            work.refuse(int(rows[k]), REASONS[columns.verdict[k]])
        slow = self._one_by_one(work, np.flatnonzero(usable & ~column))
        merged = merge(rows, columns, slow, (work.t, work.kind, work.received_at), s.line)
        if self._recorded is not None:
            stepped = np.flatnonzero(merged.kind == TimeKind.STEPPED)
            if len(stepped):
                merged.t[stepped] = self._recorded.step(merged.second[stepped].tolist())
                merged.received_at[stepped] = merged.t[stepped]
        return merged

    def _one_by_one(self, work: Work, rows: I64) -> list[Slow]:
        """Messages of the given sentences, whole ones and those that a last part completes."""
        s = work.sentences
        out: list[Slow] = []
        fills, several = s.fill[rows].tolist(), (s.parts[rows] > 1).tolist()
        for row, fill, is_part in zip(rows.tolist(), fills, several, strict=True):
            if is_part:
                self._add_part(work, row, fill, out)
                continue
            payload = work.payload(row)
            message = decode_message(payload, fill)
            if isinstance(message, Message):
                t, kind, received = int(work.t[row]), int(work.kind[row]), int(work.received_at[row])
                out.append(Slow(row, message, payload, t, kind, received))
            else:
                work.refuse(row, message)
        return out

    def _add_part(self, work: Work, row: int, fill: int, out: list[Slow]) -> None:
        line, received = int(work.sentences.line[row]), int(work.received_at[row])
        parts, lost = self._fragments.add(work.part(row))
        work.refusals += [(line, self._lost(part)) for part in lost]
        if parts is None:
            return
        payload = b"".join(p.payload for p in parts)
        message = decode_message(payload, fill)
        if isinstance(message, Message):
            t, kind = time_of_parts(parts, int(work.t[row]), int(work.kind[row]))
            out.append(Slow(row, message, payload, t, kind, received))
        else:
            raw = printable(b"\n".join(p.raw for p in parts))
            work.refusals.append((line, Refusal(received, self._source, parts[0].seq, message, raw)))

    def _lost(self, part: Part) -> Refusal:
        return Refusal(part.at, self._source, part.seq, Reason.FRAGMENT_LOST, printable(part.raw))

    def _refuse_times(self, work: Work, merged: Merged) -> Merged:
        impossible = (merged.t < EARLIEST) | (merged.t >= LATEST)
        future = ~impossible & (merged.t > merged.received_at + self._future_us)
        if self._recorded is not None:
            np.maximum(merged.received_at, merged.t, out=merged.received_at, where=~impossible)
            future[:] = False
        for mask, reason in ((impossible, Reason.BAD_TIME), (future, Reason.FUTURE_TIME)):
            for k in np.flatnonzero(mask).tolist():
                work.refuse_line(int(merged.line[k]), reason, int(merged.received_at[k]))
        bad = impossible | future
        return merged.take(~bad) if bad.any() else merged
