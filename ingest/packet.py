"""What a transport hands over: bytes, when they came, and a token to acknowledge them by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from .batch import Batch


class Packet(NamedTuple):
    """One datagram, one MQTT message, or one run of whole lines of a stream or file."""

    received_at: int  # microseconds since the epoch, UTC; 0 in a recording: the decoder's clock tells
    data: bytes
    topic: str = ""  # MQTT only
    token: object = None  # the transport's own, for `acknowledge`


@dataclass(frozen=True, slots=True)
class TransportStatus:
    connected: bool
    detail: str  # one line for the operator
    packets: int
    bytes: int
    reconnects: int
    dropped: int  # packets lost because nobody took them in time
    trouble: str = ""  # why nothing can come, until it can


class Transport(Protocol):
    """A way in for bytes. Reads in a thread of its own, reconnects by itself, never raises for a bad peer."""

    name: str
    repeatable: bool  # unacknowledged packets come again (MQTT, recording)

    def receive(self, max_packets: int, timeout_s: float) -> list[Packet]:
        """What has come, oldest first; an empty list after `timeout_s`."""
        ...

    def acknowledge(self, packets: Sequence[Packet]) -> None:
        """Their content is committed; a repeatable transport need not send them again."""
        ...

    def status(self) -> TransportStatus: ...

    @property
    def finished(self) -> bool:
        """True when a file or pipe has ended and everything was received."""
        ...

    def close(self) -> None: ...


class Decoder(Protocol):
    """Bytes to columns. Stateful (parts, clock, repeats), deterministic, no I/O, no clock but the packets'."""

    def decode(self, packets: Sequence[Packet]) -> Batch: ...

    def flush(self) -> Batch:
        """The stream has ended: what was held back, as refusals or rows."""
        ...
