"""Commands on cases: all or nothing, in order, and never lost among many at once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from maritime_grid.cases.flow import IllegalAct, NotAllowed, StaleCase
from maritime_grid.cases.kinds import Act, Kind, Step
from maritime_grid.store.archive import verify
from maritime_grid.store.case_steps import NoSuchCase
from maritime_grid.store.cases import Cases
from maritime_grid.store.errors import StoreError

from .case_build import HOUR, NOW, ask, dispute, reading_as, told

STORY = [
    (Act.COLLATE, "village1", {}), (Act.DISPATCH, "town1", {"body_id": "F"}), (Act.ACCEPT, "fishery", {}),
    (Act.REPORT, "fishery", {"result": "赔偿三千元"}), (Act.TELL, "lin", told(1, 2)),
    (Act.RATE, "lin", {"rating": 5}),
]  # fmt: skip


def test_case_takes_the_grid_of_its_place_the_unit_that_leads_it_and_a_number_of_the_year(cases: Cases, fresh_dsn: str):
    filed = cases.file(dispute(), "lin", NOW)
    assert filed.case_id == "2026-000001"
    query = 'select grid_id, unit_id, state, version from api."case"'
    assert ask(fresh_dsn, query) == [("G1", "T1-V", "received", 1)]
    assert cases.file(dispute(lon=123.5), "lin", NOW).case_id == "2026-000002"
    assert cases.file(dispute(lat=31.5), "lin", NOW + timedelta(days=365)).case_id == "2027-000001"
    assert ask(fresh_dsn, 'select grid_id, unit_id from api."case" order by case_id')[1:] == [("G2", "T2"), (None, "C")]


def test_year_of_a_number_is_that_of_beijing(cases: Cases):
    new_year = NOW.replace(month=12, day=31, hour=16)
    assert cases.file(dispute(), "lin", new_year).case_id == "2027-000001"


def test_form_sent_twice_files_one_case_and_tells_the_same_code(cases: Cases, fresh_dsn: str):
    first = cases.file(dispute(request_key="k" * 32), "lin", NOW)
    second = cases.file(dispute(request_key="k" * 32), "lin", NOW + HOUR)
    assert (second.case_id, second.code, second.repeated) == (first.case_id, first.code, True)
    assert ask(fresh_dsn, "select count(*) from mg.case_log") == [(1,)]


def test_whole_story_ends_closed_with_a_chain_that_verifies(cases: Cases, fresh_dsn: str):
    case_id, version = cases.file(dispute(), "lin", NOW).case_id, 1
    for n, (act, who, facts) in enumerate(STORY, 1):
        version = cases.act(case_id, version, act, who, facts, NOW + n * HOUR).version
    row = ask(fresh_dsn, 'select state, rating, holder, closed_at from api."case"')
    assert row == [("closed", 5, "F", NOW + 6 * HOUR)]
    found = verify(fresh_dsn)
    assert (found.entries, found.cases, found.faults) == (7, 1, ())
    log = ask(fresh_dsn, "select seq, who, what from api.case_log order by seq")
    assert log == [(1, "lin", "file"), *[(n, who, act) for n, (act, who, _) in enumerate(STORY, 2)]]


def test_archive_keeps_no_personal_data_of_the_parties(cases: Cases, fresh_dsn: str):
    cases.file(dispute(), "lin", NOW)
    ((said,),) = ask(fresh_dsn, "select said from mg.case_log")
    assert "浙普渔60001" in said
    assert not any(secret in said for secret in ("王大海", "13812345678", "李二"))


def test_stale_form_is_refused_with_what_changed(cases: Cases):
    case_id = cases.file(dispute(), "lin", NOW).case_id
    cases.act(case_id, 1, Act.COLLATE, "village1", {}, NOW)
    with pytest.raises(StaleCase, match="collate by village1"):
        cases.act(case_id, 1, Act.COLLATE, "village1", {}, NOW)
    with pytest.raises(StaleCase):
        cases.act(case_id, None, Act.DISPATCH, "town1", {"body_id": "F"}, NOW)


@pytest.mark.parametrize("who", ["town2", "fishery", "police", "root"])
def test_case_of_others_looks_as_if_it_were_not_there(cases: Cases, who: str):
    case_id = cases.file(dispute(), "lin", NOW).case_id
    with pytest.raises(NoSuchCase) as hidden:
        cases.act(case_id, 1, Act.COMMENT, who, {"note": "x"}, NOW)
    with pytest.raises(NoSuchCase) as absent:
        cases.act("2026-999999", 1, Act.COMMENT, who, {"note": "x"}, NOW)
    assert str(hidden.value).replace(case_id, "") == str(absent.value).replace("2026-999999", "")


def test_refused_act_leaves_nothing_behind(cases: Cases, fresh_dsn: str):
    case_id = cases.file(dispute(), "lin", NOW).case_id
    before = ask(fresh_dsn, "select * from mg.case_file"), ask(fresh_dsn, "select * from mg.case_log")
    for act, who, facts, error in [
        (Act.RATE, "lin", {"rating": 5}, IllegalAct),
        (Act.COLLATE, "lin", {}, NotAllowed),
        (Act.RESOLVE, "town1", {}, IllegalAct),
    ]:
        with pytest.raises(error):
            cases.act(case_id, 1, act, who, facts, NOW)
        assert (ask(fresh_dsn, "select * from mg.case_file"), ask(fresh_dsn, "select * from mg.case_log")) == before
    cases.act(case_id, 1, Act.COLLATE, "village1", {}, NOW)
    before = ask(fresh_dsn, "select * from mg.case_file"), ask(fresh_dsn, "select * from mg.case_log order by n")
    with pytest.raises(StoreError, match="no body NONE"):
        cases.act(case_id, 2, Act.DISPATCH, "town1", {"body_id": "NONE"}, NOW)
    after = ask(fresh_dsn, "select * from mg.case_file"), ask(fresh_dsn, "select * from mg.case_log order by n")
    assert after == before


def test_who_resolved_a_case_does_not_rate_it(cases: Cases, fresh_dsn: str):
    case_id = cases.file(dispute(), "lin", NOW).case_id
    cases.act(case_id, 1, Act.RESOLVE, "lin", {"result": "就地和解"}, NOW)
    with pytest.raises(IllegalAct, match="does not rate"):
        cases.act(case_id, 2, Act.RATE, "lin", {"rating": 5}, NOW)
    assert ask(fresh_dsn, "select state, rating from mg.case_file") == [("fed_back", None)]
    assert cases.act(case_id, 2, Act.RATE, "village1", {"rating": 4}, NOW).rating == 4


def test_disabled_account_does_nothing_more(cases: Cases, fresh_dsn: str):
    ask(fresh_dsn, "update mg.account set disabled_at = now() where account_id = 'lin' returning 1")
    with pytest.raises(NotAllowed):
        cases.file(dispute(), "lin", NOW)


def test_complaint_goes_above_the_unit_of_the_accused_who_cannot_touch_it(cases: Cases, fresh_dsn: str):
    ask(
        fresh_dsn,
        "insert into mg.post (person_id, post, grid_id, since) values (1, 'full_time', 'G1', '2026-01-01') returning 1",
    )
    complaint = dispute(kind=Kind.COMPLAINT, title="态度蛮横", accused=1, parties=(), subkind="")
    case_id = cases.file(complaint, None, NOW).case_id
    assert ask(fresh_dsn, 'select unit_id from api."case"') == [("T1",)]
    with pytest.raises(NoSuchCase):
        cases.act(case_id, 1, Act.COMMENT, "lin", {"note": "x"}, NOW)


def post(person: int, grid: str, kind: str = "advisor", until: str = "null", body: str = "null") -> str:
    """Statement that gives a person a post of a grid."""
    return (
        "insert into mg.post (person_id, post, grid_id, since, until, body_id) "
        f"values ({person}, '{kind}', '{grid}', '2026-01-01', {until}, {body})"
    )


def kept(unit: str) -> str:
    """Statement that makes person 8, whose record the unit keeps."""
    return f"insert into mg.person (name_zh, unit_id) values ('人8', '{unit}')"


DISABLED = "update mg.account set disabled_at = now() where account_id = 'town1'"


@pytest.mark.parametrize(
    ("accused", "done", "unit", "own"),
    [
        pytest.param(1, [post(1, "G1")], "T1", "T1-V", id="worker of a village"),
        pytest.param(2, [post(2, "G1")], "K", "T1", id="of the township, advisor of a grid that its village leads"),
        pytest.param(2, [], "K", "T1", id="account alone"),
        pytest.param(2, [DISABLED, post(2, "G1")], "T1", "T1-V", id="account is disabled"),
        pytest.param(1, [post(1, "G1"), post(1, "G2")], "K", "T2", id="posts in two townships"),
        pytest.param(1, [post(1, "G2", until="'2026-02-01'")], "T1", "T1-V", id="post that ended"),
        pytest.param(4, [], "C", "K", id="body of the county"),
        pytest.param(
            7, [post(7, "G1", "association", body="'A'")], "C", "K", id="participant for a body of the county"
        ),
        pytest.param(8, [kept("T1-V")], "T1", "T1-V", id="record alone"),
        pytest.param(8, [kept("T1"), post(8, "G1")], "K", "T1", id="record at the township, post at its village"),
        pytest.param(8, [kept("C")], "C", "K", id="nothing is above"),
        pytest.param(6, [], "C", None, id="nobody knows where"),
    ],
)
def test_complaint_goes_above_every_unit_of_the_accused_and_is_handed_to_none_of_them(
    cases: Cases, fresh_dsn: str, accused: int, done: list[str], unit: str, own: str | None
):
    for statement in done:
        ask(fresh_dsn, f"{statement} returning 1")
    complaint = dispute(kind=Kind.COMPLAINT, title="态度蛮横", accused=accused, parties=(), subkind="")
    case_id = cases.file(complaint, None, NOW).case_id
    assert ask(fresh_dsn, 'select unit_id from api."case"') == [(unit,)]
    if own:
        with pytest.raises(NotAllowed):
            cases.act(case_id, 1, Act.HAND_OVER, "city", {"unit_id": own, "reason": "属地"}, NOW)


def test_attachment_that_did_not_arrive_whole_is_refused_and_the_same_content_is_attached_once(
    cases: Cases, fresh_dsn: str
):
    case_id = cases.file(dispute(), "lin", NOW).case_id
    digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
    facts = {"sha256": digest, "name": "网.jpg", "media_type": "image/jpeg", "content": b"test"}
    with pytest.raises(StoreError, match="whole"):
        cases.act(case_id, None, Act.ATTACH, "lin", facts | {"content": b"tes"}, NOW)
    versions = [cases.act(case_id, None, Act.ATTACH, "lin", facts, NOW).version for _ in range(2)]
    assert versions == [2, 2]
    assert ask(fresh_dsn, "select count(*) from mg.blob") == [(1,)]
    attached = ask(fresh_dsn, "select seq, name, sha256, size from api.case_attachment order by seq")
    assert attached == [(2, "网.jpg", digest, 4)]
    assert verify(fresh_dsn).faults == ()


def test_fifty_people_at_once_on_one_case_lose_no_step(cases: Cases, fresh_dsn: str):
    case_id = cases.file(dispute(), "lin", NOW).case_id
    others = [cases.file(dispute(), "lin", NOW).case_id for _ in range(5)]
    start = threading.Barrier(50)

    def work(n: int) -> int:
        start.wait(20)
        cases.act(others[n % 5], None, Act.COMMENT, "town1", {"note": f"另 {n}"}, NOW)
        return cases.act(case_id, None, Act.COMMENT, "lin" if n % 2 else "town1", {"note": f"第 {n}"}, NOW).version

    with ThreadPoolExecutor(50) as crowd:
        versions = sorted(crowd.map(work, range(50)))
    assert versions == list(range(2, 52))
    notes = {
        row[0] for row in ask(fresh_dsn, "select detail ->> 'note' from api.case_log where case_id = %s", [case_id])
    }
    assert notes >= {f"第 {n}" for n in range(50)}
    found = verify(fresh_dsn)
    assert (found.entries, found.faults) == (106, ())


def test_of_many_who_decide_at_once_one_decides_and_the_rest_are_told(cases: Cases):
    case_id = cases.file(dispute(), "lin", NOW).case_id
    start = threading.Barrier(12)

    def collate(_n: int) -> str:
        start.wait(20)
        try:
            cases.act(case_id, 1, Act.COLLATE, "village1", {}, NOW)
        except StaleCase as stale:
            return str(stale)
        return "done"

    with ThreadPoolExecutor(12) as crowd:
        said = list(crowd.map(collate, range(12)))
    assert said.count("done") == 1
    assert sum("collate by village1" in line for line in said) == 11


def test_follower_with_the_code_sees_steps_and_nothing_else(cases: Cases):
    filed = cases.file(dispute(title="网具纠纷：浙普渔60001"), None, NOW)
    told = cases.follow(filed.code.lower())
    assert told
    assert "60001" not in str(told) and "纠纷" not in str(told)
    assert (told["case_id"], told["state"], [s["what"] for s in told["steps"]]) == (
        filed.case_id,
        Step.RECEIVED,
        ["file"],
    )
    assert not any("60001" in str(value) for value in told.values())
    assert cases.follow("AAAAAAAAAA") is None


def test_case_is_dispatched_to_a_body_and_those_that_handle_it_jointly_which_then_read_it(cases: Cases, fresh_dsn: str):
    case_id = cases.file(dispute(), "lin", NOW).case_id
    cases.act(case_id, 1, Act.COLLATE, "village1", {}, NOW)
    with pytest.raises(StoreError, match="no body NONE"):
        cases.act(case_id, 2, Act.DISPATCH, "town1", {"body_id": "F", "joint": ["NONE"]}, NOW)
    cases.act(case_id, 2, Act.DISPATCH, "town1", {"body_id": "F", "joint": ["G", "P"]}, NOW)
    assert ask(fresh_dsn, 'select holder, joint from api."case"') == [("F", ["G", "P"])]
    with reading_as(fresh_dsn, "guard") as conn:
        assert conn.execute('select case_id from api."case"').fetchall() == [(case_id,)]
    cases.act(case_id, 3, Act.COMMENT, "guard", {"note": "航迹已核对"}, NOW)
