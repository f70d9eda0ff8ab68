"""Live ingest as a real process: killed, with its store stopped, fed rubbish, asked to end. Nothing lost or doubled."""

from __future__ import annotations

import itertools
import json
import os
import random
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psycopg
import pytest

from ingest.spool import Spool
from maritime_grid.store.embedded import EmbeddedPostgres
from maritime_grid.store.registry import PlaceInput
from maritime_grid.store.writer import Store
from tests.integration.transports.conftest import Broker, Listener, make_embedded, make_mosquitto

from .live import (
    BOAT,
    BOATS,
    CALLER,
    SEA,
    SHIP,
    SHIPS,
    Site,
    Traffic,
    new_database,
    position,
    sentences,
    server,
    wait_for,
)

OUTAGE_S = float(os.environ.get("MG_TEST_OUTAGE_S", "15"))
KILLS = 4
ALWAYS = -(2**62)
QUICK_CLEARANCE = "[rules.distress]\nsos_clear_s = 3\n"
_numbers = itertools.count(1)
BROKERS = [pytest.param(make_mosquitto, marks=pytest.mark.needs_mosquitto, id="mosquitto"),
           pytest.param(make_embedded, id="embedded")]  # fmt: skip


@pytest.fixture(scope="module")
def postgres() -> Iterator[EmbeddedPostgres]:
    with server() as made:
        yield made


@pytest.fixture(params=BROKERS)
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Broker]:
    made: Broker = request.param(tmp_path)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def site(broker: Broker, postgres: EmbeddedPostgres, tmp_path: Path) -> Iterator[Site]:
    """Not started yet."""
    made = Site(new_database(postgres, f"mg_live_{next(_numbers)}"), broker, tmp_path)
    yield made
    if made.alive():
        made.kill()


@pytest.fixture
def listen(broker: Broker) -> Iterator[Callable[[str], Listener]]:
    opened: list[Listener] = []

    def to(topic: str) -> Listener:
        opened.append(Listener(broker, topic))
        return opened[-1]

    yield to
    for one in opened:
        one.close()


def boats_of(site: Site) -> Counter[tuple[int, int]]:
    query = "select mmsi, mg.us(t) from api.position where mmsi between %s and %s"
    return Counter(site.rows(query, BOAT, BOAT + BOATS))


def callers_of(site: Site) -> Counter[int]:
    return Counter(mmsi for (mmsi,) in site.rows("select mmsi from api.alert where rule = 'sos'"))


def must_be_stored(site: Site, traffic: Traffic, seconds: float = 60) -> None:
    """What was sent, each once and in order, and an alert for every SOS."""
    assert wait_for(lambda: site.count() >= traffic.sent and len(callers_of(site)) >= len(traffic.callers), seconds), (
        f"{site.count()} of {traffic.sent} positions, {len(callers_of(site))} of {len(traffic.callers)} alerts\n"
        + site.log()
    )
    assert boats_of(site) == Counter(traffic.boats)
    ships = site.rows(
        "select mmsi, count(*) from api.position where mmsi between %s and %s group by mmsi", SHIP, SHIP + SHIPS
    )
    assert dict(ships) == traffic.ships
    assert callers_of(site) == Counter(traffic.callers)
    assert site.rows("select count(*) from mg.sos_report where mmsi >= %s", CALLER) == [(len(traffic.callers),)]
    assert site.rows("select count(*) from api.position where late or implausible") == [(0,)]


def test_ingest_killed_between_receipt_and_commit_loses_and_doubles_nothing(site: Site):
    moments = random.Random(4)
    site.start().wait_ready()
    with Traffic(site, mqtt_rate=400, sos_every_s=0.5) as traffic:
        for _ in range(KILLS):
            before = site.count()
            assert wait_for(lambda before=before: site.count() > before, 30), site.log()
            time.sleep(moments.uniform(0.1, 0.7))
            site.kill()
            site.start()
        assert wait_for(lambda: len(traffic.boats) > 3000, 30)
    must_be_stored(site, traffic)
    assert site.stop() == 0, site.log()


