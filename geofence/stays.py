"""The state machine of one vessel and one fence: every transition stands in `TRANSITIONS`.

A fix of the vessel is one of three triggers for a fence: IN (in the polygon in force, the line included), NEAR
(outside, but within `exit_distance_m`) or FAR. A time window that closes or opens between two fixes is a fourth and
a fifth. Two streaks are counted:

* entering: fixes IN. A fix NEAR neither counts nor breaks it, but only within `sparse_interval_s` of its first fix:
  so a vessel jittering on the line enters once, and two strays an hour apart are no entry. A fix FAR breaks it.
* leaving: fixes FAR. A fix NEAR neither counts nor breaks it: the vessel stays inside. A fix IN cancels it. It
  begins at the first fix outside, near or far, and that is the date of the exit.

A streak is confirmed by `confirm_fixes` fixes and `confirm_s` from its first fix to the confirming one, or by any
one fix that comes `sparse_interval_s` or more after the vessel's fix before it. A grid is entered only when the
vessel is in no other grid: the streak goes on counting until the exit from the other is confirmed.

A streak of entering that a fix FAR breaks was a passage where the straight way from the fix before it to that fix
leads through the fence: a crossing, as if there had been no fix inside (`geofence.walk`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from .columns import EventKind, FenceRules

STREAK_CAP = 2**15 - 1  # int16 in the columns; a longer streak says no more


class Phase(IntEnum):
    OUTSIDE = 0  # no row
    ENTERING = 1
    INSIDE = 2
    LEAVING = 3


class Trigger(IntEnum):
    IN = 1
    NEAR = 2
    FAR = 3
    CLOSED = 4  # the window closed since the fix before
    OPENED = 5  # the window opened since the fix before, and both fixes lie in the polygon


Place = tuple[int, float, float]  # t, lon, lat
Found = list[tuple[int, int, int, int, float, float]]  # fence, kind, t, confirmed_at, lon, lat


@dataclass(slots=True, eq=False)
class Stay:
    """One row of MembershipState without its vessel; times in microseconds since the epoch."""

    fence: int
    exclusive: bool  # a grid: at most one confirmed
    dwell_us: int | None  # by the version at the fix at hand
    phase: int = Phase.OUTSIDE
    since: int = 0
    streak_t: int = 0
    streak_n: int = 0
    streak_lon: float = 0.0
    streak_lat: float = 0.0
    dwelt: bool = False
    from_lon: float = 0.0
    from_lat: float = 0.0
    may_dwell: bool = False  # some version of the fence says how long a stay it bears

    def begin_streak(self, fix: Fix, count: int) -> None:
        self.streak_t, self.streak_n, self.streak_lon, self.streak_lat = fix.t, count, fix.lon, fix.lat

    def settle(self) -> None:
        """Inside, with no streak running."""
        self.phase, self.streak_t, self.streak_n = Phase.INSIDE, self.since, 0
        self.streak_lon = self.streak_lat = self.from_lon = self.from_lat = 0.0


@dataclass(frozen=True, slots=True)
class Limits:
    """FenceRules in microseconds."""

    confirm_fixes: int
    confirm_us: int
    sparse_us: int
    gap_us: int

    @classmethod
    def of(cls, rules: FenceRules) -> Limits:
        spans = (rules.confirm_s, rules.sparse_interval_s, rules.cross_gap_s)
        return cls(rules.confirm_fixes, *(round(span * 1e6) for span in spans))


@dataclass(slots=True, eq=False)
class Fix:
    """The fix at hand: what the vessel's transitions need to know of it, and of the vessel."""

    row: int  # of the batch
    t: int
    lon: float
    lat: float
    before_t: int  # the fix before it, `t` if there is none
    before_lon: float  # and its place; where the vessel was when a window turned
    before_lat: float
    limits: Limits
    found: Found  # events, added to
    grid: int = 0  # the confirmed grid, 0 none
    turned_at: int = 0  # when the window closed or opened

    @property
    def sparse(self) -> bool:
        """Whether one fix is enough, since they come so rarely."""
        return self.t - self.before_t >= self.limits.sparse_us

    @property
    def followed(self) -> bool:
        """Whether the fix before is near enough in time for the way between them to be known."""
        return 0 < self.t - self.before_t <= self.limits.gap_us

    def confirms(self, stay: Stay) -> bool:
        lasted = stay.streak_n >= self.limits.confirm_fixes and self.t - stay.streak_t >= self.limits.confirm_us
        return lasted or self.sparse

    def note(self, fence: int, kind: int, at: Place) -> None:
        t, lon, lat = at
        self.found.append((fence, kind, t, self.t, lon, lat))


