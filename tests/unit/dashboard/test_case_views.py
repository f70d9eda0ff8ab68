"""Pure parts of the pages of cases: addresses from outside, forms, clocks in words, steps, tracks."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.auth import Account
from dashboard.case_forms import FORMS, FieldFault, day_seconds, facts_of
from dashboard.case_query import ListQuery, read_query
from dashboard.case_routes import disposition
from dashboard.case_tracks import tracks_of
from dashboard.case_work import Opened, done_before
from dashboard.standing import Standing, unit_at_step
from dashboard.views.case_head import entered
from dashboard.views.case_list import case_line, case_table
from dashboard.views.case_log import timeline
from dashboard.views.case_map import bounds_of, case_map, figure, for_browser
from dashboard.views.case_parts import Told, clock_state, deadline
from dashboard.views.case_story import parties, story
from dashboard.words import Catalogues
from maritime_grid.cases.flow import Actor
from maritime_grid.cases.kinds import Act, Kind, Step
from maritime_grid.cases.waiting import Waits
from maritime_grid.cases_settings import load_case_settings, plan_of
from maritime_grid.store.case_desk import Asker, Found
from maritime_grid.store.case_rows import CaseRow, CaseView, LogRow, PartyRow
from maritime_grid.store.people_rows import UnitRow

NOW = datetime(2026, 5, 6, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)
SETTINGS = load_case_settings()
PLAN = plan_of(SETTINGS)
WORDS = Catalogues().pick(None)
XSS = '<img src=x onerror="alert(1)">'
UNITS = [("C", "city"), ("K", "county"), ("T", "township"), ("V", "village")]


def standing(unit: str | None = "T") -> Standing:
    path = [unit_id for unit_id, _ in UNITS]
    units = {
        u: UnitRow(u, level, None, f"单位{u}", "", path[: k + 1], "", False, True) for k, (u, level) in enumerate(UNITS)
    }
    asker = Asker("zhang", unit, ("T", "V"), None, Waits())
    actor = Actor("zhang", "张三", "township", frozenset({"T", "V"}))
    account = Account("zhang", "township", unit, None, "张三", "token")
    return Standing(account, asker, actor, units, PLAN.clocks[Kind.DISPUTE].answers)


def told(now: datetime = NOW) -> Told:
    return Told(WORDS, SETTINGS, standing(), now)


def row(**changes: object) -> CaseRow:
    fields = {
        "case_id": "2026-000001", "kind": "dispute", "subkind": "gear", "title": "网具纠纷", "state": "received",
        "grid_id": "G", "grid_name": "近岸", "unit_id": "V", "unit_name": "单位V", "holder": None, "holder_name": None,
        "severity": 1, "major": False, "opened_at": NOW, "step_since": NOW, "warn_at": NOW + 2 * HOUR,
        "due_at": NOW + 3 * HOUR, "paused": False, "escalated": None, "changed_at": NOW, "version": 1, "vessels": [],
        "escalated_through": [], "priority": 4,
    }  # fmt: skip
    return CaseRow(**{**fields, **changes})


def entry(seq: int, what: str, who: str = "zhang", **detail: object) -> LogRow:
    return LogRow(seq, NOW + seq * HOUR, who, what, detail, "")


def case(**changes: object) -> Opened:
    fields = {
        "row": row(), "description": "", "place": None, "lon": None, "lat": None, "happened_at": None,
        "channel": "account", "amount": None, "joint": [], "asked_s": None, "extended_s": 0, "extensions": 0,
        "reopened": 0, "rating": None, "reporter": "zhang", "closed_at": None, "parties": [], "log": [],
        "attachments": [], "hops": [], "alert_ids": [], "facts": {},
    }  # fmt: skip
    return Opened(CaseView(**{**fields, **changes}), standing(), {}, {"F": ("渔业局", None)})


def text(component: object) -> str:
    return json.dumps(
        component, ensure_ascii=False, default=lambda c: c.to_plotly_json() if hasattr(c, "to_plotly_json") else str(c)
    )


@pytest.mark.parametrize(
    ("asked", "query"),
    [
        ({}, ListQuery()),
        ({"kind": "hazard", "page": "3", "q": " 浙普渔 "}, ListQuery(kind="hazard", page=3, q="浙普渔")),
        ({"step": "handling", "grid": "G1", "view": "board"}, ListQuery(step="handling", grid="G1", view="board")),
        ({"kind": "'; drop table", "step": ["received"], "view": None, "show": "all"}, ListQuery()),
        ({"page": "-1"}, ListQuery()),
        ({"page": "9999999"}, ListQuery()),
        ({"page": "٣"}, ListQuery()),
        ({"page": True}, ListQuery()),
        ({"q": "x" * 5000}, ListQuery(q="x" * 200)),
    ],
)  # fmt: skip
def test_what_is_no_value_of_the_list_is_left_out_of_its_address(asked, query):
    assert read_query(asked) == query


@given(st.dictionaries(st.sampled_from([*ListQuery.__dataclass_fields__, "lang"]), st.text(max_size=30)))
def test_an_address_made_of_a_query_gives_the_query_again(asked):
    query = read_query(asked)
    assert read_query({name: str(value) for name, value in query.parts().items()}) == query


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, "ok"), ({"warn_at": NOW}, "warning"), ({"due_at": NOW}, "overdue"), ({"paused": True}, "paused"),
        ({"paused": True, "paused_until": NOW + HOUR}, "paused"), ({"paused": True, "paused_until": NOW}, "ok"),
        ({"due_at": None}, None), ({"state": "closed"}, None),
    ],
)  # fmt: skip
def test_a_deadline_is_said_in_words_and_not_by_colour_alone(changes, state):
    assert clock_state(row(**changes), NOW) == state
    if state not in {None, "paused"}:
        assert ("超时" if state == "overdue" else "剩 ") in text(deadline(row(**changes), told()))


def test_clock_that_stands_says_until_when_why_and_by_whom():
    said = text(deadline(row(paused=True, paused_until=NOW + HOUR, pause_cause="at_sea", paused_by="渔业局"), told()))
    assert all(part in said for part in ("已暂停", "出海未归", "渔业局", "最迟"))


def test_escalated_steps_say_to_whom_they_went_up():
    assert "已升级至 单位K" in text(deadline(row(due_at=NOW - HOUR, escalated="K"), told()))


@pytest.mark.parametrize(
    ("leads", "step", "unit"),
    [
        ("V", "received", "V"),
        ("V", "collated", "T"),
        ("T", "received", "T"),
        ("C", "handled", "C"),
        ("V", "fed_back", "V"),
    ],
)
def test_a_step_is_with_the_lowest_unit_that_answers_for_it(leads, step, unit):
    found = unit_at_step(row(unit_id=leads, state=step), standing())
    assert found is not None
    assert found.unit_id == unit


def test_steps_that_a_case_went_back_over_are_not_among_those_it_has_been_through():
    log = [
        entry(1, "file"), entry(2, "collate", step="collated"), entry(3, "comment", step="collated"),
        entry(4, "dispatch", step="dispatched"), entry(5, "escalate", step="dispatched"),
        entry(6, "return", step="collated"), entry(7, "dispatch", step="dispatched"),
    ]  # fmt: skip
    assert {step: e.seq for step, e in entered(log).items()} == {Step.RECEIVED: 1, Step.COLLATED: 6, Step.DISPATCHED: 7}


@pytest.mark.parametrize(
    ("act", "typed", "facts"),
    [
        (Act.DISPATCH, {"body_id": "F", "note": " 请尽快 ", "rating": 5}, {"body_id": "F", "note": "请尽快"}),
        (Act.COLLATE, {"note": " "}, {}),
        (Act.ASK_EXTENSION, {"seconds": 2, "unit": "day", "reason": "出海"}, {"seconds": 50_400, "reason": "出海"}),
        (Act.RATE, {"rating": 5, "note": None}, {"rating": 5}),
    ],
)
def test_a_form_gives_the_facts_of_its_act_and_nothing_else(act, typed, facts):
    assert facts_of(act, typed, day_seconds(PLAN, Kind.DISPUTE)) == facts


@pytest.mark.parametrize(
    ("act", "typed"),
    [
        (Act.RETURN, {}), (Act.RETURN, {"reason": ["x"]}), (Act.RETURN, {"reason": "x" * 2_001}),
        (Act.DISPATCH, {"body_id": 7}), (Act.DISPATCH, {}),
        (Act.RATE, {"rating": 6}), (Act.RATE, {"rating": True}), (Act.RATE, {"rating": "5"}),
        (Act.ASK_EXTENSION, {"seconds": -1, "unit": "day", "reason": "x"}),
        (Act.ASK_EXTENSION, {"seconds": float("nan"), "unit": "day", "reason": "x"}),
        (Act.ASK_EXTENSION, {"seconds": 1e300, "unit": "hour", "reason": "x"}),
        (Act.ASK_EXTENSION, {"seconds": 1, "unit": "year", "reason": "x"}),
    ],
)  # fmt: skip
def test_what_a_field_cannot_take_is_refused_with_words_for_its_reader(act, typed):
    with pytest.raises(FieldFault) as caught:
        facts_of(act, typed, 25_200)
    assert WORDS(caught.value.key)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_act_with_a_form_has_words(lang):
    words = Catalogues().pick(lang)
    for act, fields in FORMS.items():
        assert words(f"case.act.{act}")
        assert all(words(f"case.field.{field.name}") for field in fields)
    for what in [*Act, "escalate", "report_on"]:
        assert words.get(f"case.log.{what}", "")


def test_the_same_form_sent_twice_is_known_by_its_entry():
    since = [entry(3, "dispatch", step="dispatched", body_id="F", note="请尽快")]
    facts = {"body_id": "F", "note": "请尽快"}
    assert done_before(since, "zhang", Act.DISPATCH, facts)
    assert not done_before(since, "wang", Act.DISPATCH, facts)
    assert not done_before(since, "zhang", Act.DISPATCH, {"body_id": "P"})
    assert not done_before([], "zhang", Act.DISPATCH, facts)


def test_text_of_people_stays_text_in_every_field():
    party = PartyRow(1, "claimant", 412000001, XSS, XSS, True, XSS, XSS, XSS, XSS, XSS)
    log = [entry(1, "file"), entry(2, "return", who=XSS, reason=XSS, name=XSS), entry(3, "odd {0.__class__}", note=XSS)]
    opened = case(
        row=row(title=XSS, vessels=[XSS], grid_name=XSS), description=XSS, place=XSS, parties=[party], log=log
    )
    shown = [
        story(opened, told()),
        parties(opened, told(), may_read=True),
        timeline(opened, told()),
        case_line(opened.case.row, told()),
    ]
    shown.append(case_table(Found([opened.case.row], frozenset(), 1, False), ListQuery(), told()))
    found = text(shown)
    assert found.count("onerror") > 10
    assert "dangerously_allow_html" not in found
    assert '"Markdown"' not in found


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("网具.jpg", "__.jpg"),
        ('a"b.png', "a_b.png"),
        ("x\r\nSet-Cookie: a=b", "x__Set-Cookie: a=b"),
        ("100%.pdf", "100_.pdf"),
    ],
)
def test_the_name_of_a_file_cannot_break_out_of_its_header(name, plain):
    header = disposition(name, inline=False)
    assert header.startswith(f"attachment; filename=\"{plain}\"; filename*=UTF-8''")
    assert "\n" not in header
    header.encode("latin-1")


def fixes(mmsi: int, minutes: list[int], lon: float, step: float = 0.0) -> list[dict[str, object]]:
    start = NOW - 3 * HOUR
    return [{"t": start + timedelta(minutes=m), "mmsi": mmsi, "lon": lon + step * m, "lat": 30.0} for m in minutes]


def test_distance_has_a_gap_where_a_vessel_was_silent_and_its_nearest_point_is_marked():
    near = fixes(1, [*range(0, 60, 5), *range(120, 181, 5)], 122.5)
    far = fixes(2, list(range(0, 181, 5)), 122.6, -0.0005)
    tracks = tracks_of([*near, *far], NOW, {1: "甲", 2: "乙", 3: "丙"})
    pair = tracks.pairs[0]
    at = tracks.times - (NOW - 3 * HOUR).timestamp()
    assert np.isnan(pair.distance_nm[(at > 55 * 60) & (at < 120 * 60)]).all()
    assert not np.isnan(pair.distance_nm[(at >= 0) & (at <= 55 * 60)]).any()
    assert pair.nearest is not None
    assert at[pair.nearest.index] == 180 * 60
    assert pair.nearest.distance_nm == pytest.approx(0.52, abs=0.01)
    shown = figure(tracks, WORDS)
    assert shown["data"][0]["y"].count(None) > 60
    assert shown["data"][1]["y"] == [pair.nearest.distance_nm]
    sent = for_browser(tracks, WORDS, bounds_of(case(lon=122.4, lat=30.1).case, tracks))
    assert sent["bounds"] == [[30.0, 122.4], [30.1, 122.6]]
    assert set(sent["vessels"]) == {"1", "2"}
    assert len(sent["said"]) == len(tracks.times) == 481
    assert "相距" in sent["said"][pair.nearest.index]


def test_names_of_vessels_are_text_for_the_plot_too_which_reads_tags():
    near, far = fixes(1, [0, 5], 122.5), fixes(2, [0, 5], 122.6)
    shown = figure(tracks_of([*near, *far], NOW, {1: '<a href="//x.example">甲</a>', 2: "<b>乙&丙"}), WORDS)
    assert {line["name"] for line in shown["data"]} == {'&lt;a href="//x.example"&gt;甲&lt;/a&gt; – &lt;b&gt;乙&amp;丙'}


def test_a_case_whose_vessels_nobody_heard_shows_its_place_alone():
    opened = case(lon=122.7, lat=30.2)
    shown = text(case_map(opened.case, tracks_of([], NOW, {1: "甲"}), WORDS))
    assert "没有收到当事船舶的位置" in shown
    assert "case-moment" not in shown


def test_joint_bodies_are_those_chosen_but_the_one_that_it_is_given_to():
    typed = {"body_id": "F", "joint": ["G", "F", 7, "P"]}
    assert facts_of(Act.DISPATCH, typed, 1) == {"body_id": "F", "joint": ["G", "P"]}
    assert facts_of(Act.DISPATCH, {"body_id": "F", "joint": "G"}, 1) == {"body_id": "F"}


@pytest.mark.parametrize(("act", "typed"), [(Act.ASK_EXTENSION, {"seconds": 1, "unit": ["day"]}),
                                            (Act.RATE, {"rating": [5]}), (Act.REPORT, {"result": ["x"]}),
                                            (Act.PAUSE, {"cause": "other", "reason": ["x"]})])  # fmt: skip
def test_list_in_a_field_that_takes_none_is_a_fault_of_the_field(act: Act, typed: dict[str, object]):
    with pytest.raises(FieldFault):
        facts_of(act, typed, 1)
