"""Recordings in which ships, terminals and receivers say attacks, each in the dialect that has the field."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from pyais import encode_dict

from maritime_grid.pipeline.replay import run_replay
from maritime_grid.pipeline.reports import ReportsDesk
from tests.integration.store import case_build as cb

from .attack_texts import Attacks

SHIP, BOAT, RADIO = 412000001, 412000002, 412000003


def at(minutes: float) -> str:
    return (cb.NOW + timedelta(minutes=minutes)).isoformat()


def _terminals(attacks: Attacks) -> list[str]:
    """Our own topics: a terminal's position with its name, SOS, crew, port, and a grid worker's report."""

    def line(topic: str, **payload: Any) -> str:
        return json.dumps({"topic": f"mg/v1/{topic}", "payload": payload})

    boat = f"vessel/{BOAT}"
    return [
        line(f"{boat}/position", t=at(1), lon=122.45, lat=30.2, sog=5, name=attacks(200), callsign=attacks(200)),
        line(f"{boat}/sos", t=at(2), lon=122.45, lat=30.2, people=4, note=attacks(110)),
        line(f"{boat}/crew", t=at(2), on_board=2, names=[attacks(), attacks(200)]),
        line(f"{boat}/port", t=at(2), kind="depart", port_id=attacks(200), on_board=4),
        line("grid/G1/report", t=at(3), kind="hazard", note=attacks(), place=attacks(200), extra=attacks()),
        line(f"grid/{attacks(60)}/report", t=at(3), kind=attacks(200), note=attacks()),
        line(f"vessel/{BOAT}/position", t=attacks()),
    ]


def _receiver(attacks: Attacks) -> list[str]:
    """AIS-catcher: names longer than the radio has room for, and a safety text."""
    common = {"class": "AIS", "mmsi": SHIP, "rxuxtime": (cb.NOW + timedelta(minutes=4)).timestamp()}
    names = {"shipname": attacks(200), "callsign": attacks(200), "destination": attacks(200)}
    return [
        json.dumps({**common, "type": 1, "lon": 122.55, "lat": 30.2, "speed": 6.0, "course": 90.0}),
        json.dumps({**common, "type": 5, **names}),
        json.dumps({**common, "type": 14, "text": attacks(200)}),
    ]


def _radio(attacks: Attacks) -> list[str]:
    """NMEA, six bits a character."""
    when = round((cb.NOW + timedelta(minutes=5)).timestamp())
    says = (
        {"type": 1, "mmsi": RADIO, "lon": 122.58, "lat": 30.2, "speed": 7.0, "course": 80.0},
        {"type": 5, "mmsi": RADIO, "shipname": attacks(20), "callsign": attacks(7), "destination": attacks(20)},
        {"type": 14, "mmsi": RADIO, "text": attacks(24)},
    )
    return [
        rf"\c:{when}*{_sum(f'c:{when}'):02X}\{sentence}"
        for said in says
        for sentence in encode_dict(said, talker_id="AI", radio_channel="A")
    ]


def _sum(text: str) -> int:
    total = 0
    for char in text.encode():
        total ^= char
    return total


def send_feeds(dsn: str, attacks: Attacks, folder: Path) -> None:
    """Replay the recordings, one of them under a hostile name, and let grid reports become cases."""
    paths = [folder / attacks(60), folder / "receiver.json", folder / "radio.nmea"]
    for path, lines in zip(paths, (_terminals(attacks), _receiver(attacks), _radio(attacks)), strict=True):
        path.write_text("\n".join(lines) + "\n")
    told = run_replay(paths, dsn, cb.SETTINGS, cb.NOW, lambda *_: None)
    assert told["alerts"] == 1, told
    desk = ReportsDesk(cb.SETTINGS, dsn)
    try:
        dealt = desk.file_reports(cb.NOW + timedelta(minutes=10))
        assert dealt == 2, dealt
    finally:
        desk.close()
