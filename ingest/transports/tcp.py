"""Lines over TCP: as a client of a receiver (`tcp://`) and as a port receivers send to (`tcp-listen://`)."""

from __future__ import annotations

import contextlib
import selectors
import socket
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from .lines import LineCutter
from .options import Address, TransportLimits
from .reader import Reader

READ_BYTES = 64 << 10
CONNECT_S = 10.0
SWEEP_S = 1.0  # how often idle peers are looked for
_KEEPALIVE = (("TCP_KEEPIDLE", 30), ("TCP_KEEPINTVL", 10), ("TCP_KEEPCNT", 3))  # s, s, probes: dead in a minute


def keep_alive(sock: socket.socket) -> None:
    """Has the kernel find out when the other machine is gone without a word."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in _KEEPALIVE:
        if hasattr(socket, option):
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)


class TcpClientTransport(Reader):
    """Connects, reads lines, connects again. A full inbox holds the sender back."""

    def __init__(self, address: Address, name: str, now_us: Callable[[], int], limits: TransportLimits) -> None:
        super().__init__(name, now_us, limits)
        self._address = address
        self._overlong = 0

    def _extra(self) -> str:
        return f"{self._overlong} over-long lines dropped" if self._overlong else ""

    def _session(self) -> None:
        self._detail = f"connecting to {self._address}"
        with socket.create_connection((self._address.host, self._address.port), CONNECT_S) as sock:
            keep_alive(sock)
            sock.setblocking(False)
            self._up(f"connected to {self._address}")
            cutter = LineCutter(self._limits.max_line_bytes)
            try:
                self._read(sock, cutter)
            finally:
                self._overlong += cutter.overlong
                self._hand_over(cutter.finish(), self._now_us())
            if not self._stop.is_set():
                raise ConnectionError("the peer ended the connection")

    def _read(self, sock: socket.socket, cutter: LineCutter) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(sock, selectors.EVENT_READ)
            selector.register(self._wake_r, selectors.EVENT_READ)
            while not self._stop.is_set():
                ready = selector.select(self._limits.idle_s)
                if not ready:
                    raise TimeoutError(f"nothing came for {self._limits.idle_s:.0f} s")
                if all(key.fileobj is not sock for key, _ in ready):
                    continue
                data = sock.recv(READ_BYTES)
                if not data:
                    return
                self._backoff.reset()
                self._hand_over(cutter.feed(data), self._now_us())


@dataclass(slots=True)
class _Client:
    cutter: LineCutter
    heard: float  # monotonic seconds of the last whole line


class TcpServerTransport(Reader):
    """Listens for many senders of lines; every one is bounded in memory and in patience."""

    def __init__(self, address: Address, name: str, now_us: Callable[[], int], limits: TransportLimits) -> None:
        super().__init__(name, now_us, limits)
        self._address = address
        self._clients: dict[socket.socket, _Client] = {}
        self._overlong = self._turned_away = self._let_go = 0
        self._socket: socket.socket | None = None
        with contextlib.suppress(OSError):  # the thread tries again and says why
            self._socket = self._listen()

    @property
    def port(self) -> int:
        """The port in use; the one asked for until a socket listens."""
        return self._address.port

    def _listen(self) -> socket.socket:
        family = socket.AF_INET6 if ":" in self._address.host else socket.AF_INET
        sock = socket.create_server((self._address.host, self._address.port), family=family, backlog=64)
        sock.setblocking(False)
        self._address = Address(self._address.scheme, self._address.host, sock.getsockname()[1])
        return sock

    def _extra(self) -> str:
        counts = {
            "clients": len(self._clients),
            "over-long lines dropped": self._overlong,
            "turned away": self._turned_away,
            "let go as idle": self._let_go,
        }
        return ", ".join(f"{n} {what}" for what, n in counts.items() if n or what == "clients")

    def _session(self) -> None:
        server, self._socket = self._socket or self._listen(), None
        with server, selectors.DefaultSelector() as selector:
            selector.register(server, selectors.EVENT_READ)
            selector.register(self._wake_r, selectors.EVENT_READ)
            self._up(f"listening on {self._address}")
            try:
                while not self._stop.is_set():
                    self._turn(server, selector)
            finally:
                for sock in list(self._clients):
                    self._drop(sock, selector)

    def _turn(self, server: socket.socket, selector: selectors.BaseSelector) -> None:
        ready = selector.select(SWEEP_S)
        patience = monotonic() - self._limits.idle_s  # of before the reading, which a full inbox may hold up
        for key, _ in ready:
            if key.fileobj is server:
                self._accept(server, selector)
            elif isinstance(key.fileobj, socket.socket) and key.fileobj in self._clients:
                self._read(key.fileobj, selector)
        for sock in [s for s, client in self._clients.items() if client.heard < patience]:
            self._let_go += 1
            self._drop(sock, selector)

    def _accept(self, server: socket.socket, selector: selectors.BaseSelector) -> None:
        try:
            sock, _ = server.accept()
        except OSError:  # gone before we came, or no descriptor left: the next turn tries again
            self._stop.wait(0.05)
            return
        if len(self._clients) >= self._limits.max_clients:
            self._turned_away += 1
            sock.close()
            return
        sock.setblocking(False)
        with contextlib.suppress(OSError):
            keep_alive(sock)
        self._clients[sock] = _Client(LineCutter(self._limits.max_line_bytes), monotonic())
        selector.register(sock, selectors.EVENT_READ)

    def _read(self, sock: socket.socket, selector: selectors.BaseSelector) -> None:
        client = self._clients[sock]
        try:
            data = sock.recv(READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._drop(sock, selector)
            return
        before = client.cutter.overlong
        lines = client.cutter.feed(data)
        self._overlong += client.cutter.overlong - before
        if lines:
            self._hand_over(lines, self._now_us())
            client.heard = monotonic()

    def _drop(self, sock: socket.socket, selector: selectors.BaseSelector) -> None:
        client = self._clients.pop(sock)
        selector.unregister(sock)
        sock.close()
        self._hand_over(client.cutter.finish(), self._now_us())

    def close(self) -> None:
        super().close()
        if self._socket is not None:
            self._socket.close()
