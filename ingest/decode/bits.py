"""Six-bit armour: payload characters to numbers and text, for whole columns and for one message.

Source: ITU-R M.1371-6 annex 8 (bit layout), IEC 61162-1 (armour), where 48..87 stand for 0..39 and 96..119 for 40..63.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.batch import I64, U8

BAD = 0x80  # marks a character that is none of the armour
_SIX = np.full(256, BAD, np.uint8)
_SIX[48:88] = np.arange(40)
_SIX[96:120] = np.arange(40, 64)
ARMOUR = bytes(int(c) for c in np.flatnonzero(_SIX != BAD))
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_TO_BASE64 = bytes.maketrans(ARMOUR, _BASE64)
_TO_TEXT = bytes.maketrans(_BASE64, bytes(c + 64 if c < 32 else c for c in range(64)))
WINDOW = 28  # characters of a one-slot message, 168 bits


def windows(buf: U8, start: I64) -> U8:
    """The 28 bytes from each start: (n, 28). The buffer is padded, so a short payload reads what follows it."""
    return np.lib.stride_tricks.sliding_window_view(buf, WINDOW)[start]


def six_bits(raw: U8) -> U8:
    """Armour characters to their six bits, `BAD` for others; same shape."""
    return _SIX[raw]


def pack(six: U8) -> NDArray[np.int64]:
    """(n, 28) six-bit values to (7, n) words of 24 bits."""
    pairs = (six[:, 0::2].astype(np.uint16) << 6) | six[:, 1::2]
    return np.ascontiguousarray(((pairs[:, 0::2].astype(np.int64) << 12) | pairs[:, 1::2]).T)


def unsigned(words: NDArray[Any], start: int, width: int) -> I64:
    """Bits start..start+width of every message as numbers: (n,)."""
    first, last = start // 24, (start + width - 1) // 24
    value = words[first]
    for k in range(first + 1, last + 1):
        value = (value << 24) | words[k]
    return (value >> ((last + 1) * 24 - start - width)) & ((1 << width) - 1)


def signed(words: NDArray[Any], start: int, width: int) -> I64:
    """The same in two's complement."""
    sign = 1 << (width - 1)
    return (unsigned(words, start, width) ^ sign) - sign


class Bits:
    """The bits of one payload of any length."""

    __slots__ = ("_value", "length")

    def __init__(self, payload: bytes, fill: int) -> None:
        """`payload` holds characters of the armour only; `fill` bits at its end are padding."""
        padding = -len(payload) % 4
        value = int.from_bytes(b64decode(payload.translate(_TO_BASE64) + b"A" * padding), "big")
        self.length = max(len(payload) * 6 - fill, 0)
        self._value = value >> (padding * 6 + fill)

    def unsigned(self, start: int, width: int) -> int | None:
        """None when the field is not wholly there."""
        shift = self.length - start - width
        return None if shift < 0 else (self._value >> shift) & ((1 << width) - 1)

    def signed(self, start: int, width: int) -> int | None:
        value = self.unsigned(start, width)
        sign = 1 << (width - 1)
        return None if value is None else (value ^ sign) - sign

    def text(self, start: int, width: int) -> str | None:
        """Six-bit text without the '@' and spaces round it; None when nothing is left."""
        width = min(width, self.length - start) // 6 * 6
        value = self.unsigned(start, width) if width > 0 else None
        if value is None:
            return None
        padding = -width % 24
        coded = b64encode((value << padding).to_bytes((width + padding) // 8, "big"))
        return coded[: width // 6].translate(_TO_TEXT).decode("ascii").strip("@ ") or None
