from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ingest.batch import TimeKind
from ingest.decode.clock import RecordedClock
from ingest.decode.times import US
from ingest.packet import Packet

from .build import NOW, closed, decode, decode_packets, position, reasons, recorded, sentences, tagged

START = 1_500_000_000 * US
T = NOW // US - 10  # ten seconds before receipt
ZDA = "$GPZDA,221310.00,14,11,2023,,"  # the same instant
RMC = "$GPRMC,221310.00,A,2954.0,N,12212.0,E,0.0,,141123,,,A"


def line(tail: str = "") -> bytes:
    return position().rstrip(b"\n") + tail.encode() + b"\n"


def pghp(of: bytes, shown: int | None = None) -> bytes:
    shown = int(of.rstrip()[-2:], 16) if shown is None else shown
    return closed(f"$PGHP,1,2023,11,14,22,13,10,500,412,,1,1,{shown:02X}")


@pytest.mark.parametrize(
    ("data", "t", "kind"),
    [
        pytest.param(tagged(position(), f"s:a,c:{T}"), T * US, TimeKind.TAG, id="tag-s"),
        pytest.param(tagged(position(), f"c:{T}250"), T * US + 250_000, TimeKind.TAG, id="tag-ms"),
        pytest.param(tagged(line(f",{T - 5}"), f"c:{T}"), T * US, TimeKind.TAG, id="tag-before-trailing"),
        pytest.param(line(f",{T}"), T * US, TimeKind.TRAILING, id="trailing-s"),
        pytest.param(line(f",{T}123"), T * US + 123_000, TimeKind.TRAILING, id="trailing-ms"),
        pytest.param(line(f",b003669794,{T}"), T * US, TimeKind.TRAILING, id="trailing-station"),
        pytest.param(line(f",{T}.25"), T * US + 250_000, TimeKind.TRAILING, id="trailing-decimals"),
        pytest.param(line(",s28320,d-098"), NOW, TimeKind.RECEIVED, id="tail-without-time"),
        pytest.param(pghp(line()) + line(), T * US + 500_000, TimeKind.PGHP, id="pghp"),
        pytest.param(pghp(line(), 0) + line(), T * US + 500_000, TimeKind.PGHP, id="pghp-own"),
        pytest.param(pghp(line(), 1) + line(f",{T}"), T * US, TimeKind.TRAILING, id="pghp-of-another"),
        pytest.param(closed(ZDA) + line(), T * US, TimeKind.CLOCK, id="zda"),
        pytest.param(closed(RMC) + line(), T * US, TimeKind.CLOCK, id="rmc"),
        pytest.param(closed(RMC.replace(",A,2", ",V,2")) + line(), NOW, TimeKind.RECEIVED, id="rmc-void"),
        pytest.param(closed(ZDA)[:-3] + b"00\n" + line(), NOW, TimeKind.RECEIVED, id="zda-damaged"),
        pytest.param(closed(ZDA.replace("2023", "2004")) + line(), NOW, TimeKind.RECEIVED, id="zda-roll-over"),
    ],
)
def test_live_report_gets_the_time_its_stream_states(data: bytes, t: int, kind: TimeKind):
    p = decode(data).positions
    assert (p.t.tolist(), p.time_kind.tolist(), p.received_at.tolist()) == ([t], [kind], [NOW])


_FIELD = st.one_of(
    st.integers(-(10**30), 10**30).map(str),
    st.text(st.sampled_from("0123456789.-+_ AVaf"), max_size=12),
    st.sampled_from(["99999999999", "0" * 60, "9" * 60, "2023", "11", "14", "221310.00", "141123", "A"]),
)
_KINDS = st.sampled_from(["$GPZDA", "$GPRMC", "$PGHP"])


@settings(max_examples=300, deadline=None)
@given(_KINDS, st.lists(_FIELD, max_size=14), st.sampled_from(["live", "recorded"]))
@example("$GPZDA", ["221310.00", "14", "11", "99999999999", "", ""], "live")
@example("$PGHP", ["1", "99999999999", "11", "14", "22", "13", "10", "500", "412", "", "1", "1", "00"], "live")
def test_no_field_of_a_clock_under_a_right_checksum_stops_its_feed(kind: str, fields: list[str], clock: str):
    batch = decode(closed(",".join([kind, *fields])) + line(), at=NOW if clock == "live" else 0, clock=clock)
    assert (batch.lines, batch.messages.total() + len(batch.refusals)) == (2, 1)


def test_live_clock_runs_on_between_its_sentences():
    packets = [Packet(NOW, closed(ZDA)), Packet(NOW + 30 * US, position())]
    assert decode_packets(packets, batches=2).positions.t.tolist() == [(T + 30) * US]


