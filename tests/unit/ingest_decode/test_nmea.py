from __future__ import annotations

import math

import numpy as np
import pytest

from ingest.batch import TimeKind
from ingest.decode import make_decoder
from ingest.decode.block import printable
from ingest.decode.fragments import MAX_PENDING
from ingest.decode.limits import Limits
from ingest.decode.nmea import NmeaDecoder
from ingest.decode.times import US
from ingest.packet import Packet

from .build import NOW, SOURCE, closed, decode, decode_packets, position, reasons, recorded, sentences, tagged, vdm

ALL_ZERO = "1" + "0" * 27
STATIC = {
    "type": 5, "mmsi": 412_000_009, "shipname": "ZHE PU YU 8", "callsign": "BABC", "imo": 9_074_729,
    "ship_type": 30, "to_bow": 30, "to_stern": 12, "to_port": 4, "to_starboard": 3, "draught": 4.2,
    "destination": "SHENJIAMEN",
}  # fmt: skip


def test_position_comes_with_its_values_source_and_line_number():
    batch = decode(b"# a comment\n\n" + position())
    p = batch.positions
    assert (batch.lines, len(p), p.seq[0], p.source[0], p.msg_type[0]) == (3, 1, 3, SOURCE, 1)
    assert (p.mmsi[0], p.nav_status[0]) == (412_000_001, 7)
    assert p.lon[0] == pytest.approx(122.2, abs=1e-6)
    assert p.lat[0] == pytest.approx(29.9, abs=1e-6)
    assert (p.sog[0], p.cog[0], p.heading[0]) == (np.float32(7.1), np.float32(123.4), 120)


def test_not_available_codes_become_nan_and_minus_one():
    p = decode(position(lon=181, lat=91, speed=102.3, course=360, heading=511, status=15)).positions
    assert all(math.isnan(c[0]) for c in (p.lon, p.lat, p.sog, p.cog, p.heading))
    assert p.nav_status[0] == -1


def test_long_range_report_has_its_own_scales_and_codes():
    said = {"type": 27, "mmsi": 412_000_001, "lon": 122.2, "lat": 29.9, "speed": 11, "course": 90, "status": 0}
    p = decode(sentences(said)).positions
    assert (p.sog[0], p.cog[0], p.nav_status[0]) == (11, 90, 0)
    assert p.lon[0] == pytest.approx(122.2, abs=1 / 600)
    absent = decode(sentences({**said, "lon": 181, "lat": 91, "speed": 63, "course": 511})).positions
    assert all(math.isnan(c[0]) for c in (absent.lon, absent.lat, absent.sog, absent.cog))


def test_two_part_static_report_is_put_together_and_named():
    batch = decode(sentences(STATIC))
    assert (batch.lines, dict(batch.messages), len(batch.positions)) == (2, {5: 1}, 0)
    (said,) = batch.statics
    assert (said.ship_name, said.callsign, said.imo, said.ship_type) == ("ZHE PU YU 8", "BABC", 9_074_729, 30)
    assert (said.length_m, said.beam_m, said.draught_m, said.destination) == (42, 7, 4.2, "SHENJIAMEN")
    assert (said.transmitter, said.seq) == ("A", 2)


def test_empty_static_fields_are_none():
    (said,) = decode(sentences({"type": 5, "mmsi": 412_000_009})).statics
    assert (said.ship_name, said.callsign, said.imo, said.ship_type, said.length_m) == (None,) * 5


def test_class_b_static_in_two_parts_of_type_24():
    name = sentences({"type": 24, "mmsi": 412_000_009, "partno": 0, "shipname": "LU"})
    rest = sentences({"type": 24, "mmsi": 412_000_009, "partno": 1, "callsign": "BX", "to_bow": 9, "to_stern": 1})
    first, second = decode(name + rest).statics
    assert (first.ship_name, first.transmitter) == ("LU", "B")
    assert (second.callsign, second.length_m, second.ship_name) == ("BX", 10, None)


def test_extended_class_b_gives_position_and_static():
    batch = decode(sentences({"type": 19, "mmsi": 412_000_009, "lon": 122.0, "lat": 30.0, "shipname": "LU"}))
    assert (len(batch.positions), batch.statics[0].ship_name) == (1, "LU")


def test_safety_texts_are_passed_on():
    to_all = sentences({"type": 14, "mmsi": 412_000_009, "text": "MAYDAY"})
    to_one = sentences({"type": 12, "mmsi": 412_000_009, "dest_mmsi": 412_000_010, "text": "SOS"})
    broadcast, addressed = decode(to_all + to_one).texts
    assert (broadcast.text, broadcast.msg_type, broadcast.addressed_to) == ("MAYDAY", 14, None)
    assert (addressed.text, addressed.addressed_to) == ("SOS", 412_000_010)


