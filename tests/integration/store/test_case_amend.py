"""A case corrected and completed after it was filed: what follows from other facts, what the archive keeps of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from maritime_grid.cases.flow import IllegalAct, NotAllowed, StaleCase
from maritime_grid.cases.kinds import Act, Kind
from maritime_grid.cases.severity import SeverityFacts
from maritime_grid.cases.text import query_grams
from maritime_grid.domain.errors import UsageError
from maritime_grid.store.archive import verify
from maritime_grid.store.case_changes import AmendedParty, Amendment
from maritime_grid.store.case_lateness import steps_of
from maritime_grid.store.case_reads import CaseFilter, read_case, search_ids
from maritime_grid.store.case_rows import Party, PartyVessel
from maritime_grid.store.cases import Cases

from .case_build import HOUR, NOW, ask, commands, dispute, people, reading_as

CASE = "2026-000001"
SECRETS = ("王大海", "13812345678", "李二", "13987654321", "王大江", "330902199001011234")


@pytest.fixture
def cases(fresh_dsn: str) -> Iterator[Cases]:
    people(fresh_dsn)
    with commands(fresh_dsn) as opened:
        opened.file(dispute(facts=SeverityFacts(vessels=2)), "lin", NOW)
        yield opened


def parties(*changed: AmendedParty) -> tuple[AmendedParty, ...]:
    """Those of the case as filed, as a form says them to who may not read personal data."""
    masked = [replace(p, person_name="", phone="", id_number="") for p in dispute().parties]
    known = {n: AmendedParty(n, party) for n, party in enumerate(masked, 1)}
    return (*(known | {p.n: p for p in changed if p.n is not None}).values(), *(p for p in changed if p.n is None))


def to(**changes: Any) -> Amendment:
    filed = dispute()
    same = ("kind", "title", "subkind", "description", "place", "lon", "lat", "happened_at", "amount")
    said = {name: getattr(filed, name) for name in same} | {"facts": SeverityFacts(vessels=2), "parties": parties()}
    return Amendment(**said | changes)


def amend(cases: Cases, version: int, who: str = "town1", at: datetime = NOW, **changes: Any):
    return cases.act(CASE, version, Act.AMEND, who, {"amendment": to(**changes), "note": "补充"}, at)


def view(dsn: str, who: str = "town1") -> Any:
    with reading_as(dsn, who) as conn:
        return read_case(conn, CASE, NOW)


def test_amount_said_later_makes_the_severity_the_route_and_the_reports_that_it_would_have_made_at_filing(
    cases: Cases, fresh_dsn: str
):
    assert cases.propose(CASE).route.rule_id == "gear-inside-line"  # pyright: ignore[reportOptionalMemberAccess]
    amend(cases, 1, amount=Decimal(60_000_000))
    case = view(fresh_dsn)
    assert (case.amount, case.facts["amount_yuan"], case.row.severity, case.row.major) == (60_000_000, 6e7, 4, True)
    assert cases.propose(CASE).route.rule_id == "gear-large"  # pyright: ignore[reportOptionalMemberAccess]
    filed = cases.file(dispute(amount=Decimal(60_000_000)), "lin", NOW)
    told = "select array_agg(coalesce(to_unit, to_body) order by to_unit, to_body) from mg.case_hop where case_id = %s"
    assert ask(fresh_dsn, told, [CASE]) == ask(fresh_dsn, told, [filed.case_id])
    assert case.log[-1].detail["because"] == ["amount_yuan"]


def test_amount_of_the_numbers_alone_is_that_of_the_case(cases: Cases, fresh_dsn: str):
    cases.act(CASE, 1, Act.ASSESS, "town1", {"amount_yuan": 2_000_000, "reason": "核实"}, NOW)
    assert view(fresh_dsn).amount == 2_000_000
    assert cases.propose(CASE).route.rule_id == "gear-large"  # pyright: ignore[reportOptionalMemberAccess]


def test_log_keeps_old_and_new_of_what_changed_and_of_personal_data_only_that_they_did(cases: Cases, fresh_dsn: str):
    one = Party("claimant", 412000009, "浙普渔60001", "gill_net", True, "赔网五张", "网被割断", "王大江",
                id_number="330902199001011234")  # fmt: skip
    amend(cases, 1, title="东极外割网", parties=parties(AmendedParty(1, one)))
    (said,) = [row.detail for row in view(fresh_dsn).log if row.what == "amend"]
    assert said["changes"] == [
        {"field": "title", "was": "东极外网具纠纷", "now": "东极外割网"},
        {"party": 1, "field": "mmsi", "was": 412000001, "now": 412000009},
        {"party": 1, "field": "claim", "was": "赔网三张", "now": "赔网五张"},
        {"party": 1, "field": "person_name"},
        {"party": 1, "field": "id_number"},
    ]
    ((whole,),) = ask(fresh_dsn, "select string_agg(said, '') from mg.case_log")
    assert not any(secret in whole for secret in SECRETS)
    kept = ask(fresh_dsn, "select person_name, phone, id_number from mg.case_party order by n")
    assert kept == [("王大江", "13812345678", "330902199001011234"), ("李二", "13987654321", "")]
    assert verify(fresh_dsn).faults == ()


def test_personal_data_are_removed_where_the_form_says_so(cases: Cases, fresh_dsn: str):
    gone = AmendedParty(2, replace(dispute().parties[1], person_name="", phone="", id_number=""), forget=True)
    amend(cases, 1, parties=parties(gone))
    assert ask(fresh_dsn, "select person_name, phone from mg.case_party order by n") == [
        ("王大海", "13812345678"), ("", "")
    ]  # fmt: skip


def test_parties_are_added_and_removed_but_a_dispute_keeps_two(cases: Cases, fresh_dsn: str):
    third = AmendedParty(None, Party("respondent", ship_name="浙岱渔11111", statement="路过"))
    amend(cases, 1, parties=(*parties()[:1], third))
    case = view(fresh_dsn)
    assert [(p.n, p.side, p.ship_name) for p in case.parties] == [
        (1, "claimant", "浙普渔60001"), (3, "respondent", "浙岱渔11111")
    ]  # fmt: skip
    changes = [(c["party"], c["field"], c["was"] is None, c["now"] is None) for c in case.log[-1].detail["changes"]]
    assert changes == [(2, "party", False, True), (3, "party", True, False)]
    with pytest.raises(UsageError, match="two parties"):
        amend(cases, 2, parties=parties()[:1])
    assert view(fresh_dsn).row.version == 2


def test_party_has_all_of_its_vessels_in_lists_tracks_and_reach(cases: Cases, fresh_dsn: str):
    ask(fresh_dsn, "insert into mg.roster values (412000003, '浙普渔60003', 'fishing', '', '') returning 1")
    pair = replace(dispute().parties[1], more=(PartyVessel(412000003, "浙普渔60003"), PartyVessel(None, "浙普渔60004")))
    amend(cases, 1, parties=parties(AmendedParty(2, pair)))
    case = view(fresh_dsn)
    assert case.row.vessels == ["浙普渔60001", "浙普渔60002", "浙普渔60003", "浙普渔60004"]
    assert [v.mmsi for v in case.parties[1].vessels] == [412000002, 412000003, None]
    assert case.facts["vessels"] == 4  # never fewer than are named
    with reading_as(fresh_dsn, "village1") as conn:
        assert conn.execute("select mmsi from api.vessel").fetchall() == [(412000003,)]
        found = search_ids(conn, CaseFilter(keys=tuple(query_grams("412000003"))))
    assert found == [CASE]
    with reading_as(fresh_dsn, "town2") as conn:
        assert conn.execute("select count(*) from api.case_vessel").fetchone() == (0,)


def test_vessel_that_is_typed_by_its_name_has_its_number_and_the_other_way_round(cases: Cases, fresh_dsn: str):
    ask(fresh_dsn, "insert into mg.roster values (412000003, '浙普渔60003', 'fishing', '', '') returning 1")
    named = AmendedParty(None, Party("involved", ship_name="浙普渔 ６0003"))
    numbered = AmendedParty(None, Party("witness", 412000003))
    amend(cases, 1, parties=parties(named, numbered))
    found = ask(fresh_dsn, "select mmsi, ship_name from mg.case_party where n > 2 order by n")
    assert found == [(412000003, "浙普渔 ６0003"), (412000003, "浙普渔60003")]


def test_search_finds_what_a_case_says_now_and_not_what_it_said(cases: Cases, fresh_dsn: str):
    amend(cases, 1, title="碰撞赔偿", description="夜间碰撞", subkind="collision")
    with reading_as(fresh_dsn, "town1") as conn:
        hits = [search_ids(conn, CaseFilter(keys=tuple(query_grams(word)))) for word in ("夜间碰撞", "网具纠纷")]
    assert hits == [[CASE], []]


def test_place_in_another_grid_gives_the_case_to_the_unit_that_leads_it_with_a_new_clock(cases: Cases, fresh_dsn: str):
    after = amend(cases, 1, at=NOW + HOUR, lon=123.5)
    assert (after.unit_id, after.step_since) == ("T2", NOW + HOUR)
    assert ask(fresh_dsn, 'select grid_id, unit_id, step_since from api."case"') == [("G2", "T2", NOW + HOUR)]
    with reading_as(fresh_dsn, "county") as conn:
        steps = [(s.seq, s.unit_id, s.until) for s in steps_of(conn, CASE, NOW + HOUR)]
    assert steps == [(1, "T1-V", NOW + HOUR), (2, "T2", None)]
    assert view(fresh_dsn, "county").log[-1].detail["to"] == "T2"
    assert view(fresh_dsn, "town1") is None
    assert view(fresh_dsn, "lin").row.unit_id == "T2"  # who filed it goes on seeing it


def test_body_that_handles_a_case_keeps_its_clock_when_another_unit_leads_it(cases: Cases, fresh_dsn: str):
    cases.act(CASE, 1, Act.COLLATE, "village1", {}, NOW)
    cases.act(CASE, 2, Act.DISPATCH, "town1", {"body_id": "F"}, NOW)
    after = amend(cases, 3, "fishery", NOW + HOUR, lon=123.5)
    assert (after.holder, after.step_since, after.unit_id) == ("F", NOW, "T2")
    with reading_as(fresh_dsn, "county") as conn:
        last = steps_of(conn, CASE, NOW + HOUR)[-1]
    assert (last.seq, last.unit_id, last.body_id, last.until) == (3, "T2", "F", None)


def test_other_place_in_the_same_grid_leaves_the_unit_that_a_hand_over_chose(cases: Cases):
    cases.act(CASE, 1, Act.HAND_OVER, "city", {"unit_id": "T2", "reason": "船籍在此"}, NOW)
    assert amend(cases, 2, "town2", lon=122.8).unit_id == "T2"


def test_other_kind_has_the_limits_of_that_kind_from_when_the_step_began(cases: Cases, fresh_dsn: str):
    after = amend(cases, 1, at=NOW + HOUR, kind=Kind.EMERGENCY, subkind="collision")
    assert (after.kind, after.step_since) == (Kind.EMERGENCY, NOW)
    assert ask(fresh_dsn, "select due_at from mg.case_file") == [(NOW + HOUR / 6,)]


def test_reporter_amends_while_nobody_has_taken_it_on_and_not_afterwards(cases: Cases, fresh_dsn: str):
    ask(fresh_dsn, "update mg.case_file set reporter = 'shop' returning 1")
    amend(cases, 1, "shop", place="东极外")
    cases.act(CASE, 2, Act.COLLATE, "village1", {}, NOW)
    with pytest.raises(NotAllowed):
        amend(cases, 3, "shop", place="东极西")
    amend(cases, 3, "town1", place="东极西")


def test_form_over_what_another_amended_is_refused_with_what_changed(cases: Cases, fresh_dsn: str):
    amend(cases, 1, "village1", title="东极外割网")
    with pytest.raises(StaleCase, match="amend by village1"):
        amend(cases, 1, place="东极外")
    assert view(fresh_dsn).place is None


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"lat": None},
        {"lon": 200.0},
        {"subkind": "overboard"},
        {"title": ""},
        {"kind": Kind.COMPLAINT, "subkind": ""},
        {"amount": Decimal(-1)},
        {"happened_at": NOW + HOUR},
        {"facts": SeverityFacts(injured=-1)},
        {"parties": (AmendedParty(1, Party("judge", 1)), AmendedParty(2, Party("respondent", 2)))},
        {"parties": (AmendedParty(1, Party("claimant", 10**9)), AmendedParty(2, Party("respondent", 2)))},
        {"parties": parties(AmendedParty(None, Party("involved", 1, more=(PartyVessel(),))))},
    ],
)
def test_amendment_that_says_nothing_new_or_cannot_be_changes_nothing(
    cases: Cases, fresh_dsn: str, changes: dict[str, Any]
):
    with pytest.raises((UsageError, IllegalAct)):
        amend(cases, 1, **changes)
    assert ask(fresh_dsn, 'select version, title from api."case"') == [(1, "东极外网具纠纷")]
    assert ask(fresh_dsn, "select count(*) from mg.case_party") == [(2,)]
