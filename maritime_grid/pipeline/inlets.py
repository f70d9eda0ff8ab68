"""Ways in: each configured feed as a transport with its decoder, read by a thread of its own into one queue."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from time import monotonic

from ingest.decode import make_decoder
from ingest.packet import Decoder, Packet, Transport
from ingest.transports import TransportError, TransportLimits, file_path, open_transport
from maritime_grid.domain.errors import UsageError
from maritime_grid.domain.world import Feed
from maritime_grid.settings import FeedSettings, Settings, password, tls_of
from maritime_grid.settings_model import Credentials

from .broker import WINDOW

CHUNKS_WAITING = 256  # a pump that finds so many waits, and its transport holds or counts what it cannot take
POLL_S = 0.2
END_S = 2.5
STEP_BYTES = 1 << 20  # some 15,000 sentences: more in one step would keep a commit, and an end asked for, waiting


@dataclass(frozen=True, slots=True)
class Chunk:
    """Packets of one feed, in order."""

    feed: int  # code
    packets: list[Packet]


@dataclass(frozen=True, slots=True)
class Inlet:
    feed: Feed
    transport: Transport
    decoder: Decoder


def open_inlets(settings: Settings, feeds: Sequence[Feed], now_us: Callable[[], int]) -> list[Inlet]:
    """Open every configured feed.

    Raises: UsageError: an address or a file named by a feed is wrong.
    """
    codes = {feed.name: feed for feed in feeds}
    opened: list[Inlet] = []
    try:
        for spec in settings.feeds:
            opened.append(_open(spec, codes[spec.name], settings, now_us))  # noqa: PERF401 (closed again on error)
    except TransportError as error:
        for inlet in opened:
            inlet.transport.close()
        raise UsageError(str(error), "mend [[feeds]] in the settings") from error
    return opened


def _open(spec: FeedSettings, feed: Feed, settings: Settings, now_us: Callable[[], int]) -> Inlet:
    at_broker = spec.url == "broker"
    login: Credentials = settings.broker if at_broker else spec
    if at_broker and not settings.broker.url:
        raise UsageError(f"feed {spec.name} comes by the broker, and none is configured", "set broker.url")
    limits = TransportLimits(
        inbox_packets=settings.pipeline.queue_packets,
        receive_maximum=2 * settings.pipeline.batch_packets,
        session_expiry_s=settings.broker.session_expiry_s,
    )
    transport = open_transport(
        settings.broker.url if at_broker else spec.url,
        name=spec.name,
        now_us=now_us,
        topics=spec.topics,
        username=login.username or None,
        password=password(login),
        tls=tls_of(login),
        client_id=f"{settings.broker.client_id}-{spec.name}",
        follow=spec.follow,
        limits=limits,
    )
    return Inlet(feed, transport, _decoder(spec, feed, settings))


def _decoder(spec: FeedSettings, feed: Feed, settings: Settings) -> Decoder:
    """A recording has no receipt: what it states counts, and its last change where it states nothing."""
    recording = None if spec.follow else file_path(spec.url)
    return make_decoder(
        spec.format,
        feed.code,
        clock="live" if recording is None else "recorded",
        start_us=None if recording is None else recording.stat().st_mtime_ns // 1_000,
        identities=spec.identities,
        root=settings.broker.root,
        relay_window_s=settings.pipeline.relay_window_s,
        fragment_timeout_s=settings.pipeline.fragment_timeout_s,
        future_s=settings.plausibility.future_s,
    )


def up_to(packets: Sequence[Packet], size: int) -> list[Packet]:
    """As many of the first as have `size` bytes together, and at least one."""
    ends = accumulate(len(packet.data) for packet in packets)
    return [packet for n, (packet, end) in enumerate(zip(packets, ends, strict=True)) if not n or end <= size]


class Intake:
    """All inlets through one queue. `pause` keeps back what can be asked for again; the rest goes on coming."""

    def __init__(self, inlets: Sequence[Inlet], batch_packets: int, batch_wait_s: float) -> None:
        self.inlets = {inlet.feed.code: inlet for inlet in inlets}
        self._most, self._wait_s = batch_packets, batch_wait_s
        self._queue: queue.Queue[Chunk] = queue.Queue(CHUNKS_WAITING)
        self._stop, self._flowing = threading.Event(), threading.Event()
        self._flowing.set()
        self._threads = [
            threading.Thread(target=self._pump, args=(inlet,), name=f"pump-{inlet.feed.name}", daemon=True)
            for inlet in inlets
        ]
        for thread in self._threads:
            thread.start()

    def _pump(self, inlet: Inlet) -> None:
        transport = inlet.transport
        while not self._stop.is_set() and not transport.finished:
            if transport.repeatable and not self._flowing.wait(POLL_S):
                continue
            packets = transport.receive(self._most, POLL_S)
            while packets:
                piece = up_to(packets, STEP_BYTES)
                self._put(Chunk(inlet.feed.code, piece))
                packets = packets[len(piece) :]

    def _put(self, chunk: Chunk) -> None:
        while not self._stop.is_set():
            try:
                self._queue.put(chunk, timeout=POLL_S)
                return
            except queue.Full:
                continue

    def gather(self, timeout_s: float, wait_s: float | None = None) -> list[Chunk]:
        """What came, or an empty list after `timeout_s`.

        Returns as soon as a batch is full or `wait_s` (default: the pipeline's) after its first packet is over.
        """
        try:
            chunks = [self._queue.get(timeout=timeout_s)]
        except queue.Empty:
            return []
        until = monotonic() + (self._wait_s if wait_s is None else wait_s)
        count = size = unacknowledged = 0
        while True:
            count += len(chunks[-1].packets)
            size += sum(len(packet.data) for packet in chunks[-1].packets)
            unacknowledged += len(chunks[-1].packets) * self.repeatable(chunks[-1].feed)
            left = until - monotonic()
            full = count >= self._most or size >= STEP_BYTES
            if full or (unacknowledged >= WINDOW and self._queue.empty()) or left <= 0:
                return chunks
            try:
                chunks.append(self._queue.get(timeout=left))
            except queue.Empty:
                return chunks

    def repeatable(self, feed: int) -> bool:
        inlet = self.inlets.get(feed)
        return bool(inlet and inlet.transport.repeatable)

    def acknowledge(self, chunks: Sequence[Chunk]) -> None:
        for chunk in chunks:
            if self.repeatable(chunk.feed):
                self.inlets[chunk.feed].transport.acknowledge(chunk.packets)

    def pause(self) -> None:
        self._flowing.clear()

    def resume(self) -> None:
        self._flowing.set()

    def close(self) -> None:
        """Closes all at once: each may take 2 s."""
        self._stop.set()
        closing = [threading.Thread(target=i.transport.close, daemon=True) for i in self.inlets.values()]
        for thread in closing:
            thread.start()
        end = monotonic() + END_S
        for thread in (*closing, *self._threads):
            thread.join(max(0.0, end - monotonic()))
