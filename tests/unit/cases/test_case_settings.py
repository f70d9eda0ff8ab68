"""config/cases.toml is whole, and what is wrong above it is told in one line."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from maritime_grid.cases.calendar import Counting
from maritime_grid.cases.clocks import Level
from maritime_grid.cases.from_alert import rule_for
from maritime_grid.cases.kinds import OPEN_STEPS, Kind, Step
from maritime_grid.cases_settings import configured_cases, load_case_settings, plan_of
from maritime_grid.domain.errors import SettingsError
from maritime_grid.settings import Settings, load_settings

LAST_ROUTE = """
[[routes]]
id = "rest"
body = "grid_office"
level = "county"
joint = []
zh = "其他"
en = "rest"
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_kind_has_a_limit_for_every_open_step() -> None:
    rules = load_case_settings().clock_rules
    assert set(rules) == set(Kind)
    for of_kind in rules.values():
        assert set(of_kind.limits) == set(of_kind.answers) == OPEN_STEPS
        assert min(of_kind.limits.values()) > timedelta(0)


def test_emergencies_alone_count_all_hours() -> None:
    rules = load_case_settings().clock_rules
    assert {kind for kind in Kind if rules[kind].counting == Counting.ALL} == {Kind.EMERGENCY}


def test_working_day_has_the_hours_that_limits_are_written_in() -> None:
    calendar = load_case_settings().hours.calendar
    assert calendar.before(7) == 5 * timedelta(minutes=420)


def test_holidays_fall_on_weekdays_and_worked_days_on_weekends() -> None:
    hours = load_case_settings().hours
    assert {day.weekday() < 5 for day in hours.holidays} == {True}
    assert {day.weekday() < 5 for day in hours.worked} == {False}


def test_zone_kinds_of_routes_are_those_of_the_default_file() -> None:
    assert load_case_settings(zone_kinds=load_settings().zone_kinds).routes


def test_file_above_changes_keys_and_replaces_lists(tmp_path: Path) -> None:
    path = write(tmp_path, f"{LAST_ROUTE}[kinds.dispute.limits_min]\nreceived = 60\n")
    settings = load_case_settings([path])
    limits = settings.clock_rules[Kind.DISPUTE].limits
    assert limits[Step.RECEIVED] == timedelta(minutes=60)
    assert limits[Step.COLLATED] == load_case_settings().clock_rules[Kind.DISPUTE].limits[Step.COLLATED]
    assert [rule.rule_id for rule in settings.rules] == ["rest"]


def test_last_of_several_files_wins(tmp_path: Path) -> None:
    first = write(tmp_path, '[clocks.answers]\nreceived = "township"\n[clocks]\nwarn_ratio = 0.5\n')
    second = tmp_path / "second.toml"
    second.write_text("[clocks]\nwarn_ratio = 0.9\n", encoding="utf-8")
    rules = load_case_settings([first, second]).clock_rules[Kind.HAZARD]
    assert (rules.warn_ratio, rules.answers[Step.RECEIVED]) == (0.9, Level.TOWNSHIP)


FAULTS = (
    ("[clocks]\nwarn_ration = 0.8", "clocks.warn_ration is not a setting; did you mean warn_ratio?"),
    ("[clocks]\nwarn_ratio = 1.5", "(given 1.5); see what config/cases.toml says of it"),
    ("[kinds.dispute.limits_min]\nreceived = 0", "kinds.dispute.limits_min.received: "),
    ("[kinds.dispute]\npause_max_min = 9000", "kinds.dispute: pause_max_min is above pause_total_min"),
    ("[pauses.causes]\nfog = { zh = '大雾' }", "pauses.causes.fog.en is missing"),
    ("[kinds.rumour]\ncounting = 'all'", "kinds.rumour is not a setting"),
    ("[kinds.hazard]\ncounting = 'some'", "kinds.hazard.counting: "),
    ("[kinds.hazard]\nescalate_after_min = []", "kinds.hazard.escalate_after_min: "),
    ("[kinds.hazard.subkinds]\nrock = { zh = '礁石' }", "kinds.hazard.subkinds.rock.en is missing"),
    ("[hours]\nsunday = [['12:00', '09:00']]", "hours: spans of a day must follow one another"),
    ("[hours]\nsunday = [['noon', '13:00']]", "hours.sunday[0][0]: "),
    ("[hours]\nworked = [2026-10-01]", "hours: 2026-10-01 is in both holidays and worked"),
    ("[severity.scale]\ncrowd = [5, 4, 10]", "severity.scale.crowd: give three numbers"),
    ("[severity.major.facts_from]\nsheep = 1", "severity.major.facts_from.sheep: "),
    ("[[routes]]\nid = 'a'\nbody = 'fishery'\nlevel = 'county'\njoint = []\nzh = '一'\nen = 'a'\nkinds = ['hazard']",
     "routes: no rule fits all"),
    (LAST_ROUTE + LAST_ROUTE.replace('"rest"', '"more"'), "routes: rest fits all, so that no rule after it"),
    (LAST_ROUTE + LAST_ROUTE, "routes: two rules have the id rest"),
    (LAST_ROUTE.replace("grid_office", "navy"), "routes[0]: navy is not among competences"),
    (LAST_ROUTE.replace('"rest"', '"first"') + "subkinds = ['gaer']\n" + LAST_ROUTE,
     "routes[0]: gaer is no subkind of its kinds"),
    (LAST_ROUTE + "sudkinds = ['gear']", "routes[0].sudkinds is not a setting; did you mean subkinds?"),
    (LAST_ROUTE.replace('zh = "其他"\n', ""), "routes[0].zh is missing"),
    (LAST_ROUTE.replace('level = "county"', 'level = "moon"'), "routes[0].level: "),
    ("[[hops.bodies]]\ncompetence = 'navy'\nlevel = 'city'", "hops.bodies[0]: navy is not among competences"),
    ("[attachments]\ntypes = ['everything']", "attachments.types[0]: "),
    ("[clocks", "mine.toml: "),
)  # fmt: skip


