"""`/c/{code}` at the end of a case: the answer, and what its reporter thinks of it, without an account."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import psycopg
import pytest

from maritime_grid.cases.kinds import Act, Kind
from maritime_grid.store.case_filing import follow_code
from maritime_grid.store.case_rows import NewCase
from tests.integration.store import case_build as cb
from tests.integration.store.case_build import ask

from .desks import DeskSite, desk_site
from .forms import fields

XSS = '"><img src=x onerror=alert(1)><script>alert(2)</script>'
LAST = "select who, what, said::jsonb from mg.case_log order by n desc limit 1"


@pytest.fixture
def desk(fresh_dsn: str) -> Iterator[DeskSite]:
    cb.people(fresh_dsn)
    with desk_site(fresh_dsn) as running:
        yield running


def fed_back(desk: DeskSite, answer: str = "护栏已修好。") -> tuple[str, str]:
    """A hazard of the public that lin resolved: its id and code."""
    new = NewCase(Kind.HAZARD, "码头破损", channel="public", lon=122.7, lat=30.2)
    filed = desk.desk.cases.file(new, None, desk.clock())
    facts = {"result": "内部结果", "answer": answer, "told": [{"n": 0, "means": "code"}]}
    desk.desk.cases.act(filed.case_id, 1, Act.RESOLVE, "lin", facts, desk.clock())
    return filed.case_id, filed.code


def post(desk: DeskSite, client: httpx.Client, code: str, *, wait_s: float = 10, **sent: Any) -> httpx.Response:
    """A form of the page, as a person sends it."""
    hidden = fields(client.get(f"/c/{code}").text)
    desk.clock.forward(seconds=wait_s)
    return client.post(f"/c/{code}", data={**hidden, "website": "", **sent})


def test_answer_is_shown_as_text_and_the_result_is_not(desk: DeskSite):
    _, code = fed_back(desk, XSS + "\n第二行")
    page = desk.browser().get(f"/c/{code}").text
    assert "&lt;script&gt;alert(2)" in page and "第二行" in page
    assert "<script>alert" not in page and "<img src=x" not in page and "内部结果" not in page


@pytest.mark.parametrize(("sent", "state", "entry"), [
    ({"do": "rate", "rating": "4", "words": "来得快"}, "closed", ("rate", {"rating": 4, "note": "来得快"})),
    ({"do": "rate", "rating": "1"}, "closed", ("rate", {"rating": 1})),
    ({"do": "object", "words": "又坏了"}, "collated", ("reopen", {"reason": "又坏了"})),
])  # fmt: skip
def test_reporter_rates_or_objects_once(desk: DeskSite, sent: dict[str, str], state: str, entry: Any):
    _, code = fed_back(desk)
    anyone = desk.browser()
    answer = post(desk, anyone, code, **sent)
    assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, f"/c/{code}")
    ((who, what, said),) = ask(desk.dsn, LAST)
    assert (who, what) == ("reporter", entry[0])
    assert entry[1].items() <= said.items()
    assert ask(desk.dsn, "select state from mg.case_file") == [(state,)]
    page = anyone.get(answer.headers["location"]).text
    assert 'class="say good"' in page and 'name="rating"' not in page


def test_second_press_and_a_page_that_is_old_are_told_in_words_and_change_nothing(desk: DeskSite):
    _, code = fed_back(desk)
    anyone = desk.browser()
    hidden = fields(anyone.get(f"/c/{code}").text) | {"website": "", "do": "rate", "rating": "5"}
    desk.clock.forward(seconds=10)
    answers = [anyone.post(f"/c/{code}", data=hidden) for _ in range(3)]
    assert [a.status_code for a in answers] == [303, 409, 409]
    assert "没有重复提交" in answers[1].text and "已办结" in answers[1].text
    assert ask(desk.dsn, "select count(*), max(rating) from mg.case_log, mg.case_file") == [(3, 5)]


@pytest.mark.parametrize("sent", [
    {"do": "rate"}, {"do": "rate", "rating": "6"}, {"do": "rate", "rating": "x"}, {"do": "rate", "rating": "٣"},
    {"do": "object"}, {"do": "object", "words": " \n "}, {"do": "object", "words": "x" * 301},
    {"do": "tell", "words": "x"}, {}, {"do": "rate", "rating": "5", "version": "-1"},
    {"do": "rate", "rating": "5", "version": "x"}, {"do": "rate", "rating": "5", "ticket": "1.2"},
    {"do": "rate", "rating": "5", "ticket": ""}, {"do": "rate", "rating": "5", "website": "http://x"},
])  # fmt: skip
def test_form_that_is_not_whole_changes_nothing_and_keeps_what_was_typed(desk: DeskSite, sent: dict[str, str]):
    _, code = fed_back(desk)
    answer = post(desk, desk.browser(), code, **sent)
    assert answer.status_code == 422
    assert ask(desk.dsn, "select state, version from mg.case_file") == [("fed_back", 2)]
    if sent.get("do") == "object" and sent.get("words", "").strip():
        assert sent["words"] in answer.text


def test_form_sent_at_once_or_with_the_ticket_of_another_code_is_not_a_persons(desk: DeskSite):
    _, code = fed_back(desk)
    _, other = fed_back(desk)
    anyone = desk.browser()
    assert post(desk, anyone, code, wait_s=0, do="rate", rating="5").status_code == 422
    ticket = fields(anyone.get(f"/c/{other}").text)["ticket"]
    public = anyone.get("/public/ticket").json()["ticket"]
    for foreign in (ticket, public):
        assert post(desk, anyone, code, do="rate", rating="5", ticket=foreign).status_code == 422
    assert ask(desk.dsn, "select distinct state from mg.case_file") == [("fed_back",)]


def test_code_of_a_party_shows_the_answer_and_judges_nothing(desk: DeskSite):
    cases = desk.desk.cases
    filed, code = cases.file(cb.dispute(), "lin", desk.clock()), follow_code(None)
    cases.act(filed.case_id, 1, Act.ISSUE_CODE, "lin", {"party": 2, "code": code}, desk.clock())
    cases.act(filed.case_id, 2, Act.RESOLVE, "village1", {"result": "和解", "answer": "已和解。"}, desk.clock())
    anyone = desk.browser()
    page = anyone.get(f"/c/{code}").text
    assert "已和解。" in page and "由上报人提出" in page and 'name="rating"' not in page
    hidden = fields(anyone.get(f"/c/{filed.code}").text)
    desk.clock.forward(seconds=10)
    sent = {**hidden, "do": "rate", "rating": "1"}
    assert anyone.post(f"/c/{code}", data=sent).status_code == 422  # the ticket is of the other code
    assert ask(desk.dsn, "select state from mg.case_file") == [("fed_back",)]


def test_foreign_pages_guesses_and_bodies_of_another_kind_change_nothing(desk: DeskSite):
    _, code = fed_back(desk)
    anyone = desk.browser()
    hidden = fields(anyone.get(f"/c/{code}").text) | {"website": "", "do": "rate", "rating": "5"}
    desk.clock.forward(seconds=10)
    foreign = anyone.post(f"/c/{code}", data=hidden, headers={"Origin": "http://evil.example"})
    assert foreign.status_code == 403
    assert anyone.post(f"/c/{code}", json=hidden).status_code == 422
    assert anyone.post(f"/c/{code}", data={**hidden, "words": "x" * 20_000}).status_code == 422
    assert anyone.post("/c/AAAAAAAAAA", data=hidden).status_code in {404, 422}
    assert ask(desk.dsn, "select state from mg.case_file") == [("fed_back",)]
    many = [anyone.post("/c/AAAAAAAAAA", data=hidden).status_code for _ in range(cb.SETTINGS.public.follow_burst)]
    assert many[-1] == 429


def renamed(dsn: str, table: str, to: str) -> None:
    with psycopg.connect(dsn) as conn:
        conn.execute(f"alter table mg.{table} rename to {to}")  # pyright: ignore[reportArgumentType]


def test_store_that_fails_under_a_form_is_said_in_words_and_nothing_is_lost(desk: DeskSite):
    case_id, code = fed_back(desk)
    client = desk.browser()
    hidden = fields(client.get(f"/c/{code}").text)
    desk.clock.forward(seconds=10)
    renamed(desk.dsn, "case_code", "case_code_away")
    sent = {**hidden, "website": "", "do": "rate", "rating": "4"}
    failed = client.post(f"/c/{code}", data=sent)
    assert failed.status_code == 503 and "<form" in failed.text
    renamed(desk.dsn, "case_code_away", "case_code")
    assert client.post(f"/c/{code}", data=sent).status_code == 303
    assert ask(desk.dsn, "select rating from mg.case_file where case_id = %s", [case_id]) == [(4,)]
