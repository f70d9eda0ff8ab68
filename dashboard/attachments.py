"""What people attach: read within its bounds, known by its own bytes, attached once however often it is sent.

What a browser says of a file is not believed. Files that are one thing at their head and another elsewhere are
refused; the rest is kept as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import unquote

from fastapi import Request
from fastapi.concurrency import run_in_threadpool

from maritime_grid.cases.kinds import Act
from maritime_grid.cases.media import media_type_of, plain_name
from maritime_grid.cases.plan import Attachments
from maritime_grid.domain.errors import UsageError
from maritime_grid.store.report_reads import attached_as

from .desk import Desk

NAME_HEADER, HASH_HEADER = "X-Name", "X-SHA256"
_LOOKED_AT = 1024  # bytes of the head: what browsers and readers of PDF search
_MARKUP = (b"<html", b"<script", b"<svg", b"<!doctype", b"<?xml", b"<?php", b"<body", b"<iframe")
_ZIP_TAIL = 65_557  # bytes: the record that ends an archive, with the longest comment


class FileFault(UsageError):  # noqa: N818
    """A file is not taken; `field` says why, for who sent it: size, whole or type. Exit code 2."""

    def __init__(self, what: str, mend: str, field: str) -> None:
        super().__init__(what, mend)
        self.field = field


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file as it came."""

    name: str
    sha256: str  # hexadecimal, of the content
    media_type: str
    content: bytes


async def read_incoming(request: Request, limits: Attachments) -> Incoming:
    """The file that a request brings as its body, its name (percent-encoded UTF-8) and hash in headers.

    Raises: FileFault: it is too large, not whole, or of no type that is taken.
    """
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > limits.max_bytes:
            raise FileFault(f"the file is larger than {limits.max_bytes >> 20} MiB", "send a smaller one", "size")
        parts.append(part)
    return await incoming_of(request, parts, limits)


async def incoming_of(request: Request, parts: Sequence[bytes], limits: Attachments) -> Incoming:
    """The file of a request whose body was read. Raises: FileFault: it is not whole, or of no type that is taken."""
    name = request.headers.get(NAME_HEADER) or request.query_params.get("name", "")
    hashed = request.headers.get(HASH_HEADER, "")
    return await run_in_threadpool(_looked_at, parts, unquote(name, errors="replace"), hashed, limits)


def _looked_at(parts: Sequence[bytes], name: str, hashed: str, limits: Attachments) -> Incoming:
    """The file that came in parts. Raises: FileFault: it is not whole, or of no type that is taken."""
    content = b"".join(parts)
    digest = sha256(content).hexdigest()
    if hashed and hashed.lower() != digest:
        raise FileFault("the file did not arrive whole", "send it again", "whole")
    media_type = one_type_of(content)
    if media_type is None or media_type not in limits.types:
        raise FileFault(
            "the file is none of the types that are taken", f"send {', '.join(sorted(limits.types))}", "type"
        )
    return Incoming(plain_name(name), digest, media_type, content)


def attach(desk: Desk, account_id: str, case_id: str, file: Incoming) -> tuple[int, bool]:
    """Put a file to a case; the entry of the case's log that has it, and whether it was there already.

    Raises: what `Cases.act` raises.
    """
    with desk.reads.as_account(account_id) as conn:
        before = attached_as(conn, case_id, file.sha256)
    if before is not None:
        return before, True
    facts = {"name": file.name, "sha256": file.sha256, "media_type": file.media_type, "content": file.content}
    after = desk.cases.act(case_id, None, Act.ATTACH, account_id, facts, desk.now())
    with desk.reads.as_account(account_id) as conn:
        entry = attached_as(conn, case_id, file.sha256)
    return (after.version, False) if entry is None else (entry, entry != after.version)


def one_type_of(content: bytes) -> str | None:
    """What a file is by its own bytes; None: nothing that is taken, or two things at once."""
    found, head = media_type_of(content), content[:_LOOKED_AT].lower()
    two = any(mark in head for mark in _MARKUP) or (found != "application/pdf" and b"%pdf-" in head)
    return None if two or _is_archive_too(content) else found


def _is_archive_too(content: bytes) -> bool:
    """Archives are read from their end: the record there tells how much follows it."""
    tail = content[-_ZIP_TAIL:]
    at = tail.rfind(b"PK\x05\x06")
    return at >= 0 and len(tail) >= at + 22 + int.from_bytes(tail[at + 20 : at + 22], "little")