def test_store_away_under_load_costs_nothing(site: Site, postgres: EmbeddedPostgres, listen: Callable[..., Listener]):
    site.start().wait_ready()
    alerts = listen("mg/v1/alert/#")
    with Traffic(site, mqtt_rate=500, udp_rate=500) as traffic:
        assert wait_for(lambda: site.count() > 1000, 30), site.log()
        assert postgres.stop()
        time.sleep(OUTAGE_S / 2)
        caller = traffic.call()
        time.sleep(OUTAGE_S / 2)
        assert site.alive(), site.log()
        assert site.spooled() > 500 * OUTAGE_S * 40  # bytes of a sentence and more
        postgres.start()
        back = time.monotonic()
        assert wait_for(lambda: site.rows("select 1 from api.alert where mmsi = %s", caller), 60), site.log()
        print(f"alert {time.monotonic() - back:.1f} s after the store came back")
    alerts.until(lambda heard: any(json.loads(payload)["mmsi"] == caller for _, payload, _ in heard))
    must_be_stored(site, traffic, 30 + OUTAGE_S)
    print(f"{traffic.sent} positions, all stored {time.monotonic() - back:.1f} s after the store came back")
    assert site.stop() == 0, site.log()
    assert Spool(site.folder / "data" / "spool", 1 << 30).depth == 0


def test_alert_goes_out_retained_and_is_cleared(site: Site, listen: Callable[[str], Listener]):
    site.extra = QUICK_CLEARANCE
    site.start().wait_ready()
    early = listen("mg/v1/alert/#")
    site.broker.publish(f"mg/v1/vessel/{CALLER}/sos", [position(time.time(), 0)])
    topic, payload, _ = early.until(bool)[0]
    said = json.loads(payload)
    assert (said["mmsi"], said["rule"], said["active"], said["severity"]) == (CALLER, "sos", True, "emergency")
    late = listen("mg/v1/alert/#")
    assert late.until(bool)[0] == (topic, payload, True)
    heard = early.until(lambda heard: any(not payload for _, payload, _ in heard))
    assert json.loads(heard[-2][1])["active"] is False
    assert heard[-1][:2] == (topic, b"")


def test_broker_that_forgot_what_it_retained_is_told_again(site: Site, listen: Callable[[str], Listener]):
    site.start().wait_ready()
    early = listen("mg/v1/alert/#")
    site.broker.publish(f"mg/v1/vessel/{CALLER}/sos", [position(time.time(), 0)])
    topic, payload, _ = early.until(bool)[0]
    site.broker.stop()
    site.broker.start()

    def retained() -> bool:
        late = listen("mg/v1/alert/#")
        return wait_for(lambda: (topic, payload, True) in late.heard, 1)

    assert wait_for(retained, 30), site.log()


def test_report_that_the_store_will_not_have_is_quarantined_alone(site: Site):
    with psycopg.connect(site.dsn) as conn:
        conn.execute(f"alter table mg.sos_report add check (mmsi <> {CALLER - 1})")
    site.start().wait_ready()
    with Traffic(site, mqtt_rate=400, udp_rate=100, sos_every_s=0.5) as traffic:
        assert wait_for(lambda: len(traffic.boats) > 400, 30)
        site.broker.publish(f"mg/v1/vessel/{CALLER - 1}/sos", [position(time.time(), 0)])
        assert wait_for(lambda: len(traffic.boats) > 1200, 30)
    must_be_stored(site, traffic)
    refused = site.rows("select source, reason, raw like %s from api.quarantine", f"%mmsi={CALLER - 1}%")
    assert refused == [("terminals", "unstorable", True)]
    assert site.stop() == 0, site.log()
    assert "Traceback" not in site.log()


