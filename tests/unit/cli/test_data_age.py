"""What `up` believes of the readiness page: an age where it is ready and says one, else nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from maritime_grid.pipeline.ports import data_age_s

ANSWERS = {
    "/fresh": (200, b'{"data_age_s": 1.5}'),
    "/never": (200, b'{"data_age_s": null}'),
    "/stale": (503, b'{"data_age_s": 90}'),
    "/other": (200, b"[1]"),
    "/noise": (200, b"<html>"),
}


class Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        status, body = ANSWERS[self.path]
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def address() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join(10)


@pytest.mark.parametrize(
    ("page", "age"), [("/fresh", 1.5), ("/never", None), ("/stale", None), ("/other", None), ("/noise", None)]
)
def test_age_of_data_is_believed_from_a_ready_page_alone(address: str, page: str, age: float | None):
    assert data_age_s(address + page) == age
