"""The form that anyone fills, in Chromium of a phone's size: complaints, emergencies, disputes, photos, codes."""

from __future__ import annotations

from pathlib import Path

from tests.integration.store.case_build import ask
from tests.integration.web.desks import DeskSite

from .desk_browser import desk, fresh_dsn, migrated, plain_server, postgres, reachable_tmp
from .test_report_page import READY, OpenPhone, open_phone, picture, shot, tap, text_of

__all__ = ["desk", "fresh_dsn", "migrated", "open_phone", "plain_server", "postgres", "reachable_tmp"]


def test_form_of_the_public_that_was_opened_without_a_line_takes_its_ticket_later(
    desk: DeskSite, open_phone: OpenPhone
):
    phone = open_phone("/public/report", None)
    page = phone.page
    page.route("**/public/ticket", lambda route: route.abort())
    with page.expect_event("requestfailed", lambda request: request.url.endswith("/public/ticket")):
        page.reload()
    phone.wait(READY)
    page.unroute("**/public/ticket")
    tap(page, ".k-service")
    page.fill("[name=note]", "证书怎么办理")
    with page.expect_response("**/public/ticket"):
        tap(page, "#send")
    desk.clock.forward(seconds=20)
    phone.wait("document.querySelector('#outbox .done')")
    assert ask(desk.dsn, "select kind, channel from mg.case_file") == [("service", "public")]


def test_anyone_complains_and_follows_the_steps_by_the_code(desk: DeskSite, open_phone: OpenPhone):
    phone = open_phone("/public/report", None)
    page = phone.page
    tap(page, ".k-complaint")
    tap(page, "[name=subkind-complaint][value=grid_worker] + span")
    page.fill("[name=about]", "某网格员")
    page.fill("[name=note]", "多次不接电话")
    page.fill("[name=name]", "王大海")
    desk.clock.forward(seconds=20)
    shot(phone, "public", whole=True)
    tap(page, "#send")
    phone.wait("document.querySelector('#outbox .done')")
    shot(phone, "public-sent")
    code = text_of(phone).partition("查询码")[2].split()[0]
    page.goto(desk.address + "/c/")
    page.fill("[name=code]", code.lower())
    page.locator("button").tap()
    page.wait_for_url(f"**/c/{code}")
    shot(phone, "follow")
    assert "受理" in phone.text("ol") and "某网格员" not in phone.text("body")
    assert phone.outside == [] and phone.errors == []


def test_anyone_in_an_emergency_is_told_whom_to_call_first_and_sends_a_photo_with_the_report(
    desk: DeskSite, open_phone: OpenPhone, tmp_path: Path
):
    phone = open_phone("/public/report", None)
    page = phone.page
    shot(phone, "public-empty")
    assert not page.locator(".calls").is_visible()
    tap(page, ".k-emergency")
    calls = page.locator(".calls a")
    assert [one.get_attribute("href") for one in calls.all()] == ["tel:12395", "tel:110", "tel:119"]
    assert "先打电话" in phone.text("form") and calls.first.is_visible()
    assert calls.first.bounding_box()["y"] < page.locator(".k-overboard").bounding_box()["y"]  # pyright: ignore[reportOptionalSubscript]
    tap(page, "[name=subkind-emergency][value=overboard] + span")
    page.fill("[name=vessel]", "浙普渔60001")
    page.fill("[name=note]", "一人落水")
    (tmp_path / "sea.png").write_bytes(picture(600, 400))
    page.set_input_files("#album", tmp_path / "sea.png")
    phone.wait("document.querySelector('#photos img')")
    desk.clock.forward(seconds=20)
    shot(phone, "public-emergency", whole=True)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    tap(page, "#send")
    phone.wait("document.querySelector('#outbox .done') && !document.querySelector('#outbox small')")
    shot(phone, "public-emergency-sent")
    assert ask(desk.dsn, "select kind, channel, major from mg.case_file") == [("emergency", "public", True)]
    attached = (
        "select l.who, b.media_type from mg.case_attachment a join mg.blob b using (sha256)"
        " join mg.case_log l on l.case_id = a.case_id and l.seq = a.seq"
    )
    assert ask(desk.dsn, attached) == [("public", "image/jpeg")]
    assert phone.outside == [] and phone.errors == []


def test_report_of_anyone_whose_photo_is_refused_is_filed_all_the_same(
    desk: DeskSite, open_phone: OpenPhone, tmp_path: Path
):
    phone = open_phone("/public/report", None)
    page = phone.page
    tap(page, ".k-dispute")
    tap(page, "#now")
    page.fill("[name=vessel]", "浙普渔60001")
    page.fill("[name=note]", "网被割断")
    tap(page, "#send")
    phone.wait("document.querySelector('#state').className === 'bad'")
    assert "对方船名" in phone.text("#state")
    page.fill("[name=other_vessel]", "不明")
    (tmp_path / "net.jpg").write_bytes(b"<html>" + b"x" * 99)
    page.set_input_files("#album", tmp_path / "net.jpg")
    phone.wait("document.querySelector('#photos li')")
    shot(phone, "public-dispute", whole=True)
    desk.clock.forward(seconds=20)
    tap(page, "#send")
    phone.wait("document.querySelector('#outbox .done .photo')")
    shot(phone, "public-photo-refused")
    assert "不支持这种文件" in text_of(phone)
    assert ask(desk.dsn, "select kind, channel from mg.case_file") == [("dispute", "public")]
    assert ask(desk.dsn, "select ship_name from mg.case_party order by n") == [("浙普渔60001",), ("不明",)]
    assert ask(desk.dsn, "select count(*) from mg.blob") == [(0,)]