def test_stations_and_marks_are_counted_and_give_no_position():
    base = sentences({"type": 4, "mmsi": 4_122_100, "lon": 122.0, "lat": 30.0})
    mark = sentences({"type": 21, "mmsi": 994_121_000, "lon": 122.0, "lat": 30.0, "name": "BUOY"})
    batch = decode(base + mark)
    assert (dict(batch.messages), len(batch.positions), batch.refusals) == ({4: 1, 21: 1}, 0, [])


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        pytest.param(position().replace(b"*", b"*0")[:-2] + b"\n", "checksum", id="checksum-wrong"),
        pytest.param(position().split(b"*")[0] + b"\n", "malformed", id="checksum-absent"),
        pytest.param(b"hello\n", "not-nmea", id="no-nmea"),
        pytest.param(b"\xff\xfe\x00!AIVDM\n", "not-nmea", id="bytes"),
        pytest.param(b"!AIVDM," + b"1" * 2_000 + b"\n", "too-long", id="too-long"),
        pytest.param(b"!AIVDM,1,1\n", "malformed", id="cut-off"),
        pytest.param(vdm("0" + "0" * 27), "unknown-type", id="type-0"),
        pytest.param(vdm("w" + "0" * 27), "unknown-type", id="type-63"),
        pytest.param(vdm(ALL_ZERO), "bad-mmsi", id="mmsi-0"),
        pytest.param(vdm("1" + "w" * 27), "bad-mmsi", id="mmsi-all-ones"),
        pytest.param(vdm("15\x5eX"), "undecodable", id="armour"),
        pytest.param(vdm("15R"), "undecodable", id="short"),
        pytest.param(vdm(""), "undecodable", id="empty"),
        pytest.param(closed("!AIVDM,0,1,,A,15RTgt0PAso;90TKcjM8h6g208CQ,0"), "malformed", id="part-0"),
        pytest.param(closed("!AIVDM,2,2,1,A,15RTgt0PAso;90TKcjM8h6g208CQ,0"), "fragment-lost", id="orphan"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_reason_and_raw_text(line: bytes, reason: str):
    batch = decode(position(second=1) + line + position(second=2))
    assert (reasons(batch), len(batch.positions), batch.refusals[0].seq) == ([reason], 2, 2)
    assert len(batch.refusals[0].raw) <= 1_024
    assert batch.messages.total() == 2


@pytest.mark.parametrize("where", [{"lon": 200}, {"lon": -180.1}, {"lat": 90.1}, {"lat": -100}])
def test_impossible_coordinates_are_refused(where: dict[str, float]):
    short_and_long = position(**where) + sentences(
        {"type": 19, "mmsi": 412_000_009, "lon": 122.0, "lat": 30.0, **where}
    )
    assert reasons(decode(short_and_long)) == ["impossible-coordinates"] * 2


def test_other_sentences_comments_and_blank_lines_only_count_as_lines():
    data = b"# text with \xe4\r\n\r\n" + closed("$GPGGA,213950.00") + closed("!AIQ,1") + closed("$BSALR,a,b")
    batch = decode(data)
    assert (batch.lines, batch.refusals, batch.messages.total()) == (5, [], 0)


@pytest.mark.parametrize(("delay_s", "passed"), [(0, 1), (9.9, 1), (10, 2)])
def test_same_payload_within_ten_seconds_is_counted_and_not_passed_on(delay_s: float, passed: int):
    other_station = position().replace(b"AIVDM", b"BSVDM").split(b"*")[0].decode()
    packets = [Packet(NOW, position()), Packet(NOW + int(delay_s * US), closed(other_station))]
    batch = decode_packets(packets)
    assert (batch.messages[1], len(batch.positions), batch.duplicates) == (2, passed, 2 - passed)


def test_repeats_are_known_behind_a_station_whose_clock_lags():
    own, other, now = position(second=1), position(412_000_099, second=5), NOW // US
    times = [(own, now), (other, now - 30), (own, now + 1), (other, now - 29), (own, now + 2)]
    batch = recorded(b"".join(tagged(line, f"c:{t}") for line, t in times))
    assert (batch.duplicates, batch.positions.mmsi.tolist()) == (3, [412_000_001, 412_000_099])


def test_windows_of_repeats_parts_and_times_ahead_are_settings():
    again = [Packet(NOW, position()), Packet(NOW + 20 * US, position())]
    assert (decode_packets(again).duplicates, decode_packets(again, relay_window_s=30).duplicates) == (0, 1)
    assert decode_packets([again[0]] * 2, relay_window_s=0).duplicates == 0
    parts = [Packet(NOW + i * 5 * US, line) for i, line in enumerate(sentences(STATIC).splitlines(True))]
    assert reasons(decode_packets(parts, fragment_timeout_s=4)) == ["fragment-lost"] * 2
    ahead = tagged(position(), f"c:{NOW // US + 70}")
    assert (reasons(decode(ahead)), reasons(decode(ahead, future_s=80))) == (["future-time"], [])


@pytest.mark.parametrize("form", ["maritime-grid", "ais-catcher", "signalk", "owntracks", "csv"])
def test_settings_reach_every_decoder(form: str):
    decoder = make_decoder(form, SOURCE, future_s=7, relay_window_s=3, fragment_timeout_s=2)
    assert decoder._limits == Limits(3, 2, 7)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("漏水 沉没".encode(), "漏水 沉没"),
        (b"\xff\xfeab", "\ufffd\ufffdab"),
        (b"a\r\x00\x1b[2Jb\xe2\x80\xa8c", "a [2Jb c"),
        (b"\xff" * 3_000, "\ufffd" * 1_024),
        ("é".encode() * 3_000, "é" * 1_024),
        ("漏".encode() * 1_500, "漏" * 1_024),
    ],
)
def test_a_refused_line_is_kept_readable_in_one_line_within_its_bound(raw: bytes, shown: str):
    assert printable(raw) == shown


