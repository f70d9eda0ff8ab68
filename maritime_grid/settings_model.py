"""Sections of the configuration as frozen types. The values stand in config/default.toml, with their reasons.

Units are in the key names. No field has a default here that the file has; only what one feed may leave out has one.
"""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from .domain.alerts import Severity

Name = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]
Word = Annotated[str, Field(pattern=r"\S")]  # an empty one would stand in every text
Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]
Count = Annotated[int, Field(gt=0)]
Days = Annotated[int, Field(ge=0)]
PortNumber = Annotated[int, Field(gt=0, lt=65536)]


def _with_good_port(url: str) -> str:
    try:
        good = urlsplit(url).port != 0
    except ValueError:
        good = False
    if not good:
        raise ValueError("its port is no number of 1 to 65535")
    return url


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


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


class Credentials(Section):
    """How a broker or a feed knows us; the password itself never stands in a settings file's key."""

    username: str = ""
    password_env: str = ""
    password_file: str = ""
    tls_ca_file: str = ""
    tls_cert_file: str = ""
    tls_key_file: str = ""


class BrokerSettings(Credentials):
    url: str
    root: str
    client_id: Name
    publish: bool
    session_expiry_s: Count

    @field_validator("url")
    @classmethod
    def _scheme(cls, url: str) -> str:
        if url and not url.startswith(("mqtt://", "mqtts://")):
            raise ValueError('give mqtt://HOST:PORT or mqtts://HOST:PORT, or "" for the embedded broker')
        return _with_good_port(url)


FEED_SCHEMES = ("udp://", "tcp://", "tcp-listen://", "file:", "stdin:", "mqtt://", "mqtts://")


class FeedSettings(Credentials):
    """One way in for data."""

    name: Name
    kind: Literal["ais", "vms", "buoy", "other"]
    url: str
    format: Literal["nmea", "maritime-grid", "ais-catcher", "signalk", "owntracks", "csv"]
    topics: tuple[str, ...] = ()
    watched: bool = True
    follow: bool = False
    identities: dict[str, Annotated[int, Field(gt=0, le=999_999_999)]] = Field(default_factory=dict[str, int])

    @field_validator("url")
    @classmethod
    def _known(cls, url: str) -> str:
        if url != "broker" and not url.startswith(FEED_SCHEMES):
            raise ValueError(f'give "broker" or an address that begins with one of {", ".join(FEED_SCHEMES)}')
        return url if url.startswith(("file:", "stdin:")) else _with_good_port(url)

    @model_validator(mode="after")
    def _has_topics(self) -> FeedSettings:
        if self.over_mqtt and not self.topics:
            raise ValueError(f'{self.name} comes over MQTT and names no topics; add topics = ["..."]')
        return self

    @property
    def over_mqtt(self) -> bool:
        return self.url == "broker" or self.url.startswith("mqtt")


class PipelineSettings(Section):
    batch_packets: Count
    batch_wait_s: Positive
    queue_packets: Count
    spool_max_mib: Count
    relay_window_s: NotNegative
    fragment_timeout_s: Positive


class MaintenanceSettings(Section):
    every_s: Positive
    partitions_ahead_days: Days
    compress_after_days: Days


class RetentionSettings(Section):
    """Days; 0 keeps for ever."""

    position_days: Days
    event_days: Days
    quarantine_days: Days


class FenceSettings(Section):
    confirm_fixes: Count
    confirm_s: NotNegative
    sparse_interval_s: Positive
    exit_distance_m: NotNegative
    cross_gap_s: NotNegative


class PlausibilitySettings(Section):
    max_implied_speed_kn: Positive
    jump_slack_m: NotNegative
    rejoin_fixes: Count
    future_s: NotNegative


class EngineSettings(Section):
    tick_s: Positive


class MotionSettings(Section):
    fishing_min_kn: NotNegative
    fishing_max_kn: Positive


class DistressSettings(Section):
    clear_s: Positive
    sos_clear_s: Positive
    repeat_s: Positive
    words: tuple[Word, ...]
    test_words: tuple[Word, ...]


class SilenceSettings(Section):
    warning_s: Positive
    alarm_s: Positive
    port_s: Positive

    @model_validator(mode="after")
    def _rising(self) -> SilenceSettings:
        if self.alarm_s <= self.warning_s:
            raise ValueError("alarm_s must be more than warning_s")
        return self


class FeedHealthSettings(Section):
    silent_s: Positive
    low_ratio: Annotated[float, Field(ge=0, le=1)]


class RulesSettings(Section):
    motion: MotionSettings
    distress: DistressSettings
    silence: SilenceSettings
    feed_health: FeedHealthSettings


class DashboardSettings(Section):
    host: str
    port: PortNumber
    language: Literal["zh_CN", "en"]
    refresh_s: Positive
    min_refresh_s: Positive
    stale_s: Positive
    dead_s: Positive
    feed_gap_factor: Positive
    feed_gap_max_s: Positive
    lost_factor: Positive
    forget_s: Positive
    over_s: Positive
    flow_s: Positive
    tile_page_s: Positive
    card_s: Positive
    places_s: Positive
    demo: bool


class OidcSettings(Section):
    """A login by another server; none where the issuer is empty."""

    issuer: str
    client_id: str
    client_secret_env: str
    client_secret_file: str
    label: str

    @model_validator(mode="after")
    def _whole(self) -> OidcSettings:
        here = ("http://127.0.0.1:", "http://localhost:")  # a server for tests on this machine
        if self.issuer and not self.issuer.startswith(("https://", *here)):
            raise ValueError("its issuer is no https address")
        if self.issuer and not self.client_id:
            raise ValueError("client_id is missing; give the one registered at the issuer")
        return self


class AccessSettings(Section):
    """Who gets in. The table of access is a file of its own, see settings_access."""

    table: str
    open_wall: Literal["never", "loopback", "always"]
    hosts: tuple[str, ...]
    secret_key_env: str
    secret_key_file: str
    tls_cert_file: str
    tls_key_file: str
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...]
    password_min: Annotated[int, Field(ge=8)]
    failures: Count
    address_failures: Count
    lock_s: Positive
    lock_max_s: Positive
    half_login_s: Positive
    one_time_s: Positive
    oidc: OidcSettings

    @model_validator(mode="after")
    def _both_files(self) -> AccessSettings:
        if bool(self.tls_cert_file) != bool(self.tls_key_file):
            raise ValueError("tls_cert_file and tls_key_file go together; give both or none")
        return self


class PublicSettings(Section):
    """What anyone may send and ask without an account."""

    report_burst: Count
    report_per_hour: Positive
    all_report_burst: Count
    all_report_per_hour: Positive
    follow_burst: Count
    follow_per_hour: Positive
    all_follow_burst: Count
    all_follow_per_hour: Positive
    min_fill_s: Positive


class Skill(Section):
    """What a service team can do, in words."""

    zh: Word
    en: Word


class PeopleSettings(Section):
    ending_days: Days
    skills: dict[Name, Skill]


class CasesSettings(Section):
    """Where the operator's files over config/cases.toml are."""

    files: tuple[Word, ...]


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
