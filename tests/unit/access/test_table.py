"""The table of access as shipped, and what its loader refuses."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from maritime_grid.cases.kinds import Act
from maritime_grid.domain.access import ACTS, FIELDS, PAGES, Access, Level, Role
from maritime_grid.domain.errors import SettingsError
from maritime_grid.settings import Settings, home, load_settings
from maritime_grid.settings_access import (
    is_loopback,
    load_access,
    login_rules,
    refuse_open_bind,
    secret_key,
)

TABLE = home() / "config" / "access.toml"
KEY = "k" * 40


@pytest.fixture(scope="module")
def table() -> Access:
    return load_access(load_settings())


def with_access(**changes: object) -> Settings:
    settings = load_settings()
    return settings.model_copy(update={"access": settings.access.model_copy(update=changes)})


def fault(tmp_path: Path, old: str, new: str, *, count: int = 1) -> str:
    text = TABLE.read_text("utf-8")
    assert old in text
    changed = tmp_path / "access.toml"
    changed.write_text(text.replace(old, new, count), "utf-8")
    with pytest.raises(SettingsError) as caught:
        load_access(with_access(table=str(changed)))
    said = str(caught.value)
    assert "\n" not in said
    assert str(changed) in said
    return said


def test_every_role_stands_in_the_table_with_a_level_for_each_field(table):
    assert set(table.roles) == set(Role)
    assert all(set(row.fields) == set(FIELDS) and row.pages for row in table.roles.values())


def test_every_act_of_a_case_is_known_and_somebody_may_do_each_act(table):
    assert {f"case.{act}" for act in Act} <= set(ACTS)
    assert {act for act in ACTS if not any(table.may(role, act) for role in Role)} == set()
    assert {p for p in PAGES if not any(table.may(role, f"page.{p}") for role in Role)} == set()


def test_what_the_table_does_not_name_nobody_may(table):
    assert not table.may("worker", "case.dispatch")
    assert not table.may("worker", "case.delete")
    assert not table.may("skipper", "case.read")
    assert table.level("skipper", "phone") == Level.NONE
    assert table.level("city", "photo") == Level.NONE


def test_wall_shows_no_person_and_never_logs_out(table):
    wall = table.roles["wall"]
    assert set(wall.fields.values()) == {Level.NONE}
    assert wall.acts == {"page.wall", "page.alerts", "vessels.read_all", "feeds.read"}
    assert (wall.idle_s, wall.absolute_s, wall.second_factor) == (None, None, False)


def test_operator_sees_accounts_and_no_contents_of_cases(table):
    operator = table.roles["operator"]
    assert not [act for act in operator.acts if act.startswith(("case.", "personal.", "people."))]
    assert not {"page.cases", "page.people"} & operator.acts
    assert [role for role in Role if table.may(role, "accounts.edit")] == [Role.OPERATOR]


def test_raw_lines_of_feeds_are_for_the_operator_alone_and_the_whole_sea_for_those_with_a_wall(table):
    assert [role for role in Role if table.may(role, "quarantine.read")] == [Role.OPERATOR]
    whole = {Role.WALL, Role.COAST_GUARD, Role.COUNTY, Role.CITY, Role.OPERATOR}
    assert {role for role in Role if table.may(role, "vessels.read_all")} == whole
    assert {role for role in Role if table.may(role, "page.wall")} == whole
    assert {role for role in Role if table.may(role, "vessels.read")} == set(Role) - whole


def test_who_may_read_personal_data_has_a_second_factor_and_a_session_of_a_shift_at_most(table):
    readers = [row for row in table.roles.values() if row.reads_personal_data]
    assert len(readers) == 5
    assert all(row.second_factor and row.absolute_s and row.absolute_s <= 12 * 3600 for row in readers)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[worker] ", "[skipper] ", "role worker is missing"),
        ("[worker] ", "[skipper]\n[worker] ", "there is no role skipper"),
        ('"case.collate"', '"case.colate"', "village: there is no act case.colate"),
        ('"report", "cases", "grids"', '"report", "case", "grids"', "worker: there is no page case"),
        ('pages = ["wall", "alerts"]', "pages = []", "wall.pages"),
        ('phone = "none"', 'phone = "some"', "wall.fields.phone"),
        ('phone = "none", ', "", "wall.fields.phone: is missing"),
        ('phone = "none"', 'phone = "none", photo = "full"', "wall.fields.photo: is no column of the table"),
        ("idle_s = 0", "idle_s = -1", "wall.idle_s"),
        ("idle_s = 0", "idle = 0", "wall.idle"),
        ('phone = "none"', 'phone = "full"', "wall: it may read personal data; set second_factor = true"),
        ("second_factor = true", "second_factor = false", "township: it may read personal data"),
        (
            'acts = ["vessels.read_all", ',
            "acts = [",
            "wall: page wall shows every vessel; add the act vessels.read_all",
        ),
        ("[wall] ", "[wall", "mend it there"),
    ],
)
def test_wrong_table_is_refused_in_one_line_that_names_the_key(tmp_path, old, new, said):
    assert said in fault(tmp_path, old, new)


def test_table_that_is_not_there_or_no_text_is_a_fault_of_one_line(tmp_path):
    for path, said in ((tmp_path / "none.toml", "name a readable file"), (tmp_path / "raw.toml", "mend it there")):
        (tmp_path / "raw.toml").write_bytes(b"\xff\xfe")
        with pytest.raises(SettingsError, match=said):
            load_access(with_access(table=str(path)))


def test_loopback_needs_nothing():
    for host in ("127.0.0.1", "127.9.9.9", "::1", "localhost"):
        assert is_loopback(host)
        refuse_open_bind(host, load_settings().access)
    for host in ("0.0.0.0", "::", "192.0.2.1", "wall.example", ""):
        assert not is_loopback(host)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "there is no secret key"),
        ({"secret_key_env": "GRID_KEY"}, "nothing says who speaks TLS"),
        ({"tls_cert_file": "a", "tls_key_file": "b"}, "there is no secret key"),
        ({"trusted_proxies": ("10.0.0.1",)}, "there is no secret key"),
        ({"secret_key_env": "GRID_SHORT", "trusted_proxies": ("10.0.0.1",)}, "missing or short"),
        ({"secret_key_env": "GRID_NONE", "trusted_proxies": ("10.0.0.1",)}, "missing or short"),
        ({"secret_key_file": "/none", "trusted_proxies": ("10.0.0.1",)}, "missing or short"),
    ],
)
def test_other_address_without_key_and_tls_or_proxy_is_refused(monkeypatch, changes, said):
    monkeypatch.setenv("GRID_KEY", KEY)
    monkeypatch.setenv("GRID_SHORT", "short")
    with pytest.raises(SettingsError, match=said) as caught:
        refuse_open_bind("0.0.0.0", with_access(**changes).access)
    assert KEY not in str(caught.value)


def test_other_address_with_key_and_tls_or_proxy_is_let(monkeypatch, tmp_path):
    (tmp_path / "key").write_text(f"{KEY}\n")
    monkeypatch.setenv("GRID_KEY", KEY)
    for key in ({"secret_key_env": "GRID_KEY"}, {"secret_key_file": str(tmp_path / "key")}):
        for tls in ({"tls_cert_file": "a", "tls_key_file": "b"}, {"trusted_proxies": ("10.0.0.1",)}):
            access = with_access(**key, **tls).access
            refuse_open_bind("0.0.0.0", access)
            assert secret_key(access) == KEY.encode()


def test_settings_of_access_are_checked_with_the_rest(tmp_path):
    for text, said in (
        ('tls_cert_file = "a"', "tls_cert_file and tls_key_file go together"),
        ('trusted_proxies = ["proxy.example"]', "access.trusted_proxies"),
        ('open_wall = "yes"', "access.open_wall"),
        ("password_min = 4", "access.password_min"),
        ('secret_key = "x"', "access.secret_key is not a setting"),
    ):
        file = tmp_path / "own.toml"
        file.write_text(f"[access]\n{text}\n")
        with pytest.raises(SettingsError, match=re.escape(said)):
            load_settings(file)


def test_rules_of_login_come_from_the_file():
    rules = login_rules(load_settings().access)
    assert (rules.failures, rules.address_failures, rules.lock_s, rules.lock_max_s) == (5, 20, 30, 3600)


def test_variable_that_holds_the_key_is_no_unknown_setting(monkeypatch, tmp_path):
    file = tmp_path / "own.toml"
    file.write_text('[access]\nsecret_key_env = "MG_SECRET_KEY"\n')
    monkeypatch.setenv("MG_SECRET_KEY", KEY)
    assert secret_key(load_settings(file).access) == KEY.encode()
