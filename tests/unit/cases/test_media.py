"""What a file is, by its own bytes; its name without any path."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maritime_grid.cases.media import LONGEST_NAME, media_type_of, plain_name

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0" * 40
JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 40
END_OF_ZIP = b"PK\x05\x06" + b"\0" * 18


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (JPEG, "image/jpeg"), (PNG, "image/png"), (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"%PDF-1.7\n", "application/pdf"),
        (b"ID3\x04\0", "audio/mpeg"), (b"\xff\xfb\x90\0", "audio/mpeg"), (b"\0\0\0\x18ftypM4A \0", "audio/mp4"),
        (b"\0\0\0\x18ftypisom\0", "video/mp4"), (b"RIFF\0\0\0\0WAVEfmt ", None), (b"", None), (b"GIF89a", None),
        (b"<svg xmlns=''>", None), (b"PK\x03\x04", None), (b"\0\0\0\x18ftypqt  \0", None),
        (JPEG + b"<script>alert(1)</script>", None), (PNG + b"<SVG onload=1>", None), (JPEG + b"%PDF-1.7", None),
        (JPEG + END_OF_ZIP, None),
    ],
)  # fmt: skip
def test_a_file_is_what_its_bytes_say_and_never_two_things(content, media_type):
    assert media_type_of(content) == media_type


@pytest.mark.parametrize(
    ("given_name", "name"),
    [
        ("网具.jpg", "网具.jpg"), ("../../etc/passwd", "passwd"), ("C:\\x\\y.png", "y.png"), ("..", "file"),
        ("", "file"),
        ("a\r\nb.png", "ab.png"), ("x" * 300 + ".jpg", "x" * 96 + ".jpg"), ("\u202egpj.exe", "gpj.exe"),
    ],
)  # fmt: skip
def test_a_name_is_one_line_without_any_path(given_name, name):
    assert plain_name(given_name) == name


@given(st.text(max_size=400))
def test_no_name_leads_anywhere(given_name):
    name = plain_name(given_name)
    assert 0 < len(name) <= LONGEST_NAME
    assert name.isprintable()
    assert not {"/", "\\", "\0"} & set(name)
    assert name not in {".", ".."}
