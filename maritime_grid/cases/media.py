"""What a file is by its own bytes, and its name without any path: nobody's word is taken for either."""

from __future__ import annotations

import unicodedata

LONGEST_NAME = 100  # characters
_SNIFFED = 1024  # bytes: what browsers and readers of PDF look at
_MARKUP = (b"<html", b"<script", b"<svg", b"<!doctype", b"<?xml", b"<?php", b"<body", b"<iframe")
_BRANDS = {
    b"M4A ": "audio/mp4", b"M4B ": "audio/mp4",
    **dict.fromkeys((b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"MSNV", b"dash",
                     b"3gp4", b"3gp5"), "video/mp4"),
}  # fmt: skip
_MP3_HEADS = (b"\xff\xfb", b"\xff\xfa", b"\xff\xf3", b"\xff\xf2", b"\xff\xe3", b"\xff\xe2")  # layer III
_END_OF_ZIP, _MOST_TAIL = b"PK\x05\x06", 65_557


def media_type_of(content: bytes) -> str | None:
    """The media type; None: nothing that we know, or two things at once.

    Source: the signatures of JFIF, PNG, RIFF/WebP, PDF (ISO 32000), ID3v2, MPEG audio and ISO base media files.
    """
    found = _by_signature(content)
    head = content[:_SNIFFED].lower()
    if found is None or any(mark in head for mark in _MARKUP):
        return None
    if found != "application/pdf" and b"%pdf-" in head:
        return None
    return None if _is_zip_too(content) else found


def plain_name(name: str) -> str:
    """The last part of a path as one printable line, its ending kept; `file` where nothing is left."""
    last = unicodedata.normalize("NFC", name[-4 * LONGEST_NAME :]).replace("\\", "/").rpartition("/")[2]
    shown = "".join(c for c in last if c.isprintable()).strip(" .")
    stem, dot, ending = shown.rpartition(".")
    if len(shown) > LONGEST_NAME and dot and len(ending) <= 8:
        shown = f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}"
    return shown[:LONGEST_NAME] or "file"


def _by_signature(content: bytes) -> str | None:
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"):
        return "image/png"
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return "image/webp"
    if content.startswith(b"%PDF-"):
        return "application/pdf"
    if content[4:8] == b"ftyp":
        return _BRANDS.get(content[8:12])
    return "audio/mpeg" if content.startswith((b"ID3", *_MP3_HEADS)) else None


def _is_zip_too(content: bytes) -> bool:
    """Archives are read from their end: the record there tells how much follows it."""
    tail = content[-_MOST_TAIL:]
    at = tail.rfind(_END_OF_ZIP)
    return at >= 0 and len(tail) >= at + 22 + int.from_bytes(tail[at + 20 : at + 22], "little")
