"""What is wrong in settings, in one line: which file or variable said it, which key, and the mend."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

from pydantic import BaseModel, ValidationError

from .domain.errors import SettingsError
from .settings_model import FeedSettings, Settings, ZoneKind

PREFIX = "MG_"
OTHER_VARIABLES = ("MG_CONFIG", "MG_HOME", "MG_SHARED", "MG_REQUIRE_ALL", "MG_CHROMIUM", "MG_PGINSTALL")
TEST_PREFIX = "MG_TEST_"
_SECRETIVE = re.compile(r"@|pass|pwd|secret|token", re.IGNORECASE)  # URLs with credentials, DSNs


def explain(error: ValidationError, sources: Sequence[tuple[str, Mapping[str, Any]]]) -> SettingsError:
    """The first fault in one line: where it was said, which key, what is wrong."""
    fault = error.errors(include_url=False)[0]
    path = fault["loc"] or ("feeds",)  # the one check over the whole is about feeds
    key = key_text(path)
    kind = fault["type"]
    where = _said_in(path[:-1] if kind == "missing" else path, sources)
    if kind == "extra_forbidden":
        return SettingsError(f"{where}: {key} is not a setting", _nearest(path) or "remove it")
    if kind == "missing":
        return SettingsError(f"{where}: {key} is missing", "add it")
    message = fault["msg"].removeprefix("Value error, ")
    return SettingsError(f"{where}: {key}: {message}{_given(path, fault['input'])}")


def _given(path: Sequence[int | str], value: object) -> str:
    """The value as it was given, where it is one and can hold no secret: faults end in logs."""
    names = [part for part in path if isinstance(part, str)]
    plain = isinstance(value, str | int | float)
    if not plain or any("dsn" in name or "pass" in name for name in names) or _SECRETIVE.search(str(value)):
        return ""
    return f" (given {value!r:.60})"


def key_text(path: Sequence[int | str]) -> str:
    """A path of keys as people write it: `feeds[0].url`."""
    key = ""
    for part in path:
        key += f"[{part}]" if isinstance(part, int) else (f".{part}" if key else part)
    return key


def _said_in(path: Sequence[int | str], sources: Sequence[tuple[str, Mapping[str, Any]]]) -> str:
    names = [part for part in path if isinstance(part, str)]
    for end in range(len(names), 0, -1):
        variable = PREFIX + "__".join(names[:end]).upper()
        said = [
            name for name in sorted(os.environ) if name.upper() == variable or name.upper().startswith(f"{variable}__")
        ]
        if said:
            return f"environment variable {said[0]}"
    for label, values in reversed(sources):
        if holds(values, path):
            return label
    return sources[-1][0]


def holds(values: object, path: Sequence[int | str]) -> bool:
    """Whether there is anything under a path of keys."""
    for part in path:
        try:
            values = cast(Any, values)[part]
        except (KeyError, IndexError, TypeError):
            return False
    return bool(path)


def _nearest(path: Sequence[int | str]) -> str:
    """`did you mean ...` from the model that refused the last part of `path`."""
    model = _model_at(path[:-1])
    if model is None:
        return ""
    near = difflib.get_close_matches(str(path[-1]), model.model_fields, n=1)
    return f"did you mean {near[0]}?" if near else f"known here: {', '.join(sorted(model.model_fields))}"


def _model_at(path: Sequence[int | str]) -> type[BaseModel] | None:
    """The section under a path of keys; None where there is none."""
    model: type[BaseModel] | None = Settings
    for part in path:
        if part == "zone_kinds" or (isinstance(part, int) or model is None):
            continue
        if model is Settings and part == "feeds":
            model = FeedSettings
        elif part in model.model_fields:
            found = model.model_fields[part].annotation
            model = found if isinstance(found, type) and issubclass(found, BaseModel) else None
        else:
            model = ZoneKind if "zone_kinds" in path else None
    return model


def refuse_unknown_variables(settings: Settings) -> None:
    """pydantic-settings ignores variables it does not know; a misspelt one must not pass unseen."""
    secrets = {c.password_env for c in (settings.broker, *settings.feeds) if c.password_env}
    secrets |= {settings.access.secret_key_env, settings.access.oidc.client_secret_env}
    for name in sorted(os.environ):
        if not name.upper().startswith(PREFIX) or name.upper().startswith(TEST_PREFIX):
            continue
        if name in OTHER_VARIABLES or name in secrets or _is_setting(name):
            continue
        first, *rest = name[len(PREFIX) :].lower().split("__")
        near = _nearest([first, *rest]) if first in Settings.model_fields and rest else _nearest([first])
        raise SettingsError(
            f"environment variable {name} is not a setting", near.replace("did you", "unset it, or did you")
        )


def _is_setting(name: str) -> bool:
    path = name[len(PREFIX) :].lower().split("__")
    if path[0] not in Settings.model_fields:
        return False
    return len(path) == 1 or (path[0] == "zone_kinds" and len(path) == 2) or _leaf(path)


def _leaf(path: Sequence[str]) -> bool:
    model = _model_at(path[:-1])
    return model is not None and path[-1] in model.model_fields
