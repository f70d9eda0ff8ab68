"""Messages of several sentences put together again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from .times import US

TIMEOUT_S = 60.0  # of stream time between the first part and the last
MAX_PENDING = 1_000  # parts; a feed of nothing but first parts must not fill the memory


class Part(NamedTuple):
    """One sentence of a message of several."""

    key: tuple[object, ...]  # what all parts share: sequence id, channel, talker, count of parts; station last
    number: int
    total: int
    payload: bytes
    checksum: int
    seq: int  # line number
    raw: bytes
    at: int  # stream time of its receipt
    t: int  # the report time its line states; NO_TIME without
    kind: int
    pghp_sum: int  # checksum that the $PGHP header before it announces; -1 without
    pghp_t: int


@dataclass(slots=True)
class Fragments:
    """Parts that wait for their fellows, oldest first. Parts must come in order, as IEC 61162-1 has it."""

    timeout_s: float = TIMEOUT_S
    _waiting: dict[tuple[object, ...], list[Part]] = field(default_factory=dict[tuple[object, ...], list[Part]])
    _count: int = 0

    def add(self, part: Part) -> tuple[list[Part] | None, list[Part]]:
        """The whole message when `part` completes one, and the parts given up on the way."""
        lost = list(self._expired(part.at))
        if part.number == 1:
            lost += self._drop(part.key)
            self._waiting[part.key] = [part]
            self._count += 1
            lost += self._overflow()
            return None, lost
        key = self._place(part.key)
        have = self._waiting.get(key)
        if have is None or part.number != len(have) + 1:
            return None, [*lost, part]
        have.append(part)
        self._count += 1
        if part.number < part.total:
            return None, lost + self._overflow()
        return self._drop(key), lost

    def _place(self, key: tuple[object, ...]) -> tuple[object, ...]:
        """Key of the parts to join; relays may name the station on one part only, so an unnamed one fits any."""
        if key in self._waiting:
            return key
        *rest, station = key
        fitting = (k for k in reversed(self._waiting) if [*k[:-1]] == rest and (not station or not k[-1]))
        return next(fitting, key)

    def flush(self) -> list[Part]:
        """Everything that still waits, in order of arrival."""
        return sorted((p for key in list(self._waiting) for p in self._drop(key)), key=lambda p: p.seq)

    def _drop(self, key: tuple[object, ...]) -> list[Part]:
        parts = self._waiting.pop(key, [])
        self._count -= len(parts)
        return parts

    def _expired(self, now: int) -> Iterator[Part]:
        for key in list(self._waiting):
            if self._waiting[key][0].at >= now - self.timeout_s * US:
                return
            yield from self._drop(key)

    def _overflow(self) -> list[Part]:
        lost: list[Part] = []
        while self._count > MAX_PENDING:
            lost += self._drop(next(iter(self._waiting)))
        return lost
