"""Settings: three layers, unknown keys refused everywhere, faults in one line with their mend."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from pydantic import BaseModel, ValidationError

from maritime_grid.domain.alerts import Severity
from maritime_grid.domain.errors import SettingsError
from maritime_grid.settings import (
    area_file,
    data_dir,
    fence_rules,
    home,
    load_settings,
    password,
    rule_settings,
)
from maritime_grid.settings_model import Credentials, FeedSettings, Settings

UDP = '[[feeds]]\nname = "a"\nkind = "ais"\nurl = "{}"\nformat = "nmea"\n'
DEFAULT = home() / "config" / "default.toml"


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def fault(config: Path | None = None) -> str:
    with pytest.raises(SettingsError) as caught:
        load_settings(config)
    text = str(caught.value)
    assert "\n" not in text
    return text


def test_default_file_alone_is_a_complete_configuration() -> None:
    settings = load_settings()
    assert settings.fences.confirm_fixes == 2
    assert {feed.name for feed in settings.feeds} == {"ais-udp", "terminals", "receivers"}
    assert settings.dashboard.host == "127.0.0.1"


def test_every_threshold_of_the_rules_comes_from_the_file() -> None:
    settings = load_settings()
    rules = rule_settings(settings)
    assert (rules.silence_warning_s, rules.silence_alarm_s, rules.silence_port_s) == (7200, 14400, 216000)
    assert (rules.distress_clear_s, rules.distress_repeat_s) == (1080, 600)
    assert (rules.feed_silent_s, rules.feed_low_ratio) == (600, 0.7)
    assert (rules.max_implied_speed_kn, rules.future_s) == (50, 60)
    assert "求救" in rules.distress_words
    fences = fence_rules(settings)
    assert (fences.confirm_s, fences.sparse_interval_s, fences.exit_distance_m, fences.cross_gap_s) == (
        120, 300, 200, 3600,
    )  # fmt: skip


def test_no_model_repeats_a_default_that_the_file_has() -> None:
    def defaults(model: type[BaseModel], path: str) -> list[str]:
        found = []
        for name, info in model.model_fields.items():
            if not info.is_required() and model is not FeedSettings and name not in Credentials.model_fields:
                found.append(f"{path}.{name}")
            if isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel):
                found += defaults(info.annotation, f"{path}.{name}")
        return found

    assert defaults(Settings, "") == []


def test_every_setting_of_the_default_file_has_its_reason_or_meaning_beside_it() -> None:
    lines = DEFAULT.read_text(encoding="utf-8").splitlines()
    keys = [n for n, line in enumerate(lines) if "=" in line and not line.lstrip().startswith("#")]
    section_commented = ("zone_kinds", "feeds", "people.skills", "simulate")
    section, bare = "", []
    for n, line in enumerate(lines):
        if line.startswith("["):
            section = line.strip("[]").split("]")[0].strip("[")
        elif n in keys and "#" not in line and not section.startswith(section_commented):
            bare.append(f"{section}: {line}")
    plain = {"zones", "ports", "username", "tls_cert_file", "tls_key_file", "port"}
    assert [b for b in bare if b.split(": ")[1].split(" =")[0] not in plain] == []


def test_operator_file_goes_over_the_default_and_the_environment_over_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = write(tmp_path / "mine.toml", "[fences]\nconfirm_s = 60\nexit_distance_m = 300\n")
    monkeypatch.setenv("MG_FENCES__CONFIRM_S", "30")
    settings = load_settings(config)
    assert settings.fences.confirm_s == 30
    assert settings.fences.exit_distance_m == 300
    assert settings.fences.confirm_fixes == 2


def test_operator_file_is_found_through_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MG_CONFIG", str(write(tmp_path / "mine.toml", "[store]\ndsn = 'postgresql://h/d'\n")))
    assert load_settings().store.dsn == "postgresql://h/d"


def test_feeds_of_the_operator_replace_the_default_ones(tmp_path: Path) -> None:
    text = '[[feeds]]\nname = "quay"\nkind = "ais"\nurl = "tcp://10.0.0.7:4001"\nformat = "nmea"\n'
    assert [f.name for f in load_settings(write(tmp_path / "f.toml", text)).feeds] == ["quay"]


def test_feeds_can_be_given_whole_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    feed = {"name": "a", "kind": "ais", "url": "udp://127.0.0.1:9999", "format": "nmea"}
    monkeypatch.setenv("MG_FEEDS", json.dumps([feed]))
    assert load_settings().feeds[0].url == "udp://127.0.0.1:9999"


def test_operator_can_add_a_kind_of_zone(tmp_path: Path) -> None:
    text = '[zone_kinds.range]\nentry_severity = "alarm"\nallowed_classes = ["patrol"]\nin_port = false\nfence = true\n'
    kinds = load_settings(write(tmp_path / "z.toml", text)).zone_kinds
    assert kinds["range"].severity == Severity.ALARM
    assert kinds["port"].severity == 0
    assert kinds["port"].in_port


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[fences]\nconfrim_s = 3\n", ("fences.confrim_s is not a setting", "did you mean confirm_s?")),
        ("[fence]\nconfirm_s = 3\n", ("fence is not a setting", "did you mean fences?")),
        ("[fences]\nconfirm_s = -1\n", ("fences.confirm_s", "greater than or equal to 0", "-1")),
        ("[dashboard]\nport = 70000\n", ("dashboard.port", "65536")),
        ("[fences]\nconfirm_s = \n", ("line 2",)),
        ('[broker]\nurl = "localhost"\n', ("broker.url", "mqtt://HOST:PORT")),
        ("[rules.silence]\nalarm_s = 60\n", ("rules.silence", "alarm_s must be more than warning_s")),
        ('[[feeds]]\nname = "a"\nkind = "ais"\nurl = "http://x"\nformat = "nmea"\n', ("feeds[0].url", "udp://")),
        ('[[feeds]]\nname = "a"\nkind = "ais"\nurl = "broker"\nformat = "nmea"\n', ("feeds[0]", "topics")),
        ('[[feeds]]\nname = "a"\nkind = "ais"\nformat = "nmea"\n', ("feeds[0].url is missing",)),
        ('[zone_kinds.port]\nentry_severity = "loud"\n', ("zone_kinds.port.entry_severity", "loud")),
        (UDP.format("udp://127.0.0.1:99999"), ("feeds[0].url", "1 to 65535", "99999")),
        ('[broker]\nurl = "mqtt://h:x"\n', ("broker.url", "1 to 65535")),
        ('[area]\ntimezone = "Asia/Shangai"\n', ("area.timezone", "IANA", "Shangai")),
        ('[area]\ntimezone = "Asia"\n', ("area.timezone", "IANA")),
        ('[area]\ntimezone = ""\n', ("area.timezone", "IANA")),
        ('[rules.distress]\ntest_words = ["TEST", " "]\n', ("rules.distress.test_words[1]",)),
    ],
    ids=["misspelt-key", "misspelt-table", "negative", "port", "syntax", "broker", "order", "scheme", "topics",
         "no-url", "severity", "feed-port", "broker-port", "zone", "zone-folder", "no-zone",
         "empty-word"],
)  # fmt: skip
def test_fault_in_a_file_names_file_key_and_mend(tmp_path: Path, text: str, said: tuple[str, ...]) -> None:
    config = write(tmp_path / "mine.toml", text)
    message = fault(config)
    assert str(config) in message
    for part in said:
        assert part in message


def test_two_feeds_of_one_name_are_refused(tmp_path: Path) -> None:
    feed = '[[feeds]]\nname = "a"\nkind = "ais"\nurl = "udp://127.0.0.1:1"\nformat = "nmea"\n'
    assert "two feeds are named a" in fault(write(tmp_path / "f.toml", feed * 2))


def test_absent_file_is_named(tmp_path: Path) -> None:
    assert str(tmp_path / "none.toml") in fault(tmp_path / "none.toml")


def test_file_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    path = tmp_path / "gbk.toml"
    path.write_bytes("[area]\ntimezone = '上海'\n".encode("gbk"))
    assert "not UTF-8" in fault(path)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("MG_FENCES__CONFRIM_S", "3", "did you mean confirm_s?"),
        ("MG_STOER__DSN", "x", "did you mean store?"),
        ("MG_NONSENSE", "x", "is not a setting"),
        ("MG_FENCES__CONFIRM_S__DEEPER", "1", "MG_FENCES__CONFIRM_S"),
        ("MG_ZONE_KINDS__PORT__COLOUR", "red", "zone_kinds.port.colour"),
        ("MG_FEEDS", "[1", "JSON"),
        ("MG_FENCES__CONFIRM_S", "soon", "fences.confirm_s"),
        ("MG_RULES__SILENCE__ALARM_S", "60", "alarm_s must be more"),
    ],
)
def test_fault_in_the_environment_names_the_variable_or_field(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)
    message = fault()
    assert said in message
    assert "environment" in message


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MG_BROKER__URL", "http://u:s3cret@h"),
        ("MG_STORE", '"postgresql://u:s3cret@h/d"'),
        ("MG_FEEDS", '["mqtt://u:s3cret@h"]'),
        ("MG_FEEDS", '"mqtt://u:s3cret@h"'),
        ("MG_FEEDS", '[{"name": "a", "kind": "ais", "url": "ftp://u:s3cret@h", "format": "nmea"}]'),
        ("MG_FEEDS", '{"url": "mqtt://u:s3cret@h"'),
    ],
)
def test_fault_never_shows_a_secret(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    message = fault()
    assert "s3cret" not in message
    assert "environment" in message


def test_variables_of_tests_and_of_secrets_are_let_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MG_TEST_TIMESCALEDB", "x")
    monkeypatch.setenv("MG_REQUIRE_ALL", "1")
    monkeypatch.setenv("MG_BROKER_PASSWORD", "s3cret")
    config = write(tmp_path / "b.toml", '[broker]\nusername = "mg"\npassword_env = "MG_BROKER_PASSWORD"\n')
    assert password(load_settings(config).broker) == "s3cret"


def test_password_comes_from_a_file_where_one_is_named(tmp_path: Path) -> None:
    secret = write(tmp_path / "secret", "s3cret\n")
    assert password(Credentials(password_file=str(secret))) == "s3cret"
    with pytest.raises(SettingsError, match="no readable first line"):
        password(Credentials(password_file=str(tmp_path / "none")))
    with pytest.raises(SettingsError, match="MG_NOT_SET"):
        password(Credentials(password_env="MG_NOT_SET"))
    assert password(Credentials()) is None


def test_settings_cannot_be_changed() -> None:
    settings = load_settings()
    with pytest.raises(ValidationError):
        settings.fences.confirm_s = 1  # type: ignore[misc]


def test_every_file_of_the_area_is_there() -> None:
    settings = load_settings()
    for key in ("grids", "grids_drawn", "zones", "ports", "land", "land_drawn", "land_far"):
        assert area_file(settings, key).is_file()


def test_every_kind_of_zone_in_the_sample_area_has_its_meaning() -> None:
    settings = load_settings()
    features = json.loads(area_file(settings, "zones").read_text(encoding="utf-8"))["features"]
    kinds = {f["properties"]["kind"] for f in features}
    assert kinds <= set(settings.zone_kinds)
    assert any(settings.zone_kinds[kind].entry_severity != "none" for kind in kinds)
    lines = {f["properties"]["kind"] for f in features if f["geometry"]["type"] == "LineString"}
    assert all(not settings.zone_kinds[kind].fence for kind in lines)


def test_home_without_a_default_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MG_HOME", str(tmp_path))
    assert "MG_HOME" in fault()


def test_data_folder_is_under_home_unless_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert data_dir(load_settings()) == home() / "var"
    monkeypatch.setenv("MG_STORE__DATA_DIR", str(tmp_path))
    assert data_dir(load_settings()) == tmp_path


def test_default_file_is_plain_toml() -> None:
    assert set(tomllib.loads(DEFAULT.read_text(encoding="utf-8"))) == set(Settings.model_fields)
