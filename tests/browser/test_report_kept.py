"""A phone that ends the page in the middle of a word: what was typed until then is on the disk."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import BrowserContext

from tests.integration.web.desks import DeskSite

from .test_report_page import READY, login, tap
from .test_report_quay import desk, migrated, plain_server, postgres, reachable_tmp
from .test_report_troubles import phones, window

__all__ = ["desk", "migrated", "phones", "plain_server", "postgres", "reachable_tmp"]
TYPED_AND_GONE = """(words) => {
  const note = document.querySelector('[name=note]');
  note.value = words;
  note.dispatchEvent(new Event('input', {bubbles: true}));
  Promise.resolve().then(() => location.reload());
}"""


def test_word_typed_as_the_page_ended_is_kept_on_a_slow_phone(desk: DeskSite, phones: Callable[..., BrowserContext]):
    context = phones()
    login(context, desk, "lin")
    phone = window(context, desk)
    tap(phone.page, ".k-hazard")
    slow = context.new_cdp_session(phone.page)
    for n in range(4):
        phone.page.evaluate("window.before = true")
        slow.send("Emulation.setCPUThrottlingRate", {"rate": 20})
        phone.page.evaluate(TYPED_AND_GONE, f"第 {n} 句")
        slow.send("Emulation.setCPUThrottlingRate", {"rate": 1})
        phone.wait(f"!window.before && {READY}", 60)
        assert phone.page.input_value("[name=note]") == f"第 {n} 句"
