"""Settings of the clocks of cases: working hours, limits by kind and step, pauses. Sections of config/cases.toml."""

from __future__ import annotations

from datetime import date, time, timedelta
from functools import cached_property
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from .cases.calendar import Counting, WorkCalendar
from .cases.clocks import ClockRules, Level
from .cases.kinds import OPEN_STEPS, Kind, Step
from .cases.plan import OTHER
from .settings_parts import Name, Section, Word

Minutes = Annotated[int, Field(gt=0, le=5_256_000)]  # ten years: a limit, not a mistake
CountNotNegative = Annotated[int, Field(ge=0)]


def _clock(value: object) -> object:
    return time.fromisoformat(value) if isinstance(value, str) else value


Clock = Annotated[time, BeforeValidator(_clock)]
Spans = tuple[tuple[Clock, Clock], ...]


class HoursSettings(Section):
    utc_offset_min: Annotated[int, Field(gt=-1440, lt=1440)]
    monday: Spans
    tuesday: Spans
    wednesday: Spans
    thursday: Spans
    friday: Spans
    saturday: Spans
    sunday: Spans
    made_up: Spans
    holidays: tuple[date, ...]
    worked: tuple[date, ...]

    @model_validator(mode="after")
    def _counts(self) -> Self:
        both = sorted(set(self.holidays) & set(self.worked))
        if both:
            raise ValueError(f"{both[0]} is in both holidays and worked")
        _ = self.calendar
        return self

    @cached_property
    def calendar(self) -> WorkCalendar:
        week = (self.monday, self.tuesday, self.wednesday, self.thursday, self.friday, self.saturday, self.sunday)
        free: dict[date, Spans] = dict.fromkeys(self.holidays, ())
        return WorkCalendar(
            timedelta(minutes=self.utc_offset_min), week, free | dict.fromkeys(self.worked, self.made_up)
        )


class StepLevels(Section):
    received: Level
    collated: Level
    dispatched: Level
    handling: Level
    handled: Level
    fed_back: Level


class StepMinutes(Section):
    received: Minutes
    collated: Minutes
    dispatched: Minutes
    handling: Minutes
    handled: Minutes
    fed_back: Minutes


class ClocksSettings(Section):
    warn_ratio: Annotated[float, Field(gt=0, le=1)]
    answers: StepLevels


class Words(Section):
    zh: Word
    en: Word


class KindSettings(Section):
    """Cases of one kind."""

    counting: Counting
    escalate_after_min: Annotated[tuple[Minutes, ...], Field(min_length=1)]
    extension_max_min: CountNotNegative
    extension_count: CountNotNegative
    pause_max_min: CountNotNegative
    pause_total_min: CountNotNegative
    limits_min: StepMinutes
    subkinds: Annotated[dict[Name, Words], Field(min_length=1)]

    @model_validator(mode="after")
    def _one_within_all(self) -> Self:
        if self.pause_max_min > self.pause_total_min:
            raise ValueError("pause_max_min is above pause_total_min, which holds for all pauses together")
        return self

    def rules(self, clocks: ClocksSettings) -> ClockRules:
        return ClockRules(
            counting=self.counting,
            limits={step: timedelta(minutes=getattr(self.limits_min, step)) for step in Step if step in OPEN_STEPS},
            warn_ratio=clocks.warn_ratio,
            answers={step: getattr(clocks.answers, step) for step in Step if step in OPEN_STEPS},
            escalate_after=tuple(timedelta(minutes=minutes) for minutes in self.escalate_after_min),
            extension_max=timedelta(minutes=self.extension_max_min),
            extension_count=self.extension_count,
            pause_max=timedelta(minutes=self.pause_max_min),
            pause_total=timedelta(minutes=self.pause_total_min),
        )


class KindsSettings(Section):
    dispute: KindSettings
    hazard: KindSettings
    emergency: KindSettings
    service: KindSettings
    complaint: KindSettings

    def of(self, kind: Kind) -> KindSettings:
        return getattr(self, kind)


class PausesSettings(Section):
    causes: dict[Name, Words]

    @field_validator("causes")
    @classmethod
    def _has_other(cls, causes: dict[str, Words]) -> dict[str, Words]:
        if OTHER not in causes:
            raise ValueError(f"there must be a cause {OTHER}, which is said in words")
        return causes
