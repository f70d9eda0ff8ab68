"""What is heard of the store once for all pages, and that nobody listens when the server is gone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

from dashboard.heard import Heard


class Channel:
    """A channel on which nothing is ever said."""

    def __init__(self) -> None:
        self.opened, self.closed = threading.Event(), threading.Event()

    def listen(self, _timeout_s: float) -> Iterator[dict[str, Any] | None]:
        self.opened.set()
        try:
            while True:
                yield None
        finally:
            self.closed.set()


def test_listening_begins_with_the_first_page_and_ends_when_the_server_stops():
    channel = Channel()
    heard = Heard(channel.listen)
    assert not channel.opened.is_set()
    heard.turn()
    assert channel.opened.wait(60)
    heard.stop()
    assert channel.closed.wait(60)
    assert "alerts-heard" not in {thread.name for thread in threading.enumerate()}


def test_nobody_listens_after_the_end():
    channel = Channel()
    heard = Heard(channel.listen)
    heard.stop()
    assert heard.turn() == heard.turn()
    assert not channel.opened.is_set()


def test_pause_after_a_failure_ends_with_the_server():
    failed = threading.Event()

    def listen(_timeout_s: float) -> Iterator[dict[str, Any] | None]:
        failed.set()
        raise OSError("the store is away")

    heard = Heard(listen)
    heard.turn()
    assert failed.wait(60)
    heard.stop()
    assert "alerts-heard" not in {thread.name for thread in threading.enumerate()}
