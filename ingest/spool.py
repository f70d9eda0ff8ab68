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
        self._segments = [_scan(path) for path in sorted(directory.glob(f"*{_SUFFIX}"))]
        self._fresh = True  # the first append opens a new segment: nothing is written behind a torn end
        first = self._segments[0].first if self._segments else 0
        self._head = max(_read_head(directory), first)
        self._peeked = self._head
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
    def bytes(self) -> int:
        """On disk, what is committed of the oldest segment included."""
        with self._lock:
            return sum(s.bytes for s in self._segments)

    def append(self, feed: int, packets: Sequence[Packet]) -> None:
        """Puts them behind what waits; on disk on return. What finds no room on the disk is counted as dropped."""
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

    def peek(self, n: int) -> list[tuple[int, Packet]]:
        """The oldest `n` that wait, with the code of their feed; they stay until `commit`."""
        with self._lock:
            self._peeked = self._head
            found: list[tuple[int, Packet]] = []
            for segment in self._segments:
                if len(found) >= n:
                    break
                skip = max(0, self._head - segment.first)
                if skip < segment.count:
                    found += _read(segment, skip, n - len(found))
            return found

    def commit(self, n: int) -> None:
        """Forgets the oldest `n` of what `peek` showed; those dropped meanwhile are not counted a second time."""
        with self._lock:
            self._head = max(self._head, self._advanced(self._peeked, n))
            self._peeked = self._head
            self._save_head()
            self._prune()

    def close(self) -> None:
        """Nothing is held open between calls; all is on disk already."""

    def _advanced(self, number: int, n: int) -> int:
        """The number `n` records behind `number`, gaps between segments passed over."""
        for segment in self._segments:
            here = max(number, segment.first)
            if here + n <= segment.end:
                return here + n
            n -= max(0, segment.end - here)
            number = max(number, segment.end)
        return number

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
        number = self._segments[-1].end if self._segments else self._head
        if self._segments and not self._segments[-1].count:
            self._segments.pop()
        segment = _Segment(self._directory / f"{number:020d}{_SUFFIX}", number, 0, 0)
        segment.path.write_bytes(b"")
        _sync_folder(self._directory)
        self._segments.append(segment)
        self._fresh = False
        return segment

    def _shrink(self) -> None:
        while len(self._segments) > 1 and self.bytes > self._max_bytes:
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
    topic = packet.topic.encode()[:MAX_TOPIC_BYTES]
    body = topic + packet.data
    tail = _HEADER.pack(0, 0, packet.received_at, feed, len(topic))[_CHECKED_FROM:] + body
    return struct.pack("<II", len(body), zlib.crc32(tail)) + tail


def _bodies(path: Path) -> Iterator[tuple[int, Packet]]:
    """Whole records from the start; ends at the first that is torn or damaged."""
    size = path.stat().st_size
    with path.open("rb") as file:
        while len(header := file.read(_HEADER.size)) == _HEADER.size:
            length, crc, received_at, feed, topic_bytes = _HEADER.unpack(header)
            if length > size - file.tell() or topic_bytes > length:
                return
            body = file.read(length)
            if zlib.crc32(header[_CHECKED_FROM:] + body) != crc:
                return
            topic = body[:topic_bytes].decode(errors="replace")
            yield feed, Packet(received_at, body[topic_bytes:], topic)


def _scan(path: Path) -> _Segment:
    count = size = 0
    for _, packet in _bodies(path):
        count += 1
        size += _HEADER.size + len(packet.topic.encode()) + len(packet.data)
    return _Segment(path, int(path.name.removesuffix(_SUFFIX)), count, size)


def _read(segment: _Segment, skip: int, n: int) -> list[tuple[int, Packet]]:
    found: list[tuple[int, Packet]] = []
    for index, item in enumerate(_bodies(segment.path)):
        if index >= segment.count or len(found) >= n:
            break
        if index >= skip:
            found.append(item)
    return found


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
