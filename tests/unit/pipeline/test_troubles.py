"""A feed that cannot come in says so, once for each trouble, and says when it can."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.packet import TransportStatus
from maritime_grid.domain.world import Feed, FeedKind
from maritime_grid.pipeline.inlets import Inlet, open_inlets
from maritime_grid.pipeline.troubles import Troubles
from maritime_grid.settings import load_settings
from tests.unit.ingest_transports.waiting import until


def of_url(url: str, tmp_path: Path, more: str = "") -> tuple[Inlet, Troubles]:
    config = tmp_path / "operator.toml"
    config.write_text(f'[[feeds]]\nname = "quay"\nurl = "{url}"\nformat = "nmea"\nkind = "ais"\n{more}\n')
    settings = load_settings(config)
    (inlet,) = open_inlets(settings, [Feed(3, "quay", FeedKind.AIS)], lambda: 0)
    return inlet, Troubles(settings)


def said(caplog: pytest.LogCaptureFixture) -> list[tuple[int, str]]:
    return [(record.levelno, record.getMessage()) for record in caplog.records]


def again(inlet: Inlet, attempts: int) -> Callable[[], bool]:
    """Whether so many more attempts to connect were made."""
    before = inlet.transport.status().reconnects
    return lambda: inlet.transport.status().reconnects >= before + attempts


@pytest.mark.parametrize(
    ("scheme", "kind"), [("udp", socket.SOCK_DGRAM), ("tcp-listen", socket.SOCK_STREAM)], ids=["udp", "tcp"]
)
def test_feed_on_a_taken_port_says_so_once_and_when_it_listens(
    scheme: str, kind: socket.SocketKind, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with socket.socket(socket.AF_INET, kind) as other:
        other.bind(("127.0.0.1", 0))
        if kind == socket.SOCK_STREAM:
            other.listen()
        url = f"{scheme}://127.0.0.1:{other.getsockname()[1]}"
        inlet, troubles = of_url(url, tmp_path)
        until(lambda: bool(inlet.transport.status().trouble))
        for attempts in (0, 1):
            until(again(inlet, attempts))
            troubles.tell([inlet])
    until(lambda: inlet.transport.status().connected)
    troubles.tell([inlet])
    inlet.transport.close()
    (worse, warning), (better, note) = said(caplog)
    assert (worse, better) == (logging.WARNING, logging.INFO)
    assert f"feed quay ({url})" in warning
    assert "in use" in warning
    assert f"feed quay ({url})" in note


def test_peer_that_is_away_is_told_once_whatever_the_attempts(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        inlet, troubles = of_url(url, tmp_path)
        until(lambda: inlet.transport.status().connected)
        troubles.tell([inlet])
        assert said(caplog) == []
        server.accept()[0].close()
        until(lambda: bool(inlet.transport.status().trouble))
        troubles.tell([inlet])
    until(lambda: "refused" in inlet.transport.status().trouble)
    until(again(inlet, 1))
    troubles.tell([inlet])
    troubles.tell([inlet])
    inlet.transport.close()
    assert [("ended the connection" in line, "refused" in line) for _, line in said(caplog)] == [
        (True, False),
        (False, True),
    ]


def test_feed_that_flows_or_has_come_to_its_end_says_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    (tmp_path / "log").write_bytes(b"!AIVDM\n")
    inlet, troubles = of_url(f"file:{tmp_path / 'log'}", tmp_path)

    def ended() -> bool:
        inlet.transport.receive(10, 0.1)
        troubles.tell([inlet])
        return inlet.transport.finished

    until(ended)
    troubles.tell([inlet])
    inlet.transport.close()
    assert said(caplog) == []
    assert inlet.transport.status() == TransportStatus(False, inlet.transport.status().detail, 1, 7, 0, 0)


def test_log_that_is_not_there_yet_is_named(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    inlet, troubles = of_url(f"file:{tmp_path / 'log'}", tmp_path, "follow = true")
    until(lambda: bool(inlet.transport.status().trouble))
    troubles.tell([inlet])
    (tmp_path / "log").touch()
    until(lambda: inlet.transport.status().connected)
    (tmp_path / "log").rename(tmp_path / "old")  # rotated: no trouble
    (tmp_path / "log").touch()
    until(again(inlet, 1))
    troubles.tell([inlet])
    inlet.transport.close()
    ((_, line),) = said(caplog)
    assert f"waiting for {tmp_path / 'log'}" in line
