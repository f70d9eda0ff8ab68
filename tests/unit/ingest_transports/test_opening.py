"""Addresses and options: a wrong one is refused with one line that names the mend."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from ingest.transports import TlsOptions, TransportError, open_transport, parse_address
from ingest.transports.backoff import Backoff


@pytest.mark.parametrize(
    ("url", "mend"),
    [
        ("upd://127.0.0.1:1", "use udp://HOST:PORT"),
        ("127.0.0.1:10110", "use udp://HOST:PORT"),
        ("udp://127.0.0.1", "names no port"),
        ("tcp://:4001", "names no host"),
        ("tcp://host:99999", "write SCHEME://HOST:PORT"),
        ("mqtt://user:secret@host", "use username and password"),
        ("mqtt://host", "give it topics"),
    ],
)
def test_a_wrong_address_is_refused_with_the_mend(url: str, mend: str) -> None:
    with pytest.raises(TransportError, match=mend) as caught:
        open_transport(url, name="f", now_us=lambda: 0)
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_address_reads_as_it_was_written() -> None:
    assert str(parse_address("udp://[::1]:10110")) == "udp://[::1]:10110"
    assert parse_address("mqtt://broker", 1883).port == 1883


def test_missing_and_unfit_tls_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(TransportError, match=r"ca\.pem is not there"):
        TlsOptions(ca_file=tmp_path / "ca.pem").context()
    (tmp_path / "ca.pem").write_text("no certificate")
    with pytest.raises(TransportError, match="must be PEM"):
        TlsOptions(ca_file=tmp_path / "ca.pem").context()


def test_waits_double_up_to_the_bound_with_jitter_and_begin_again() -> None:
    backoff = Backoff(0.5, 60, random.Random(1))
    waits = [backoff.next_s() for _ in range(12)]
    for n, wait in enumerate(waits):
        step = min(0.5 * 2**n, 60)
        assert step / 2 <= wait <= step
    assert len({round(w, 3) for w in waits[-4:]}) > 1
    backoff.reset()
    assert backoff.next_s() <= 0.5
