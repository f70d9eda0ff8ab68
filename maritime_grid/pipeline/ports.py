"""Ports of this machine: which are taken, which are free, who answers."""

from __future__ import annotations

import errno
import json
import socket
import ssl
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from maritime_grid.domain.errors import UsageError
from maritime_grid.settings_model import FeedSettings

_TRIES = 20  # for any port: the kernel may give one that is claimed and not listened on yet
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_UNNAMED = ssl.create_default_context()  # our own page by its address, which no certificate names
_UNNAMED.check_hostname, _UNNAMED.verify_mode = False, ssl.CERT_NONE
_DIRECT = urllib.request.build_opener(  # never through a proxy
    urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=_UNNAMED)
)


def must_be_free(host: str, port: int) -> None:
    """Raises: UsageError: something listens there, or the address is not ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise _taken(host, port) from None
            raise UsageError(
                f"cannot listen on {host}:{port}: {error.strerror}", "mend dashboard.host or --port"
            ) from None


def _taken(host: str, port: int) -> UsageError:
    return UsageError(f"port {port} of {host} is taken", "give another with --port N")


class Claims:
    """Ports chosen here for programs that listen only seconds later: meanwhile they are nobody else's choice.

    A claim is a name in the kernel (Linux, abstract Unix socket) as wide as the ports themselves, for all users of a
    network namespace; it falls with this process. Elsewhere nothing is held, and a port is as free as it looks.
    Programs that claim nothing can still come first; what listens on the port then tells.
    """

    def __init__(self) -> None:
        self._held: dict[str, socket.socket] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for name in list(self._held):
            self._drop(name)

    def free_port(self, wanted: int, kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
        """`wanted` where it is free on the loopback address and not claimed, else any such one; now claimed.

        Raises: UsageError: there is none.
        """
        for port in (wanted, *[0] * _TRIES):
            got = self._try(port, kind)
            if got:
                return got
        raise UsageError("no free port on 127.0.0.1", "close some programs")

    def must_be_free(self, host: str, port: int) -> None:
        """Claims a port that may be no other.

        Raises: UsageError: something listens there or is about to, or the address is not ours.
        """
        must_be_free(host, port)
        if not self._claim(_name(port, socket.SOCK_STREAM, host)):
            raise _taken(host, port)

    def _try(self, port: int, kind: socket.SocketKind) -> int:
        """The port, claimed; 0 where somebody has it. A wanted one is claimed before it is looked at."""
        if port and not self._claim(_name(port, kind)):
            return 0
        got = _bindable(port, kind)
        if port:
            if not got:
                self._drop(_name(port, kind))
            return got
        return got if got and self._claim(_name(got, kind)) else 0

    def _claim(self, name: str) -> bool:
        if sys.platform != "linux":
            return True
        sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            sock.bind(f"\0{name}")
        except OSError:
            sock.close()
            return False
        self._held[name] = sock
        return True

    def _drop(self, name: str) -> None:
        if name in self._held:
            self._held.pop(name).close()


def _name(port: int, kind: socket.SocketKind, host: str = "127.0.0.1") -> str:
    return f"maritime-grid/{'udp' if kind == socket.SOCK_DGRAM else 'tcp'}/{host}/{port}"


def _bindable(port: int, kind: socket.SocketKind) -> int:
    """The port if it can be bound on the loopback address (any one for 0), else 0."""
    with socket.socket(socket.AF_INET, kind) as probe:
        if kind == socket.SOCK_STREAM:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return 0
        return int(probe.getsockname()[1])


def with_free_ports(
    feeds: Sequence[FeedSettings], claims: Claims, say: Callable[[str], None]
) -> tuple[FeedSettings, ...]:
    """Feeds that listen on the loopback address, moved where their port is taken; others are as they were."""
    return tuple(_moved(feed, claims, say) for feed in feeds)


def _moved(feed: FeedSettings, claims: Claims, say: Callable[[str], None]) -> FeedSettings:
    parts = urlsplit(feed.url)
    if parts.scheme not in ("udp", "tcp-listen") or parts.hostname not in _LOOPBACK or parts.port is None:
        return feed
    port = claims.free_port(parts.port, socket.SOCK_DGRAM if parts.scheme == "udp" else socket.SOCK_STREAM)
    if port == parts.port:
        return feed
    url = f"{parts.scheme}://127.0.0.1:{port}"
    say(f"port {parts.port} is taken; feed {feed.name} listens at {url}")
    return feed.model_copy(update={"url": url})


def answers(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False


def http_ok(url: str) -> bool:
    """Whether a GET of a page of ours gives status 200."""
    try:
        with _DIRECT.open(url, timeout=2) as answer:
            return answer.status == 200
    except (OSError, urllib.error.URLError):
        return False


def data_age_s(url: str) -> float | None:
    """How old the newest data is, by a readiness page of ours; None where it is not ready, or says nothing."""
    try:
        with _DIRECT.open(url, timeout=2) as answer:
            age = json.loads(answer.read(10_000)).get("data_age_s")
    except (OSError, urllib.error.URLError, ValueError, AttributeError):
        return None
    return float(age) if isinstance(age, int | float) else None


def dialled(host: str) -> str:
    """The address to call where a server listens on `host`."""
    return {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
