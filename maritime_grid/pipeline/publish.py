"""Alerts out over MQTT: what the store holds as not yet sent is sent, confirmed by the broker, then marked.

Topic `ROOT/alert/GRID_ID/ALERT_ID`, JSON, QoS 1. Retained while the alert is active, so that who comes late hears of
it; when it ends, its last state goes out unretained and an empty retained message clears the topic. An alert may go
out twice (a kill between confirmation and mark), never not at all.
"""

from __future__ import annotations

import contextlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from time import monotonic
from typing import Any

import orjson
import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from ingest.transports import TlsOptions, TransportError, parse_address
from ingest.transports.backoff import Backoff
from maritime_grid.store.writer import PendingAlert

CONFIRM_S = 15.0  # the broker's time to confirm a batch
RECHECK_S = 30.0  # the outbox is looked at so often even when nobody wakes us
INFLIGHT = 200
NO_GRID = "none"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNSAFE = re.compile(r"[^\w.:-]", re.ASCII)  # in one level of a topic: no separators, no wildcards


@dataclass(frozen=True, slots=True)
class PublishStatus:
    connected: bool
    detail: str  # one line for the operator
    published: int  # alerts confirmed by the broker
    failures: int  # batches that have to be sent again


@dataclass(frozen=True, slots=True)
class Message:
    topic: str
    payload: bytes
    retain: bool


def alert_topic(pending: PendingAlert, root: str) -> str:
    """`ROOT/alert/GRID_ID/ALERT_ID`; `none` where no grid is."""
    return _topic(pending.grid_id, pending.alert.alert_id, root)


def _topic(grid_id: str, alert_id: str, root: str) -> str:
    grid, alert = (_UNSAFE.sub("_", part) for part in (grid_id or NO_GRID, alert_id))
    return f"{root}/alert/{grid}/{alert}"


def alert_payload(pending: PendingAlert) -> bytes:
    """The alert as JSON, times in ISO 8601 UTC, absent values null."""
    alert = pending.alert
    return orjson.dumps(
        {
            "alert_id": alert.alert_id,
            "rule": alert.key.rule.value,
            "severity": alert.severity.name.lower(),
            "mmsi": alert.key.mmsi or None,
            "place": alert.key.place or None,
            "grid_id": pending.grid_id or None,
            "raised_at": _iso(alert.raised_at),
            "last_at": _iso(alert.last_at),
            "cleared_at": None if alert.cleared_at is None else _iso(alert.cleared_at),
            "active": alert.active,
            "repeats": alert.repeats,
            "lon": alert.lon,
            "lat": alert.lat,
            "detail": alert.detail or {},
            "seen_at": None if pending.seen_at is None else _iso(pending.seen_at),
            "seen_by": pending.seen_by or None,
            "resolved_at": None if pending.resolved_at is None else _iso(pending.resolved_at),
            "verdict": pending.verdict,
        },
        option=orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS,
        default=str,
    )


def messages_of(pending: PendingAlert, root: str) -> list[Message]:
    """One retained message while active; else its last state, then the end of the retained one.

    Before either, the end of the one retained in the grid that it has left.
    """
    topic, sent = alert_topic(pending, root), pending.sent_grid_id
    before = topic if sent is None else _topic(sent, pending.alert.alert_id, root)
    moved = [Message(before, b"", retain=True)] if before != topic else []
    if pending.alert.active:
        return [*moved, Message(topic, alert_payload(pending), retain=True)]
    return [*moved, Message(topic, alert_payload(pending), retain=False), Message(topic, b"", retain=True)]


