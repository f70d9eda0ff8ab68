"""The chain of the archive (Art. 26): each log entry of any case carries the hash of the one before.

One chain runs over all cases, so that a missing last entry of a case, or a whole missing case, is found as well. Who
can rewrite the store can rewrite the chain from any entry on: only a head kept elsewhere (a seal) shows that.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

GENESIS = bytes(32)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as the archive holds it; `at` is aware, exact to the microsecond."""

    n: int  # in the whole archive, from 1
    case_id: str
    seq: int  # in its case, from 1
    at: datetime
    who: str
    what: str
    said: str  # JSON text, hashed as it stands
    prev: bytes
    hash: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """The newest entry, as the store notes it or as a seal kept elsewhere says."""

    n: int
    hash: bytes


def said_of(facts: Mapping[str, Any]) -> str:
    """Facts as the one JSON text that is stored and hashed."""
    return json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def entry_hash(entry: Entry) -> bytes:
    """What the hash of the entry must be: SHA-256 of `prev` and of its lines."""
    at_us = (entry.at - _EPOCH) // timedelta(microseconds=1)
    lines = (entry.n, entry.case_id, entry.seq, at_us, entry.who, entry.what, entry.said)
    return sha256(entry.prev + "\n".join(map(str, lines)).encode()).digest()


class Verifier:
    """Goes through the archive in order of `n` and tells each fault in a line.

    Args:
        seals: heads kept elsewhere, by their n.
    """

    def __init__(self, seals: Iterable[Head] = ()) -> None:
        self.head = Head(0, GENESIS)
        self.lengths: dict[str, int] = {}  # entries of each case
        self._seals = {seal.n: seal.hash for seal in seals}

    def check(self, entry: Entry) -> Generator[str]:
        """Faults of the next entry."""
        name = f"entry {entry.n} (case {entry.case_id}, step {entry.seq})"
        if entry.n != self.head.n + 1:
            yield f"{name}: {_gap(self.head.n + 1, entry.n - 1)}"
        elif entry.prev != self.head.hash:
            yield f"{name}: it is not tied to the entry before it"
        if entry.hash != entry_hash(entry):
            yield f"{name}: its content is not what was written"
        expected = self.lengths.get(entry.case_id, 0) + 1
        if entry.seq != expected:
            yield f"{name}: step {expected} of the case should stand here"
        if self._seals.get(entry.n, entry.hash) != entry.hash:
            yield f"{name}: it is not the entry that was sealed"
        self.lengths[entry.case_id] = entry.seq
        self.head = Head(entry.n, entry.hash)

    def finish(self, head: Head, versions: Mapping[str, int]) -> Generator[str]:
        """Faults of the end.

        Args:
            head: the newest entry as the store notes it.
            versions: of each case, how many entries it should have.
        """
        if self.head.n < head.n:
            yield _gap(self.head.n + 1, head.n)
        elif self.head != head:
            yield f"the last entry is {self.head.n}, and the store noted another as the last"
        for n in sorted(n for n in self._seals if n > self.head.n):
            yield f"entry {n} was sealed and is missing"
        for case_id in sorted(self.lengths.keys() | versions.keys()):
            has, should = self.lengths.get(case_id, 0), versions.get(case_id, 0)
            if has != should:
                yield f"case {case_id}: {has} entries, and it stands at version {should}"


def _gap(first: int, last: int) -> str:
    if last < first:
        return "it stands here a second time or out of order"
    return f"entry {first} is missing" if first == last else f"entries {first} to {last} are missing"
