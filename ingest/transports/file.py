"""Files and pipes as live feeds: `file:PATH` read once, `file:PATH` followed as it grows, `stdin:`."""

from __future__ import annotations

import os
import selectors
import sys
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import BinaryIO

from .content import is_compressed, read_file
from .lines import LineCutter
from .options import TransportError, TransportLimits
from .reader import Reader

POLL_S = 0.2  # how often a followed file is looked at; a change of name or size has no portable call to wait on
READ_BYTES = 256 << 10
STILL_S = 3.0  # a writer told to reopen its log may go on with the old one for a moment after the new one is there


class FileTransport(Reader):
    """A recording, once, from its beginning; then `finished`."""

    repeatable = True

    def __init__(self, path: Path, name: str, now_us: Callable[[], int], limits: TransportLimits) -> None:
        super().__init__(name, now_us, limits)
        self._path = path

    def _session(self) -> None:
        self._up(f"reading {self._path}")
        try:
            for packet in read_file(self._path, block_bytes=READ_BYTES):
                if not self._hand_over(packet.data, packet.received_at):
                    return
            self._end(f"{self._path} was read to its end")
        except TransportError as error:
            self._end(str(error), trouble=str(error))


class FollowTransport(Reader):
    """A log that is being written: what is added from now on, across rotation and truncation.

    What a log held before is passed over, for it may have been stored at an earlier start; a log that comes later is
    read from its start. Nothing in it can be asked for again.
    Rotated: the name leads to another file. The old one is read until it has been still for `STILL_S`, then the new
    one from its start.
    Truncated: the file is shorter than what was read, so it is read again from its start.
    """

    def __init__(self, path: Path, name: str, now_us: Callable[[], int], limits: TransportLimits) -> None:
        super().__init__(name, now_us, limits)
        self._path = path
        self._overlong = 0
        self._place: tuple[int, int] | None = None  # inode and byte read up to, of the file at hand
        self._first = True

    def _extra(self) -> str:
        return f"{self._overlong} over-long lines dropped" if self._overlong else ""

    def _session(self) -> None:
        while not self._path.exists():
            self._first = False  # what comes now is new
            self._detail = self._trouble = f"waiting for {self._path}"
            if self._stop.wait(POLL_S):
                return
        if is_compressed(self._path):
            raise TransportError(f"{self._path} is compressed and cannot be followed; follow the plain file")
        with self._path.open("rb") as file:
            file.seek(self._start_of(file))
            self._first = False
            self._up(f"following {self._path}")
            self._follow(file, LineCutter(self._limits.max_line_bytes))
        self._backoff.reset()

    def _start_of(self, file: BinaryIO) -> int:
        """Where to begin: behind the last whole line at the first start, where we were in a file known already."""
        found = os.fstat(file.fileno())
        if not self._first:
            inode, at = self._place or (-1, 0)
            return at if inode == found.st_ino and at <= found.st_size else 0
        file.seek(max(0, found.st_size - self._limits.max_line_bytes))
        tail = file.read(self._limits.max_line_bytes)
        end = tail.rfind(b"\n") + 1
        return file.tell() - len(tail) + end if end or file.tell() == len(tail) else file.tell()

    def _follow(self, file: BinaryIO, cutter: LineCutter) -> None:
        """Until the name leads elsewhere or the transport is closed."""
        inode, still_from = os.fstat(file.fileno()).st_ino, monotonic()
        while not self._stop.is_set():
            moved = self._moved(inode)
            if self._read_on(file, cutter) or not moved:
                still_from = monotonic()
            self._place = (inode, file.tell())
            if monotonic() - still_from > STILL_S:
                self._hand_over(cutter.finish(), self._now_us())
                self._overlong += cutter.overlong
                return
            if os.fstat(file.fileno()).st_size < file.tell():
                self._hand_over(cutter.finish(), self._now_us())
                file.seek(0)
            else:
                self._stop.wait(POLL_S)

    def _read_on(self, file: BinaryIO, cutter: LineCutter) -> bool:
        """Whether there was anything."""
        began = file.tell()
        while not self._stop.is_set() and (data := file.read(READ_BYTES)):
            self._hand_over(cutter.feed(data), self._now_us())
        return file.tell() > began

    def _moved(self, inode: int) -> bool:
        """Whether the name leads to another file; not while it leads to none, for the old one may still grow."""
        try:
            return self._path.stat().st_ino != inode
        except FileNotFoundError:
            return False


class StdinTransport(Reader):
    """A pipe into the process. Ends when the other side closes it."""

    def __init__(self, name: str, now_us: Callable[[], int], limits: TransportLimits, fd: int | None = None) -> None:
        super().__init__(name, now_us, limits)
        self._fd = sys.stdin.fileno() if fd is None else fd

    def _session(self) -> None:
        self._up("reading standard input")
        cutter = LineCutter(self._limits.max_line_bytes)
        with selectors.PollSelector() as selector:  # epoll refuses a redirected file
            selector.register(self._fd, selectors.EVENT_READ)
            selector.register(self._wake_r, selectors.EVENT_READ)
            while not self._stop.is_set():
                if all(key.fd != self._fd for key, _ in selector.select()):
                    continue
                data = os.read(self._fd, READ_BYTES)
                if not data:
                    self._hand_over(cutter.finish(), self._now_us())
                    self._end("standard input has ended")
                    return
                self._hand_over(cutter.feed(data), self._now_us())
