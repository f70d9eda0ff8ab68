"""Sections of who is served: the dashboard, who gets in, the public, people and cases."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network
from typing import Annotated, Literal

from pydantic import Field, model_validator

from .settings_parts import Count, Days, Name, PortNumber, Positive, Section, Word


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
    list_burst: Count
    list_per_hour: Positive
    all_list_burst: Count
    all_list_per_hour: Positive
    photo_burst: Count
    photo_per_hour: Positive
    all_photo_burst: Count
    all_photo_per_hour: Positive
    photo_max_mib: Count
    photo_max_count: Count
    photo_minutes: Count
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