@pytest.mark.parametrize(("off_s", "kept_s"), [(60, 60), (61, 0), (540, 0), (-60, -60), (-61, 0)])
def test_live_clock_further_off_than_a_minute_is_no_clock_and_loses_no_report(off_s: int, kept_s: int):
    moment = datetime.fromtimestamp(NOW / US + off_s, UTC)
    clock = closed(moment.strftime("$GPZDA,%H%M%S.00,%d,%m,%Y,,"))
    distress = sentences({"type": 14, "mmsi": 972_412_001, "text": "MOB ACTIVE"})
    batch = decode(clock + distress)
    kind = TimeKind.CLOCK if kept_s else TimeKind.RECEIVED
    assert (reasons(batch), [t.t - NOW for t in batch.texts]) == ([], [kept_s * US])
    p = decode(clock + position()).positions
    assert (p.t.tolist(), p.time_kind.tolist()) == ([NOW + kept_s * US], [kind])


def test_live_clock_that_goes_wrong_gives_way_to_the_receipt():
    wrong = closed(ZDA.replace("221310", "224310"))
    p = decode(closed(ZDA) + position(second=1) + wrong + position(second=2)).positions
    assert p.t.tolist() == [T * US, NOW]


def test_live_clock_may_be_ahead_no_further_than_a_report():
    ahead = closed(ZDA.replace("221310", "221350"))
    assert decode(ahead + position()).positions.t.tolist() == [NOW + 30 * US]
    strict = decode(ahead + position(), future_s=20)
    assert (reasons(strict), strict.positions.t.tolist()) == ([], [NOW])


def test_pghp_holds_for_the_next_sentence_only_also_across_packets():
    first, second = position(second=1), position(second=2)
    p = decode_packets([Packet(NOW, d) for d in (pghp(first), first, second)], batches=3).positions
    assert p.time_kind.tolist() == [TimeKind.PGHP, TimeKind.RECEIVED]


def test_pghp_of_a_message_in_parts_announces_the_checksums_of_all():
    parts = sentences({"type": 5, "mmsi": 412_000_009, "shipname": "LU"}).splitlines(True)
    total = int(parts[0][-3:], 16) ^ int(parts[1][-3:], 16)
    (said,) = decode(pghp(parts[0], total) + parts[0] + parts[1]).statics
    assert said.t == T * US + 500_000


@pytest.mark.parametrize(("ahead_s", "refused"), [(60, []), (61, ["future-time"])])
def test_report_from_more_than_a_minute_ahead_is_refused(ahead_s: int, refused: list[str]):
    batch = decode(tagged(position(), f"c:{NOW // US + ahead_s}"))
    assert (reasons(batch), len(batch.positions)) == (refused, 1 - len(refused))


@pytest.mark.parametrize("stamp", [599_999_999, 4_291_747_200])
def test_report_of_an_impossible_year_is_refused(stamp: int):
    assert reasons(decode(tagged(position(), f"c:{stamp}"))) == ["impossible-time"]


def test_recording_gets_receipt_from_its_own_log_times():
    p = recorded(pghp(line()) + line(f",{T + 90}")).positions
    assert (p.t.tolist(), p.received_at.tolist()) == ([T * US + 500_000], [(T + 90) * US])


def test_lines_of_a_recording_before_its_first_clock_take_that_time():
    p = recorded(position(second=1) + closed(ZDA) + position(second=2)).positions
    assert (p.t.tolist(), p.time_kind.tolist()) == ([T * US] * 2, [TimeKind.CLOCK] * 2)


def test_recording_without_times_steps_by_the_reports_seconds():
    seconds = [20, 25, 24, 5, 60]
    data = b"".join(position(412_000_001 + i, second=s) for i, s in enumerate(seconds))
    p = recorded(data, start_us=NOW).positions  # NOW is 22:13:20
    assert [(t - NOW) // US for t in p.t.tolist()] == [0, 5, 4, 45 - 60, 5]
    assert set(p.time_kind.tolist()) == {TimeKind.STEPPED}
    assert p.received_at.tolist() == p.t.tolist()


@pytest.mark.parametrize("cut", [12_001, 1_000, 997])
def test_a_late_first_clock_of_a_recording_is_the_same_however_it_is_cut(cut: int):
    lines = [position(412_000_001 + i % 50, second=i // 50 % 60) if i % 10 == 0 else b"#\n" for i in range(12_600)]
    lines[12_005] = closed(ZDA)
    lines[5_000] = lines[12_500] = b"rubbish\n"
    shown: list[Any] = []
    for size in (len(lines), cut):
        packets = [Packet(0, b"".join(lines[i : i + size])) for i in range(0, len(lines), size)]
        batch = decode_packets(packets, batches=len(packets), clock="recorded", start_us=START)
        p = batch.positions
        shown.append((p.t.tolist(), p.time_kind.tolist(), p.received_at.tolist(), batch.refusals))
    assert shown[0] == shown[1]
    t, kind, *_ = shown[0]
    assert abs(t[0] - START) <= 30 * US
    assert (t[-1], kind[0], kind[-1]) == (T * US, TimeKind.STEPPED, TimeKind.CLOCK)


@pytest.mark.parametrize(("second", "moved_s"), [(50, 30), (51, -29), (20, 0), (19, -1)])
def test_step_is_the_nearest_one_and_at_most_thirty_seconds_forward(second: int, moved_s: int):
    clock = RecordedClock(NOW)
    assert clock.step([second]) == [NOW + moved_s * US]
    assert clock.step([60]) == [NOW + max(moved_s, 0) * US]
