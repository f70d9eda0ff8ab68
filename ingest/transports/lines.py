"""A stream of bytes cut at line ends, with a bound on how long a line may be."""

from __future__ import annotations


class LineCutter:
    """Hands on whole lines, keeps the unfinished one, drops what is over-long and counts it.

    With `keep_bytes` the beginning of an over-long line is handed on as a line, to be refused by whoever reads it.
    """

    def __init__(self, max_line_bytes: int, keep_bytes: int = 0) -> None:
        self._max = max_line_bytes
        self._kept = min(keep_bytes, max_line_bytes)
        self._cut = b""  # beginning of the over-long line that we are in
        self._rest = b""
        self._skipping = False  # inside an over-long line whose head is gone already
        self.overlong = 0

    def feed(self, data: bytes) -> bytes:
        """Whole lines of what came so far, in order, each with its line end; may be empty."""
        end = data.rfind(b"\n") + 1
        if not end:
            self._keep(data)
            return b""
        head = self._head(data[:end])
        self._rest = b""
        self._keep(data[end:])
        return self._without_overlong(head)

    def finish(self) -> bytes:
        """The stream ended: its last line, given the line end it lacks; empty when there is none."""
        last, self._rest = self._rest, b""
        skipping, self._skipping = self._skipping, False
        if skipping:
            return self._beginning()
        return last + b"\n" if last else b""

    def _beginning(self) -> bytes:
        cut, self._cut = self._cut, b""
        return cut + b"\n" if cut else b""

    def _head(self, lines: bytes) -> bytes:
        if self._skipping:
            self._skipping = False
            return self._beginning() + lines[lines.find(b"\n") + 1 :]
        return self._rest + lines if self._rest else lines

    def _keep(self, tail: bytes) -> None:
        if self._skipping:
            return
        self._rest += tail
        if len(self._rest) > self._max:
            self._cut = self._rest[: self._kept]
            self._rest = b""
            self._skipping = True
            self.overlong += 1

    def _without_overlong(self, lines: bytes) -> bytes:
        """Jumps a whole bound at a time, so that ordinary lines cost next to nothing."""
        at, size, kept, start = 0, len(lines), [], 0
        while size - at > self._max + 1:
            end = lines.rfind(b"\n", at, at + self._max + 1) + 1
            if end:
                at = end
                continue
            self.overlong += 1
            kept.append(lines[start:at])
            if self._kept:
                kept.append(lines[at : at + self._kept] + b"\n")
            at = start = lines.find(b"\n", at) + 1
        return b"".join([*kept, lines[start:]]) if kept else lines
