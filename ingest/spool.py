"""A bounded queue of packets on disk, for feeds that cannot be asked again while the store is away.

A folder of segments, each named by the number of its first record. A record is a header (length, CRC-32, time of
receipt, feed, length of topic), then topic and data. What was appended is on disk when `append` returns; a torn end,
as a kill leaves it, is what was never confirmed and is passed over. When the bound is reached the oldest segment goes.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from threading import RLock

from ingest.packet import Packet

_HEADER = struct.Struct("<IIqhH")  # body bytes, CRC-32 of all that follows it, received_at, feed, topic bytes
_CHECKED_FROM = 8  # the CRC covers the header from here on
_HEAD = "head"  # the number of the first record not yet committed
_SUFFIX = ".segment"
MAX_SEGMENT_BYTES = 16 << 20
MAX_TOPIC_BYTES = 0xFFFF


@dataclass(slots=True)
class _Segment:
    path: Path
    first: int  # number of its first record
    count: int
    bytes: int  # of whole records; what lies behind is torn

    @property
    def end(self) -> int:
        return self.first + self.count


class Spool:
    """First in, first out, safe between threads of one process. `token`s are not kept."""

    def __init__(self, directory: Path, max_bytes: int) -> None:
        """Opens or makes the folder and passes over what a kill tore.

        Raises: OSError: the folder cannot be made or read.
        """
        self._directory = directory
        self._max_bytes = max_bytes
        self._segment_bytes = max(1, min(MAX_SEGMENT_BYTES, max_bytes // 8))
        self._lock = RLock()
        self._dropped = 0
        self._failure = ""
        directory.mkdir(parents=True, exist_ok=True)
        self._segments = _scan_all(directory)
        self._fresh = True  # the first append opens a new segment: nothing is written behind a torn end
        first = self._segments[0].first if self._segments else 0
        self._head = max(_read_head(directory), first)
        self._shown: list[tuple[int, int]] = []  # of the last peek: number of each record and where the next begins
        self._mark = (-1, 0)  # number of a record and where it begins, to read on from there
        self._prune()

    @property
    def depth(self) -> int:
        """Packets that wait."""
        with self._lock:
            return sum(max(0, s.end - max(s.first, self._head)) for s in self._segments)

    @property
    def dropped(self) -> int:
        """Packets lost for want of room since this was opened."""
        return self._dropped

    @property
    def failure(self) -> str:
        """Why the last append failed (disk full, say); empty when it did not."""
        return self._failure

    @property
    def size_bytes(self) -> int:
        """On disk, what is committed of the oldest segment included."""
        with self._lock:
            return sum(s.bytes for s in self._segments)

    def append(self, feed: int, packets: Sequence[Packet]) -> int:
        """Puts them behind what waits; on disk on return. What finds no room on the disk is counted as dropped.

        Returns: the number behind the last one written, for `commit_to`.
        """
        with self._lock:
            records = [_record(feed, packet) for packet in packets]
            done = 0
            try:
                while done < len(records):
                    done += self._write(records[done:])
                self._failure = ""
            except OSError as error:
                self._dropped += len(records) - done
                self._failure = f"spool {self._directory}: {error.strerror or error}"
                self._fresh = True
            self._shrink()
            return self._segments[-1].end if self._segments else self._head

    def peek(self, n: int) -> list[tuple[int, Packet]]:
        """The oldest `n` that wait, with the code of their feed; they stay until `commit`."""
        with self._lock:
            self._shown.clear()
            found: list[tuple[int, Packet]] = []
            for segment in list(self._segments):
                if len(found) >= n:
                    break
                found += self._read(segment, n - len(found))
            return found

    def _read(self, segment: _Segment, n: int) -> list[tuple[int, Packet]]:
        """Up to `n` from the head on, or from the segment's start; notes where the next one begins."""
        number, offset = self._mark if self._mark[0] == self._head > segment.first else (segment.first, 0)
        found: list[tuple[int, Packet]] = []
        for end, feed, packet in _records(segment.path, offset):
            if number >= segment.end or len(found) >= n:
                return found
            if number >= self._head:
                found.append((feed, packet))
                self._shown.append((number, end))
            number += 1
        self._give_up(segment, number)
        return found

    def _give_up(self, segment: _Segment, number: int) -> None:
        """What was damaged on the disk since it was written, from that number on, is counted as dropped."""
        lost = segment.end - max(number, self._head)
        if lost > 0:
            self._dropped += lost
            self._failure = f"spool {segment.path}: damaged, {lost} packets lost"
            segment.count = number - segment.first
            self._fresh = True
            self._prune()

    def commit(self, n: int) -> None:
        """Forgets the oldest `n` of what `peek` showed; those dropped meanwhile are not counted a second time."""
        with self._lock:
            self.commit_to(self.end_of(n))

    def end_of(self, n: int) -> int:
        """The number behind the oldest `n` of what `peek` showed, for `commit_to`."""
        with self._lock:
            return self._shown[:n][-1][0] + 1 if self._shown[:n] else self._head

    def commit_to(self, end: int) -> None:
        """Forgets all before that number; those dropped meanwhile are not there to be forgotten."""
        with self._lock:
            offset = next((at for number, at in self._shown if number + 1 == end), None)
            self._shown = []
            if end <= self._head:
                return
            self._head = end
            self._mark = (end, offset) if offset is not None else (-1, 0)
            self._save_head()
            self._prune()

    def close(self) -> None:
        """Nothing is held open between calls; all is on disk already."""

    def _write(self, records: list[bytes]) -> int:
        """As many as the open segment bears, at least one; returns how many."""
        last = self._segments[-1] if self._segments else None
        if last is None or self._fresh or last.bytes >= self._segment_bytes:
            last = self._open_segment()
        room = self._segment_bytes - last.bytes
        count = size = 0
        while count < len(records) and (not count or size + len(records[count]) <= room):
            size += len(records[count])
            count += 1
        with last.path.open("r+b") as file:
            file.seek(last.bytes)
            file.write(b"".join(records[:count]))
            file.flush()
            os.fsync(file.fileno())
        last.count += count
        last.bytes += size
        return count

    def _open_segment(self) -> _Segment:
        number = max(self._head, self._segments[-1].end if self._segments else 0)
        if self._segments and not self._segments[-1].count:
            self._segments.pop()
        segment = _Segment(self._directory / f"{number:020d}{_SUFFIX}", number, 0, 0)
        segment.path.write_bytes(b"")
        _sync_folder(self._directory)
        self._segments.append(segment)
        self._fresh = False
        return segment

    def _shrink(self) -> None:
        while len(self._segments) > 1 and self.size_bytes > self._max_bytes:
            oldest = self._segments.pop(0)
            self._dropped += max(0, oldest.end - max(oldest.first, self._head))
            self._head = max(self._head, oldest.end)
            self._save_head()
            oldest.path.unlink(missing_ok=True)

    def _prune(self) -> None:
        while self._segments and self._segments[0].end <= self._head:
            self._segments.pop(0).path.unlink(missing_ok=True)

    def _save_head(self) -> None:
        """Not synced: an older head after a power cut only shows again what was committed."""
        temporary = self._directory / f"{_HEAD}.new"
        with suppress(OSError):
            temporary.write_text(f"{self._head}\n", encoding="ascii")
            temporary.replace(self._directory / _HEAD)