class AlertPublisher:
    """A thread of its own: `wake` returns at once, and neither broker nor store can hold up who calls it."""

    def __init__(
        self,
        url: str,
        unpublished: Callable[[], Sequence[PendingAlert]],
        mark_published: Callable[[Iterable[str], int, int], None],
        *,
        root: str = "mg/v1",
        active: Callable[[], Sequence[PendingAlert]] | None = None,
        username: str | None = None,
        password: str | None = None,
        tls: TlsOptions | None = None,
        client_id: str = "maritime-grid-alerts",
    ) -> None:
        """Starts the thread; a broker that is away is no error.

        Args:
            url: `mqtt://HOST[:PORT]` or `mqtts://HOST[:PORT]`.
            unpublished: the outbox, oldest change first; called in this thread, so on a connection of its own.
            mark_published: ids, the revision they were read at and the code of their grid; called after the
                broker's confirmation.
            root: of the topics.
            active: all active alerts, sent again on every connection to a broker that may have forgotten them.
            username: at the broker.
            password: at the broker.
            tls: for `mqtts`.
            client_id: of this publisher; no two may have the same.

        Raises: TransportError: the address or the TLS files are wrong.
        """
        self._address = parse_address(url, 8883 if url.startswith("mqtts:") else 1883)
        self._unpublished, self._mark, self._active, self._root = unpublished, mark_published, active, root
        self._event, self._stop = Event(), Event()
        self._connected = self._fresh = False
        self._detail = f"connecting to {self._address}"
        self._published = self._failures = 0
        self._refused: dict[int, str] = {}
        self._client = self._make_client(client_id, tls)
        if username is not None:
            self._client.username_pw_set(username, password)
        self._thread = Thread(target=self._run, name="alert-publisher", daemon=True)
        self._thread.start()

    def _make_client(self, client_id: str, tls: TlsOptions | None) -> paho.Client:
        if self._address.scheme not in ("mqtt", "mqtts"):
            raise TransportError(f"alerts go out to mqtt://HOST:PORT or mqtts://HOST:PORT, not to {self._address}")
        client = paho.Client(CallbackAPIVersion.VERSION2, client_id=client_id, protocol=paho.MQTTv5)
        if self._address.scheme == "mqtts":
            client.tls_set_context((tls or TlsOptions()).context())
        client.max_inflight_messages_set(INFLIGHT)
        client.reconnect_delay_set(1, 60)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_publish = self._on_publish
        return client

    def wake(self) -> None:
        """Something was committed: look at the outbox."""
        self._event.set()

    def status(self) -> PublishStatus:
        return PublishStatus(self._connected, self._detail, self._published, self._failures)

    def close(self) -> None:
        """Stops within 2 s; what is not yet sent stays in the outbox."""
        self._stop.set()
        self._event.set()
        self._thread.join(2.0)
        self._detail = "closed"

    def _run(self) -> None:
        with contextlib.suppress(OSError):
            self._client.connect_async(self._address.host, self._address.port, keepalive=30)
        self._client.loop_start()
        backoff = Backoff(1.0, 60.0)
        wait_s = RECHECK_S
        while not self._stop.is_set():
            self._event.wait(wait_s)
            self._event.clear()
            if self._turn():
                backoff.reset()
                wait_s = RECHECK_S
            else:
                wait_s = backoff.next_s()
        self._client.disconnect()
        self._client.loop_stop()

    def _turn(self) -> bool:
        """Empties the outbox; False when something failed and has to be tried again soon."""
        if not self._connected or self._stop.is_set():
            return True
        try:
            if self._fresh and self._active is not None and not self._send_again(self._active()):
                return False
            while self._connected and (batch := self._unpublished()) and not self._stop.is_set():
                if not self._send_and_mark(batch):
                    return False
        except Exception as error:  # the store is away, or worse: the alerts stay in the outbox
            self._fail(f"alerts wait: {type(error).__name__}: {error}")
            return False
        return True

    def _send_again(self, active: Sequence[PendingAlert]) -> bool:
        """To a broker just found, which may have forgotten what it retained; False when it did not take all of it."""
        self._fresh = False  # before sending: a new connection meanwhile asks for it once more
        self._fresh |= len(self._send(active)) < len(active)
        return not self._fresh

    def _send_and_mark(self, batch: Sequence[PendingAlert]) -> bool:
        sent = self._send(batch)
        alike: dict[tuple[int, int], list[str]] = defaultdict(list)
        for pending in sent:
            alike[pending.rev, pending.alert.grid].append(pending.alert.alert_id)
        for rev, grid in sorted(alike):
            self._mark(alike[rev, grid], rev, grid)
            self._published += len(alike[rev, grid])
        return len(sent) == len(batch)

    def _send(self, batch: Sequence[PendingAlert]) -> list[PendingAlert]:
        """Those of the batch whose every message the broker has confirmed in time."""
        self._refused.clear()
        going = [(pending, [self._publish(m) for m in messages_of(pending, self._root)]) for pending in batch]
        deadline = monotonic() + CONFIRM_S
        sent = [pending for pending, infos in going if all(self._confirmed(i, deadline) for i in infos)]
        if len(sent) < len(batch):
            why = next(iter(self._refused.values()), "the broker did not confirm")
            self._fail(f"{len(batch) - len(sent)} alerts wait: {why}")
        return sent

    def _publish(self, message: Message) -> paho.MQTTMessageInfo:
        return self._client.publish(message.topic, message.payload, qos=1, retain=message.retain)

    def _confirmed(self, info: paho.MQTTMessageInfo, deadline: float) -> bool:
        while self._connected and not self._stop.is_set() and not info.is_published():
            left = deadline - monotonic()
            if left <= 0:
                return False
            with contextlib.suppress(RuntimeError, ValueError):  # the connection went: seen on the next turn
                info.wait_for_publish(min(left, 0.5))
        return info.is_published() and info.mid not in self._refused

    def _fail(self, detail: str) -> None:
        self._failures += 1
        self._detail = " ".join(detail.split())

    def _on_connect(self, _client: paho.Client, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        self._connected = not reason.is_failure
        self._fresh = True
        self._detail = f"connected to {self._address}" if self._connected else f"the broker refused us: {reason}"
        self._event.set()

    def _on_disconnect(self, _client: paho.Client, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        self._connected = False
        if reason.is_failure and "refused" not in self._detail:
            self._detail = f"disconnected from {self._address}: {reason}"

    def _on_publish(self, _client: paho.Client, _data: Any, mid: int, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            self._refused[mid] = (
                f"the broker refused a topic: {reason}; give this user write access to {self._root}/alert/#"
            )


def _iso(t: int) -> str:
    """Microseconds since the epoch as ISO 8601, UTC."""
    return (_EPOCH + timedelta(microseconds=t)).isoformat().replace("+00:00", "Z")
