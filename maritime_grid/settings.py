"""Settings: config/default.toml < the operator's file (--config or MG_CONFIG) < MG_* environment variables.

Everything wrong in them is a `SettingsError` of one line that names the file or variable, the key and the mend.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError
from pydantic_settings.exceptions import SettingsError as SourceError

from geofence.membership import FenceRules
from ingest.transports.options import TlsOptions

from .domain.errors import SettingsError
from .domain.world import RuleSettings
from .settings_faults import explain, refuse_unknown_variables
from .settings_model import (
    BrokerSettings,
    Credentials,
    DashboardSettings,
    FeedSettings,
    RetentionSettings,
    Settings,
    ZoneKind,
)

__all__ = [
    "BrokerSettings", "DashboardSettings", "FeedSettings", "RetentionSettings", "Settings", "ZoneKind",
    "area_file", "data_dir", "fence_rules", "home", "load_settings", "merge", "password", "read_toml", "rule_settings",
]  # fmt: skip

DEFAULT_FILE = Path("config/default.toml")


def home() -> Path:
    """Folder that holds config/: MG_HOME, else the checkout.

    Raises:
        SettingsError: there is no config/default.toml in it.
    """
    folder = Path(os.environ.get("MG_HOME") or Path(__file__).resolve().parent.parent)
    if not (folder / DEFAULT_FILE).is_file():
        raise SettingsError(f"{folder / DEFAULT_FILE} is missing", "set MG_HOME to the checkout of maritime-grid")
    return folder


def load_settings(config: Path | None = None) -> Settings:
    """Reads the files and the environment.

    Args:
        config: the operator's file; None takes MG_CONFIG, if set.

    Raises:
        SettingsError: a file cannot be read, a key is unknown or missing, a value is wrong.
    """
    named = config or (Path(os.environ["MG_CONFIG"]) if os.environ.get("MG_CONFIG") else None)
    files = [home() / DEFAULT_FILE, *([named] if named else [])]
    sources = [(str(path), read_toml(path)) for path in files]
    merged: dict[str, Any] = {}
    for _, values in sources:
        merged = merge(merged, values)
    try:
        settings = Settings(**merged)
    except ValidationError as error:
        raise explain(error, sources) from None
    except SourceError as error:
        cause = f" ({error.__cause__})" if error.__cause__ else ""
        raise SettingsError(f"environment: {error}{cause}", "lists and tables are given as JSON") from None
    refuse_unknown_variables(settings)
    return settings


def read_toml(path: Path, named_by: str = "with --config or MG_CONFIG") -> dict[str, Any]:
    """A file of settings.

    Args:
        path: the file.
        named_by: where its name stands, for the mend.

    Raises:
        SettingsError: it cannot be read, or is no TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: {error}", "mend the TOML there") from None
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: not UTF-8 at byte {error.start}", "save the file as UTF-8") from None
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}", f"name a readable file {named_by}") from None


def merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Tables key by key; anything else is replaced."""
    merged = dict(below)
    for key, value in above.items():
        old = merged.get(key)
        merged[key] = merge(_table(old), _table(value)) if isinstance(value, dict) and isinstance(old, dict) else value
    return merged


def _table(value: object) -> dict[str, Any]:
    return cast(dict[str, Any], value)


def password(credentials: Credentials) -> str | None:
    """The secret that a feed or broker names, from the environment or a file.

    Raises:
        SettingsError: the variable is not set or the file cannot be read.
    """
    if credentials.password_env:
        secret = os.environ.get(credentials.password_env)
        if secret is None:
            raise SettingsError(f"password_env names {credentials.password_env}, which is not set", "set it")
        return secret
    if credentials.password_file:
        path = Path(credentials.password_file)
        try:
            return path.read_text(encoding="utf-8").splitlines()[0]
        except (OSError, IndexError, UnicodeDecodeError):
            raise SettingsError(
                f"password_file {path} holds no readable first line", "put the password there"
            ) from None
    return None


def area_file(settings: Settings, name: str) -> Path:
    """Path of a file of the area, by its key in [area] ("grids", "ports", ...)."""
    return home() / settings.area.directory / getattr(settings.area, name)


def data_dir(settings: Settings) -> Path:
    """Where the embedded store, the spool and logs lie; relative to the checkout unless absolute."""
    return home() / settings.store.data_dir


def rule_settings(settings: Settings) -> RuleSettings:
    rules = settings.rules
    return RuleSettings(
        max_implied_speed_kn=settings.plausibility.max_implied_speed_kn,
        jump_slack_m=settings.plausibility.jump_slack_m,
        rejoin_fixes=settings.plausibility.rejoin_fixes,
        fishing_min_kn=rules.motion.fishing_min_kn,
        fishing_max_kn=rules.motion.fishing_max_kn,
        future_s=settings.plausibility.future_s,
        tick_s=settings.engine.tick_s,
        distress_clear_s=rules.distress.clear_s,
        sos_clear_s=rules.distress.sos_clear_s,
        distress_repeat_s=rules.distress.repeat_s,
        distress_words=rules.distress.words,
        test_words=rules.distress.test_words,
        silence_warning_s=rules.silence.warning_s,
        silence_alarm_s=rules.silence.alarm_s,
        silence_port_s=rules.silence.port_s,
        feed_silent_s=rules.feed_health.silent_s,
        feed_low_ratio=rules.feed_health.low_ratio,
    )


def fence_rules(settings: Settings) -> FenceRules:
    return FenceRules(**settings.fences.model_dump())


def tls_of(credentials: Credentials) -> TlsOptions | None:
    """TLS files that a feed or broker names; None without any."""
    c = credentials
    ca, cert, key = (Path(f) if f else None for f in (c.tls_ca_file, c.tls_cert_file, c.tls_key_file))
    return TlsOptions(ca, cert, key) if ca or cert or key else None