def test_feed_that_is_all_rubbish_does_not_stop_the_other(site: Site):
    site.start().wait_ready()
    noise = random.Random(7)
    rubbish = [noise.randbytes(noise.randrange(1, 1400)) for _ in range(3000)]
    rubbish += [b"!AIVDM,1,1,,A,%s,0*00" % bytes(noise.choices(b"0123456789:<=@ABw`", k=40)) for _ in range(1000)]
    with Traffic(site, mqtt_rate=200) as traffic, socket.socket(type=socket.SOCK_DGRAM) as sock:
        for junk in rubbish:
            sock.sendto(junk, ("127.0.0.1", site.udp))
        site.broker.publish("mg/v1/vessel/x/position", rubbish[:200])
        site.broker.publish(f"mg/v1/vessel/{BOAT}/position", rubbish[:200])
        assert wait_for(lambda: len(traffic.boats) > 400, 30)
    must_be_stored(site, traffic)
    refused = dict(site.rows("select source, count(*) from api.quarantine group by source"))
    assert min(refused["receiver"], refused["terminals"]) >= 400
    assert site.stop() == 0, site.log()


def test_ingest_asked_to_stop_under_load_ends_well_within_ten_seconds(site: Site):
    site.start().wait_ready()
    with Traffic(site, mqtt_rate=500, udp_rate=500) as traffic:
        assert wait_for(lambda: site.count() > 500, 30), site.log()
        assert site.stop() == 0, site.log()
    assert traffic.sent > 500
    assert "Traceback" not in site.log()


def test_datagrams_that_came_before_the_end_was_asked_for_are_not_lost(site: Site):
    site.start().wait_ready()
    ships = SHIP + np.arange(3 * SHIPS)  # the last are in the kernel while the first are being stored
    burst = sentences(ships, int(time.time()))
    with socket.socket(type=socket.SOCK_DGRAM) as sock:
        for line in burst:
            sock.sendto(line, ("127.0.0.1", site.udp))
    assert site.stop() == 0, site.log()
    site.start()  # on a busy machine the last of them wait on disk
    assert wait_for(lambda: site.count(SHIP, int(ships[-1])) == len(ships), 30), site.count(SHIP, int(ships[-1]))


def test_ingest_asked_to_stop_while_the_store_is_away_ends_well(site: Site, postgres: EmbeddedPostgres):
    site.start().wait_ready()
    with Traffic(site, mqtt_rate=100, udp_rate=100) as traffic:
        assert wait_for(lambda: site.count() > 100, 30), site.log()
        postgres.stop()
        try:
            assert wait_for(site.spooled, 20), site.log()
            assert site.stop() == 0, site.log()
        finally:
            postgres.start()
    site.start()
    assert wait_for(lambda: boats_of(site) == Counter(traffic.boats), 60), site.log()


def test_new_version_of_a_grid_is_taken_over_while_running(site: Site):
    spot = (SEA[0] + 2, SEA[1])
    with Store.open(site.dsn) as store:
        store.save_places([square(spot[0] + 1, spot[1])], "test", "first", ALWAYS)
    site.start().wait_ready()
    topic = f"mg/v1/vessel/{BOAT}/position"

    def grid() -> str | None:
        t = time.time()
        payload = {"t": round(t * 1000), "lon": spot[0], "lat": spot[1]}
        site.broker.publish(topic, [json.dumps(payload).encode()])
        query = "select grid_id from api.position where mmsi = %s order by t desc limit 1"
        return next((g for (g,) in site.rows(query, BOAT)), None)

    assert wait_for(lambda: site.count() > 0 or grid(), 20)
    assert grid() is None
    with Store.open(site.dsn) as store:
        store.save_places([square(*spot)], "test", "moved", time.time_ns() // 1000)
    assert wait_for(lambda: grid() == "TEST-GRID", 5), site.log()


def square(lon: float, lat: float) -> PlaceInput:
    ring = [[lon + x, lat + y] for x, y in ((-0.2, -0.2), (0.2, -0.2), (0.2, 0.2), (-0.2, 0.2), (-0.2, -0.2))]
    return PlaceInput("TEST-GRID", "grid", "grid", "试验网格", {"type": "Polygon", "coordinates": [ring]})
