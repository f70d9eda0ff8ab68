"""The desk's pages over a real store: each role gets its own, forms are done once, files go out as files."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from hashlib import sha256
from io import BytesIO, StringIO
from typing import Any

import openpyxl
import pytest

from dashboard.auth import Account, acting
from dashboard.case_page import changing_parts, look, open_form, party_part, reveal, send_form
from dashboard.pages.case import PARTS
from dashboard.words import Catalogues
from maritime_grid.cases.kinds import Act
from maritime_grid.domain.errors import MaritimeGridError
from maritime_grid.settings_access import load_access
from tests.integration.store import case_build as cb

from .desks import DeskSite, desk_site

WORDS = Catalogues().pick(None)
ACCESS = load_access(cb.SETTINGS)
XSS = '<img src=x onerror="alert(1)">'
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0" * 40


@pytest.fixture
def site(fresh_dsn: str) -> Iterator[DeskSite]:
    cb.people(fresh_dsn)
    with desk_site(fresh_dsn) as running:
        yield running


def account(name: str) -> Account:
    _, role, unit, body, _ = next(row for row in cb.ACCOUNTS if row[0] == name)
    return Account(name, role, unit, body, f"名{name}", "token", ACCESS.roles[role].acts)


def text(component: object) -> str:
    return json.dumps(
        component, ensure_ascii=False, default=lambda c: c.to_plotly_json() if hasattr(c, "to_plotly_json") else str(c)
    )


def callback(client: Any, output: str, outputs: list[Any], inputs: list[Any], state: list[Any], changed: str) -> Any:
    body = {"output": output, "outputs": outputs, "inputs": inputs, "state": state, "changedPropIds": [changed]}
    return client.post("/_dash-update-component", json=body)


def show(site: DeskSite, name: str, case_id: str) -> Any:
    outputs = [{"id": f"case-{name}", "property": "children"} for name in PARTS]
    outputs += [{"id": name, "property": "data"} for name in ("case-seen", "case-amended")]
    output = ".." + "...".join(f"{o['id']}.{o['property']}" for o in outputs) + ".."
    inputs = [
        {"id": "case-of", "property": "data", "value": {"id": case_id, "lang": "zh_CN"}},
        {"id": "case-again", "property": "data", "value": None},
        {"id": "case-every", "property": "n_intervals", "value": None},
    ]
    state = [{"id": "case-seen", "property": "data", "value": None}]
    return callback(site.browser(name), output, outputs, inputs, state, "case-of.data")


def file_case(site: DeskSite, **changes: Any) -> str:
    return site.desk.cases.file(cb.dispute(**changes), "lin", cb.NOW).case_id


def test_each_account_is_shown_its_own_cases_and_of_others_not_that_they_are_there(site):
    case_id = file_case(site)
    for name, sees in (("lin", True), ("town1", True), ("county", True), ("town2", False), ("fishery", False)):
        answer = show(site, name, case_id)
        assert answer.status_code == 200
        assert ("东极外网具纠纷" in answer.text) == sees, name
        hidden = show(site, name, "2026-999999").text
        if not sees:
            assert answer.text.replace(case_id, "") == hidden.replace("2026-999999", "")
    assert show(site, "root", case_id).status_code == 403
    assert show(site, "wall", case_id).status_code == 403


def test_pages_of_cases_are_not_for_those_without_them_and_lead_to_the_login_without_a_session(site):
    assert site.browser().get("/case/2026-000001").headers["location"].startswith("/login?next=/case/2026-000001")
    for name, status in (("lin", 200), ("root", 403), ("wall", 403)):
        assert site.browser(name).get("/cases").status_code == status
        assert site.browser(name).get("/case/2026-000001").status_code == status
        assert site.browser(name).get("/api/v1/cases/export.csv").status_code == status


def test_the_township_is_offered_the_body_of_the_rule_and_each_what_it_may_do(site):
    case_id = file_case(site)
    site.desk.cases.act(case_id, 1, Act.COLLATE, "village1", {}, cb.NOW)
    seen = look(site.desk, account("town1"), case_id, WORDS)
    assert Act.DISPATCH in seen.acts
    form, version = open_form(site.desk, account("town1"), case_id, "dispatch", WORDS)
    assert version == 2
    assert '"value": "F"' in text(form)
    assert "按规则建议" in text(form)
    assert "当前环节不能" in text(open_form(site.desk, account("lin"), case_id, "dispatch", WORDS)[0])
    assert "没有这个事项" in text(open_form(site.desk, account("town2"), case_id, "dispatch", WORDS)[0])
    assert "case-act" in text(changing_parts(seen, site.desk)["acts"])


def test_a_form_sent_twice_is_done_once_and_a_stale_one_says_what_changed(site):
    case_id = file_case(site)
    desk = site.desk
    desk.cases.act(case_id, 1, Act.COLLATE, "village1", {}, cb.NOW)
    given = (case_id, "dispatch", 2, {"body_id": "F", "note": "请尽快"}, WORDS)
    first, second = (send_form(desk, account("town1"), *given) for _ in range(2))
    assert (first.done, second.done) == (True, True)
    assert "没有重复办理" in text(second.said)
    log = look(desk, account("town1"), case_id, WORDS).opened.case.log
    assert [row.what for row in log] == ["file", "collate", "dispatch"]
    stale = send_form(desk, account("county"), case_id, "dispatch", 2, {"body_id": "P"}, WORDS)
    assert not stale.done
    assert stale.version == 3
    assert "名town1(单位T1)把事项流转给部门F" in text(stale.said)
    assert "不能办理了" in text(stale.said)
    transfer = {"body_id": "P", "reason": "涉嫌治安案件"}
    desk.cases.act(case_id, None, Act.COMMENT, "lin", {"note": "当事人催办"}, cb.NOW)
    late = send_form(desk, account("town1"), case_id, "transfer", 3, transfer, WORDS)
    assert (late.done, late.version) == (False, 4)
    assert "再按一次提交" in text(late.said)
    assert send_form(desk, account("town1"), case_id, "transfer", late.version, transfer, WORDS).done


def test_a_comment_is_written_over_what_others_did_but_not_twice(site):
    case_id = file_case(site)
    desk = site.desk
    desk.cases.act(case_id, 1, Act.COLLATE, "village1", {}, cb.NOW)
    for _ in range(3):
        assert send_form(desk, account("lin"), case_id, "comment", 1, {"note": "已到码头"}, WORDS).done
    notes = [row for row in look(desk, account("lin"), case_id, WORDS).opened.case.log if row.what == "comment"]
    assert len(notes) == 1


@pytest.mark.parametrize("name", ["file", "attach", "receive_hop", "drop", ""])
def test_acts_without_a_form_cannot_be_sent_as_one(site, name):
    case_id = file_case(site)
    assert not send_form(site.desk, account("town1"), case_id, name, 1, {"note": "x"}, WORDS).done
    assert len(look(site.desk, account("town1"), case_id, WORDS).opened.case.log) == 1


def test_text_of_people_reaches_the_page_as_text(site):
    case_id = file_case(site, title=XSS, description=XSS, place=XSS)
    site.desk.cases.act(case_id, None, Act.COMMENT, "lin", {"note": XSS}, cb.NOW)
    seen = look(site.desk, account("town1"), case_id, WORDS)
    shown = text([changing_parts(seen, site.desk), party_part(seen)])
    assert shown.count("onerror") >= 4
    assert "dangerously" not in shown
    answer = show(site, "town1", case_id)
    assert "onerror" in json.dumps(answer.json())
    assert "<img" not in site.browser("town1").get(f"/case/{case_id}").text


def test_personal_data_are_masked_until_they_are_asked_for_with_a_purpose(site):
    case_id = file_case(site)
    seen = look(site.desk, account("town1"), case_id, WORDS)
    assert "13812345678" not in text(party_part(seen))
    assert "case-reveal" in text(party_part(seen))
    assert "case-reveal" not in text(party_part(look(site.desk, account("lin"), case_id, WORDS)))
    with acting(account("town1")):
        assert reveal(site.desk, case_id, 1, " ", WORDS)[0] is None
        person, _ = reveal(site.desk, case_id, 1, "联系当事人调解", WORDS)
    assert "13812345678" in text(person)
    with acting(account("lin")), pytest.raises(MaritimeGridError):
        reveal(site.desk, case_id, 1, "好奇", WORDS)
    with acting(account("town2")):
        assert reveal(site.desk, case_id, 1, "好奇", WORDS)[0] is None
    logged = cb.ask(site.dsn, "select account_id, act from mg.access_log where starts_with(act, 'read') order by n")
    assert logged == [("town1", "read"), ("town2", "read_refused")]


def test_attachments_go_up_by_their_own_bytes_and_out_as_files(site):
    case_id = file_case(site)
    where = f"/api/v1/cases/{case_id}/attachments"
    lin, other = site.browser("lin"), site.browser("town2")
    sent = {"X-Name": "%E7%BD%91%E5%85%B7.png", "X-SHA256": sha256(PNG).hexdigest()}
    answer = lin.post(where, content=PNG, headers=sent)
    assert answer.status_code in {200, 201}, answer.text
    got = lin.get(f"{where}/2")
    assert got.content == PNG
    assert got.headers["content-type"] == "image/png"
    assert got.headers["x-content-type-options"] == "nosniff"
    assert (
        got.headers["content-disposition"] == "attachment; filename=\"__.png\"; filename*=UTF-8''%E7%BD%91%E5%85%B7.png"
    )
    assert lin.get(f"{where}/2?inline=true").headers["content-disposition"].startswith("inline;")
    assert other.get(f"{where}/2").status_code == other.get(f"{where}/77").status_code == 404
    assert other.get(f"{where}/2").text == other.get("/api/v1/cases/2026-999999/attachments/2").text
    assert lin.get(f"{where}/2147483648").status_code == 404
    assert other.post(where, content=PNG, headers=sent).status_code == 404
    html = b"<html><script>alert(1)</script>"
    refused = lin.post(where, content=html, headers={"X-Name": "a.png", "X-SHA256": sha256(html).hexdigest()})
    assert refused.status_code == 422
    assert lin.post(where, content=PNG, headers=sent | {"X-CSRFToken": "wrong"}).status_code == 403


def test_an_export_holds_what_the_list_shows_as_text_without_names_of_people(site):
    file_case(site, title="=cmd|' /C calc'!A0")
    file_case(site, title="东极纠纷", lon=123.5)
    town = site.browser("town1")
    answer = town.get("/api/v1/cases/export.csv")
    assert answer.headers["content-disposition"].startswith('attachment; filename="cases-20260506-1000.csv')
    lines = list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))
    assert len(lines) == 2
    assert lines[1][2].startswith("'=")
    assert "王大海" not in answer.text
    assert "13812345678" not in answer.text
    book = openpyxl.load_workbook(BytesIO(site.browser("county").get("/api/v1/cases/export.xlsx").content))
    cells = [cell for line in book.active.iter_rows() for cell in line]
    assert {cell.data_type for cell in cells if cell.value is not None} == {"s"}
    assert len(list(book.active.iter_rows())) == 3
    assert town.get("/api/v1/cases/export.xlsx?q=%E6%B2%A1%E6%9C%89%E8%BF%99%E4%B8%AA").status_code == 200
    assert town.get("/api/v1/cases/export.exe").status_code == 404


@pytest.mark.parametrize("q", ["' or 1=1 --", "%_", "\x00", "\ud800", "浙普渔60001", "王大海"])
def test_a_search_is_only_a_search(site, q):
    file_case(site)
    found = site.browser("town2").get("/api/v1/cases/export.csv", params={"q": q.encode("utf-8", "replace").decode()})
    assert found.status_code == 200
    assert len(found.content.decode("utf-8-sig").splitlines()) == 1


def test_picture_is_sent_once_to_a_browser_that_keeps_it_and_to_nobody_who_may_not_see_the_case(site):
    case_id = file_case(site)
    where = f"/api/v1/cases/{case_id}/attachments"
    lin, other = site.browser("lin"), site.browser("town2")
    for picture in (PNG, PNG + b"2"):
        assert lin.post(where, content=picture, headers={"X-Name": "a.png"}).status_code in {200, 201}
    first = lin.get(f"{where}/2?inline=true")
    assert first.headers["cache-control"] == "private, no-cache"
    kept = {"If-None-Match": first.headers["etag"]}
    again = lin.get(f"{where}/2?inline=true", headers=kept)
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert again.headers["cache-control"] == "private, no-cache"
    another = lin.get(f"{where}/3?inline=true", headers=kept)
    assert (another.status_code, another.content) == (200, PNG + b"2")
    assert lin.get(f"{where}/2", headers={"If-None-Match": "*"}).status_code == 200
    assert other.get(f"{where}/2?inline=true", headers=kept).status_code == 404
    assert site.browser().get(f"{where}/2?inline=true", headers=kept).status_code == 401
