"""Names of files that are paths, files that are two things, archives that burst, and files that are too many."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from io import BytesIO
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from maritime_grid.cases.media import LONGEST_NAME
from maritime_grid.cli.sheet_files import AT_THE_MACHINE, read_bytes
from maritime_grid.domain.errors import UsageError
from tests.integration.store import case_build as cb

from .attack_calls import dump
from .attack_world import PNG, World, report

NAMES = [
    "../../etc/passwd.png", "..\\..\\boot.png", "/etc/cron.d/x.png", "C:\\Windows\\x.png", "\\\\host\\share\\x.png",
    "x.png\0.exe", "x.png\r\nX-Evil: 1", "CON", "nul.png", "aux.tar.png", "COM1", "..", ".", "", " . ", ".htaccess",
    "a/../../b.png", "..%2f..%2fx.png", "\u202egnp.exe", "x.png\u200b", "'; drop table.png", '"x".png', "x;y=z.png",
    "=cmd|' /C calc'!A0.png", "网" * 300 + ".png", "e\u0301.png", "%00", "\ud800.png", "file:///etc/passwd",
    "x" * 5_000, "a:b.png", "a*b?.png", "|x.png", "~/.ssh/id.png",
]  # fmt: skip


@pytest.fixture
def lin(world: World) -> httpx.Client:
    return world.site.browser("lin")


@pytest.fixture
def case_id(world: World, lin: httpx.Client) -> str:
    answer = lin.post("/api/v1/cases", json=report(world.attacks))
    assert answer.status_code == 201, answer.text
    return answer.json()["case_id"]


@pytest.fixture
def unchanged(world: World, case_id: str) -> Iterator[None]:
    before = dump(world.site.dsn)
    yield
    assert dump(world.site.dsn) == before


def put(client: httpx.Client, case_id: str, content: bytes, name: str = "a.png", **headers: str) -> httpx.Response:
    named = {"X-Name": quote(name.encode("utf-8", "surrogatepass"), safe="")}
    return client.post(f"/api/v1/cases/{case_id}/attachments", content=content, headers=named | headers)


def test_name_of_a_file_is_never_a_path_neither_on_the_way_out_nor_in_a_dossier(world: World, lin, case_id: str):
    assert len(NAMES) < world.site.desk.plan.attachments.max_count
    for n, name in enumerate(NAMES):
        answer = put(lin, case_id, PNG + bytes([n]), name)
        assert answer.status_code == 201, answer.text
        seq = answer.json()["seq"]
        got = lin.get(f"/api/v1/cases/{case_id}/attachments/{seq}")
        said = got.headers["content-disposition"]
        assert said.startswith("attachment; ") and "x-evil" not in got.headers, name
        assert got.headers["content-type"] == "image/png" and got.headers["x-content-type-options"] == "nosniff"
        asked = "select name from mg.case_attachment where case_id = %s and seq = %s"
        kept = cb.ask(world.site.dsn, asked, [case_id, seq])[0][0]
        assert kept and kept.isprintable() and len(kept) <= LONGEST_NAME, (name, kept)
        assert kept == PurePosixPath(kept).name and "/" not in kept and "\\" not in kept, (name, kept)
        assert kept not in {".", ".."} and not kept.startswith("."), (name, kept)
    whole = lin.get(f"/api/v1/cases/{case_id}/dossier", params={"purpose": "核对"})
    for inside in zipfile.ZipFile(BytesIO(whole.content)).namelist():
        assert PurePosixPath(inside).parts[-1] == PureWindowsPath(inside).name and inside.isascii()
        assert ".." not in inside and not PurePosixPath(inside).is_absolute() and ":" not in inside


def _zip(*, size: int = 10) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x", b"\0" * size)
    return out.getvalue()


JPEG, PDF = b"\xff\xd8\xff\xe0" + b"\0" * 60, b"%PDF-1.7\n" + b"\0" * 60
MARKUP = (b"<html>", b"<script>1</script>", b"<svg onload=1>", b"<!DOCTYPE html>", b"<?xml version='1'?>",
          b"<?php 1 ?>", b"<body>", b"<iframe>")  # fmt: skip
TWO = {
    **{f"{kind} with {mark[:7].decode()}": head + mark for kind, head in (("PNG", PNG), ("JPEG", JPEG), ("PDF", PDF))
       for mark in (*MARKUP, *(m.upper() for m in MARKUP))},
    "PNG with an archive behind": PNG + _zip(), "JPEG with an archive behind": JPEG + _zip(), "PDF with an archive":
    PDF + _zip(),
    "an archive with a comment that is a JPEG": _zip() + JPEG, "JPEG with a PDF": JPEG + PDF, "an archive": _zip(),
    "a bomb": _zip(size=50_000_000), "a PDF behind other bytes": b" " * 40 + PDF, "ELF": b"\x7fELF" + b"\0" * 60,
    "a program": b"MZ" + b"\0" * 60, "a script": b"#!/bin/sh\n",
    "RIFF that is no picture": b"RIFF\0\0\0\0AVI " + b"\0" * 60,
    "SVG": b'<svg xmlns="http://www.w3.org/2000/svg" onload="X()"/>', "HTML": b"<html><script>X()</script>",
    "nothing": b"",
    "UTF-16 HTML": "<script>X()</script>".encode("utf-16"), "GIF": b"GIF89a" + b"\0" * 60, "BMP": b"BM" + b"\0" * 60,
    "half a PNG": PNG[:8], "a film of an unknown brand": b"\0\0\0\x18ftypevil" + b"\0" * 60,
}  # fmt: skip


def test_file_that_is_two_things_or_none_that_is_taken_is_refused(world: World, lin, case_id: str, unchanged):
    for what, content in TWO.items():
        for kind in ("image/png", "image/svg+xml", "text/html", "application/json"):
            answer = put(lin, case_id, content, "a.png", **{"Content-Type": kind})
            assert answer.status_code == 422, (what, answer.text)


def test_size_and_hash_and_encoding_are_held_to_what_is_said(world: World, lin, case_id: str, unchanged):
    most = world.site.desk.plan.attachments.max_bytes
    assert put(lin, case_id, PNG + b"\0" * most).status_code == 422
    for hashed in ("0" * 64, "x", sha256(PNG + b"1").hexdigest(), "%00", "../x"):
        assert put(lin, case_id, PNG, **{"X-SHA256": hashed}).status_code == 422, hashed

    def endless() -> Iterator[bytes]:
        yield PNG
        for _ in range(most // 65_536 + 2):
            yield b"\0" * 65_536

    where = f"/api/v1/cases/{case_id}/attachments"
    assert lin.post(where, content=endless(), headers={"X-Name": "a.png"}).status_code == 422
    assert put(lin, case_id, PNG, **{"Content-Encoding": "gzip", "X-SHA256": "0" * 64}).status_code == 422


def test_files_are_taken_to_their_number_and_kept_from_others(world: World, lin, case_id: str):
    most = world.site.desk.plan.attachments.max_count
    told = [put(lin, case_id, PNG + b"%d" % n).status_code for n in range(most + 2)]
    assert told[:most] == [201] * most
    assert set(told[most:]) <= {400, 409, 422}
    for who in ("town2", "shop", "police"):
        assert put(world.site.browser(who), case_id, PNG).status_code in {403, 404}
    for who in ("root", "wall"):
        assert put(world.site.browser(who), case_id, PNG).status_code == 403


def _lying(content: bytes) -> bytes:
    """An archive whose directory says that what is in it is ten bytes."""
    at = content.rindex(b"PK\x01\x02")
    return content[: at + 24] + struct.pack("<I", 10) + content[at + 28 :]


def _book(part: bytes) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", part)
    return out.getvalue()


ENTITIES = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "' + b"a" * 99 + b'">' + b"".join(
    b'<!ENTITY b%d "%s">' % (n, b"&a;" * 99 if not n else b"&b%d;" % (n - 1) * 99) for n in range(6)
) + b"]><x>&b5;</x>"  # fmt: skip
BOOKS: dict[str, Any] = {
    "a bomb": lambda: _zip(size=AT_THE_MACHINE.most_unpacked + 1),
    "a bomb that lies": lambda: _lying(_zip(size=AT_THE_MACHINE.most_unpacked + 1)),
    "entities": lambda: _book(ENTITIES), "an archive of nothing": lambda: _zip(),
    "no archive": lambda: b"PK\x03\x04" + b"x" * 99,
    "a file from outside": lambda: _book(b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'),
}  # fmt: skip


@pytest.mark.parametrize("book", BOOKS.values(), ids=BOOKS)
def test_workbook_that_bursts_or_lies_is_refused_in_one_line(book):
    with pytest.raises(UsageError) as caught:
        read_bytes(book(), ".xlsx", "people.xlsx")
    assert "root:" not in str(caught.value) and "\n" not in str(caught.value)
