"""Settings of rules that open cases from alerts: [[open_case]] of config/cases.toml."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import AwareDatetime, Field

from .cases.from_alert import OpenRule
from .domain.alerts import RuleName
from .settings_parts import Name, Section


class OpenCaseSettings(Section):
    id: Name
    rule: RuleName
    severity_from: Annotated[int, Field(ge=1, le=4)]
    in_force_from: AwareDatetime
    approved_by: Annotated[str, Field(min_length=2, max_length=80, pattern=r"\S")]
    approved_on: date

    @property
    def opens(self) -> OpenRule:
        since: datetime = self.in_force_from
        return OpenRule(self.id, self.rule.value, self.severity_from, since, self.approved_by, self.approved_on)


def checked(rules: tuple[OpenCaseSettings, ...]) -> tuple[OpenCaseSettings, ...]:
    """Raises: ValueError: two have one id, or one is in force before it was approved."""
    ids = [rule.id for rule in rules]
    if len(set(ids)) < len(ids):
        raise ValueError(f"two rules have the id {next(i for i in ids if ids.count(i) > 1)}")
    for n, rule in enumerate(rules):
        if rule.in_force_from.date() < rule.approved_on:
            raise ValueError(f"[{n}] {rule.id}: in_force_from lies before approved_on")
    return rules
