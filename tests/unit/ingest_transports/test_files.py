"""Recordings: the same packets from plain, gzip and Zstandard; damage said in one line; following a growing log."""

from __future__ import annotations

import gzip
import os
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import zstandard

from ingest.batch import Reason, concat
from ingest.decode import make_decoder
from ingest.packet import Packet, Transport
from ingest.transports import FollowTransport, TransportError, content_key, file_size, open_transport, read_file
from ingest.transports.content import OVERLONG_BYTES
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


def _streamed(data: bytes) -> bytes:
    """One frame that announces no size, as from a pipe."""
    packer = zstandard.ZstdCompressor().compressobj()
    return packer.compress(data) + packer.flush()


HALVES = (LINES[: len(LINES) // 2], LINES[len(LINES) // 2 :])


@pytest.mark.parametrize(
    "packed",
    [
        pytest.param(_streamed(LINES)[:-200], id="no-size"),
        pytest.param(_streamed(LINES)[:-1], id="no-size-by-one"),
        pytest.param(b"".join(map(zstandard.compress, HALVES))[:-200], id="second-frame"),
        pytest.param(b"".join(map(_streamed, HALVES))[:-200], id="second-frame-no-size"),
        pytest.param(zstandard.compress(LINES) + b"\x28\xb5\x2f", id="head-of-a-frame"),
    ],
)
def test_any_frame_of_zstandard_that_ends_early_is_told(packed: bytes, tmp_path: Path) -> None:
    path = tmp_path / "short"
    path.write_bytes(packed)
    got: list[bytes] = []
    with pytest.raises(TransportError, match="short: the compressed data are damaged or end early"):
        got.extend(p.data for p in read_file(path))
    assert len(b"".join(got)) > len(HALVES[0]) * 0.4
    assert LINES.startswith(b"".join(got))


def test_a_hostile_zstandard_file_does_not_fill_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "bomb"
    path.write_bytes(zstandard.compress(bytes(256 << 20)))
    tracemalloc.start()
    try:
        assert sum(len(p.data) for p in read_file(path)) <= OVERLONG_BYTES + 1
        assert tracemalloc.get_traced_memory()[1] < 128 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("form", ["nmea", "csv", "maritime-grid", "auto"])
def test_a_line_over_a_mebibyte_is_refused_and_not_passed_over(form: str, tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"# one\n" + b"!" * (2 << 20) + b"\n# three\n" + b"{" * (2 << 20))
    decoder = make_decoder(form, 1, clock="recorded")
    batch = concat([*(decoder.decode([packet]) for packet in read_file(path)), decoder.flush()])
    too_long = [r.seq for r in batch.refusals if r.reason == Reason.TOO_LONG]
    assert (batch.lines, too_long) == (4, [2, 4])


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


@contextmanager
def following(path: Path) -> Iterator[Transport]:
    """A log followed from its present end on."""
    with opened(path, follow=True) as transport:
        until(lambda: transport.status().connected)
        yield transport


def test_following_hands_over_what_is_added_and_waits_for_whole_lines(tmp_path: Path) -> None:
    path = tmp_path / "log"
    with opened(path, follow=True) as transport, ExitStack() as stack:
        until(lambda: "waiting" in transport.status().detail)
        log = stack.enter_context(path.open("ab", buffering=0))
        log.write(b"one\ntw")
        assert bytes_until(transport, 4) == b"one\n"
        log.write(b"o\nthree\n")
        assert bytes_until(transport, 10) == b"two\nthree\n"
        assert not transport.finished


def test_following_loses_nothing_when_the_log_is_rotated(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.touch()
    with following(path) as transport, path.open("ab", buffering=0) as old:
        old.write(b"1\n")
        assert bytes_until(transport, 2) == b"1\n"
        path.rename(tmp_path / "log.1")
        old.write(b"2\n3")
        path.write_bytes(b"4\n")
        assert bytes_until(transport, 6) == b"2\n3\n4\n"


def test_a_log_that_is_moved_and_goes_on_growing_is_read_until_it_is_still(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, looks = tmp_path / "log", [0]
    moved = FollowTransport._moved

    def counted(self: FollowTransport, inode: int) -> bool:
        found = moved(self, inode)
        looks[0] += 1
        return found

    def looked_twice() -> None:
        seen = looks[0]
        until(lambda: looks[0] >= seen + 2)

    monkeypatch.setattr(FollowTransport, "_moved", counted)
    path.touch()
    with following(path) as transport, path.open("ab", buffering=0) as old:
        path.rename(tmp_path / "log.1")
        looked_twice()
        old.write(b"1\n")
        path.write_bytes(b"3\n")
        looked_twice()
        old.write(b"2\n")
        assert bytes_until(transport, 6) == b"1\n2\n3\n"


def test_a_log_followed_again_after_a_restart_is_read_from_its_last_whole_line_on(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"stored at an earlier start\n" * 1_000 + b"ha")
    with following(path) as transport, path.open("ab", buffering=0) as log:
        assert not transport.repeatable  # while the store is away it must go to the spool
        log.write(b"lf\nnew\n")
        assert bytes_until(transport, 9) == b"half\nnew\n"


def test_following_begins_again_when_the_log_is_truncated(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.touch()
    with following(path) as transport:
        path.write_bytes(b"a long first line\n")
        bytes_until(transport, 18)
        os.truncate(path, 0)
        path.write_bytes(b"new\n")
        assert bytes_until(transport, 4) == b"new\n"


def test_packets_of_a_followed_log_carry_the_clock(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.touch()
    with following(path) as transport:
        path.write_bytes(b"1\n")
        (packet,) = transport.receive(5, 5.0)
        assert packet.received_at == 77
