"""The spool: in order, once each, across restarts, kills and a full disk's bound."""

from __future__ import annotations

import shutil
from collections import deque
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.packet import Packet
from ingest.spool import Spool

ROOMY = 1 << 20


def packet(number: int, size: int = 0) -> Packet:
    return Packet(1_700_000_000_000_000 + number, b"%d" % number + b"." * size, "a/ü" if number % 2 else "")


def numbers(items: list[tuple[int, Packet]]) -> list[int]:
    return [p.received_at - 1_700_000_000_000_000 for _, p in items]


def test_packets_come_back_as_they_were_with_their_feed(tmp_path: Path) -> None:
    spool = Spool(tmp_path, ROOMY)
    sent = [Packet(5, b"\x00\xff\n"), Packet(-1, b"", "mg/v1/海"), Packet(2**62, b"x" * 70_000)]
    spool.append(7, sent)
    assert spool.peek(10) == [(7, p) for p in sent]


def test_what_was_not_committed_is_shown_again_after_a_restart(tmp_path: Path) -> None:
    spool = Spool(tmp_path, ROOMY)
    spool.append(1, [packet(n) for n in range(10)])
    spool.peek(4)
    spool.commit(4)
    again = Spool(tmp_path, ROOMY)
    assert again.depth == 6
    assert numbers(again.peek(100)) == [4, 5, 6, 7, 8, 9]


def test_a_drained_spool_leaves_no_segment_on_disk(tmp_path: Path) -> None:
    spool = Spool(tmp_path, ROOMY)
    for n in range(50):
        spool.append(1, [packet(n)])
    assert len(spool.peek(50)) == 50
    spool.commit(50)
    assert (spool.depth, spool.size_bytes, list(tmp_path.glob("*.segment"))) == (0, 0, [])


def test_the_oldest_go_first_when_it_is_full_and_are_counted(tmp_path: Path) -> None:
    spool = Spool(tmp_path, 8_000)
    for n in range(1_000):
        spool.append(1, [packet(n, 80)])
    kept = numbers(spool.peek(5_000))
    assert spool.size_bytes <= 8_000
    assert kept == list(range(1_000 - len(kept), 1_000))
    assert spool.dropped == 1_000 - len(kept)
    assert len(kept) > 50


def test_what_was_dropped_between_peek_and_commit_is_not_committed_twice(tmp_path: Path) -> None:
    spool = Spool(tmp_path, 8_000)
    spool.append(1, [packet(n, 80) for n in range(40)])
    assert len(spool.peek(3)) == 3
    spool.append(1, [packet(n, 80) for n in range(40, 120)])
    left = numbers(Spool(tmp_path, 8_000).peek(500))
    assert left[0] > 3
    spool.commit(3)
    assert numbers(spool.peek(500)) == left


def test_a_disk_without_room_drops_with_a_count_and_heals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spool = Spool(tmp_path, ROOMY)
    spool.append(1, [packet(0)])

    def no_room(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("ingest.spool.os.fsync", no_room)
        spool.append(1, [packet(1), packet(2)])
    assert spool.dropped == 2
    assert "No space left" in spool.failure
    spool.append(1, [packet(3), packet(4), packet(5)])
    assert spool.failure == ""
    assert numbers(spool.peek(10)) == [0, 3, 4, 5]
    assert numbers(Spool(tmp_path, ROOMY).peek(10)) == [0, 3, 4, 5]


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_cut_at_any_byte_all_whole_records_before_it_survive_and_new_ones_follow(data: st.DataObject) -> None:
    with TemporaryDirectory() as folder:
        spool = Spool(Path(folder), ROOMY)
        spool.append(1, [packet(n, n % 7) for n in range(20)])
        (segment,) = Path(folder).glob("*.segment")
        size = segment.stat().st_size
        cut = data.draw(st.integers(0, size))
        with segment.open("r+b") as file:
            file.truncate(cut)
        again = Spool(Path(folder), ROOMY)
        survived = numbers(again.peek(100))
        assert survived == list(range(len(survived)))
        assert len(survived) == 20 if cut == size else len(survived) < 20
        again.append(1, [packet(100), packet(101)])
        assert numbers(again.peek(100)) == [*survived, 100, 101]
        assert numbers(Spool(Path(folder), ROOMY).peek(100)) == [*survived, 100, 101]


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2_000), st.integers(0, 255))
def test_a_damaged_byte_never_raises_and_never_shows_a_wrong_record(at: int, value: int) -> None:
    with TemporaryDirectory() as folder:
        sent = [packet(n, n % 5) for n in range(30)]
        Spool(Path(folder), ROOMY).append(1, sent)
        (segment,) = Path(folder).glob("*.segment")
        content = bytearray(segment.read_bytes())
        content[at % len(content)] = value
        segment.write_bytes(content)
        shown = [p for _, p in Spool(Path(folder), ROOMY).peek(100)]
        assert shown == sent[: len(shown)]


