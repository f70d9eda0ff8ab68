"""Settings of cases: config/cases.toml < the operator's files, as frozen types and as rules of `maritime_grid.cases`.

Layers as in `settings`: tables are merged key by key, lists replaced whole. What is wrong is a `SettingsError` of one
line that names the file and the key.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from .cases.kinds import Kind
from .cases.plan import Attachments, Plan
from .cases_model import CaseSettings
from .domain.errors import SettingsError
from .settings import home, merge, read_toml
from .settings_faults import holds, key_text
from .settings_model import Settings

__all__ = ["CASES_FILE", "CaseSettings", "configured_cases", "load_case_settings", "plan_of"]

CASES_FILE = Path("config/cases.toml")


def configured_cases(settings: Settings) -> CaseSettings:
    """Those of cases, with the operator's files that `cases.files` names; read once, at the start of a process.

    Raises:
        SettingsError: as `load_case_settings`.
    """
    return load_case_settings([home() / name for name in settings.cases.files], settings.zone_kinds)


def load_case_settings(paths: Sequence[Path] = (), zone_kinds: Collection[str] | None = None) -> CaseSettings:
    """Reads config/cases.toml and what stands above it.

    Args:
        paths: the operator's files, the last wins.
        zone_kinds: kinds of zones that there are; with them, a route that names another is refused.

    Raises:
        SettingsError: a file cannot be read, a key is unknown or missing, a value is wrong.
    """
    sources = [(str(path), read_toml(path, "in cases.files")) for path in (home() / CASES_FILE, *paths)]
    merged: dict[str, Any] = {}
    for _, values in sources:
        merged = merge(merged, values)
    try:
        settings = CaseSettings.model_validate(merged)
    except ValidationError as error:
        raise _explained(error, sources) from None
    _check_zone_kinds(settings, zone_kinds, sources)
    return settings


def plan_of(settings: CaseSettings) -> Plan:
    """The settings as the commands work by them."""
    limits = settings.attachments
    return Plan(
        calendar=settings.hours.calendar,
        clocks=settings.clock_rules,
        routes=settings.rules,
        severity=settings.severity.rules,
        hops=settings.hops.rules,
        attachments=Attachments(limits.max_mib << 20, limits.max_count, frozenset(limits.types)),
        opening=tuple(rule.opens for rule in settings.open_case),
        subkinds={kind: frozenset(settings.kinds.of(kind).subkinds) for kind in Kind},
        pause_causes=frozenset(settings.pauses.causes),
    )


def _explained(error: ValidationError, sources: Sequence[tuple[str, Mapping[str, Any]]]) -> SettingsError:
    fault = error.errors(include_url=False)[0]
    path = tuple(part for part in fault["loc"] if part != "[key]")
    key, kind = key_text(path), fault["type"]
    where = _said_in(path[:-1] if kind == "missing" else path, sources)
    if kind == "extra_forbidden":
        return SettingsError(f"{where}: {key} is not a setting", _nearest(path))
    if kind == "missing":
        return SettingsError(f"{where}: {key} is missing", "add it")
    given = f" (given {fault['input']!r:.60})" if isinstance(fault["input"], str | int | float) else ""
    said = f"{where}: {key}{': ' if key else ''}{fault['msg'].removeprefix('Value error, ')}{given}"
    return SettingsError(said, f"see what {CASES_FILE} says of it")


def _nearest(path: Sequence[int | str]) -> str:
    """The mend of an unknown key: the nearest that there is beside it."""
    model: object = CaseSettings
    for part in path[:-1]:
        model = _below(model, part)
    known = sorted(model.model_fields) if isinstance(model, type) and issubclass(model, BaseModel) else []
    near = difflib.get_close_matches(str(path[-1]), known, n=1)
    return f"did you mean {near[0]}?" if near else f"remove it; {CASES_FILE} has all that there are"


def _below(model: object, part: int | str) -> object:
    """The type under one part of a path: of a section its field, of a table or list what it holds."""
    if isinstance(model, type) and issubclass(model, BaseModel):
        field = model.model_fields.get(str(part))
        return field.annotation if field else None
    inner = [kind for kind in get_args(model) if kind is not Ellipsis]
    return inner[-1] if inner else None


def _said_in(path: Sequence[int | str], sources: Sequence[tuple[str, Mapping[str, Any]]]) -> str:
    for end in range(len(path), 0, -1):
        for label, values in reversed(sources):
            if holds(values, path[:end]):
                return label
    return sources[-1][0]


def _check_zone_kinds(
    settings: CaseSettings, known: Collection[str] | None, sources: Sequence[tuple[str, Mapping[str, Any]]]
) -> None:
    if known is None:
        return
    for n, route in enumerate(settings.routes):
        for kind in sorted((route.inside | route.outside) - set(known)):
            raise SettingsError(
                f"{_said_in(('routes', n), sources)}: routes[{n}]: {kind} is no kind of zone",
                f"give some of {', '.join(sorted(known))}",
            )