@pytest.mark.parametrize(("text", "said"), FAULTS)
def test_fault_is_one_line_with_file_and_key(tmp_path: Path, text: str, said: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(SettingsError) as caught:
        load_case_settings([path])
    line = str(caught.value)
    assert line.startswith(str(path))
    assert said in line
    assert "\n" not in line


def test_route_by_a_zone_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, LAST_ROUTE.replace('"rest"', '"first"') + "inside = ['trawl_bann']\n" + LAST_ROUTE)
    with pytest.raises(SettingsError, match=r"mine\.toml: routes\[0\]: trawl_bann is no kind of zone"):
        load_case_settings([path], load_settings().zone_kinds)


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"none\.toml"):
        load_case_settings([tmp_path / "none.toml"])


def configured(folder: Path, *names: str) -> Settings:
    own = folder / "own.toml"
    own.write_text(f"[cases]\nfiles = {list(names)}\n", encoding="utf-8")
    return load_settings(own)


def test_files_that_the_settings_name_stand_over_the_shipped_one_in_their_order(tmp_path: Path) -> None:
    first, second = tmp_path / "city.toml", tmp_path / "county.toml"
    first.write_text("[kinds.hazard.limits_min]\nreceived = 60\ncollated = 60\n", encoding="utf-8")
    second.write_text("[kinds.hazard.limits_min]\ncollated = 90\n", encoding="utf-8")
    limits = configured_cases(configured(tmp_path, str(first), str(second))).clock_rules[Kind.HAZARD].limits
    assert [limits[step] // timedelta(minutes=1) for step in (Step.RECEIVED, Step.COLLATED, Step.DISPATCHED)] == [
        60,
        90,
        210,
    ]


def test_no_files_give_the_shipped_settings() -> None:
    assert configured_cases(load_settings()) == load_case_settings()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, r"gone\.toml: No such file or directory; name a readable file in cases\.files"),
        ("[hours]\nsunnday = []\n", r"gone\.toml: hours\.sunnday is not a setting; did you mean sunday\?"),
        (
            "[attachments]\nmax_mib = 0\n",
            r"gone\.toml: attachments\.max_mib: .*; see what config/cases\.toml says of it",
        ),
    ],
)
def test_wrong_file_is_told_with_its_name_its_key_and_the_mend(tmp_path: Path, text: str | None, said: str) -> None:
    path = tmp_path / "gone.toml"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=said):
        configured_cases(configured(tmp_path, str(path)))


def test_relative_files_are_looked_for_beside_the_shipped_ones(tmp_path: Path) -> None:
    named = configured(tmp_path, "config/none-of-ours.toml")
    with pytest.raises(SettingsError, match=r"config/none-of-ours\.toml"):
        configured_cases(named)


OPEN = """
[[open_case]]
id = "sos-1"
rule = "{rule}"
severity_from = {severity}
in_force_from = {since}
approved_by = "{by}"
approved_on = 2026-12-01
"""
GOOD = {"rule": "sos", "severity": 4, "since": "2026-12-10T00:00:00+08:00", "by": "市渔业安全专班"}


def test_no_rule_opens_cases_from_alerts_as_shipped_and_a_file_can_bring_one(tmp_path: Path) -> None:
    assert load_case_settings().open_case == ()
    assert plan_of(load_case_settings()).opening == ()
    [rule] = plan_of(load_case_settings([write(tmp_path, OPEN.format(**GOOD))])).opening
    assert str(rule) == "sos-1（市渔业安全专班，2026-12-01 批准）"
    raised = rule.in_force_from
    assert rule_for([rule], "sos", 4, raised) is rule
    assert rule_for([rule], "sos", 3, raised) is None
    assert rule_for([rule], "silence", 4, raised) is None
    assert rule_for([rule], "sos", 4, raised - timedelta(microseconds=1)) is None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"rule": "mayday"}, r"open_case\[0\].rule: .*(given 'mayday')"),
        ({"severity": 5}, r"open_case\[0\].severity_from"),
        ({"since": "2026-12-10T00:00:00"}, r"open_case\[0\].in_force_from: .*timezone"),
        ({"since": "2026-11-30T00:00:00+08:00"}, "in_force_from lies before approved_on"),
        ({"by": ""}, r"open_case\[0\].approved_by"),
    ],
)
def test_rule_that_opens_cases_is_whole(tmp_path: Path, changes: dict[str, object], said: str) -> None:
    with pytest.raises(SettingsError, match=said) as told:
        load_case_settings([write(tmp_path, OPEN.format(**GOOD | changes))])
    assert "mine.toml" in str(told.value)


def test_two_rules_that_open_cases_have_two_ids(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="two rules have the id sos-1"):
        load_case_settings([write(tmp_path, 2 * OPEN.format(**GOOD))])
