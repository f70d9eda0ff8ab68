"""Recordings as packets: plain, gzip or Zstandard by their first bytes, in blocks cut at line ends."""

from __future__ import annotations

import gzip
import hashlib
import io
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import zstandard

from ingest.packet import Packet

from .lines import LineCutter
from .options import TransportError

BLOCK_BYTES = 4 << 20  # so large that the cost of a call vanishes, so small that memory stays flat
MAX_LINE_BYTES = 1 << 20  # a whole day of one vessel in one JSON line still passes
OVERLONG_BYTES = 128 << 10  # of a longer line that are handed over, more than any decoder takes: it is refused
_ZSTD_STEP_BYTES = 1 << 10  # at a time; a block of 128 KiB may be packed into 4 bytes, so this bounds the memory
_MAX_WINDOW_BYTES = 1 << 27  # of Zstandard; a file may ask for gigabytes otherwise
_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"
_DAMAGE = (EOFError, gzip.BadGzipFile, zlib.error, zstandard.ZstdError)


def file_size(path: Path) -> int:
    """Bytes on disk, the whole of what `on_bytes` will reach.

    Raises: TransportError: there is no such file, or it cannot be read.
    """
    return _checked(path).stat().st_size


def read_file(
    path: Path,
    on_bytes: Callable[[int], None] | None = None,
    block_bytes: int = BLOCK_BYTES,
) -> Iterator[Packet]:
    """Whole lines in order, without a thread; `received_at` is 0, the recording's own clock tells.

    Of a line over 1 MiB the beginning is handed over, still so long that every decoder refuses it.

    Args:
        path: plain, .gz or .zst; told apart by content, not by name.
        on_bytes: called after every block with the bytes of the file on disk read so far.
        block_bytes: content in one packet, before it is cut at the last line end.

    Raises: TransportError: not readable, or the compressed data are damaged; what came before was handed over.
    """
    cutter = LineCutter(MAX_LINE_BYTES, OVERLONG_BYTES)
    for block in _blocks(path, block_bytes, on_bytes):
        lines = cutter.feed(block)
        if lines:
            yield Packet(0, lines)
    last = cutter.finish()
    if last:
        yield Packet(0, last)


def content_key(path: Path) -> str:
    """SHA-256, hexadecimal, of the content without its compression: the same recording has the same key.

    Raises: TransportError: as `read_file`.
    """
    digest = hashlib.sha256()
    for block in _blocks(path, BLOCK_BYTES, None):
        digest.update(block)
    return digest.hexdigest()


def is_compressed(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4).startswith((_GZIP, _ZSTD))


def _checked(path: Path) -> Path:
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "is not there"
        raise TransportError(f"recording {path} {what}; name an existing file")
    return path


def _blocks(path: Path, block_bytes: int, on_bytes: Callable[[int], None] | None) -> Iterator[bytes]:
    try:
        with _checked(path).open("rb") as raw:
            stream = _decompressed(raw)
            while block := stream.read(block_bytes):
                yield block
                if on_bytes is not None:
                    on_bytes(raw.tell())
    except _DAMAGE as error:
        raise TransportError(
            f"recording {path}: the compressed data are damaged or end early ({error}); "
            "what came before was read, copy the file again for the rest"
        ) from error
    except OSError as error:
        raise TransportError(f"recording {path} cannot be read: {error.strerror or error}") from error


class _Stream(Protocol):
    def read(self, size: int, /) -> bytes: ...


class _ZstdStream:
    """Frames one after the other. The library's own reader takes an early end for the end; this one does not."""

    def __init__(self, raw: io.BufferedReader) -> None:
        self._raw = raw
        self._ready = bytearray()
        self._rest = b""  # read, and behind the end of a frame
        self._over = False
        self._failure: Exception | None = None
        self._decompressor = zstandard.ZstdDecompressor(max_window_size=_MAX_WINDOW_BYTES)
        self._frame: zstandard.ZstdDecompressionObj | None = None

    def read(self, size: int) -> bytes:
        """`size` bytes, fewer at the end. Raises: EOFError in the middle of a frame, ZstdError for damage."""
        while len(self._ready) < size and not self._over:
            try:
                self._advance()
            except (EOFError, zstandard.ZstdError) as error:  # raised when what came before was handed over
                self._failure, self._over = error, True
        if self._failure and not self._ready:
            raise self._failure
        out = bytes(self._ready[:size])
        del self._ready[:size]
        return out

    def _advance(self) -> None:
        data, self._rest = self._rest or self._raw.read(_ZSTD_STEP_BYTES), b""
        if not data:
            self._over = True
            if self._frame is not None:
                raise EOFError("it ends within a frame")
            return
        self._frame = self._frame or self._decompressor.decompressobj()
        self._ready += self._frame.decompress(data)
        if self._frame.eof:
            self._rest, self._frame = self._frame.unused_data, None


def _decompressed(raw: io.BufferedReader) -> _Stream:
    magic = raw.peek(4)[:4]
    if magic.startswith(_GZIP):
        return gzip.GzipFile(fileobj=raw, mode="rb")
    return _ZstdStream(raw) if magic == _ZSTD else raw
