"""How often anyone may do something: buckets of tokens that fill at a steady rate, in this process."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

MOST_KEYS = 10_000  # addresses remembered; the one not seen for longest is forgotten


@dataclass(frozen=True, slots=True)
class Rate:
    """So many at once, and so many an hour after that."""

    burst: int
    per_hour: float


class Buckets:
    """One bucket for each key and one for all of them together; for any number of threads.

    Args:
        each: of one key.
        whole: of all.
    """

    def __init__(self, each: Rate, whole: Rate) -> None:
        self._each, self._whole = each, whole
        self._lock = threading.Lock()
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._all: tuple[float, float] | None = None

    def take(self, key: str, at: float) -> float:
        """Take a token of both buckets; 0 where there was one, else after how many seconds there will be.

        Args:
            key: whose.
            at: seconds, of a clock that never goes back.
        """
        with self._lock:
            own = _filled(self._levels.pop(key, None), self._each, at)
            whole = _filled(self._all, self._whole, at)
            wait = max(_missing(own, self._each), _missing(whole, self._whole))
            used = 0.0 if wait else 1.0
            self._levels[key], self._all = (own - used, at), (whole - used, at)
            if len(self._levels) > MOST_KEYS:
                self._levels.popitem(last=False)
        return wait


def network_key(address: str) -> str:
    """An IPv4 address itself, of an IPv6 address the network: one subscriber has all of it."""
    try:
        ip = ip_address(address)
    except ValueError:
        return address
    return str(IPv6Address(int(ip) >> 64 << 64)) if ip.version == 6 else str(ip)


def _filled(level: tuple[float, float] | None, rate: Rate, at: float) -> float:
    if level is None:
        return float(rate.burst)
    return min(float(rate.burst), level[0] + max(0.0, at - level[1]) * rate.per_hour / 3600)


def _missing(level: float, rate: Rate) -> float:
    return 0.0 if level >= 1 else (1 - level) * 3600 / rate.per_hour
