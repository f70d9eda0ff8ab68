"""MQTT 5 at QoS 1 with a persistent session: the broker keeps every message until its content is committed.

One thread does all that touches the client (paho), acknowledgements included: `acknowledge` only leaves tokens for
it. A token names the connection it came by; message ids are used again after a reconnect, so those of an older
connection are ignored and the broker sends their messages again.
"""

from __future__ import annotations

import select
import selectors
import socket
import ssl
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any, NamedTuple, cast

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from ingest.packet import Packet

from .options import Address, TransportError, TransportLimits
from .reader import Reader

CONNACK_S = 15.0
TURN_S = 1.0  # at least so often the client looks after its keep-alive
READS_PER_TURN = 500  # then acknowledgements get their chance


class Token(NamedTuple):
    """What names one delivery of one message."""

    connection: int
    mid: int


@dataclass(frozen=True, slots=True)
class MqttLogin:
    """Who we are to the broker. The client id names the session: fixed, and never used by two at a time."""

    client_id: str
    topics: tuple[str, ...]
    username: str | None = None
    password: str | None = None
    tls: ssl.SSLContext | None = None


class MqttTransport(Reader):
    """Subscribes at QoS 1; `acknowledge` sends the PUBACKs in the order given, which must be that of arrival."""

    repeatable = True

    def __init__(
        self, address: Address, login: MqttLogin, name: str, now_us: Callable[[], int], limits: TransportLimits
    ) -> None:
        if not login.topics:
            raise TransportError(f"feed {name} subscribes to nothing; give it topics")
        super().__init__(name, now_us, limits)
        self._address = address
        self._login = login
        self._connection = 0
        self._acks: deque[Token] = deque()
        self._refusal = ""
        self._cut = self._unreadable = 0
        self._client = self._make_client()

    def _make_client(self) -> paho.Client:
        client = paho.Client(
            CallbackAPIVersion.VERSION2, client_id=self._login.client_id, protocol=paho.MQTTv5, manual_ack=True
        )
        if self._login.username is not None:
            client.username_pw_set(self._login.username, self._login.password)
        if self._login.tls is not None:
            client.tls_set_context(self._login.tls)
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        client.on_socket_register_write = _nothing  # or paho would write at once, packet by packet, while we queue
        return client

    def _session(self) -> None:
        self._detail = f"connecting to {self._address}"
        self._refusal = ""
        self._connection += 1
        self._acks.clear()
        properties = Properties(PacketTypes.CONNECT)
        properties.SessionExpiryInterval = self._limits.session_expiry_s
        properties.ReceiveMaximum = self._limits.receive_maximum
        properties.MaximumPacketSize = 8 * self._limits.max_payload_bytes
        self._client.connect(
            self._address.host,
            self._address.port,
            keepalive=self._limits.keepalive_s,
            clean_start=False,
            properties=properties,
        )
        sock = self._client.socket()
        if sock is None:
            raise ConnectionError("the broker closed the connection at once")
        try:
            self._serve(cast("socket.socket", sock))
        finally:
            if self._stop.is_set():
                self._write()  # what was committed at the very last
                self._client.disconnect()
                self._client.loop_write()
            _shut(self._client)
        raise ConnectionError(self._refusal or "the broker closed the connection")

    def _serve(self, sock: socket.socket) -> None:
        began = monotonic()
        more = _Readable(sock)
        with selectors.DefaultSelector() as selector:
            selector.register(sock, selectors.EVENT_READ)
            selector.register(self._wake_r, selectors.EVENT_READ)
            alive = True
            while alive and not self._stop.is_set():
                selector.modify(
                    sock, selectors.EVENT_READ | (selectors.EVENT_WRITE if self._client.want_write() else 0)
                )
                ready = {key.fileobj for key, _ in selector.select(TURN_S)}
                if self._wake_r in ready:
                    self._clear_wake()
                alive = self._read(more, sock in ready) and self._write()
                if not self._connected and monotonic() - began > CONNACK_S:
                    raise TimeoutError(self._refusal or f"no answer from {self._address} for {CONNACK_S:.0f} s")

    def _read(self, more: _Readable, ready: bool) -> bool:
        """Takes in what has come; False when the connection is lost."""
        for _ in range(READS_PER_TURN):
            if not ready:
                break
            if self._client.loop_read() != paho.MQTT_ERR_SUCCESS or self._client.socket() is None:
                return False
            ready = more()
        return self._client.loop_misc() == paho.MQTT_ERR_SUCCESS

    def _write(self) -> bool:
        """Sends the acknowledgements left for us, then whatever else waits."""
        while self._acks:
            token = self._acks.popleft()
            if token.connection == self._connection:
                self._client.ack(token.mid, 1)
        return not self._client.want_write() or self._client.loop_write() == paho.MQTT_ERR_SUCCESS

    def _on_connect(self, client: paho.Client, _data: Any, flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            self._refusal = f"the broker refused us: {reason}"
            return
        kept = "session kept" if flags.session_present else "new session"
        self._up(f"connected to {self._address} as {self._login.client_id}, {kept}")
        self._backoff.reset()
        options = SubscribeOptions(qos=1, retainHandling=SubscribeOptions.RETAIN_SEND_IF_NEW_SUB)
        client.subscribe([(topic, options) for topic in self._login.topics])

    def _on_subscribe(self, _client: paho.Client, _data: Any, _mid: int, reasons: Any, _properties: Any) -> None:
        refused = [topic for topic, reason in zip(self._login.topics, reasons, strict=False) if reason.is_failure]
        if refused:
            self._trouble = f"the broker refused topics {', '.join(refused)}: ask for read access in its ACL"
            self._detail = self._trouble

    def _on_disconnect(self, _client: paho.Client, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        self._connected = False
        if reason.is_failure and not self._refusal:
            self._refusal = f"disconnected: {reason}"

    def _on_message(self, client: paho.Client, _data: Any, message: paho.MQTTMessage) -> None:
        try:
            topic = message.topic
        except UnicodeDecodeError:
            self._unreadable += 1
            client.ack(message.mid, message.qos)
            return
        data = bytes(message.payload)
        if len(data) > self._limits.max_payload_bytes:
            self._cut += 1
            data = data[: self._limits.max_payload_bytes + 1]
        self._packets += 1
        self._bytes += len(data)
        if message.qos == 0:
            if not self._inbox.put(Packet(self._now_us(), data, topic)):
                self._dropped += 1
            return
        self._inbox.put_wait(Packet(self._now_us(), data, topic, Token(self._connection, message.mid)))

    def _extra(self) -> str:
        counts = {"over-long payloads cut": self._cut, "unreadable topics dropped": self._unreadable}
        return ", ".join(f"{n} {what}" for what, n in counts.items() if n)

    def acknowledge(self, packets: Sequence[Packet]) -> None:
        """Their content is committed: the broker may forget them. Packets in order of arrival."""
        self._acks.extend(p.token for p in packets if isinstance(p.token, Token))
        self._wake()


def _nothing(_client: paho.Client, _data: Any, _socket: Any) -> None:
    """We look whether the client wants to write on every turn."""


class _Readable:
    """Whether more can be read at once, from the socket or from what TLS has already opened."""

    def __init__(self, sock: socket.socket) -> None:
        self._tls = sock if isinstance(sock, ssl.SSLSocket) else None
        self._selector = select.poll()  # asked once a message: nothing dearer will do
        self._selector.register(sock, select.POLLIN)

    def __call__(self) -> bool:
        return (self._tls is not None and self._tls.pending() > 0) or bool(self._selector.poll(0))


def _shut(client: paho.Client) -> None:
    """The socket goes now, not when the next connection is made."""
    sock = client.socket()
    if sock is not None:
        sock.close()
