"""The page of accounts in Chromium: an operator makes and ends one, the county reads the log and checks the archive."""

from __future__ import annotations

import pytest

from tests.integration.store import case_build as cb

from .desk_browser import *  # noqa: F403  (its fixtures)

pytestmark = pytest.mark.needs_chromium
BODY = "document.querySelector('#admin-body').innerText"


def test_operator_makes_an_account_shows_its_password_once_and_disables_it(desk, open_desk):
    root = open_desk("root", "/admin")
    root.wait(f"{BODY}.includes('账号 12 个')")
    assert root.page.locator("a.part").all_inner_texts() == ["账号", "事项档案"]
    assert "有 4 个处理事项的账号没有绑定人员" in root.text("#admin-body")  # county, city, guard, shop
    assert root.page.locator("#admin-body td .pill", has_text="未绑定人员").count() == 4
    root.shot("admin-accounts-1366")
    root.page.locator("#admin-name").fill("wang")
    root.page.locator("#admin-shown").fill("王<b>一</b>")
    for field, option in (("role", "村"), ("unit", "T1-V")):
        root.page.locator(f"#admin-{field}").click()
        root.page.get_by_role("option", name=option).first.click()
    root.page.locator("#admin-add").click()
    root.wait("document.querySelector('#admin-password')")
    assert len(root.text("#admin-password")) == 23
    root.wait(f"{BODY}.includes('王<b>一</b>')")
    root.shot("admin-added-1366")
    root.page.locator("#admin-body a", has_text="wang").click()
    root.wait(f"{BODY}.includes('停用')")
    root.page.locator("button", has_text="停用").click()
    root.wait(f"{BODY}.includes('已停用')")
    root.shot("admin-account-1366")
    assert cb.ask(desk.dsn, "select disabled_at is not null from mg.account where account_id = 'wang'") == [(True,)]
    acts = cb.ask(desk.dsn, "select act, account_id from mg.access_log where subject = 'account:wang' order by n")
    assert acts == [("account_added", "root"), ("account_disabled", "root")]
    assert root.errors == []
    assert root.outside == []


def test_county_reads_the_log_of_its_own_accounts_and_checks_the_archive(desk, open_desk):
    with cb.commands(desk.dsn) as cases:
        cases.file(cb.dispute(), "lin", cb.NOW)
    cb.ask(desk.dsn, "insert into mg.access_log (account_id, act, subject, fields, purpose) values "
           "('town1', 'read', 'person:3', '{phone}', '核实<b>x</b>'), ('city', 'login', 'account:city', '{}', '') "
           "returning 1")  # fmt: skip
    county = open_desk("county", "/admin")
    county.wait(f"{BODY}.includes('person:3')")
    assert "核实<b>x</b>" in county.text("#admin-body")
    assert "account:city" not in county.text("#admin-body")
    county.shot("admin-log-1366")
    county.page.locator("a.part", has_text="事项档案").click()
    county.wait("document.querySelector('#admin-verify')")
    county.page.locator("#admin-verify").click()
    county.wait("document.querySelector('#admin-seal')")
    assert "档案完整" in county.text("#admin-body")
    assert county.text("#admin-seal").startswith("1:")
    county.shot("admin-archive-1366")
    assert county.errors == []
