"""Ports of this machine: which are taken, which are free, who answers."""

from __future__ import annotations

import errno
import socket
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from maritime_grid.domain.errors import UsageError
from maritime_grid.settings_model import FeedSettings

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # our own page, never through a proxy


def must_be_free(host: str, port: int) -> None:
    """Raises: UsageError: something listens there, or the address is not ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise UsageError(f"port {port} of {host} is taken", "give another with --port N") from None
            raise UsageError(
                f"cannot listen on {host}:{port}: {error.strerror}", "mend dashboard.host or --port"
            ) from None


def free_port(wanted: int, kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """`wanted` where it is free on the loopback address, else any free one."""
    for port in (wanted, 0):
        with socket.socket(socket.AF_INET, kind) as probe:
            if kind == socket.SOCK_STREAM:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise UsageError("no free port on 127.0.0.1", "close some programs")


def with_free_ports(feeds: Sequence[FeedSettings], say: Callable[[str], None]) -> tuple[FeedSettings, ...]:
    """Feeds that listen on the loopback address, moved where their port is taken; others are as they were."""
    return tuple(_moved(feed, say) for feed in feeds)


def _moved(feed: FeedSettings, say: Callable[[str], None]) -> FeedSettings:
    parts = urlsplit(feed.url)
    if parts.scheme not in ("udp", "tcp-listen") or parts.hostname not in _LOOPBACK or parts.port is None:
        return feed
    port = free_port(parts.port, socket.SOCK_DGRAM if parts.scheme == "udp" else socket.SOCK_STREAM)
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
    """Whether a GET gives status 200."""
    try:
        with _DIRECT.open(url, timeout=2) as answer:
            return answer.status == 200
    except (OSError, urllib.error.URLError):
        return False


def dialled(host: str) -> str:
    """The address to call where a server listens on `host`."""
    return {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
