"""What an operator may say about a way in: addresses, TLS, and the bounds that keep a hostile peer harmless."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit


class TransportError(ValueError):
    """A feed cannot be opened as configured; the message is one line with what is wrong and the mend."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class TlsOptions:
    """Files in PEM form. Without `ca_file` the machine's own trust store decides."""

    ca_file: Path | None = None
    cert_file: Path | None = None  # client certificate, where the broker asks for one
    key_file: Path | None = None

    def context(self) -> ssl.SSLContext:
        """Client side context, TLS 1.2 or newer.

        Raises: TransportError: a file is missing or is no certificate or key.
        """
        for file in (self.ca_file, self.cert_file, self.key_file):
            if file is not None and not file.is_file():
                raise TransportError(f"TLS file {file} is not there; name an existing PEM file")
        try:
            context = ssl.create_default_context(cafile=str(self.ca_file) if self.ca_file else None)
            if self.cert_file is not None:
                context.load_cert_chain(self.cert_file, self.key_file)
        except (ssl.SSLError, OSError) as error:
            raise TransportError(f"TLS files of this feed do not fit: {error}; they must be PEM") from error
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context


@dataclass(frozen=True, slots=True)
class TransportLimits:
    """Bounds of one transport. What is beyond them is dropped and counted, never kept in memory."""

    inbox_packets: int = 50_000  # waiting to be taken
    inbox_bytes: int = 64 << 20
    max_line_bytes: int = 4096  # NMEA with TAG block has under 250, one AIS-catcher JSON line about 1,500
    max_clients: int = 64  # of a listening TCP port
    idle_s: float = 300.0  # a TCP peer without one whole line for so long is let go
    backoff_max_s: float = 60.0
    backoff_first_s: float = 0.5
    receive_maximum: int = 4_000  # MQTT messages unacknowledged at a time: twice a batch of 2,000, or it never fills
    session_expiry_s: int = 14 * 86_400  # how long a broker keeps what we have not fetched
    max_payload_bytes: int = (
        256 << 10
    )  # of one MQTT message; a longer one is handed over cut, to be refused as too long
    keepalive_s: int = 30


@dataclass(frozen=True, slots=True)
class Address:
    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"


def parse_address(url: str, default_port: int | None = None, default_host: str | None = None) -> Address:
    """`scheme://host:port` taken apart.

    Raises: TransportError: no host, no port, a port outside 0-65535, or credentials in the address.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise TransportError(f"address {url!r}: {error}; write SCHEME://HOST:PORT") from error
    if parts.username is not None or parts.password is not None:
        raise TransportError(
            f"address of host {parts.hostname}: no credentials in an address; use username and password"
        )
    host = parts.hostname or default_host
    if not host:
        raise TransportError(f"address {url!r} names no host; write SCHEME://HOST:PORT")
    if port is None:
        port = default_port
    if port is None:
        raise TransportError(f"address {url!r} names no port; write SCHEME://HOST:PORT")
    return Address(parts.scheme, host, port)