def _start(stay: Stay, fix: Fix) -> None:
    stay.phase, stay.since = Phase.ENTERING, fix.t
    stay.begin_streak(fix, 0)
    known = fix.followed
    stay.from_lon, stay.from_lat = (fix.before_lon, fix.before_lat) if known else (fix.lon, fix.lat)
    _count_in(stay, fix)


def _count_in(stay: Stay, fix: Fix) -> None:
    stay.streak_n = min(stay.streak_n + 1, STREAK_CAP)
    if fix.confirms(stay) and not (stay.exclusive and fix.grid):
        _enter(stay, fix, (stay.streak_t, stay.streak_lon, stay.streak_lat))


def _enter(stay: Stay, fix: Fix, at: Place) -> None:
    fix.note(stay.fence, EventKind.ENTER, at)
    stay.since = at[0]
    stay.settle()
    if stay.exclusive:
        fix.grid = stay.fence
    _stay_on(stay, fix)


def _hesitate(stay: Stay, fix: Fix) -> None:
    if fix.t - stay.streak_t > fix.limits.sparse_us:
        stay.phase = Phase.OUTSIDE


def _forget(stay: Stay, _fix: Fix) -> None:
    stay.phase = Phase.OUTSIDE


def _stay_on(stay: Stay, fix: Fix) -> None:
    if stay.dwell_us is not None and not stay.dwelt and fix.t - stay.since > stay.dwell_us:
        stay.dwelt = True
        fix.note(stay.fence, EventKind.DWELL, (stay.since + stay.dwell_us, fix.lon, fix.lat))


def _step_out(stay: Stay, fix: Fix) -> None:
    stay.phase = Phase.LEAVING
    stay.begin_streak(fix, 0)


def _step_far_out(stay: Stay, fix: Fix) -> None:
    _step_out(stay, fix)
    _count_out(stay, fix)


def _linger(_stay: Stay, _fix: Fix) -> None:
    pass


def _count_out(stay: Stay, fix: Fix) -> None:
    stay.streak_n = min(stay.streak_n + 1, STREAK_CAP)
    if fix.confirms(stay):
        _leave(stay, fix, (stay.streak_t, stay.streak_lon, stay.streak_lat))


def _leave(stay: Stay, fix: Fix, at: Place) -> None:
    fix.note(stay.fence, EventKind.EXIT, at)
    stay.phase, stay.dwelt = Phase.OUTSIDE, False
    if stay.exclusive:
        fix.grid = 0


def _come_back(stay: Stay, fix: Fix) -> None:
    stay.settle()
    _stay_on(stay, fix)


def _shut(stay: Stay, fix: Fix) -> None:
    _leave(stay, fix, (fix.turned_at, fix.before_lon, fix.before_lat))


def _open(stay: Stay, fix: Fix) -> None:
    if stay.exclusive and fix.grid:
        _start(stay, fix)
    else:
        _enter(stay, fix, (fix.turned_at, fix.before_lon, fix.before_lat))


TRANSITIONS: dict[tuple[int, int], Callable[[Stay, Fix], None]] = {
    (Phase.OUTSIDE, Trigger.IN): _start,
    (Phase.OUTSIDE, Trigger.OPENED): _open,
    (Phase.ENTERING, Trigger.IN): _count_in,
    (Phase.ENTERING, Trigger.NEAR): _hesitate,
    (Phase.ENTERING, Trigger.FAR): _forget,
    (Phase.ENTERING, Trigger.CLOSED): _forget,
    (Phase.INSIDE, Trigger.IN): _stay_on,
    (Phase.INSIDE, Trigger.NEAR): _step_out,
    (Phase.INSIDE, Trigger.FAR): _step_far_out,
    (Phase.INSIDE, Trigger.CLOSED): _shut,
    (Phase.LEAVING, Trigger.IN): _come_back,
    (Phase.LEAVING, Trigger.NEAR): _linger,
    (Phase.LEAVING, Trigger.FAR): _count_out,
    (Phase.LEAVING, Trigger.CLOSED): _shut,
}


def step(stay: Stay, trigger: int, fix: Fix) -> None:
    """Move one stay by one trigger; events are added to `fix.found`.

    Raises:
        ValueError: the table has no such transition; nothing is changed.
    """
    move = TRANSITIONS.get((stay.phase, trigger))
    if move is None:
        raise ValueError(f"fence {stay.fence}: no transition from {Phase(stay.phase).name} by {Trigger(trigger).name}")
    move(stay, fix)
