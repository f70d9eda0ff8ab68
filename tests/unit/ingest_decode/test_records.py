from __future__ import annotations

import json
import math
import random
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from ingest.batch import Batch, TimeKind
from ingest.decode.block import MAX_MESSAGE
from ingest.decode.gather import Read
from ingest.decode.nmea import NmeaDecoder
from ingest.decode.times import US
from ingest.packet import Packet
from ingest.transports import TransportLimits

from .build import NOW, SOURCE, closed, decode_packets, position, reasons, sentences
from .compare import fixes_of

T = "2023-11-14T22:13:10Z"
T_US = NOW - 10 * US
VESSEL = "mg/v1/vessel/412000001"
SAID = {"t": T, "lon": 122.2, "lat": 29.9, "sog": 7.1, "cog": 123.4, "heading": 120, "nav_status": 7}


def send(topic: str, payload: Any, **options: Any) -> Batch:
    data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    form = options.pop("form", "maritime-grid")
    return decode_packets([Packet(NOW, data, topic)], form=form, **options)


def test_position_of_our_own_topic():
    batch = send(f"{VESSEL}/position", {**SAID, "name": "ZHE\x00 YU 8 ", "callsign": "BX", "ship_type": 30})
    p = batch.positions
    assert (batch.lines, dict(batch.messages), batch.refusals) == (1, {0: 1}, [])
    assert (p.t[0], p.received_at[0], p.mmsi[0], p.source[0], p.seq[0]) == (T_US, NOW, 412_000_001, SOURCE, 1)
    assert (p.lon[0], p.lat[0], p.sog[0], p.nav_status[0]) == (122.2, 29.9, np.float32(7.1), 7)
    assert (p.time_kind[0], p.msg_type[0]) == (TimeKind.PAYLOAD, 0)
    assert (batch.statics[0].ship_name, batch.statics[0].ship_type) == ("ZHE  YU 8", 30)