def test_repeats_of_a_message_in_parts_are_known_too():
    again = sentences(STATIC, seq_id=5)
    batch = decode(sentences(STATIC) + again)
    assert (batch.messages[5], len(batch.statics), batch.duplicates) == (2, 1, 1)


def test_interleaved_parts_find_their_own():
    a, b = (sentences({**STATIC, "shipname": n}, seq_id=i).splitlines(True) for n, i in (("ONE", 1), ("TWO", 2)))
    batch = decode(a[0] + b[0] + a[1] + b[1])
    assert [s.ship_name for s in batch.statics] == ["ONE", "TWO"]


def test_parts_of_two_stations_with_one_sequence_id_are_kept_apart():
    a, b = (sentences({**STATIC, "shipname": n}).splitlines(True) for n in ("ONE", "TWO"))
    mixed = [tagged(a[0], "s:x"), tagged(b[0], "s:y"), tagged(a[1], "s:x"), tagged(b[1], "s:y")]
    batch = decode(b"".join(mixed))
    assert ([s.ship_name for s in batch.statics], batch.refusals) == (["ONE", "TWO"], [])


@pytest.mark.parametrize("later", ["g:2-2-77", "g:2-2-77,s:x"])
def test_later_part_of_a_tag_group_needs_no_station(later: str):
    first, second = sentences(STATIC).splitlines(True)
    batch = decode(tagged(first, "g:1-2-77,s:x,c:1699999990") + tagged(second, later))
    assert (len(batch.statics), batch.statics[0].t) == (1, 1_699_999_990 * US)


def test_part_that_does_not_come_within_a_minute_is_lost():
    first, second = sentences(STATIC).splitlines(True)
    in_time = decode_packets([Packet(NOW, first), Packet(NOW + 60 * US, second)])
    too_late = decode_packets([Packet(NOW, first), Packet(NOW + 61 * US, second)])
    assert (len(in_time.statics), reasons(in_time)) == (1, [])
    assert (len(too_late.statics), reasons(too_late)) == (0, ["fragment-lost"] * 2)


def test_flood_of_first_parts_stays_within_bounds():
    firsts = [
        closed(f"!AIVDM,2,1,{i % 10},{chr(65 + i // 10 % 26)}{i // 260},55NBjP01mtGIL@CW;SM<D60P5Ld0,0")
        for i in range(MAX_PENDING + 50)
    ]
    decoder = NmeaDecoder(SOURCE)
    batch = decoder.decode([Packet(NOW, b"".join(firsts))])
    assert (reasons(batch), len(decoder.flush().refusals)) == (["fragment-lost"] * 50, MAX_PENDING)


def test_order_of_rows_is_the_order_of_lines_where_ways_mix():
    odd = vdm("15RTgt0PAso;90TKcjM8h6g208CQ0")  # a character too long for the columns
    batch = decode(position(second=1) + odd + position(second=2))
    assert batch.positions.seq.tolist() == [1, 2, 3]
    assert batch.positions.mmsi[1] == 371_798_000


def test_wrong_tag_checksum_is_tolerated():
    batch = decode(b"\\c:1699999990*00\\" + position())
    assert (reasons(batch), batch.positions.t.tolist()) == ([], [1_699_999_990 * US])


def test_unknown_format_and_clock_name_the_choices():
    with pytest.raises(ValueError, match=r"unknown format 'xml'.*nmea, maritime-grid"):
        make_decoder("xml", 1)
    with pytest.raises(ValueError, match="live, recorded"):
        make_decoder("nmea", 1, clock="sundial")


def test_empty_packets_give_an_empty_batch():
    assert len(decode(b"").positions) == 0
    assert decode_packets([]).lines == 0
    assert recorded(b"").lines == 0


def test_time_kinds_are_those_of_the_contract():
    assert decode(position()).positions.time_kind[0] == TimeKind.RECEIVED
