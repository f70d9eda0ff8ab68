from __future__ import annotations

import pytest

from ingest.batch import TimeKind
from ingest.decode.clock import RecordedClock
from ingest.decode.times import US
from ingest.packet import Packet

from .build import NOW, closed, decode, decode_packets, position, reasons, recorded, sentences, tagged

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


def test_live_clock_runs_on_between_its_sentences():
    packets = [Packet(NOW, closed(ZDA)), Packet(NOW + 30 * US, position())]
    assert decode_packets(packets, batches=2).positions.t.tolist() == [(T + 30) * US]


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


@pytest.mark.parametrize(("second", "moved_s"), [(50, 30), (51, -29), (20, 0), (19, -1)])
def test_step_is_the_nearest_one_and_at_most_thirty_seconds_forward(second: int, moved_s: int):
    clock = RecordedClock(NOW)
    assert clock.step([second]) == [NOW + moved_s * US]
    assert clock.step([60]) == [NOW + max(moved_s, 0) * US]
