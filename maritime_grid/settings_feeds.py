"""Sections of how data come in: the broker, feeds, the way of their packets."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from .settings_parts import Count, Name, NotNegative, Positive, Section, with_good_port


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
        return with_good_port(url)


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
        return url if url.startswith(("file:", "stdin:")) else with_good_port(url)

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
