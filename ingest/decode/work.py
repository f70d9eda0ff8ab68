"""What is known of one block while it is decoded."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ingest.batch import I64, U8, Reason, Refusal, TimeKind

from .block import Block
from .fragments import Part
from .headers import Header
from .sentences import Lines, Sentences, raw_tag, scan_lines, scan_sentences, station_of
from .times import NO_TIME

_NONE = np.empty(0, np.int64)


@dataclass(slots=True, eq=False)
class Work:
    """A block, its sentences with their times, and the refusals so far."""

    block: Block
    source: int
    lines: Lines
    sentences: Sentences
    t: I64 = field(default_factory=lambda: _NONE)  # report time of each sentence
    kind: U8 = field(default_factory=lambda: np.empty(0, np.uint8))
    received_at: I64 = field(default_factory=lambda: _NONE)
    header: dict[int, Header] = field(default_factory=dict[int, Header])  # $PGHP of first parts, by sentence
    refusals: list[tuple[int, Refusal]] = field(default_factory=list[tuple[int, Refusal]])

    def refuse_line(self, line: int, reason: Reason, at: int) -> None:
        self.refusals.append((line, self.block.refusal(line, reason, self.source, at)))

    def refuse(self, row: int, reason: Reason) -> None:
        """Refuse the line of a sentence."""
        self.refuse_line(int(self.sentences.line[row]), reason, int(self.received_at[row]))

    def payload(self, row: int) -> bytes:
        at = int(self.sentences.payload[row])
        return self.block.data[at : at + int(self.sentences.length[row])]

    def part(self, row: int) -> Part:
        """A sentence of a message of several."""
        s, block, line = self.sentences, self.block, int(self.sentences.line[row])
        channel = block.data[int(s.channel[0][row]) : int(s.channel[1][row])]
        talker, station = raw_tag(block, s, row), station_of(block, s, row)
        kind, header = int(self.kind[row]), self.header.get(row)
        return Part(
            key=(int(s.sequence[row]), channel, talker, int(s.parts[row]), station),
            number=int(s.part[row]),
            total=int(s.parts[row]),
            payload=self.payload(row),
            checksum=int(s.checksum[row]),
            seq=int(block.seq[line]),
            raw=block.line(line),
            at=int(self.received_at[row]),
            t=int(self.t[row]) if kind in (TimeKind.TAG, TimeKind.TRAILING) else NO_TIME,
            kind=kind,
            pghp_sum=header.checksum if header else -1,
            pghp_t=header.t if header else NO_TIME,
        )


def begin(block: Block, source: int) -> Work:
    lines = scan_lines(block)
    return Work(block, source, lines, scan_sentences(block, lines))


def time_of_parts(parts: list[Part], t: int, kind: int) -> tuple[int, int]:
    """Time and kind of a whole message: a TAG block's, else a matching $PGHP's, else an epoch, else as given."""
    stated = next((p for p in parts if p.t != NO_TIME), None)
    if stated is not None and stated.kind == TimeKind.TAG:
        return stated.t, stated.kind
    head, total = parts[0], 0
    for part in parts:
        total ^= part.checksum
    if head.pghp_t != NO_TIME and head.pghp_sum in (total, head.checksum):
        return head.pghp_t, int(TimeKind.PGHP)
    return (stated.t, stated.kind) if stated is not None else (t, kind)