@settings(deadline=None, max_examples=80)
@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("append"), st.integers(1, 9)),
            st.tuples(st.just("take"), st.integers(1, 12)),
            st.tuples(st.just("look"), st.integers(1, 12)),
            st.tuples(st.just("restart"), st.just(0)),
        ),
        max_size=30,
    )
)
def test_it_is_a_queue_whatever_is_done_to_it(steps: list[tuple[str, int]]) -> None:
    with TemporaryDirectory() as folder:
        spool, model, next_number = Spool(Path(folder), 4_000_000), deque[int](), 0
        for what, n in steps:
            if what == "append":
                spool.append(3, [packet(next_number + i) for i in range(n)])
                model.extend(range(next_number, next_number + n))
                next_number += n
            elif what == "restart":
                spool = Spool(Path(folder), 4_000_000)
            else:
                assert numbers(spool.peek(n)) == list(model)[:n]
                if what == "take":
                    spool.commit(n)
                    for _ in range(min(n, len(model))):
                        model.popleft()
            assert spool.depth == len(model)


def test_a_copy_taken_at_any_append_holds_everything_appended_before(tmp_path: Path) -> None:
    """What a kill leaves is what is on disk: append keeps nothing in memory."""
    spool = Spool(tmp_path / "spool", 40_000)
    for n in range(0, 60, 5):
        spool.append(1, [packet(i) for i in range(n, n + 5)])
        shutil.copytree(tmp_path / "spool", tmp_path / f"copy{n}")
        assert numbers(Spool(tmp_path / f"copy{n}", 40_000).peek(100)) == list(range(n + 5))


def test_what_was_appended_is_committed_by_its_number_however_much_was_dropped_meanwhile(tmp_path: Path) -> None:
    spool = Spool(tmp_path, 8_000)
    end = spool.append(1, [packet(n, 80) for n in range(30)])
    spool.append(1, [packet(n, 80) for n in range(30, 200)])
    left = numbers(spool.peek(500))
    assert left[0] > 30
    spool.commit_to(end)
    assert numbers(spool.peek(500)) == left
    spool.commit_to(spool.end_of(2))
    assert numbers(spool.peek(500)) == left[2:]


def test_record_damaged_while_running_is_counted_and_what_comes_after_is_shown(tmp_path: Path) -> None:
    spool = Spool(tmp_path, ROOMY)
    spool.append(1, [packet(n) for n in range(25)])
    (segment,) = tmp_path.glob("*.segment")
    torn = bytearray(segment.read_bytes())
    torn[len(torn) // 2] ^= 0xFF
    segment.write_bytes(torn)
    shown = numbers(spool.peek(100))
    assert 0 < len(shown) < 25
    assert (spool.dropped, spool.depth) == (25 - len(shown), len(shown))
    spool.append(1, [packet(100)])
    assert numbers(spool.peek(100)) == [*shown, 100]
    spool.commit(len(shown) + 1)
    assert spool.depth == 0
