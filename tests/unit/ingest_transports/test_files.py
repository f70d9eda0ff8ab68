"""Recordings: the same packets from plain, gzip and Zstandard; damage said in one line; following a growing log."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import zstandard

from ingest.packet import Packet, Transport
from ingest.transports import TransportError, content_key, file_size, open_transport, read_file
from tests.unit.ingest_transports.waiting import bytes_until, until

LINES = b"".join(b"!AIVDM,1,1,,A,%d,0*00\r\n" % n for n in range(20_000))


def content(packets: Iterator[Packet]) -> bytes:
    return b"".join(p.data for p in packets)


@contextmanager
def opened(path: Path, follow: bool = False) -> Iterator[Transport]:
    transport = open_transport(f"file:{path}", name="log", now_us=lambda: 77, follow=follow)
    try:
        yield transport
    finally:
        transport.close()


@pytest.fixture(params=["plain", "gzip", "two gzip members", "zstd", "two zstd frames"])
def recording(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """One content in every packing, under a name that says nothing."""
    half = len(LINES) // 2 + 3
    packed = {
        "plain": lambda: LINES,
        "gzip": lambda: gzip.compress(LINES),
        "two gzip members": lambda: gzip.compress(LINES[:half]) + gzip.compress(LINES[half:]),
        "zstd": lambda: zstandard.compress(LINES),
        "two zstd frames": lambda: zstandard.compress(LINES[:half]) + zstandard.compress(LINES[half:]),
    }
    path = tmp_path / "recording.dat"
    path.write_bytes(packed[request.param]())
    return path


def test_every_packing_gives_the_same_whole_lines(recording: Path) -> None:
    packets = list(read_file(recording, block_bytes=10_001))
    assert len(packets) > 20
    assert all(p.data.endswith(b"\n") and p.received_at == 0 for p in packets)
    assert content(iter(packets)) == LINES


def test_every_packing_has_the_same_key(recording: Path, tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_bytes(LINES)
    assert content_key(recording) == content_key(plain)
    plain.write_bytes(LINES + b"x")
    assert content_key(recording) != content_key(plain)


def test_progress_ends_at_the_size_on_disk(recording: Path) -> None:
    seen: list[int] = []
    assert content(read_file(recording, seen.append, block_bytes=50_000)) == LINES
    assert seen == sorted(seen)
    assert seen[-1] == file_size(recording)


def test_a_read_recording_is_finished_when_all_was_taken(recording: Path) -> None:
    with opened(recording) as transport:
        assert bytes_until(transport, len(LINES)) == LINES
        until(lambda: transport.finished)
        assert transport.receive(1, 5.0) == []


def test_a_last_line_without_its_end_is_given_one(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"one\ntwo")
    assert content(read_file(path)) == b"one\ntwo\n"


def test_an_empty_file_gives_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"")
    assert list(read_file(path)) == []


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress], ids=["gzip", "zstd"])
def test_a_copy_that_ends_early_gives_what_is_there_then_says_so(
    pack: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    path = tmp_path / "short"
    path.write_bytes(pack(LINES)[:-200])
    got: list[bytes] = []
    with pytest.raises(TransportError, match="short: the compressed data are damaged or end early"):
        got.extend(p.data for p in read_file(path, block_bytes=4096))
    assert got
    assert LINES.startswith(b"".join(got))


def test_random_bytes_behind_a_gzip_magic_are_one_line_of_error(tmp_path: Path) -> None:
    path = tmp_path / "bad"
    path.write_bytes(b"\x1f\x8b" + bytes(range(256)))
    with pytest.raises(TransportError, match="bad: the compressed data") as caught:
        list(read_file(path))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["", "absent"])
def test_a_folder_or_an_absent_file_is_refused_at_once(name: str, tmp_path: Path) -> None:
    with pytest.raises(TransportError, match="name an existing file"):
        open_transport(f"file:{tmp_path / name}", name="f", now_us=lambda: 0)


def test_following_hands_over_what_is_added_and_waits_for_whole_lines(tmp_path: Path) -> None:
    path = tmp_path / "log"
    with opened(path, follow=True) as transport, path.open("ab", buffering=0) as log:
        log.write(b"one\ntw")
        assert bytes_until(transport, 4) == b"one\n"
        log.write(b"o\nthree\n")
        assert bytes_until(transport, 10) == b"two\nthree\n"
        assert not transport.finished


def test_following_loses_nothing_when_the_log_is_rotated(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"1\n")
    with opened(path, follow=True) as transport, path.open("ab", buffering=0) as old:
        assert bytes_until(transport, 2) == b"1\n"
        path.rename(tmp_path / "log.1")
        old.write(b"2\n3")
        path.write_bytes(b"4\n")
        assert bytes_until(transport, 6) == b"2\n3\n4\n"


def test_following_begins_again_when_the_log_is_truncated(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"a long first line\n")
    with opened(path, follow=True) as transport:
        bytes_until(transport, 18)
        os.truncate(path, 0)
        path.write_bytes(b"new\n")
        assert bytes_until(transport, 4) == b"new\n"


def test_packets_of_a_followed_log_carry_the_clock(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"1\n")
    with opened(path, follow=True) as transport:
        (packet,) = transport.receive(5, 5.0)
        assert packet.received_at == 77
