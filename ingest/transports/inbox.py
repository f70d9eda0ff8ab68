"""The bounded queue between a transport's thread and whoever takes its packets."""

from __future__ import annotations

from collections import deque
from threading import Condition
from time import monotonic

from ingest.packet import Packet


class Inbox:
    """First in, first out, bounded by packets and by bytes. Safe between threads; a waiting taker wakes at once."""

    def __init__(self, max_packets: int, max_bytes: int) -> None:
        self._max_packets = max_packets
        self._max_bytes = max_bytes
        self._packets: deque[Packet] = deque()
        self._bytes = 0
        self._changed = Condition()
        self._closed = False
        self._ended = False

    def put(self, packet: Packet) -> bool:
        """False when there is no room: the packet is the caller's to count as dropped."""
        with self._changed:
            return self._put(packet)

    def put_wait(self, packet: Packet) -> bool:
        """Waits for room, which holds back whoever sends; False only when the inbox was closed meanwhile."""
        with self._changed:
            while not self._closed and not self._put(packet):
                self._changed.wait()
            return not self._closed

    def _put(self, packet: Packet) -> bool:
        size = len(packet.data)
        full = len(self._packets) >= self._max_packets or self._bytes + size > self._max_bytes
        if self._closed or (full and self._packets):  # a packet larger than the bound passes alone
            return False
        self._packets.append(packet)
        self._bytes += size
        self._changed.notify_all()
        return True

    def take(self, max_packets: int, timeout_s: float) -> list[Packet]:
        """Up to `max_packets`, oldest first; an empty list after `timeout_s`, or at once when nothing more can come."""
        deadline = monotonic() + timeout_s
        with self._changed:
            while not self._packets and not self._closed and not self._ended:
                left = deadline - monotonic()
                if left <= 0 or not self._changed.wait(left):
                    break
            taken = [self._packets.popleft() for _ in range(min(max_packets, len(self._packets)))]
            self._bytes -= sum(len(p.data) for p in taken)
            self._changed.notify_all()
            return taken

    def end(self) -> None:
        """The stream is over; what is inside can still be taken."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def close(self) -> None:
        """Nobody takes any more: wakes all who wait."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    @property
    def drained(self) -> bool:
        with self._changed:
            return self._ended and not self._packets

    def __len__(self) -> int:
        with self._changed:
            return len(self._packets)
