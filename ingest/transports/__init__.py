"""Ways in for bytes: datagrams, streams, files and MQTT.

Every transport reads in its own thread into a bounded inbox, reconnects by itself, bounds whatever a peer may send,
and never raises for a bad one. They know nothing of what the bytes mean, and only they read a clock, through the
`now_us` they are given.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import unquote

from ingest.packet import Transport

from .content import content_key, file_size, read_file
from .file import FileTransport, FollowTransport, StdinTransport
from .mqtt import MqttLogin, MqttTransport
from .options import Address, TlsOptions, TransportError, TransportLimits, parse_address
from .tcp import TcpClientTransport, TcpServerTransport
from .udp import UdpTransport

__all__ = [
    "Address",
    "FileTransport",
    "FollowTransport",
    "MqttLogin",
    "MqttTransport",
    "StdinTransport",
    "TcpClientTransport",
    "TcpServerTransport",
    "TlsOptions",
    "TransportError",
    "TransportLimits",
    "UdpTransport",
    "content_key",
    "file_path",
    "file_size",
    "open_transport",
    "parse_address",
    "read_file",
]

SCHEMES = "udp://HOST:PORT, tcp://HOST:PORT, tcp-listen://HOST:PORT, mqtt://HOST, mqtts://HOST, file:PATH or stdin:"
_SOCKETS = {"udp": UdpTransport, "tcp": TcpClientTransport, "tcp-listen": TcpServerTransport}
_MQTT_PORTS = {"mqtt": 1883, "mqtts": 8883}


def open_transport(
    url: str,
    *,
    name: str,
    now_us: Callable[[], int],
    topics: Sequence[str] = (),
    username: str | None = None,
    password: str | None = None,
    tls: TlsOptions | None = None,
    client_id: str | None = None,
    follow: bool = False,
    limits: TransportLimits | None = None,
) -> Transport:
    """Opens a way in and starts its thread. A peer that is not there yet is no error: `status` tells.

    Args:
        url: `udp://`, `tcp-listen://` (listen; port 0 takes a free one, see `.port`), `tcp://` (connect),
            `mqtt://`, `mqtts://`, `file:PATH` (plain, gzip, Zstandard), `stdin:`.
        name: of the feed, for threads, messages and the default MQTT client id.
        now_us: the clock, microseconds since the epoch, UTC.
        topics: MQTT topic filters.
        username: MQTT.
        password: MQTT; from the environment or a file, never from an address.
        tls: `mqtts` only; without it the machine's own trust store.
        client_id: names the session at the broker; `maritime-grid-NAME` when not given.
        follow: `file:` only; read on as the file grows.
        limits: bounds; the defaults bear 1,000 messages/s.

    Raises: TransportError: the address or an option is wrong; one line with the mend.
    """
    limits = limits or TransportLimits()
    scheme = url.partition(":")[0].lower()
    if scheme in _MQTT_PORTS:
        secure = (tls or TlsOptions()).context() if scheme == "mqtts" else None
        login = MqttLogin(client_id or f"maritime-grid-{name}", tuple(topics), username, password, secure)
        transport = MqttTransport(parse_address(url, _MQTT_PORTS[scheme]), login, name, now_us, limits)
    elif scheme in _SOCKETS:
        listens = scheme != "tcp"
        address = parse_address(url, default_host="127.0.0.1" if listens else None)
        transport = _SOCKETS[scheme](address, name, now_us, limits)
    elif scheme == "file":
        transport = _open_file(url, name, now_us, follow, limits)
    elif scheme == "stdin":
        transport = StdinTransport(name, now_us, limits)
    else:
        raise TransportError(f"feed {name}: address {url!r} is of no known kind; use {SCHEMES}")
    transport.start()
    return transport


def file_path(url: str) -> Path | None:
    """The file that `file:PATH` names; None for an address of another kind."""
    scheme, _, rest = url.partition(":")
    if scheme.lower() != "file":
        return None
    return Path(unquote(rest[2:]) if rest.startswith("//") else rest)


def _open_file(
    url: str, name: str, now_us: Callable[[], int], follow: bool, limits: TransportLimits
) -> FileTransport | FollowTransport:
    path = file_path(url)
    assert path is not None, "its scheme is file:"
    if follow:
        return FollowTransport(path, name, now_us, limits)
    file_size(path)  # says what is wrong now rather than in a thread
    return FileTransport(path, name, now_us, limits)
