"""The way out: recordings whole or not at all, live sending over a real socket and a real broker."""

from __future__ import annotations

import json
import queue
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from maritime_grid.domain.errors import UsageError
from maritime_grid.settings import load_settings
from maritime_grid.simulate import plan_cache
from maritime_grid.simulate.chart import Chart, ChartError
from maritime_grid.simulate.incidents import demo_script
from maritime_grid.simulate.live import Doors, LiveOptions, options_of, play
from maritime_grid.simulate.record import record
from maritime_grid.simulate.routes import SeaPlan
from maritime_grid.simulate.scenario import Scenario
from tests import needs

from .conftest import AREA, START


def small(plan: SeaPlan) -> Scenario:
    return Scenario(plan, seed=2, start=START, vessels=100, script=demo_script(100)[:5])


def test_a_recording_has_nmea_mqtt_and_truth_and_tells_how_far_it_is(plan: SeaPlan, tmp_path: Path) -> None:
    told: list[float] = []
    made = record(small(plan), tmp_path / "out" / "sim.nmea", 0.25, progress=told.append)
    lines = made.nmea.read_bytes().splitlines()
    assert len(lines) == made.lines > 500
    assert all(line.startswith(b"\\s:sim,c:") and b"\\!AIVDM," in line for line in lines)
    mqtt_lines = [json.loads(line) for line in made.mqtt.read_text(encoding="utf-8").splitlines()]
    assert len(mqtt_lines) == made.messages > 50
    assert all(json.loads(entry["payload"])["t"] <= entry["received_at"] for entry in mqtt_lines)
    assert [json.loads(line)["kind"] for line in made.truth.read_text(encoding="utf-8").splitlines()]
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert {p.name for p in made.nmea.parent.iterdir()} == {"sim.nmea", "sim.nmea.mqtt.jsonl", "sim.nmea.truth.jsonl"}


