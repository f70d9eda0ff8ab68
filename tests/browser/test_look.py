"""Every page as its user sees it, on phones and large screens, in both languages: what look_rules.js finds wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.integration.conftest import fresh_database

from .attack_tour import untoured
from .conftest import Wall, _watch
from .desk_browser import PHONE, migrated, plain_server, postgres, reachable_tmp
from .look_world import LookWorld, looked_at, visits

__all__ = ["migrated", "plain_server", "postgres", "reachable_tmp"]
pytestmark = [pytest.mark.needs_chromium, pytest.mark.timeout(600)]
RULES = Path(__file__).with_name("look_rules.js").read_text("utf-8")
SCREENS = ((844, 390), (1920, 1080), (3840, 2160))  # a phone on its side, an office, a wall of an office
LATIN = re.compile(r"[A-Za-z]{2,}")
# what Chinese people write in Latin letters; ids of accounts, of badges and of one's own files are names
LATIN_WORDS = re.compile(
    r"(?:[A-Z2-7]{4}\s){7}[A-Z2-7]{4}|English|MMSI|SOS|MOB|Excel|CSV|PDF|Enter|OpenStreetMap contributors|[KM]B|km"
    r"|\w+\.png|ZS\d+\w*|mg_\d+_\d+|(?:person|account|case|badge):\S+"
    r"|名?(?:lin|village1|town\d|county|city|fishery|police|guard|shop|root|wall|test)\b"
)


@pytest.fixture(scope="module")
def world(plain_server: str, migrated: str) -> Iterator[LookWorld]:
    """One running desk for all that is only looked at."""
    for dsn in fresh_database(plain_server, migrated):
        with looked_at(dsn) as running:
            yield running


class Windows:
    """A phone of each account, and none that is nobody's."""

    def __init__(self, browser: Browser, world: LookWorld, stack: ExitStack) -> None:
        self._browser, self._world, self._stack = browser, world, stack
        self._open: dict[str | None, Wall] = {}

    def of(self, account: str | None) -> Wall:
        if account not in self._open:
            width, height = PHONE
            context = self._browser.new_context(
                viewport={"width": width, "height": height}, has_touch=True, is_mobile=True, locale="zh-CN",
                timezone_id="Asia/Shanghai",
            )  # fmt: skip
            self._stack.callback(context.close)
            if account:
                site = self._world.site
                context.add_cookies([{"name": "mg", "value": site.token(account), "url": site.address}])
            self._open[account] = Wall(context.new_page())
            _watch(context, self._open[account])
        return self._open[account]


def faults(page: Page, width: int, *, thumb: bool) -> list[str]:
    found = page.evaluate(RULES, {"wide": width, "thumb": thumb})
    return [f"{width} px, {rule}: {fault}" for rule, lines in found.items() for fault in lines]


def test_no_page_is_left_out(world: LookWorld):
    left = untoured(world.site, [visit.path for visit in visits(world)])
    left = [path for path in left if "." not in path]  # files are no pages
    assert left == ["/", "/login/code"]  # the wall has tests of its own; the code comes after a password, in test_login


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_page_fits_is_readable_can_be_pressed_and_is_named(browser: Browser, world: LookWorld, lang: str):
    seen: list[str] = []
    with ExitStack() as stack:
        windows = Windows(browser, world, stack)
        for visit in visits(world):
            window = windows.of(visit.account)
            window.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
            joined = "&" if "?" in visit.path else "?"
            window.page.goto(f"{world.site.address}{visit.path}{joined}lang={lang}")
            window.wait(visit.ready, 60)
            window.wait("document.documentElement.lang")
            found = faults(window.page, PHONE[0], thumb=True)
            for width, height in SCREENS:
                window.page.set_viewport_size({"width": width, "height": height})
                found += faults(window.page, width, thumb=width < 1000)
            if lang == "zh":
                text = LATIN_WORDS.sub("", window.page.evaluate("document.body.innerText"))
                found += [f"not Chinese: {word}" for word in LATIN.findall(text)]
            seen += [f"{visit.name}: {fault}" for fault in dict.fromkeys(found)]
    assert not seen, "\n".join(seen)


@pytest.mark.parametrize(
    ("account", "path"),
    [("town1", "/cases"), ("guard", "/alerts"), ("lin", "/account"), ("lin", "/report"), (None, "/login")],
)
def test_keyboard_shows_where_it_is(browser: Browser, world: LookWorld, account: str | None, path: str):
    visit = next(v for v in visits(world) if v.account == account and v.path.partition("?")[0] == path)
    with ExitStack() as stack:
        window = Windows(browser, world, stack).of(account)
        window.page.goto(world.site.address + visit.path)
        window.wait(visit.ready, 60)
        for _ in range(3):
            window.page.keyboard.press("Tab")
            ring = window.page.evaluate(
                "(() => { const n = document.activeElement, ringed = [n, n.nextElementSibling, n.closest('label')]"
                ".filter(Boolean).map((x) => getComputedStyle(x)).find((s) => s.outlineStyle !== 'none');"
                " return [n.outerHTML.slice(0, 120), ringed ? parseFloat(ringed.outlineWidth) : 0]; })()"
            )
            assert ring[1] >= 2, ring[0]
