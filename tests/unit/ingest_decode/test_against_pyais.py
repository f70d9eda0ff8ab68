"""Our decoding beside pyais's: made-up messages here, recordings in test_recordings."""

from __future__ import annotations

import random
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from pyais.messages import MSG_CLASS
from pyais.stream import IterMessages

from ingest.batch import Batch, Reason
from ingest.decode.message import Message, decode_message
from ingest.packet import Packet

from .build import NOW, closed, decode, decode_packets, position, sentences, tagged, vdm
from .compare import counts, fix_of, fixes_of, pyais_messages, same_fix, static_fields, static_of

_ARMOUR = "0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVW`abcdefghijklmnopqrstuvw"
_MMSI = st.integers(1, 999_999_999)
_NAME = st.text(st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ 0123456789-."), max_size=20)
_POSITION = st.fixed_dictionaries({
    "type": st.sampled_from([1, 2, 3, 9, 18, 19, 27]), "mmsi": _MMSI,
    "lon": st.floats(-180, 180) | st.just(181), "lat": st.floats(-90, 90) | st.just(91),
    "speed": st.integers(0, 62), "course": st.integers(0, 359), "heading": st.integers(0, 359) | st.just(511),
    "status": st.integers(0, 15), "second": st.integers(0, 63),
})  # fmt: skip
_STATIC = st.fixed_dictionaries({
    "type": st.sampled_from([5, 24]), "mmsi": _MMSI, "partno": st.integers(0, 1), "shipname": _NAME,
    "callsign": st.text(st.sampled_from("ABCXYZ0123"), max_size=7), "imo": st.integers(0, 2**30 - 1),
    "ship_type": st.integers(0, 99), "to_bow": st.integers(0, 511), "to_stern": st.integers(0, 511),
    "to_port": st.integers(0, 63), "to_starboard": st.integers(0, 63), "draught": st.integers(0, 25),
    "destination": _NAME,
})  # fmt: skip


def assert_same_fix(batch: Batch, messages: list[Any]) -> None:
    theirs = [f for f in map(fix_of, messages) if f]
    ours = fixes_of(batch)
    assert len(ours) == len(theirs)
    assert [(a, b) for a, b in zip(ours, theirs, strict=True) if not same_fix(a, b)] == []


@settings(max_examples=150, deadline=None)
@given(_POSITION)
def test_position_encoded_by_pyais_has_equal_values(fields: dict[str, Any]):
    lines = sentences(fields)
    assert_same_fix(decode(lines), pyais_messages(lines.splitlines()))


@settings(max_examples=150, deadline=None)
@given(_STATIC)
def test_static_report_encoded_by_pyais_has_equal_values(fields: dict[str, Any]):
    lines = sentences(fields)
    (message,) = pyais_messages(lines.splitlines())
    theirs = static_of(message)
    assert theirs is not None
    said = decode(lines).statics
    if said:
        assert static_fields(said[0]) == theirs
    else:
        assert all(v is None for k, v in theirs.items() if k != "mmsi")


@settings(max_examples=300, deadline=None)
@given(st.integers(1, 28), st.text(st.sampled_from(_ARMOUR), max_size=80), st.integers(0, 5))
def test_whatever_payload_is_a_message_of_pyais_or_refused(kind: int, rest: str, fill: int):
    payload = (_ARMOUR[kind] + rest).encode()
    ours = decode_message(payload, fill)
    theirs = pyais_messages([vdm(payload.decode(), fill).strip()])
    if isinstance(ours, Message):
        assert [(ours.msg_type, ours.mmsi)] == [(m.msg_type, m.mmsi) for m in theirs]
    else:
        assert not theirs or len(payload) < 28 or _is_wrong(theirs[0], ours)


def _is_wrong(message: Any, reason: Reason) -> bool:
    """Whether a whole message that pyais decodes is one that we say is wrong."""
    match reason:
        case Reason.BAD_MMSI:
            return not 0 < message.mmsi <= 999_999_999
        case Reason.BAD_COORDINATES:
            return abs(message.lon) > 180 or abs(message.lat) > 90
        case _:
            return message.msg_type == 24 and message.partno > 1


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.sampled_from(_ARMOUR), min_size=27, max_size=27), min_size=1, max_size=20))
def test_columns_and_single_messages_agree_on_any_bits(rests: list[str]):
    kinds = [_ARMOUR[k] for k in (1, 2, 3, 9, 18)]
    payloads = [kinds[i % 5] + rest for i, rest in enumerate(rests)]
    batch = decode(b"".join(vdm(p) for p in payloads))
    alone = [decode_message(p.encode(), 0) for p in dict.fromkeys(payloads)]
    ours = [
        (m.mmsi, m.fix.lon, m.fix.lat, m.fix.sog, m.fix.cog, m.fix.heading, m.fix.nav_status)
        for m in alone
        if isinstance(m, Message) and m.fix
    ]
    assert len(ours) == len(batch.positions)
    assert all(same_fix(a, b) for a, b in zip(fixes_of(batch), ours, strict=True))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_make_a_decoder_raise(data: bytes):
    mixed = position() + data + b"\n" + closed("$GPZDA,x,,,") + b"\\" + data + b"\\" + position(second=9)
    batch = decode(mixed)
    assert batch.lines == mixed.count(b"\n")