def _record(feed: int, packet: Packet) -> bytes:
    topic = packet.topic.encode(errors="replace")[:MAX_TOPIC_BYTES]
    body = topic + packet.data
    tail = _HEADER.pack(0, 0, packet.received_at, feed, len(topic))[_CHECKED_FROM:] + body
    return struct.pack("<II", len(body), zlib.crc32(tail)) + tail


def _records(path: Path, offset: int = 0) -> Iterator[tuple[int, int, Packet]]:
    """Whole records from `offset` on, each with where it ends and its feed; up to the first torn or damaged one."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(offset)
        while len(header := file.read(_HEADER.size)) == _HEADER.size:
            length, crc, received_at, feed, topic_bytes = _HEADER.unpack(header)
            offset += _HEADER.size + length
            if offset > size or topic_bytes > length:
                return
            body = file.read(length)
            if zlib.crc32(header[_CHECKED_FROM:] + body) != crc:
                return
            yield offset, feed, Packet(received_at, body[topic_bytes:], body[:topic_bytes].decode(errors="replace"))


def _scan_all(directory: Path) -> list[_Segment]:
    """What is there. A failed write may have left records whose numbers the next segment uses: they do not count."""
    segments = [_scan(path) for path in sorted(directory.glob(f"{'[0-9]' * 20}{_SUFFIX}"))]
    for segment, following in pairwise(segments):
        segment.count = min(segment.count, following.first - segment.first)
    return segments


def _scan(path: Path) -> _Segment:
    count = end = 0
    for end, _, _ in _records(path):  # noqa: B007 - the last one is wanted
        count += 1
    return _Segment(path, int(path.name.removesuffix(_SUFFIX)), count, end)


def _read_head(directory: Path) -> int:
    try:
        return int((directory / _HEAD).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 0


def _sync_folder(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
