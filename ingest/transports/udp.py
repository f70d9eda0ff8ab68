"""Datagrams as AIS receivers send them (`udp://host:port`; a multicast group is joined)."""

from __future__ import annotations

import contextlib
import ipaddress
import selectors
import socket
import sys
from collections.abc import Callable

from ingest.packet import Packet

from .options import Address, TransportLimits
from .reader import Reader

MAX_DATAGRAM = 65_535
JOIN_BYTES = 256 << 10  # one drain hands over at most so much in one packet
JOIN_DATAGRAMS = 4096
RECEIVE_BUFFER = 8 << 20  # the kernel's, in bytes: 8 s of 10,000 datagrams/s while we are held up
_SO_RCVBUFFORCE = 33  # linux/socket.h; beyond net.core.rmem_max, for root
_SO_RXQ_OVFL = 40  # linux/socket.h; counts what the kernel had no room for
_LINUX = sys.platform == "linux"


class UdpTransport(Reader):
    """Listens. What was dropped, by the kernel or for want of room here, is counted."""

    def __init__(self, address: Address, name: str, now_us: Callable[[], int], limits: TransportLimits) -> None:
        super().__init__(name, now_us, limits)
        self._address = address
        self._kernel_drops = 0
        self._refused = 0
        self._socket: socket.socket | None = None
        with contextlib.suppress(OSError):  # the thread tries again and says why
            self._socket = self._bind()

    @property
    def port(self) -> int:
        """The port in use; the one asked for until a socket is bound."""
        return self._address.port

    def _bind(self) -> socket.socket:
        family, kind, proto, _, where = socket.getaddrinfo(
            self._address.host, self._address.port, type=socket.SOCK_DGRAM, flags=socket.AI_PASSIVE
        )[0]
        sock = socket.socket(family, kind, proto)
        try:
            _widen(sock)
            group = ipaddress.ip_address(str(where[0]).partition("%")[0])
            if group.is_multicast:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind(where)
            if group.is_multicast:
                _join(sock, group)
            sock.setblocking(False)
        except OSError:
            sock.close()
            raise
        self._address = Address(self._address.scheme, self._address.host, sock.getsockname()[1])
        return sock

    def _session(self) -> None:
        sock, self._socket = self._socket or self._bind(), None
        with sock, selectors.DefaultSelector() as selector:
            selector.register(sock, selectors.EVENT_READ)
            selector.register(self._wake_r, selectors.EVENT_READ)
            self._up(f"listening on {self._address}, receive buffer {_buffer_kib(sock)} KiB")
            while not self._stop.is_set():
                selector.select()
                self._drain(sock)

    def _drain(self, sock: socket.socket) -> None:
        """All that waits in the kernel becomes one packet of lines with one time of receipt."""
        received_at = self._now_us()
        parts: list[bytes] = []
        size = 0
        for _ in range(JOIN_DATAGRAMS):
            if size >= JOIN_BYTES:
                break
            try:
                data = self._first(sock) if not parts else sock.recv(MAX_DATAGRAM)
            except BlockingIOError:
                break
            except ConnectionRefusedError:  # an ICMP answer to nothing of ours
                continue
            if data:
                parts.append(data if data.endswith(b"\n") else data + b"\n")
            size += len(data)
        if parts:
            self._packets += len(parts)
            self._bytes += size
            if not self._inbox.put(Packet(received_at, b"".join(parts))):
                self._refused += len(parts)
            self._dropped = self._refused + self._kernel_drops

    def _first(self, sock: socket.socket) -> bytes:
        data, ancillary, _, _ = sock.recvmsg(MAX_DATAGRAM, 64)
        for level, kind, value in ancillary:
            if level == socket.SOL_SOCKET and kind == _SO_RXQ_OVFL:
                self._kernel_drops = int.from_bytes(value[:4], sys.byteorder)
        return data

    def close(self) -> None:
        super().close()
        if self._socket is not None:
            self._socket.close()


def _widen(sock: socket.socket) -> None:
    try:
        sock.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE if _LINUX else socket.SO_RCVBUF, RECEIVE_BUFFER)
    except OSError:
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
    if _LINUX:
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, _SO_RXQ_OVFL, 1)


def _buffer_kib(sock: socket.socket) -> int:
    return sock.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF) >> 10


def _join(sock: socket.socket, group: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    if group.version == 4:
        any_interface = socket.inet_aton("0.0.0.0")  # noqa: S104 - which interface hears the group is the kernel's choice
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group.packed + any_interface)
    else:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, group.packed + b"\0\0\0\0")