def _stream() -> list[bytes]:
    """Lines in which everything that outlasts a line occurs: parts, clocks, headers, tags, repeats, rubbish."""
    draw = random.Random(4)
    parts = [
        sentences({"type": 5, "mmsi": 412_000_100 + i, "shipname": f"N{i}"}, seq_id=i).splitlines(True)
        for i in range(9)
    ]
    lines: list[bytes] = []
    for i in range(60):
        own = position(412_000_001 + i % 7, second=i)
        lines += [own, draw.choice([b"", own, b"rubbish\n", b"# note\n", own.replace(b"*", b"*9")[:-2] + b"\n"])]
        lines.append(
            closed(f"$GPZDA,2213{i:02d}.00,14,11,2023,,") if i % 5 == 4 else tagged(own, f"s:a,c:{1_700_000_000 + i}")
        )
        lines.append(closed(f"$PGHP,1,2023,11,14,22,13,{i},500,412,,1,1,{own[-3:-1].decode()}"))
        lines.append(parts[i % 9][0] if i % 2 else parts[(i - 1) % 9][1])
    return [line for line in lines if line]


def _shown(batch: Batch) -> tuple[Any, ...]:
    p = batch.positions
    times = (c.tolist() for c in (p.t, p.received_at, p.time_kind, p.seq))
    return (
        list(zip(*times, fixes_of(batch), strict=True)),
        batch.statics, batch.refusals, batch.lines, dict(batch.messages), batch.duplicates,
    )  # fmt: skip


_WHOLE: dict[str, Any] = {}


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(1, 299), max_size=20), st.integers(1, 30), st.sampled_from(["live", "recorded"]), st.booleans()
)
def test_result_does_not_depend_on_where_lines_are_cut(cuts: list[int], batches: int, clock: str, timed: bool):
    lines = _stream() if timed else [x for x in _stream() if x[:1] == b"!"]
    at = NOW if clock == "live" else 0
    edges = sorted({0, *(c for c in cuts if c < len(lines)), len(lines)})
    packets = [Packet(at, b"".join(lines[a:b])) for a, b in pairwise(edges)]
    key = f"{clock}{timed}"
    if key not in _WHOLE:
        _WHOLE[key] = _shown(decode_packets([Packet(at, b"".join(lines))], clock=clock, start_us=NOW))
        assert len(_WHOLE[key][0]) > 50
        assert len(_WHOLE[key][1]) > 5
    assert _shown(decode_packets(packets, batches=batches, clock=clock, start_us=NOW)) == _WHOLE[key]


def test_every_type_is_counted_as_pyais_counts_it():
    payloads = [_ARMOUR[kind] + "5Mw@" + "0" * 66 for kind in range(1, 29)]
    data = b"".join(vdm(p) for p in payloads)
    batch = decode(data)
    theirs = counts([s.decode() for s in IterMessages(data.splitlines())])
    assert (dict(batch.messages), len(theirs)) == (dict(theirs), len(MSG_CLASS) - 1)
