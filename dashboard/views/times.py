"""Moments and spans of the desk's pages in words: Beijing time, and how long until or since."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from dashboard.words import Words

BEIJING = timezone(timedelta(hours=8))  # no summer time since 1991
DASH = "—"
MIN_S, HOUR_S, DAY_S = 60, 3_600, 86_400


def moment(at: datetime | None, words: Words, now: datetime | None = None) -> str:
    """`5月6日 10:00`, `05-06 10:00`; with the year where `now` is in another one; a dash where nothing is known."""
    if at is None:
        return DASH
    local = at.astimezone(BEIJING)
    other = now is not None and now.astimezone(BEIJING).year != local.year
    key = "time.moment_year" if other else "time.moment"
    digits = 1 if words.is_chinese else 2
    month, day = f"{local.month:0{digits}}", f"{local.day:0{digits}}"
    return words(key, y=local.year, m=month, d=day, clock=f"{local:%H:%M}")


def span(amount: timedelta, words: Words) -> str:
    """`45 分钟`, `3 小时`, `2 天 5 小时`: coarse, never above what it is."""
    s = int(abs(amount.total_seconds()))
    if s < HOUR_S:
        return words("time.min", n=s // MIN_S)
    if s < DAY_S:
        return words("time.hours", n=s // HOUR_S)
    days, hours = s // DAY_S, s % DAY_S // HOUR_S
    return words("time.days_hours", n=days, h=hours) if hours and days < 3 else words("time.days", n=days)


def left(due: datetime, now: datetime, words: Words) -> str:
    """`剩 3 小时` before a deadline, `超时 2 天` after it."""
    key = "time.over" if due <= now else "time.left"
    return words(key, span=span(due - now, words))


def ago(at: datetime, now: datetime, words: Words) -> str:
    return words("time.ago", span=span(now - at, words))