def test_a_recording_that_is_broken_off_leaves_no_file_under_its_name(plan: SeaPlan, tmp_path: Path) -> None:
    def stop(_share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        record(small(plan), tmp_path / "sim.nmea", 0.1, progress=stop)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        sock.bind(("127.0.0.1", 0))
        sock.settimeout(20)
        yield sock


def test_live_sends_whole_sentences_over_udp_and_stops_when_told(plan: SeaPlan, listener: socket.socket) -> None:
    stop = threading.Event()
    doors = Doors(LiveOptions(udp=listener.getsockname(), mqtt_url=None))
    runner = threading.Thread(target=play, args=(small(plan), doors, stop), kwargs={"speed": 20.0})
    runner.start()
    try:
        got = [listener.recv(2048) for _ in range(20)]
    finally:
        stop.set()
        runner.join(10)
        doors.close()
    assert not runner.is_alive()
    assert all(data.startswith(b"\\s:sim,c:") and data.endswith(b"\r\n") for data in got)


def test_what_is_sent_to_this_machine_leaves_from_its_loopback(plan: SeaPlan, listener: socket.socket) -> None:
    doors = Doors(LiveOptions(udp=listener.getsockname(), mqtt_url=None))
    try:
        assert doors.address[0] == "127.0.0.1"
        assert doors.address[1] > 0
        doors.send(small(plan).step(60.0))
        assert listener.recvfrom(2048)[1] == doors.address
    finally:
        doors.close()


def test_what_is_sent_elsewhere_may_leave_from_any_address() -> None:
    doors = Doors(LiveOptions(udp=("192.0.2.1", 10110), mqtt_url=None))
    try:
        assert doors.address[0] != "127.0.0.1"
    finally:
        doors.close()


def test_live_keeps_its_truth_in_a_file(plan: SeaPlan, tmp_path: Path) -> None:
    stop = threading.Event()

    class StopAtTruth:
        def send(self, _emission: object) -> None:
            if scenario.truth:
                stop.set()

        def close(self) -> None: ...

    scenario = small(plan)
    play(scenario, StopAtTruth(), stop, speed=60.0, truth=tmp_path / "truth.jsonl")
    assert (tmp_path / "truth.jsonl").read_text(encoding="utf-8").count("\n") == len(scenario.truth)


def test_live_reaches_up_to_the_clock_at_once_and_after_a_halt(plan: SeaPlan) -> None:
    scenario, stop = small(plan), threading.Event()
    halts = [START + s * 1_000_000 for s in (12, 13, 50, 50 + 7_000)]  # the last: nearly two hours
    clock = (at for at in [START, *halts, *halts[-1:] * 200])
    reached: list[int] = []

    class Watch:
        def send(self, _emission: object) -> None:
            reached.append(scenario.now)
            if len(reached) == len(halts):
                stop.set()

        def close(self) -> None: ...

    play(scenario, Watch(), stop, now_us=lambda: next(clock))
    assert reached == halts


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[int]:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    settings = tmp_path / "mosquitto.conf"
    settings.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n", encoding="utf-8")
    process = subprocess.Popen([needs.mosquitto(), "-c", settings], stderr=subprocess.DEVNULL)
    try:
        yield port
    finally:
        process.terminate()
        process.wait(10)


def test_live_publishes_terminals_to_a_broker_that_comes_later(plan: SeaPlan, broker: int) -> None:
    got: queue.Queue[tuple[str, bytes]] = queue.Queue()
    ready = threading.Event()
    client = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
    client.on_connect = lambda c, *_: c.subscribe("mg/v1/vessel/+/position", qos=1)
    client.on_subscribe = lambda *_: ready.set()
    client.on_message = lambda _c, _u, message: got.put((message.topic, message.payload))
    client.connect_async("127.0.0.1", broker)
    client.reconnect_delay_set(1, 1)
    client.loop_start()
    stop = threading.Event()
    try:
        assert ready.wait(20)
        doors = Doors(LiveOptions(udp=None, mqtt_url=f"mqtt://127.0.0.1:{broker}"))
        runner = threading.Thread(target=play, args=(small(plan), doors, stop), kwargs={"speed": 60.0})
        runner.start()
        topic, content = got.get(timeout=20)
        stop.set()
        runner.join(10)
        doors.close()
    finally:
        stop.set()
        client.disconnect()
        client.loop_stop()
    assert topic == f"mg/v1/vessel/{json.loads(content)['mmsi']}/position"


def test_the_default_settings_name_both_doors() -> None:
    settings = load_settings()
    options = options_of(settings)
    assert options.udp == ("127.0.0.1", 10110)
    assert options.mqtt_root == settings.broker.root


def test_settings_with_nowhere_to_send_are_refused() -> None:
    settings = load_settings().model_copy(update={"feeds": ()})
    with pytest.raises(UsageError, match=r"broker\.url"):
        options_of(settings)


def test_a_plan_kept_in_a_file_is_the_plan(plan: SeaPlan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    planned: list[int] = []

    def once(_chart: Chart) -> SeaPlan:
        planned.append(1)
        return plan

    monkeypatch.setattr(plan_cache, "plan_sea", once)
    for _ in range(2):
        again = plan_cache.sea_plan(AREA, tmp_path / "sea-plan.npz")
        runs = [Scenario(p, seed=2, start=START, vessels=100, script=[]).step(30.0) for p in (plan, again)]
        assert runs[0] == runs[1]
    assert planned == [1]
    for n, broken in enumerate((b"not an archive", b""), 2):  # a power cut leaves the second
        (tmp_path / "sea-plan.npz").write_bytes(broken)
        plan_cache.sea_plan(AREA, tmp_path / "sea-plan.npz")
        assert planned == [1] * n


def test_an_area_without_its_files_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(ChartError, match=r"ports\.csv is missing"):
        Chart.load(tmp_path)
    (tmp_path / "ports.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(ChartError, match="line 1: no ports"):
        Chart.load(tmp_path)
    (tmp_path / "ports.csv").write_text((AREA / "ports.csv").read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "zhoushan_land.geojson").write_text("{}", encoding="utf-8")
    with pytest.raises(ChartError, match="not a GeoJSON feature collection"):
        Chart.load(tmp_path)
