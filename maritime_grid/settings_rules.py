"""Sections of what is made of data: fences, what is plausible, rules of alerts."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from .settings_parts import Count, NotNegative, Positive, Section, Word


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
