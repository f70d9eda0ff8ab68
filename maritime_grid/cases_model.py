"""Sections of config/cases.toml as frozen types, each of which gives the rules that `maritime_grid.cases` works with.

No field has a default that the file has; only what one rule may leave out has one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, field_validator, model_validator

from .cases.clocks import ClockRules, Level
from .cases.hops import BodyRule, HopRules
from .cases.kinds import Kind
from .cases.routing import Competence, Rule
from .cases.severity import FACTS, SeverityRules
from .cases_model_alerts import OpenCaseSettings, checked
from .cases_model_clocks import (
    ClocksSettings,
    HoursSettings,
    KindsSettings,
    Minutes,
    PausesSettings,
    Words,
)
from .settings_model import Count, Name, NotNegative, Section

Fact = Literal["dead_or_missing", "injured", "people_in_water", "vessels", "amount_yuan", "crowd"]


def _rising(values: tuple[float, float, float]) -> tuple[float, float, float]:
    if not 0 < values[0] <= values[1] <= values[2]:
        raise ValueError("give three numbers above 0, none below the one before")
    return values


Thresholds = Annotated[tuple[float, float, float], AfterValidator(_rising)]


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
