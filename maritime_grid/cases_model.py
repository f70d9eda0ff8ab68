"""Sections of config/cases.toml as frozen types, each of which gives the rules that `maritime_grid.cases` works with.

No field has a default that the file has; only what one rule may leave out has one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time, timedelta
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator

from .cases.calendar import Counting, WorkCalendar
from .cases.clocks import ClockRules, Level
from .cases.hops import BodyRule, HopRules
from .cases.kinds import OPEN_STEPS, Kind, Step
from .cases.plan import OTHER
from .cases.routing import Competence, Rule
from .cases.severity import FACTS, SeverityRules
from .cases_model_alerts import OpenCaseSettings, checked
from .settings_model import Count, Name, NotNegative, Section, Word

Minutes = Annotated[int, Field(gt=0, le=5_256_000)]  # ten years: a limit, not a mistake
CountNotNegative = Annotated[int, Field(ge=0)]
Fact = Literal["dead_or_missing", "injured", "people_in_water", "vessels", "amount_yuan", "crowd"]


def _clock(value: object) -> object:
    return time.fromisoformat(value) if isinstance(value, str) else value


Clock = Annotated[time, BeforeValidator(_clock)]
Spans = tuple[tuple[Clock, Clock], ...]


def _rising(values: tuple[float, float, float]) -> tuple[float, float, float]:
    if not 0 < values[0] <= values[1] <= values[2]:
        raise ValueError("give three numbers above 0, none below the one before")
    return values


Thresholds = Annotated[tuple[float, float, float], AfterValidator(_rising)]


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


class CompetenceSettings(Words):
    kind: Literal["department", "coast_guard", "association", "company", "other"]


class RouteSettings(Words):
    """One rule of routing; a condition that is left out holds always."""

    id: Name
    body: Name
    level: Level
    joint: tuple[Name, ...]
    kinds: frozenset[Kind] = frozenset()
    subkinds: frozenset[str] = frozenset()
    counties: frozenset[str] = frozenset()
    inside: frozenset[str] = frozenset()
    outside: frozenset[str] = frozenset()
    amount_from_yuan: NotNegative | None = None
    amount_below_yuan: NotNegative | None = None
    classes: frozenset[str] = frozenset()
    major: bool | None = None

    def rule(self, competences: Mapping[str, Competence]) -> Rule:
        return Rule(
            rule_id=self.id,
            body=competences[self.body],
            level=self.level,
            joint=tuple(competences[name] for name in self.joint),
            zh=self.zh,
            en=self.en,
            kinds=self.kinds,
            subkinds=self.subkinds,
            counties=self.counties,
            inside=self.inside,
            outside=self.outside,
            amount_from=self.amount_from_yuan,
            amount_below=self.amount_below_yuan,
            classes=self.classes,
            major=self.major,
        )


class MajorSettings(Section):
    level_from: Annotated[int, Field(ge=1, le=4)]
    kinds: frozenset[Kind]
    facts_from: dict[Fact, Annotated[float, Field(gt=0)]]


class ScaleSettings(Section):
    dead_or_missing: Thresholds
    injured: Thresholds
    people_in_water: Thresholds
    vessels: Thresholds
    amount_yuan: Thresholds
    crowd: Thresholds


class SeveritySettings(Section):
    scale: ScaleSettings
    major: MajorSettings

    @cached_property
    def rules(self) -> SeverityRules:
        scale = {name: getattr(self.scale, name) for name in FACTS}
        alone: dict[str, float] = {**self.major.facts_from}
        return SeverityRules(scale, self.major.level_from, alone, self.major.kinds)


class HopBodySettings(Section):
    competence: Name
    level: Level
    kinds: frozenset[Kind] = frozenset()
    subkinds: frozenset[str] = frozenset()
    severity_from: Annotated[int, Field(ge=1, le=4)] = 1


class HopsSettings(Section):
    leader_min: Minutes
    unit_min: Minutes
    body_min: Minutes
    bodies: tuple[HopBodySettings, ...]

    @cached_property
    def rules(self) -> HopRules:
        leader, unit, body = (timedelta(minutes=m) for m in (self.leader_min, self.unit_min, self.body_min))
        return HopRules(leader, unit, body, tuple(BodyRule(**rule.model_dump()) for rule in self.bodies))


class AttachmentSettings(Section):
    max_mib: Count
    max_count: Count
    types: tuple[Annotated[str, Field(pattern=r"^[a-z]+/[a-z0-9.+-]+$")], ...]


class CaseSettings(Section):
    """config/cases.toml."""

    hours: HoursSettings
    clocks: ClocksSettings
    kinds: KindsSettings
    pauses: PausesSettings
    competences: dict[Name, CompetenceSettings]
    routes: tuple[RouteSettings, ...]
    severity: SeveritySettings
    hops: HopsSettings
    attachments: AttachmentSettings
    open_case: Annotated[tuple[OpenCaseSettings, ...], AfterValidator(checked)] = ()  # each is approved by somebody

    @field_validator("routes")
    @classmethod
    def _ends_for_all(cls, routes: tuple[RouteSettings, ...]) -> tuple[RouteSettings, ...]:
        ids = [route.id for route in routes]
        if len(set(ids)) < len(ids):
            raise ValueError(f"two rules have the id {next(i for i in ids if ids.count(i) > 1)}")
        open_to_all = [n for n, route in enumerate(routes) if not _conditions(route)]
        if not open_to_all:
            raise ValueError("no rule fits all; end the table with one that has no conditions")
        if open_to_all[0] < len(routes) - 1:
            raise ValueError(f"{ids[open_to_all[0]]} fits all, so that no rule after it is ever reached; put it last")
        return routes

    @model_validator(mode="after")
    def _names_known(self) -> Self:
        for place, name in self._competences_named():
            if name not in self.competences:
                raise ValueError(f"{place}: {name} is not among competences")
        for place, kinds, subkinds in self._subkinds_named():
            known = {key for kind in kinds or Kind for key in self.kinds.of(kind).subkinds}
            for name in sorted(subkinds - known):
                raise ValueError(f"{place}: {name} is no subkind of its kinds")
        return self

    def _competences_named(self) -> list[tuple[str, str]]:
        routes = [(f"routes[{n}]", name) for n, r in enumerate(self.routes) for name in (r.body, *r.joint)]
        return routes + [(f"hops.bodies[{n}]", body.competence) for n, body in enumerate(self.hops.bodies)]

    def _subkinds_named(self) -> list[tuple[str, frozenset[Kind], frozenset[str]]]:
        routes = [(f"routes[{n}]", rule.kinds, rule.subkinds) for n, rule in enumerate(self.routes)]
        return routes + [(f"hops.bodies[{n}]", b.kinds, b.subkinds) for n, b in enumerate(self.hops.bodies)]

    @cached_property
    def clock_rules(self) -> Mapping[Kind, ClockRules]:
        return {kind: self.kinds.of(kind).rules(self.clocks) for kind in Kind}

    @cached_property
    def bodies(self) -> Mapping[str, Competence]:
        return {name: Competence(name, c.kind, c.zh, c.en) for name, c in self.competences.items()}

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """Rules of routing, in order."""
        return tuple(route.rule(self.bodies) for route in self.routes)


def _conditions(route: RouteSettings) -> bool:
    """Whether the rule has any."""
    return any(
        getattr(route, name) not in (None, frozenset())
        for name in RouteSettings.model_fields
        if name not in {"id", "body", "level", "joint", "zh", "en"}
    )
