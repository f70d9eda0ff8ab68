"""Draws the icons of the form, which phones show when it is installed: `python -m dashboard.report.icons`."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SIZES = (192, 512)
BACK, INK, SEA = (13, 59, 94), (255, 255, 255), (143, 208, 255)
_FINE = 4  # pixels drawn for one of the icon, each way: edges without steps


def icon(size: int) -> bytes:
    """A buoy with its cage on two waves, inside the part that every phone leaves visible; PNG."""
    n = size * _FINE
    y, x = (np.mgrid[0:n, 0:n] + 0.5) / n
    picture = np.empty((n, n, 3))
    picture[:] = BACK
    cone = (y > 0.26) & (y < 0.60) & (np.abs(x - 0.5) < 0.05 + (y - 0.26) * 0.26)
    band = (y > 0.42) & (y < 0.48)
    lamp = (x - 0.5) ** 2 + (y - 0.22) ** 2 < 0.055**2
    picture[cone & ~band] = INK
    picture[lamp] = SEA
    for level in (0.66, 0.76):
        wave = np.abs(y - level - 0.018 * np.sin(x * 6 * np.pi)) < 0.02
        picture[wave & (x > 0.2) & (x < 0.8)] = SEA
    small = picture.reshape(size, _FINE, size, _FINE, 3).mean(axis=(1, 3))
    return _png(small.round().astype(np.uint8))


def _png(rgb: NDArray[np.uint8]) -> bytes:
    """With a palette: a drawing has few colours."""
    height, width, _ = rgb.shape
    palette, index = np.unique(rgb.reshape(-1, 3), axis=0, return_inverse=True)
    rows = b"".join(b"\0" + row.tobytes() for row in index.astype(np.uint8).reshape(height, width))
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = ((b"IHDR", head), (b"PLTE", palette.tobytes()), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in parts
    )


if __name__ == "__main__":
    for size in SIZES:
        (Path(__file__).parent / "static" / f"icon-{size}.png").write_bytes(icon(size))
