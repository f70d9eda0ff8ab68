"""The outbox to real brokers: retained while active, gone when closed, marked only after the broker's word."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Condition
from typing import Any

from ingest.transports import TransportError
from maritime_grid.domain.alerts import Alert, AlertKey, RuleName, Severity, alert_id
from maritime_grid.pipeline.publish import AlertPublisher, PublishStatus, alert_topic
from maritime_grid.store.writer import PendingAlert
from tests.integration.transports.conftest import Broker, Listener, make_mosquitto
from tests.unit.ingest_transports.waiting import until

RAISED = 1_780_000_000_000_000
SOS_KEY = AlertKey(RuleName.SOS, 412000001)
SOS = Alert(alert_id(SOS_KEY, RAISED), SOS_KEY, Severity.EMERGENCY, RAISED, RAISED, True, lon=122.5, lat=30.25)
TOPIC = f"mg/v1/alert/ZS-001/{SOS.alert_id}"


class Outbox:
    """The store's two calls, in memory: alert id -> (alert, revision, published revision)."""

    def __init__(self) -> None:
        self.rows: dict[str, tuple[PendingAlert, int]] = {}
        self.sent: dict[str, str] = {}
        self.away = False
        self._rev = 0
        self._changed = Condition()

    def commit(self, alert: Alert, grid_id: str = "ZS-001") -> None:
        with self._changed:
            self._rev += 1
            published = self.rows.get(alert.alert_id, (None, 0))[1]
            pending = PendingAlert(alert, grid_id, self._rev, self.sent.get(alert.alert_id))
            self.rows[alert.alert_id] = (pending, published)

    def unpublished(self) -> list[PendingAlert]:
        if self.away:
            raise ConnectionError("the store is away")
        with self._changed:
            return [p for p, published in self.rows.values() if published < p.rev]

    def mark(self, ids: Iterable[str], rev: int, grid: int) -> None:
        with self._changed:
            for name in ids:
                self.rows[name] = (self.rows[name][0], rev)
                self.sent[name] = self.rows[name][0].grid_id
            self._changed.notify_all()

    def active(self) -> list[PendingAlert]:
        with self._changed:
            return [p for p, _ in self.rows.values() if p.alert.active]

    def wait_empty(self) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: all(p.rev <= done for p, done in self.rows.values()), 15)


@contextmanager
def publishing(broker: Broker, outbox: Outbox, **options: Any) -> Iterator[AlertPublisher]:
    given = {**broker.login(), **options}
    publisher = AlertPublisher(broker.url, outbox.unpublished, outbox.mark, **given)
    try:
        yield publisher
    finally:
        publisher.close()


def late_listener(broker: Broker) -> list[tuple[str, bytes, bool]]:
    """What a subscriber hears who comes when all is over; a mark ends it."""
    listener = Listener(broker, "mg/v1/#")
    broker.publish("mg/v1/mark", [b"mark"])
    heard = listener.until(lambda heard: any(payload == b"mark" for _, payload, _ in heard))
    listener.close()
    return [h for h in heard if h[1] != b"mark"]


def test_an_active_alert_is_there_for_who_comes_late(broker: Broker) -> None:
    outbox = Outbox()
    outbox.commit(SOS)
    with publishing(broker, outbox):
        outbox.wait_empty()
        ((topic, payload, retained),) = late_listener(broker)
    assert (topic, retained) == (TOPIC, True)
    said = json.loads(payload)
    assert (said["rule"], said["severity"], said["mmsi"]) == ("sos", "emergency", 412000001)
    assert (said["raised_at"], said["active"], said["lon"]) == ("2026-05-28T20:26:40Z", True, 122.5)


def test_a_closed_alert_says_its_last_word_and_leaves_nothing_retained(broker: Broker) -> None:
    outbox = Outbox()
    outbox.commit(SOS)
    with publishing(broker, outbox) as publisher:
        outbox.wait_empty()
        listener = Listener(broker, "mg/v1/alert/#")
        listener.until(lambda heard: len(heard) == 1)
        outbox.commit(replace(SOS, active=False, cleared_at=RAISED + 1_000_000))
        publisher.wake()
        outbox.wait_empty()
        _, last_word, ended = listener.until(lambda heard: len(heard) == 3)
        listener.close()
        assert json.loads(last_word[1])["cleared_at"] == "2026-05-28T20:26:41Z"
        assert ended[1] == b""
        assert late_listener(broker) == []


def test_nothing_is_marked_while_the_broker_is_away_and_all_goes_out_when_it_comes(tmp_path: Path) -> None:
    broker, outbox = make_mosquitto(tmp_path), Outbox()
    for n in range(300):
        key = AlertKey(RuleName.SILENCE, 412000000 + n)
        outbox.commit(replace(SOS, alert_id=alert_id(key, RAISED), key=key))
    with publishing(broker, outbox) as publisher:
        publisher.wake()
        assert len(outbox.unpublished()) == 300
        broker.start()
        try:
            outbox.wait_empty()
            assert len(late_listener(broker)) == 300
        finally:
            broker.stop()


def test_a_refused_topic_is_told_and_not_marked(mosquitto: Broker) -> None:
    outbox = Outbox()
    outbox.commit(SOS)
    with publishing(mosquitto, outbox, **mosquitto.login("412000001")) as publisher:
        until(lambda: "write access" in publisher.status().detail)
        assert len(outbox.unpublished()) == 1


def test_a_store_that_is_away_is_told_and_asked_again(broker: Broker) -> None:
    outbox = Outbox()
    outbox.away = True
    outbox.commit(SOS)
    with publishing(broker, outbox) as publisher:
        until(lambda: "the store is away" in publisher.status().detail)
        outbox.away = False
        outbox.wait_empty()
        assert publisher.status().published == 1


def test_a_broker_that_forgot_hears_all_active_alerts_again(broker: Broker) -> None:
    outbox = Outbox()
    outbox.commit(SOS)
    outbox.mark([SOS.alert_id], 99, 0)
    with publishing(broker, outbox, active=outbox.active) as publisher:
        listener = Listener(broker, "mg/v1/alert/#")
        ((topic, _, _),) = listener.until(lambda heard: len(heard) >= 1)[:1]
        listener.close()
        assert topic == TOPIC
        assert publisher.status() == PublishStatus(True, f"connected to {broker.url}", 0, 0)


def test_a_name_can_not_leave_its_level_of_the_topic() -> None:
    pending = PendingAlert(replace(SOS, alert_id="a/b#+c"), "", 1)
    assert alert_topic(pending, "mg/v1") == "mg/v1/alert/none/a_b__c"


def test_a_wrong_address_is_refused_with_the_mend() -> None:
    try:
        AlertPublisher("tcp://127.0.0.1:1", list, lambda *_: None)
    except TransportError as error:
        assert "mqtt://HOST:PORT" in str(error)
    else:
        raise AssertionError("it was taken")
