"""What a search finds a case by: what is said of it now, the words of its acts, and who has it; and keys of before."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import psycopg
import pytest

from maritime_grid.cases.kinds import Act
from maritime_grid.cases.text import TEXT_LIMIT, query_grams
from maritime_grid.store.case_changes import AmendedParty, Amendment
from maritime_grid.store.case_keys import KEYED, key_old_cases
from maritime_grid.store.case_reads import CaseFilter, search_ids
from maritime_grid.store.cases import Cases
from maritime_grid.store.connect import connect
from maritime_grid.store.maintenance import Upkeep, run_maintenance

from .case_build import NOW, ask, commands, dispute, people, reading_as, told

CASE = "2026-000001"
KEYS = "select case_id, grams from mg.case_file order by case_id"
MADE_OLD = "update mg.case_file set grams = '{}', keyed = 0 returning case_id"


@pytest.fixture
def cases(fresh_dsn: str) -> Iterator[Cases]:
    people(fresh_dsn)
    ask(fresh_dsn, "update mg.body set name_en = 'Fishery ' || body_id returning body_id")
    ask(fresh_dsn, "update mg.unit set name_en = 'Quarters ' || unit_id returning unit_id")
    ask(fresh_dsn, "update mg.place set name_en = 'Nearshore one' where place_id = 'G1' returning code")
    with commands(fresh_dsn) as opened:
        opened.file(dispute(), "lin", NOW)
        yield opened


def finds(dsn: str, who: str, word: str) -> bool:
    with reading_as(dsn, who) as conn:
        return search_ids(conn, CaseFilter(keys=query_grams(word))) == [CASE]


def handled(cases: Cases) -> None:
    """Given to body F, jointly with P, and its result told: one kind of text with each act."""
    acts = (
        (Act.COMMENT, "lin", {"note": "当事人情绪激动"}),
        (Act.COLLATE, "village1", {"note": "已核对航迹"}),
        (Act.DISPATCH, "town1", {"body_id": "F", "joint": ["P"], "note": "请尽快办理"}),
        (Act.ACCEPT, "fishery", {}),
        (Act.ASK_EXTENSION, "fishery", {"seconds": 3600, "reason": "台风停航"}),
        (Act.GRANT_EXTENSION, "town1", {}),
        (Act.REPORT, "fishery", {"result": "双方达成谅解", "answer": "赔付金额已结清"}),
        (Act.TELL, "town1", {"told": [*told(0, 1)["told"], {"n": 2, "reason": "远洋未归港"}]}),
    )
    for version, (act, who, facts) in enumerate(acts, 1):
        cases.act(CASE, version, act, who, facts, NOW)


@pytest.mark.parametrize(
    "word",
    ["情绪激动", "核对航迹", "尽快办理", "台风停航", "达成谅解", "金额已结清", "远洋未归港", "部门F", "部门P",
     "fishery p", "单位T1", "quarters", "近岸网格一", "nearshore", "赔网三张", "未见浮标"],
)  # fmt: skip
def test_each_word_that_is_shown_with_a_case_finds_it_for_who_may_read_it_and_for_nobody_else(
    cases: Cases, fresh_dsn: str, word: str
):
    handled(cases)
    who = ("lin", "village1", "town1", "county", "city", "fishery", "police", "town2", "guard", "shop")
    assert [name for name in who if finds(fresh_dsn, name, word)] == list(who[:7])
    assert not finds(fresh_dsn, "county", f"{word}雪")


def test_body_that_gave_a_case_back_is_no_longer_what_finds_it_but_its_reason_is(cases: Cases, fresh_dsn: str):
    cases.act(CASE, 1, Act.COLLATE, "village1", {}, NOW)
    cases.act(CASE, 2, Act.DISPATCH, "town1", {"body_id": "F"}, NOW)
    assert finds(fresh_dsn, "town1", "部门F")
    cases.act(CASE, 3, Act.RETURN, "fishery", {"reason": "不属职责范围"}, NOW)
    assert not finds(fresh_dsn, "town1", "部门F")
    assert finds(fresh_dsn, "town1", "职责范围")


def test_person_that_an_amendment_removes_is_not_found_while_notes_stay(cases: Cases, fresh_dsn: str):
    cases.act(CASE, None, Act.COMMENT, "lin", {"note": "当事人情绪激动"}, NOW)
    assert finds(fresh_dsn, "town1", "李二")
    filed = dispute()
    parties = [
        AmendedParty(n, replace(p, person_name="", phone="", id_number="")) for n, p in enumerate(filed.parties, 1)
    ]
    parties[1] = replace(parties[1], forget=True)
    same = ("kind", "title", "subkind", "description", "place", "lon", "lat", "happened_at", "amount", "facts")
    to = Amendment(**{name: getattr(filed, name) for name in same}, parties=tuple(parties))
    cases.act(CASE, 2, Act.AMEND, "town1", {"amendment": to, "note": "依申请删除"}, NOW)
    assert not finds(fresh_dsn, "town1", "李二")
    assert all(finds(fresh_dsn, "town1", word) for word in ("王大海", "情绪激动", "依申请删除", "412000002"))


def test_endless_comments_leave_a_row_bounded_with_its_own_words_and_the_newest(cases: Cases, fresh_dsn: str):
    for k, word in enumerate(("初次到场", *[""] * 8, "末次回访")):
        note = "".join(chr(0x4E00 + k % 8 * 2500 + n) for n in range(2500))
        cases.act(CASE, None, Act.COMMENT, "lin", {"note": f"{word}，{note}"}, NOW)
    ((most,),) = ask(fresh_dsn, "select cardinality(grams) from mg.case_file")
    assert TEXT_LIMIT < most <= 3 * TEXT_LIMIT
    assert all(finds(fresh_dsn, "lin", word) for word in ("网具纠纷", "浙普渔60002", "末次回访"))
    assert not finds(fresh_dsn, "lin", "初次到场")


def test_cases_of_an_earlier_program_are_keyed_by_maintenance_once(cases: Cases, fresh_dsn: str):
    handled(cases)
    for n in range(4):
        cases.file(dispute(title=f"第{n}件"), "lin", NOW)
    made = ask(fresh_dsn, KEYS)
    assert len(ask(fresh_dsn, MADE_OLD)) == 5
    upkeep = Upkeep(0, 0, 0, 0, 3)
    assert run_maintenance(fresh_dsn, NOW, upkeep).cases_keyed == 5
    assert ask(fresh_dsn, KEYS) == made
    assert ask(fresh_dsn, "select distinct keyed from mg.case_file") == [(KEYED,)]
    rows = ask(fresh_dsn, "select case_id, xmin::text from mg.case_file order by 1")
    assert run_maintenance(fresh_dsn, NOW, upkeep).cases_keyed == 0
    assert ask(fresh_dsn, "select case_id, xmin::text from mg.case_file order by 1") == rows


def test_act_on_a_case_of_before_keys_it_and_what_is_held_waits_for_the_next_run(cases: Cases, fresh_dsn: str):
    others = [cases.file(dispute(title=f"第{n}件"), "lin", NOW).case_id for n in range(3)]
    made = ask(fresh_dsn, KEYS)
    ask(fresh_dsn, MADE_OLD)
    with closing(connect(fresh_dsn, "one")) as one, psycopg.connect(fresh_dsn) as holder:
        holder.execute("select from mg.case_file where case_id = any (%s) for update", [[CASE, others[0]]])
        assert key_old_cases(one, batch=1) == 2  # of four two are held
        holder.rollback()
        cases.act(CASE, None, Act.COMMENT, "lin", {"note": "当事人情绪激动"}, NOW)
        assert key_old_cases(one) == 1
    assert finds(fresh_dsn, "lin", "情绪激动")
    assert ask(fresh_dsn, KEYS)[1:] == made[1:]


def test_two_that_key_at_once_share_the_cases_and_lose_nothing(cases: Cases, fresh_dsn: str):
    for n in range(5):
        cases.file(dispute(title=f"第{n}件"), "lin", NOW)
    made = ask(fresh_dsn, KEYS)
    ask(fresh_dsn, MADE_OLD)
    with closing(connect(fresh_dsn, "one")) as one, closing(connect(fresh_dsn, "two")) as two:
        with one.transaction():  # holds what it has keyed until its end
            held = one.execute("select case_id from mg.case_file order by 1 limit 2 for update").fetchall()
            assert key_old_cases(two, batch=3) == 6 - len(held)
            assert key_old_cases(one, batch=2) == len(held)
        assert key_old_cases(two) == 0
    assert ask(fresh_dsn, KEYS) == made
