"""The configuration as frozen types, section by section. Its values stand in config/default.toml, with reasons.

Units are in the key names. No field has a default here that the file has; only what one feed may leave out has one.
"""

from __future__ import annotations

from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from .domain.alerts import Severity
from .settings_desk import (
    AccessSettings,
    CasesSettings,
    DashboardSettings,
    OidcSettings,
    PeopleSettings,
    PublicSettings,
    Skill,
)
from .settings_feeds import FEED_SCHEMES, BrokerSettings, Credentials, FeedSettings, PipelineSettings
from .settings_parts import Count, Days, Name, NotNegative, PortNumber, Positive, Section, Word
from .settings_rules import (
    DistressSettings,
    EngineSettings,
    FeedHealthSettings,
    FenceSettings,
    MotionSettings,
    PlausibilitySettings,
    RulesSettings,
    SilenceSettings,
)

__all__ = [
    "FEED_SCHEMES",
    "AccessSettings",
    "AreaSettings",
    "BrokerSettings",
    "CasesSettings",
    "Count",
    "Credentials",
    "DashboardSettings",
    "Days",
    "DistressSettings",
    "EngineSettings",
    "FeedHealthSettings",
    "FeedSettings",
    "FenceSettings",
    "MaintenanceSettings",
    "MotionSettings",
    "Name",
    "NotNegative",
    "OidcSettings",
    "PeopleSettings",
    "PipelineSettings",
    "PlausibilitySettings",
    "PortNumber",
    "Positive",
    "PublicSettings",
    "RetentionSettings",
    "RulesSettings",
    "Section",
    "Settings",
    "SilenceSettings",
    "SimulateSettings",
    "Skill",
    "StoreSettings",
    "Word",
    "ZoneKind",
]


class AreaSettings(Section):
    """Where the polygons and ports are."""

    directory: str
    grids: str
    grids_drawn: str
    zones: str
    ports: str
    units: str
    bodies: str
    grid_leads: str
    items: str
    land: str
    land_drawn: str
    land_far: str
    id_key: str
    port_radius_m: Positive
    timezone: str

    @field_validator("timezone")
    @classmethod
    def _known(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError):  # the last for a folder of zones, such as "Asia"
            raise ValueError('give a time zone of the IANA list, such as "Asia/Shanghai"') from None
        return name


class ZoneKind(Section):
    """What a zone of one kind means."""

    entry_severity: Literal["none", "notice", "warning", "alarm", "emergency"]
    allowed_classes: frozenset[str]
    in_port: bool
    fence: bool

    @property
    def severity(self) -> int:
        """`entry_severity` as a `Severity`; 0 for none."""
        return 0 if self.entry_severity == "none" else int(Severity[self.entry_severity.upper()])


class StoreSettings(Section):
    dsn: str
    data_dir: str
    connect_timeout_s: Count
    retry_s: Positive


class MaintenanceSettings(Section):
    every_s: Positive
    partitions_ahead_days: Days
    compress_after_days: Days


class RetentionSettings(Section):
    """Days; 0 keeps for ever."""

    position_days: Days
    event_days: Days
    quarantine_days: Days


class SimulateSettings(Section):
    vessels: Count
    seed: int


class Settings(BaseSettings):
    """The whole configuration, immutable."""

    model_config = SettingsConfigDict(
        env_prefix="MG_",
        env_nested_delimiter="__",
        frozen=True,
        extra="forbid",
        nested_model_default_partial_update=True,
    )

    area: AreaSettings
    zone_kinds: dict[str, ZoneKind]
    store: StoreSettings
    broker: BrokerSettings
    feeds: tuple[FeedSettings, ...]
    pipeline: PipelineSettings
    maintenance: MaintenanceSettings
    retention: RetentionSettings
    fences: FenceSettings
    plausibility: PlausibilitySettings
    engine: EngineSettings
    rules: RulesSettings
    dashboard: DashboardSettings
    access: AccessSettings
    public: PublicSettings
    people: PeopleSettings
    cases: CasesSettings
    simulate: SimulateSettings

    @model_validator(mode="after")
    def _consistent(self) -> Settings:
        names = [feed.name for feed in self.feeds]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two feeds are named {twice[0]}; give each its own name")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 (the base's signature)
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return env_settings, init_settings
