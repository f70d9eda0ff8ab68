"""The cutter of lines: whole ones only, however the stream was broken up, and bounded."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ingest.transports.lines import LineCutter


def cut(pieces: list[bytes], bound: int, keep: int = 0) -> tuple[bytes, int]:
    cutter = LineCutter(bound, keep)
    out = b"".join(cutter.feed(piece) for piece in pieces) + cutter.finish()
    return out, cutter.overlong


def expected(stream: bytes, bound: int) -> tuple[bytes, int]:
    lines = stream.split(b"\n")
    last = lines.pop()
    kept = [line + b"\n" for line in lines if len(line) <= bound]
    over = sum(len(line) > bound for line in lines)
    if len(last) > bound:
        over += 1
    elif last:
        kept.append(last + b"\n")
    return b"".join(kept), over


@given(st.lists(st.binary(max_size=12).map(lambda b: b.replace(b"x", b"\n")), max_size=12), st.integers(1, 9))
def test_any_breaking_up_gives_the_same_lines_and_drops_the_same_overlong_ones(pieces: list[bytes], bound: int) -> None:
    assert cut(pieces, bound) == expected(b"".join(pieces), bound)


@given(st.text(alphabet="ab\n", max_size=60), st.integers(1, 7), st.integers(1, 60))
def test_many_short_lines_in_one_piece_are_those_of_many_pieces(text: str, bound: int, step: int) -> None:
    stream = text.encode()
    pieces = [stream[i : i + step] for i in range(0, len(stream), step)]
    assert cut(pieces, bound) == cut([stream], bound) == expected(stream, bound)


@given(st.text(alphabet="ab\n", max_size=60), st.integers(2, 7), st.integers(1, 60))
def test_the_beginning_of_an_over_long_line_takes_its_place(text: str, bound: int, step: int) -> None:
    stream = text.encode()
    pieces = [stream[i : i + step] for i in range(0, len(stream), step)]
    lines = [line if len(line) <= bound else line[:2] for line in stream.split(b"\n")]
    wanted = b"\n".join(lines) + b"\n" * bool(lines[-1])
    assert cut(pieces, bound, keep=2) == (wanted, expected(stream, bound)[1])


def test_a_stream_without_line_ends_takes_no_memory() -> None:
    cutter = LineCutter(100)
    assert all(cutter.feed(b"y" * 1000) == b"" for _ in range(1000))
    assert cutter.overlong == 1
    assert cutter.feed(b"end\nwhole\n") == b"whole\n"
