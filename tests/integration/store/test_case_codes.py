"""Codes by which cases are followed without an account, and what the reporter's code may do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from maritime_grid.cases.flow import IllegalAct, NotAllowed, StaleCase
from maritime_grid.cases.kinds import Act, Kind
from maritime_grid.store.archive import verify
from maritime_grid.store.case_changes import AmendedParty
from maritime_grid.store.case_filing import follow_code
from maritime_grid.store.case_rows import Filed, NewCase
from maritime_grid.store.case_steps import NoSuchCase
from maritime_grid.store.cases import Cases
from maritime_grid.store.errors import StoreError

from .case_build import NOW, ask, dispute
from .test_case_rights import amendment

RATED = {"rating": 4, "note": "来得快"}


def issued(cases: Cases, case_id: str, version: int, n: int, by: str = "village1") -> str:
    code = follow_code(None)
    cases.act(case_id, version, Act.ISSUE_CODE, by, {"party": n, "code": code}, NOW)
    return code


def fed_back(cases: Cases) -> Filed:
    """A hazard of the public, resolved by lin; at version 2."""
    filed = cases.file(NewCase(Kind.HAZARD, "码头破损", channel="public", lon=122.7, lat=30.2), None, NOW)
    facts = {"result": "已修", "answer": "护栏已修好。", "told": [{"n": 0, "means": "code"}]}
    cases.act(filed.case_id, 1, Act.RESOLVE, "lin", facts, NOW)
    return filed


def test_new_code_ends_the_old_one_and_each_party_has_its_own(cases: Cases):
    filed = cases.file(dispute(), "lin", NOW)
    new, party = issued(cases, filed.case_id, 1, 0), issued(cases, filed.case_id, 2, 2, "lin")
    assert cases.follow(filed.code) is None
    found = [cases.follow(code) for code in (new, party)]
    assert [(f["case_id"], f["n"]) for f in found if f] == [(filed.case_id, 0), (filed.case_id, 2)]
    again = issued(cases, filed.case_id, 3, 2)
    assert cases.follow(party) is None and cases.follow(again) and cases.follow(new)


def test_archive_says_who_gave_a_code_to_whom_and_never_the_code(cases: Cases, fresh_dsn: str):
    filed = cases.file(dispute(), "lin", NOW)
    code = issued(cases, filed.case_id, 1, 2)
    ((who, said),) = ask(fresh_dsn, "select who, said from mg.case_log order by n desc limit 1")
    assert (who, '"party":2' in said.replace(" ", "")) == ("village1", True)
    whole = ask(fresh_dsn, "select string_agg(t::text, '') from mg.case_log t")[0][0]
    assert code not in whole and filed.code not in whole
    kept = ask(fresh_dsn, "select string_agg(t::text, '') from mg.case_code t")[0][0]
    assert code not in kept
    assert verify(fresh_dsn).faults == ()


@pytest.mark.parametrize(("party", "code"), [(3, "A" * 10), (0, "短"), (2, "a" * 10), (-1, "A" * 10)])
def test_code_for_nobody_and_what_is_no_code_are_refused(cases: Cases, fresh_dsn: str, party: int, code: str):
    filed = cases.file(dispute(), "lin", NOW)
    with pytest.raises(StoreError):
        cases.act(filed.case_id, 1, Act.ISSUE_CODE, "lin", {"party": party, "code": code}, NOW)
    assert cases.follow(filed.code)


def test_code_of_a_party_that_was_taken_out_is_worth_nothing(cases: Cases):
    filed = cases.file(dispute(), "lin", NOW)
    stays, goes = issued(cases, filed.case_id, 1, 1), issued(cases, filed.case_id, 2, 2)
    whole = amendment("补充")
    first, second = whole.parties
    changed = replace(whole, parties=(first, AmendedParty(None, second.party)))
    cases.act(filed.case_id, 3, Act.AMEND, "village1", {"amendment": changed}, NOW)
    assert cases.follow(stays)
    assert cases.follow(goes) is None


@pytest.mark.parametrize(("act", "facts", "state"), [
    (Act.RATE, RATED, ("closed", 4)), (Act.REOPEN, {"reason": "又坏了"}, ("collated", None)),
])  # fmt: skip
def test_reporter_judges_the_result_by_the_code(cases: Cases, fresh_dsn: str, act: Act, facts: Any, state: Any):
    filed = fed_back(cases)
    cases.act_by_code(filed.code, 2, act, facts, NOW)
    assert ask(fresh_dsn, "select state, rating from mg.case_file") == [state]
    assert ask(fresh_dsn, "select who, what from mg.case_log order by n desc limit 1") == [("reporter", str(act))]
    assert ask(fresh_dsn, "select account_id from mg.case_step where step = 'fed_back'") == [(None,)]
    assert verify(fresh_dsn).faults == ()
    with pytest.raises((StaleCase, IllegalAct)):
        cases.act_by_code(filed.code, 2, act, facts, NOW)
    with pytest.raises((NotAllowed, IllegalAct)):
        cases.act_by_code(filed.code, 3, act, facts, NOW)
    assert ask(fresh_dsn, "select count(*) from mg.case_log") == [(3,)]


@pytest.mark.parametrize("act", [act for act in Act if act not in {Act.RATE, Act.REOPEN}])
def test_code_does_nothing_else(cases: Cases, act: Act):
    filed = fed_back(cases)
    with pytest.raises((NotAllowed, IllegalAct)):
        cases.act_by_code(filed.code, 2, act, {"reason": "x", "note": "x", "party": 0, "code": "A" * 10}, NOW)


def test_code_of_a_respondent_judges_nothing(cases: Cases):
    filed = cases.file(dispute(), "lin", NOW)
    code = issued(cases, filed.case_id, 1, 2)
    cases.act(filed.case_id, 2, Act.RESOLVE, "village1", {"result": "和解"}, NOW)
    with pytest.raises(NotAllowed):
        cases.act_by_code(code, 3, Act.RATE, RATED, NOW)
    with pytest.raises(NoSuchCase):
        cases.act_by_code("AAAAAAAAAA", 3, Act.RATE, RATED, NOW)


def test_who_resolved_a_case_does_not_rate_it_by_a_code_that_went_through_his_hands(cases: Cases):
    filed = cases.file(dispute(), "lin", NOW)
    cases.act(filed.case_id, 1, Act.RESOLVE, "lin", {"result": "就地和解"}, NOW)
    with pytest.raises(IllegalAct, match="does not rate"):
        cases.act_by_code(filed.code, 2, Act.RATE, RATED, NOW)
    given = fed_back(cases)
    code = issued(cases, given.case_id, 2, 0, "lin")
    with pytest.raises(IllegalAct, match="does not rate"):
        cases.act_by_code(code, 3, Act.RATE, RATED, NOW)
    by_another = issued(cases, given.case_id, 3, 0, "village1")
    assert cases.act_by_code(by_another, 4, Act.RATE, RATED, NOW).rating == 4
