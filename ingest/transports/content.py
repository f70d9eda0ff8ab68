"""Recordings as packets: plain, gzip or Zstandard by their first bytes, in blocks cut at line ends."""

from __future__ import annotations

import gzip
import hashlib
import io
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, cast

import zstandard

from ingest.packet import Packet

from .lines import LineCutter
from .options import TransportError

BLOCK_BYTES = 4 << 20  # so large that the cost of a call vanishes, so small that memory stays flat
MAX_LINE_BYTES = 1 << 20  # a whole day of one vessel in one JSON line still passes
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
    on_overlong: Callable[[int], None] | None = None,
) -> Iterator[Packet]:
    """Whole lines in order, without a thread; `received_at` is 0, the recording's own clock tells.

    Args:
        path: plain, .gz or .zst; told apart by content, not by name.
        on_bytes: called after every block with the bytes of the file on disk read so far.
        block_bytes: content in one packet, before it is cut at the last line end.
        on_overlong: called once at the end with the number of lines dropped for being over 1 MiB.

    Raises: TransportError: not readable, or the compressed data are damaged; what came before was handed over.
    """
    cutter = LineCutter(MAX_LINE_BYTES)
    for block in _blocks(path, block_bytes, on_bytes):
        lines = cutter.feed(block)
        if lines:
            yield Packet(0, lines)
    last = cutter.finish()
    if last:
        yield Packet(0, last)
    if on_overlong is not None:
        on_overlong(cutter.overlong)


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
            left = _announced(raw)
            stream = _decompressed(raw)
            while block := stream.read(block_bytes):
                left -= len(block)
                yield block
                if on_bytes is not None:
                    on_bytes(raw.tell())
            if left > 0:  # Zstandard's reader takes an early end for the end
                raise EOFError(f"{left} bytes are missing")
    except _DAMAGE as error:
        raise TransportError(
            f"recording {path}: the compressed data are damaged or end early ({error}); "
            "what came before was read, copy the file again for the rest"
        ) from error
    except OSError as error:
        raise TransportError(f"recording {path} cannot be read: {error.strerror or error}") from error


def _announced(raw: io.BufferedReader) -> int:
    """Bytes of content that the first Zstandard frame announces; 0 where nothing is announced."""
    head = raw.peek(18)[:18]  # RFC 8878: no frame header is longer
    return max(0, zstandard.frame_content_size(head)) if head.startswith(_ZSTD) else 0


def _decompressed(raw: io.BufferedReader) -> IO[bytes]:
    magic = raw.peek(4)[:4]
    if magic.startswith(_GZIP):
        return cast("IO[bytes]", gzip.GzipFile(fileobj=raw, mode="rb"))
    if magic == _ZSTD:
        reader = zstandard.ZstdDecompressor(max_window_size=_MAX_WINDOW_BYTES).stream_reader(
            raw, read_across_frames=True, closefd=False
        )
        return cast("IO[bytes]", reader)
    return raw
