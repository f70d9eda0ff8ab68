"""The times that feeds write: epochs in digits, dates of $PGHP, $GPRMC and ZDA. Microseconds since the epoch, UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import numpy as np

from ingest.batch import I64, U8

US = 1_000_000
NO_TIME = -(2**62)
EARLIEST = int(datetime(1990, 1, 1, tzinfo=UTC).timestamp()) * US
LATEST = int(datetime(2106, 1, 1, tzinfo=UTC).timestamp()) * US
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DIGITS = 18  # an epoch of nanoseconds has 19 until 2286; more than we take
_MS_FROM, _US_FROM = 10**11, 10**14  # 10**11 s is the year 5138, 10**11 ms is 1973
_SENTENCE_TIME = re.compile(rb"(\d\d)(\d\d)(\d\d)(?:\.(\d{1,6})\d*)?$")


def plausible(t: int) -> bool:
    """Whether a time lies in the years 1990 to 2105."""
    return EARLIEST <= t < LATEST


def to_us(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def epoch_us(value: float) -> int:
    """Seconds, milliseconds or microseconds, told apart by magnitude."""
    if abs(value) < _MS_FROM:
        return round(value * US)
    return round(value * 1_000) if abs(value) < _US_FROM else round(value)


def digits_at(buf: U8, start: I64, stop: I64) -> tuple[I64, I64]:
    """Number written in digits from `start`, and how many digits it has (at most 18), row by row.

    The run ends at the first byte that is no digit, or at `stop`.
    """
    if not len(start):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    digit = np.lib.stride_tricks.sliding_window_view(buf, _DIGITS)[start] - np.uint8(48)
    run = np.logical_and.accumulate((digit < 10) & (np.arange(_DIGITS) < (stop - start)[:, None]), axis=1)
    value = np.zeros(len(start), np.int64)
    for k in range(int(run.sum(axis=1).max(initial=0))):
        value = np.where(run[:, k], value * 10 + digit[:, k], value)
    return value, run.sum(axis=1)


def epochs_at(buf: U8, data: bytes, start: I64, stop: I64) -> I64:
    """Times of the epochs written at `start`; `NO_TIME` where fewer than nine digits stand there.

    Decimals of a second are rare in the field and are read one by one.
    """
    value, count = digits_at(buf, start, stop)
    scale = np.where(value < _MS_FROM, US, np.where(value < _US_FROM, 1_000, 1))
    capped = np.minimum(value, np.iinfo(np.int64).max // scale)
    t = np.where(count >= 9, capped * scale, NO_TIME)
    after = start + count
    for i in np.flatnonzero((count >= 9) & (after < stop) & (buf[after] == 46)).tolist():
        t[i] = _decimal_epoch(data[start[i] : stop[i]])
    return t


def _decimal_epoch(raw: bytes) -> int:
    found = re.match(rb"\d+\.\d{1,6}", raw)
    return epoch_us(float(found[0])) if found else NO_TIME


def pghp_time(fields: list[bytes]) -> int:
    """Time of a $PGHP header: type, year, month, day, hour, minute, second, millisecond, ...; `NO_TIME` if none.

    Source: Gatehouse wrapper, as in the Danish stream of 2010.
    """
    try:
        year, month, day, hour, minute, second, ms = (int(f) for f in fields[2:9])
        return to_us(datetime(year, month, day, hour, minute, second, ms * 1_000, tzinfo=UTC))
    except (ValueError, OverflowError):
        return NO_TIME


def rmc_time(fields: list[bytes]) -> int:
    """Time of an RMC sentence with a valid fix (status A); its year has two digits. Source: IEC 61162-1."""
    if len(fields) < 10 or fields[2] != b"A" or not re.fullmatch(rb"\d{6}", fields[9]):
        return NO_TIME
    date = fields[9]
    year = int(date[4:6])
    return _at(2000 + year if year < 90 else 1900 + year, int(date[2:4]), int(date[:2]), fields[1])


def zda_time(fields: list[bytes]) -> int:
    """Time of a ZDA sentence: hhmmss.ss, day, month, year. Source: IEC 61162-1."""
    if len(fields) < 5 or not all(f.isdigit() for f in fields[2:5]):
        return NO_TIME
    return _at(int(fields[4]), int(fields[3]), int(fields[2]), fields[1])


def _at(year: int, month: int, day: int, clock: bytes) -> int:
    found = _SENTENCE_TIME.match(clock)
    if found is None:
        return NO_TIME
    hour, minute, second, decimals = found.groups(b"0")
    try:
        moment = datetime(year, month, day, int(hour), int(minute), min(int(second), 59), tzinfo=UTC)
    except (ValueError, OverflowError):
        return NO_TIME
    return to_us(moment) + int(decimals.ljust(6, b"0"))
