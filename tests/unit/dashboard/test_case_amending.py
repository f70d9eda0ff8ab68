"""What was typed into the form that amends a case: only what was touched, and only what can be."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from dashboard.case_amending import amendment_facts, opened_as, values_of
from dashboard.case_forms import FieldFault
from dashboard.case_work import done_before
from dashboard.views.case_amend import amend_form
from dashboard.views.case_changes import change_lines
from dashboard.views.case_log import timeline
from maritime_grid.cases.kinds import Act, Kind
from maritime_grid.store.case_changes import AmendedParty, Amendment
from maritime_grid.store.case_rows import CaseView, Party, PartyRow, PartyVessel

from .test_case_views import WORDS, XSS, case, entry, row, text, told

AT = datetime(2026, 5, 6, 2, 7, 31, tzinfo=UTC)
PAIR = [PartyVessel(412000001, "浙普渔60001"), PartyVessel(None, "浙普渔60003")]
ONE = PartyRow(
    1, "claimant", 412000001, "浙普渔60001", "gill_net", True, "赔网三张", "网被割断", "王大海",
    "138****5678", None, PAIR,
)  # fmt: skip
TWO = PartyRow(2, "respondent", None, "不明船舶", None, None, "", "", None, None, None, [PartyVessel(None, "不明船舶")])


def filed(**changes: Any) -> CaseView:
    fields = {"description": "被割", "lon": 122.7123456, "lat": 30.2, "happened_at": AT, "amount": Decimal("8000.50"),
              "facts": {"injured": 1, "vessels": 3, "amount_yuan": 8000.5}, "parties": [ONE, TWO]}  # fmt: skip
    return case(**fields | changes).case


def typed(view: CaseView, **changes: Any) -> dict[str, Any]:
    """The form as it is opened over a case, with what was typed."""
    return {**values_of(view), "opened": opened_as(view), "note": "", **changes}


def amendment(view: CaseView, now: CaseView | None = None, **changes: Any) -> Amendment:
    return amendment_facts(typed(view, **changes), now or view)["amendment"]


def test_form_that_nobody_touched_says_the_case_as_it_is_to_the_second_and_the_last_digit():
    same = amendment(filed())
    assert (same.lon, same.lat, same.happened_at, same.amount) == (122.7123456, 30.2, AT, Decimal("8000.50"))
    assert (same.kind, same.subkind, same.title, same.facts.injured) == (Kind.DISPUTE, "gear", "网具纠纷", 1)
    one = Party("claimant", 412000001, "浙普渔60001", "gill_net", True, "赔网三张", "网被割断", more=tuple(PAIR[1:]))
    assert same.parties == (AmendedParty(1, one), AmendedParty(2, Party("respondent", None, "不明船舶")))


def test_what_is_typed_takes_the_place_of_what_was():
    to = amendment(
        filed(), kind="hazard/", lon="122.9", happened_at="2026-05-06 09:00", amount="1,000,000", injured="",
        **{"p1-mmsi0": "412 000 009", "p1-name1": "", "p1-name2": "浙普渔60004", "p1-first": "no",
           "p1-phone": "1390000"},
    )  # fmt: skip
    assert (to.kind, to.subkind, to.lon, to.amount, to.facts.injured) == (Kind.HAZARD, "", 122.9, 1_000_000, 0)
    assert to.happened_at == datetime(2026, 5, 6, 1, tzinfo=UTC)
    party = to.parties[0].party
    assert party.vessels == (PartyVessel(412000009, "浙普渔60001"), PartyVessel(None, "浙普渔60004"))
    assert (party.set_first, party.phone, party.person_name) == (False, "1390000", "")


def test_field_that_was_not_touched_is_as_another_left_it_meanwhile():
    now = replace(filed(description="别人补充了"), row=row(title="东极外割网"))
    to = amendment(filed(), now, place="东极外")
    assert (to.title, to.description, to.place) == ("东极外割网", "别人补充了", "东极外")


def test_party_that_another_added_or_removed_meanwhile_stays_so():
    third = replace(TWO, n=3)
    assert [p.n for p in amendment(filed(), filed(parties=[ONE, third]), place="东极外").parties] == [1, 3]


def test_empty_parties_of_the_form_add_nobody_and_filled_ones_do():
    to = amendment(filed(), **{"new1-side": "witness", "new1-person_name": "赵六", "p2-side": "remove",
                               "new2-side": "respondent", "new2-name0": "浙岱渔1"})  # fmt: skip
    assert [(p.n, p.party.side, p.party.ship_name, p.party.person_name) for p in to.parties] == [
        (1, "claimant", "浙普渔60001", ""), (None, "witness", "", "赵六"), (None, "respondent", "浙岱渔1", ""),
    ]  # fmt: skip


def test_personal_data_are_in_no_field_and_go_only_where_the_form_says_so():
    assert not any(secret in str(values_of(filed())) for secret in ("王大海", "138****5678"))
    assert [p.forget for p in amendment(filed(), **{"p1-person": "forget"}).parties] == [True, False]


@pytest.mark.parametrize(
    "changes",
    [
        {"title": " "}, {"title": "x" * 121}, {"lon": ""}, {"lon": "x"}, {"lon": "181"}, {"lat": "nan"},
        {"kind": "murder/"}, {"happened_at": "昨天"}, {"happened_at": "0001-01-01 00:00"}, {"amount": "-1"},
        {"amount": "nan"}, {"amount": "1e99"}, {"injured": "-1"}, {"injured": "1.5"}, {"injured": "9" * 50},
        {"p1-mmsi0": "4120"}, {"p1-mmsi0": "四一二〇〇〇〇〇一"}, {"p1-side": "judge"}, {"p2-side": "witness"},
        {"p1-side": "remove"}, {"p2-name0": ""}, {"new1-name0": "浙岱渔1"}, {"opened": ""}, {"opened": "[" * 9_000},
        {"opened": "7"}, {"opened": '{"form": 1, "marks": 2}'}, {"description": "x" * 5_001},
    ],
)  # fmt: skip
def test_what_a_field_cannot_take_is_refused_with_words_for_its_reader(changes: dict[str, Any]):
    with pytest.raises(FieldFault) as caught:
        amendment(filed(), **changes)
    assert WORDS(caught.value.key)


def test_same_form_sent_twice_is_known_by_its_key():
    facts = amendment_facts(typed(filed(), note="核实"), filed())
    since = [entry(2, "amend", changes=[], form=facts["form"], note="核实")]
    assert done_before(since, "zhang", Act.AMEND, facts)
    assert not done_before(since, "zhang", Act.AMEND, amendment_facts(typed(filed(), note="核实"), filed()))


def test_form_and_log_show_text_of_people_as_text():
    party = PartyRow(1, XSS, 412000001, XSS, XSS, True, XSS, XSS, XSS, XSS, XSS, [PartyVessel(1, XSS)])
    opened = case(row=row(title=XSS), description=XSS, place=XSS, parties=[party])
    shown = text(amend_form(opened, told()))
    assert shown.count("onerror") > 8
    assert "dangerously_allow_html" not in shown
    log = [entry(2, "amend", changes=[{"field": XSS, "was": XSS, "now": {"a": XSS}}, {"party": 1, "field": "phone"}])]
    assert text(timeline(case(log=log), told())).count("onerror") > 2


def test_change_is_said_in_words_with_what_was_and_what_is():
    changes = [
        {"field": "amount", "was": None, "now": "8000.50"},
        {"field": "vessels", "was": 0, "now": 2},
        {"field": "kind", "was": "dispute", "now": "hazard"},
        {"field": "happened_at", "was": AT.isoformat(), "now": (AT + timedelta(hours=1)).isoformat()},
        {"party": 1, "field": "mmsi", "was": None, "now": 12345678},
        {"party": 1, "field": "phone"},
        {"party": 3, "field": "party", "was": None, "now": {"side": "witness", "mmsi": None, "ship_name": "浙岱渔1"}},
    ]
    assert change_lines(entry(2, "amend", changes=changes), told()) == [
        "金额（元）:— → 8,000.50",
        "涉及船舶(艘):0 → 2",
        "类别:涉海纠纷 → 隐患",
        "发生时间（北京时间）:5月6日 10:07 → 5月6日 11:07",
        "第 1 方MMSI:— → 012345678",
        "第 1 方电话:已改",
        "第 3 方:— → 证人 浙岱渔1",
    ]