@pytest.mark.parametrize(
    "t", [T, "2023-11-15T06:13:10+08:00", NOW // 1_000 - 10_000, NOW // US - 10, float(NOW // US - 10)]
)
def test_time_is_iso_with_a_zone_or_an_epoch_in_s_or_ms(t: Any):
    assert send(f"{VESSEL}/position", {**SAID, "t": t}).positions.t.tolist() == [T_US]


def test_absent_values_are_not_available():
    p = send(f"{VESSEL}/position", {"t": T, "lon": None, "lat": None, "heading": 511, "nav_status": 15}).positions
    assert all(math.isnan(c[0]) for c in (p.lon, p.lat, p.sog, p.cog, p.heading))
    assert p.nav_status[0] == -1


@pytest.mark.parametrize(
    ("topic", "payload", "reason"),
    [
        ("vessel/412000001/position", b"{", "bad-json"),
        ("vessel/412000001/position", b"[1]", "bad-json"),
        ("vessel/412000001/position", b"[" * 5_000, "bad-json"),
        ("vessel/412000001/position", b" " * 70_000, "too-long"),
        ("vessel/412000001/position", {"lon": 1, "lat": 2}, "missing-key"),
        ("vessel/412000001/position", {"t": T, "lat": 2}, "missing-key"),
        ("vessel/412000001/position", {**SAID, "mmsi": 412_000_002}, "topic-mismatch"),
        ("vessel/412000001/position", {**SAID, "t": "yesterday"}, "bad-value"),
        ("vessel/412000001/position", {**SAID, "t": "2023-11-14T22:13:10"}, "bad-value"),
        ("vessel/412000001/position", {**SAID, "t": True}, "bad-value"),
        ("vessel/412000001/position", {**SAID, "t": 5}, "impossible-time"),
        ("vessel/412000001/position", {**SAID, "t": "2023-11-14T22:15:00Z"}, "future-time"),
        ("vessel/412000001/position", {**SAID, "lon": 190}, "impossible-coordinates"),
        ("vessel/412000001/position", {**SAID, "sog": -1}, "bad-value"),
        ("vessel/412000001/position", {**SAID, "sog": [1]}, "bad-value"),
        ("vessel/412000001/position", {**SAID, "nav_status": 99}, "bad-value"),
        ("vessel/412000001/position", {**SAID, "name": 5}, "bad-value"),
        ("vessel/0/position", SAID, "bad-mmsi"),
        ("vessel/abc/position", SAID, "bad-mmsi"),
        ("vessel/412000001/tea", SAID, "malformed"),
        ("vessel/412000001/crew", {"t": T, "on_board": -1}, "bad-value"),
        ("vessel/412000001/port", {"t": T, "kind": "sideways"}, "bad-value"),
        ("grid/G1/report", {"t": T}, "missing-key"),
    ],
)
def test_what_cannot_be_used_is_refused_whole(topic: str, payload: Any, reason: str):
    batch = send(f"mg/v1/{topic}", payload)
    assert (reasons(batch), len(batch.positions), batch.statics, batch.messages.total()) == ([reason], 0, [], 0)


def test_sos_crew_port_and_grid_reports():
    sos = send(f"{VESSEL}/sos", {"t": T, "lon": 122.2, "lat": 29.9, "people": 8, "note": "漏水"}).sos[0]
    assert (sos.mmsi, sos.t, sos.lon, sos.people, sos.note) == (412_000_001, T_US, 122.2, 8, "漏水")
    bare = send(f"{VESSEL}/sos", {"t": T}).sos[0]
    assert (bare.lon, bare.lat, bare.note) == (None, None, None)
    crew = send(f"{VESSEL}/crew", {"t": T, "on_board": 2, "names": ["王", "李"]}).crew[0]
    assert (crew.on_board, crew.names) == (2, ("王", "李"))
    port = send(f"{VESSEL}/port", {"t": T, "kind": "depart", "port_id": "P1", "on_board": 5}).port_reports[0]
    assert (port.kind, port.port_id, port.on_board) == ("depart", "P1", 5)
    body = {"t": T, "kind": "hazard", "note": "x", "deep": {"a": 1}}
    grid = send("mg/v1/grid/G-07/report", body).grid_reports[0]
    assert (grid.grid_id, grid.kind, grid.body) == ("G-07", "hazard", body)


def test_root_of_topics_is_configurable():
    assert len(send("a/b/vessel/412000001/position", SAID, root="a/b").positions) == 1
    assert reasons(send(f"{VESSEL}/position", SAID, root="a/b")) == ["malformed"]


def test_receivers_send_nmea_in_order_with_the_rest_and_share_repeats():
    first, second = f"{VESSEL}/position", "mg/v1/receiver/r1/nmea"
    packets = [
        Packet(NOW, json.dumps(SAID).encode(), first),
        Packet(NOW, position(412_000_002), second),
        Packet(NOW, position(412_000_002), "mg/v1/receiver/r2/nmea"),
        Packet(NOW, json.dumps(SAID).encode(), first),
    ]
    batch = decode_packets(packets, form="maritime-grid")
    assert (batch.positions.mmsi - 412_000_000).tolist() == [1, 2, 1]
    assert batch.positions.seq.tolist() == [1, 2, 4]
    assert (batch.duplicates, dict(batch.messages), batch.lines) == (1, {0: 2, 1: 2}, 4)


def _mixed_packets() -> list[Packet]:
    """Three receivers and terminals by turns: parts over several messages, clocks, repeats, rubbish, texts."""
    draw = random.Random(7)
    parts = [sentences({"type": 5, "mmsi": 412_000_100 + i, "shipname": f"N{i}"}, seq_id=i) for i in range(9)]
    packets: list[Packet] = []
    for i in range(90):
        at = NOW + i * US // 3
        said = [position(412_000_001 + i % 5, second=i // 3 % 60), b"rubbish\n", parts[i % 9]]
        said += [parts[i % 9].splitlines(True)[i % 2], closed("$GPZDA,221310.00,14,11,2023,,"), b"", b"a\nb"]
        said.append(sentences({"type": 14, "mmsi": 412_000_009, "text": f"T{i}"}))
        packets += [Packet(at, draw.choice(said), f"mg/v1/receiver/r{r}/nmea") for r in range(3)]
        packets.append(
            Packet(at, json.dumps({**SAID, "mmsi": 412_000_001 + (i % 7 == 0)}).encode(), f"{VESSEL}/position")
        )
    return packets


def test_receivers_decoded_together_are_as_if_each_message_had_come_alone(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("ingest.decode.own._MAX_RECEIVERS", 2)  # so that decoders give way on the way
    packets = _mixed_packets()
    alone, together = (decode_packets(packets, form="maritime-grid", batches=n) for n in (len(packets), 1))
    assert fixes_of(together) == fixes_of(alone)
    for name in ("t", "received_at", "time_kind", "seq"):
        assert getattr(together.positions, name).tolist() == getattr(alone.positions, name).tolist()
    assert (together.statics, together.texts, together.refusals) == (alone.statics, alone.texts, alone.refusals)
    assert (together.lines, together.messages) == (alone.lines, alone.messages)
    assert together.duplicates == alone.duplicates > 3
    assert min(map(len, (together.statics, together.texts, together.refusals, together.positions))) > 5


def test_a_batch_of_one_receiver_costs_one_decoding(monkeypatch: pytest.MonkeyPatch):
    runs: list[int] = []
    read = NmeaDecoder.read

    def counted(self: NmeaDecoder, packets: Sequence[Packet], firsts: Sequence[int]) -> Read:
        runs.append(len(packets))
        return read(self, packets, firsts)

    monkeypatch.setattr(NmeaDecoder, "read", counted)
    packets = [Packet(NOW, position(412_000_001 + i), "mg/v1/receiver/r1/nmea") for i in range(200)]
    packets[100:100] = [Packet(NOW, json.dumps(SAID).encode(), f"{VESSEL}/position")]
    assert len(decode_packets(packets, form="maritime-grid").positions) == 201
    assert runs == [200]


@pytest.mark.parametrize("form", ["maritime-grid", "nmea"])
def test_an_over_long_message_of_a_receiver_is_refused_whole(form: str):
    assert TransportLimits().max_payload_bytes == MAX_MESSAGE  # the transport hands over one byte more at most
    most = position() * (MAX_MESSAGE // len(position()))
    topic = "mg/v1/receiver/r1/nmea"
    packets = [Packet(NOW, most + b"#" * (MAX_MESSAGE - len(most) + 1), topic), Packet(NOW, position(), topic)]
    batch = decode_packets(packets, form=form)
    assert (reasons(batch), batch.lines, batch.positions.seq.tolist()) == (["too-long"], 2, [2])
    assert len(batch.refusals[0].raw) == 1_024
    assert reasons(decode_packets([Packet(NOW, most, topic)], form=form)) == []


def test_file_of_json_lines_states_its_vessels_itself():
    lines = [{**SAID, "mmsi": 412_000_001}, {"topic": f"{VESSEL}/sos", "payload": {"t": T}}]
    data = "".join(json.dumps(line) + "\n" for line in lines).encode() + b"\n"
    for form in ("maritime-grid", "auto"):
        batch = decode_packets([Packet(0, data)], form=form, clock="recorded")
        assert (batch.lines, len(batch.positions), len(batch.sos)) == (3, 1, 1)
        assert batch.positions.received_at.tolist() == [T_US]


CATCHER = {
    "class": "AIS", "type": 1, "mmsi": 412000001, "rxuxtime": NOW / US - 10, "lat": 29.9, "lon": 122.2, "speed": 7.1,
    "course": 123.4, "heading": 120, "status": 7,
}  # fmt: skip


def test_ais_catcher_full_and_sparse():
    p = send("x", CATCHER, form="ais-catcher").positions
    assert (p.t[0], p.msg_type[0], p.nav_status[0], p.lon[0]) == (T_US, 1, 7, 122.2)
    sparse = {k: CATCHER[k] for k in ("mmsi", "rxuxtime", "lat", "lon")}
    batch = send("x", sparse, form="ais-catcher")
    assert (len(batch.positions), dict(batch.messages)) == (1, {0: 1})


def test_a_bad_record_of_several_is_refused_alone():
    text = {"class": "AIS", "type": 14, "mmsi": 412000003, "rxuxtime": NOW / US - 5, "text": "MAYDAY"}
    bad = {**CATCHER, "mmsi": 0}
    for several in ([CATCHER, bad, text, 5], {"msgs": [CATCHER, bad, text, 5]}):
        batch = send("x", several, form="ais-catcher")
        assert (len(batch.positions), [t.text for t in batch.texts]) == (1, ["MAYDAY"])
        assert (reasons(batch), dict(batch.messages), batch.lines) == (["bad-mmsi", "bad-json"], {1: 1, 14: 1}, 1)
        assert [r.raw for r in batch.refusals] == [json.dumps(bad, separators=(",", ":")), "5"]
    own = send(f"{VESSEL}/position", [{**SAID, "sog": -1, "name": "X"}, SAID])
    assert (reasons(own), len(own.positions), own.statics, dict(own.messages)) == (["bad-value"], 1, [], {0: 1})
    deep = b'[{"mmsi":0,"x":' + b"[" * 500 + b"]" * 500 + b"}, 1]"
    assert reasons(send("x", deep, form="ais-catcher")) == ["bad-mmsi", "bad-json"]


def test_an_aircraft_may_be_faster_than_ships_can_say():
    plane = {"mmsi": 111_412_001, "t": T, "lon": 122.2, "lat": 29.9}
    own = send("mg/v1/vessel/111412001/position", {**plane, "sog": 140}).positions
    catcher = send("x", {**CATCHER, "type": 9, "mmsi": 111_412_001, "speed": 140}, form="ais-catcher").positions
    csv = CADASTRE.replace(b"412000001", b"111412001").replace(b"7.1", b"140")
    table = decode_packets([Packet(0, csv)], form="csv").positions
    assert (own.sog[0], catcher.sog[0], table.sog[0]) == (140, 140, 140)
    assert math.isnan(send("x", {**CATCHER, "speed": 140}, form="ais-catcher").positions.sog[0])
    assert math.isnan(send("mg/v1/vessel/111412001/position", {**plane, "sog": 1_023}).positions.sog[0])


def test_ais_catcher_static_texts_and_stations():
    static = {
        "class": "AIS",
        "type": 5,
        "mmsi": 412000001,
        "rxuxtime": 1.7e9,
        "shipname": "LU@@",
        "to_bow": 9,
        "to_stern": 3,
    }
    said = send("x", static, form="ais-catcher").statics[0]
    assert (said.ship_name, said.length_m, said.transmitter) == ("LU", 12, "A")
    text = {"class": "AIS", "type": 14, "mmsi": 412000001, "rxuxtime": 1.7e9, "text": "MAYDAY"}
    assert send("x", text, form="ais-catcher").texts[0].text == "MAYDAY"
    base = send("x", {**CATCHER, "type": 4, "mmsi": 4122100}, form="ais-catcher")
    assert (len(base.positions), dict(base.messages)) == (0, {4: 1})


def test_signalk_delta_in_its_units():
    values = {
        "navigation.position": {"longitude": 122.2, "latitude": 29.9}, "navigation.speedOverGround": 5.144444,
        "navigation.courseOverGroundTrue": math.pi / 2, "navigation.headingTrue": math.pi,
        "navigation.state": "fishing", "": {"name": "LU"},
    }  # fmt: skip
    update = {"timestamp": T, "values": [{"path": k, "value": v} for k, v in values.items()]}
    delta = {"context": "vessels.urn:mrn:imo:mmsi:412000001", "updates": [update, update]}
    batch = send("x", delta, form="signalk")
    p = batch.positions
    assert (len(p), p.mmsi[0], p.nav_status[0], batch.statics[0].ship_name) == (1, 412_000_001, 7, "LU")
    assert (p.sog[0], p.cog[0], p.heading[0]) == pytest.approx((10, 90, 180), abs=1e-4)


def test_owntracks_needs_an_identity():
    said = {"_type": "location", "lat": 29.9, "lon": 122.2, "tst": T_US // US, "vel": 18.52, "cog": 90, "tid": "w1"}
    p = send("owntracks/wang/phone", said, form="owntracks", identities={"owntracks/wang/phone": 412_000_001}).positions
    assert (p.mmsi[0], p.t[0], p.sog[0]) == (412_000_001, T_US, pytest.approx(10))
    assert len(send("x", said, form="owntracks", identities={"w1": 412_000_001}).positions) == 1
    assert reasons(send("x", said, form="owntracks")) == ["missing-key"]
    assert send("x", {"_type": "lwt"}, form="owntracks").messages.total() == 1


CADASTRE = b"""MMSI,BaseDateTime,LAT,LON,SOG,COG,Heading,VesselName,IMO,CallSign,VesselType,Status,Length,Width,Draft,Cargo,TransceiverClass
412000001,2023-11-14T22:13:10,29.9,122.2,7.1,123.4,511.0,LU,IMO9074729,BX,30,7,42,7,4.2,,A
412000001,2023-11-14T22:13:20,29.9,122.2,7.1,360.0,120.0,LU,IMO9074729,BX,30,15,42,7,4.2,,A
x,2023-11-14T22:13:20,29.9,122.2,7.1,360.0,120.0,,,,,,,,,,
412000001,2023-11-14T22:13:20
"""  # noqa: E501
NEWER = b"""mmsi,base_date_time,longitude,latitude,sog,cog,heading,vessel_name,imo,call_sign,vessel_type,status,length,width,draft,cargo,transceiver
412000001,2023-11-14 22:13:10,122.2,29.9,7.1,123.4,511,LU,IMO9074729,BX,30,7,42,7,4.2,,A
"""  # noqa: E501
DANISH = b"""# Timestamp,Type of mobile,MMSI,Latitude,Longitude,Navigational status,ROT,SOG,COG,Heading,IMO,Callsign,Name,Ship type,Cargo type,Width,Length,Type of position fixing device,Draught,Destination,ETA,Data source type,A,B,C,D
14/11/2023 22:13:10,Class A,412000001,29.9,122.2,Engaged in fishing,,7.1,123.4,,9074729,BX,LU,Fishing,,7,42,GPS,4.2,Unknown,,AIS,,,,
14/11/2023 22:13:10,Base Station,2190068,29.9,122.2,Unknown value,,,,,Unknown,,,,,,,,,,,AIS,,,,
31/02/2023 22:13:10,Class A,412000001,29.9,122.2,,,,,,,,,,,,,,,,,AIS,,,,
"""  # noqa: E501


@pytest.mark.parametrize("form", ["csv", "auto"])
@pytest.mark.parametrize("data", [CADASTRE, NEWER, DANISH], ids=["marine-cadastre", "newer", "danish"])
def test_csv_of_the_archives(data: bytes, form: str):
    batch = decode_packets([Packet(0, data.replace(b"\n", b"\r\n"))], form=form, clock="recorded")
    p, said = batch.positions, batch.statics[0]
    assert (p.t[0], p.received_at[0], p.mmsi[0], p.lon[0], p.lat[0]) == (T_US, T_US, 412_000_001, 122.2, 29.9)
    assert (p.sog[0], p.cog[0], math.isnan(p.heading[0]), p.nav_status[0], p.seq[0]) == (
        np.float32(7.1), np.float32(123.4), True, 7, 2,
    )  # fmt: skip
    assert (said.ship_name, said.imo, said.ship_type, said.length_m, said.transmitter) == ("LU", 9_074_729, 30, 42, "A")
    assert (said.destination, len(batch.statics), batch.lines) == (None, 1, data.count(b"\n"))


def test_bad_rows_are_refused_with_their_line_number():
    batch = decode_packets([Packet(0, CADASTRE)], form="csv")
    assert [(r.seq, r.reason.value) for r in batch.refusals] == [(4, "bad-mmsi"), (5, "malformed")]
    assert (len(batch.positions), batch.positions.nav_status[1], math.isnan(batch.positions.cog[1])) == (2, -1, True)
    danish = decode_packets([Packet(0, DANISH)], form="csv")
    assert (reasons(danish), dict(danish.messages), len(danish.positions)) == (["bad-value"], {0: 2}, 1)


@pytest.mark.parametrize(
    ("mobile", "rows"),
    [("Man Overboard Device", 1), ("Emergency PIRB", 1), ("EPIRB", 1), ("Search and Rescue Transponder", 1),
     ("SAR Airborne", 1), ("", 1), ("Base Station", 0), ("AtoN", 0)],
)  # fmt: skip
def test_danish_archive_gives_every_sender_but_stations_and_marks(mobile: str, rows: int):
    data = DANISH.splitlines(keepends=True)[0] + (
        f"14/11/2023 22:13:10,{mobile},972412001,29.9,122.2,AIS-SART (active),,1,150,10{',' * 16}\n".encode()
    )
    batch = decode_packets([Packet(0, data)], form="csv", clock="recorded")
    assert (len(batch.positions), batch.refusals, batch.positions.nav_status.tolist()) == (rows, [], [14] * rows)


def test_refusals_of_a_recording_are_dated_by_the_last_known_time():
    start = {"start_us": NOW - 3_600 * US, "clock": "recorded"}
    csv = [Packet(0, b"nothing\n"), Packet(0, CADASTRE)]
    refused = decode_packets(csv, form="csv", batches=2, **start).refusals
    assert [r.received_at for r in refused] == [NOW - 3_600 * US, NOW, NOW]
    lines = [b"{\n", json.dumps({**SAID, "mmsi": 412_000_001}).encode() + b"\n{\n", b"{\n"]
    packets = [Packet(0, line) for line in lines]
    refused = decode_packets(packets, form="maritime-grid", batches=3, **start).refusals
    assert [r.received_at for r in refused] == [NOW - 3_600 * US, T_US, T_US]


def test_header_in_the_first_packet_holds_for_the_next():
    head, *rows = CADASTRE.splitlines(keepends=True)[:3]
    batch = decode_packets([Packet(0, d) for d in (head, *rows)], batches=3, form="csv")
    assert (len(batch.positions), batch.positions.seq.tolist()) == (2, [2, 3])


def test_auto_takes_nmea_behind_comments_and_text_of_no_kind():
    batch = decode_packets([Packet(0, b"# a\n"), Packet(0, position())], batches=2, form="auto", clock="recorded")
    assert (batch.lines, len(batch.positions)) == (2, 1)
    assert reasons(decode_packets([Packet(0, b"what\n")], form="auto")) == ["not-nmea"]
