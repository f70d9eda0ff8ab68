"""Pictures of a case: fetched as they come into view, and left alone while nothing happens."""

from __future__ import annotations

from hashlib import sha256

import pytest

from maritime_grid.cases.kinds import Act
from tests.integration.store import case_build as cb

from .desk_browser import *  # noqa: F403  (its fixtures)
from .test_report_page import picture

pytestmark = pytest.mark.needs_chromium
SHOWN = "document.querySelector('.files img')?.naturalWidth > 0"


def test_pictures_of_a_page_that_stays_open_are_fetched_once(desk, open_desk):
    content = picture(400, 300)
    photo = {"name": "网具.png", "sha256": sha256(content).hexdigest(), "media_type": "image/png", "content": content}
    with cb.commands(desk.dsn) as cases:
        case_id = cases.file(cb.dispute(), "lin", cb.NOW).case_id
        cases.act(case_id, None, Act.ATTACH, "lin", photo, cb.NOW)
    window = open_desk("town1", "/cases")
    window.page.clock.install()
    asked: list[str] = []
    window.page.on("request", lambda request: asked.append(request.url))
    window.page.goto(f"{desk.address}/case/{case_id}")
    window.wait("document.querySelector('.files img')")
    window.page.locator(".files").scroll_into_view_if_needed()
    window.wait(SHOWN)
    assert window.page.locator(".files img").get_attribute("loading") == "lazy"
    pictures = [url for url in asked if "/attachments/" in url]
    assert len(pictures) == 1
    window.page.evaluate("window.head = document.querySelector('#case-head').firstElementChild;"
                         "window.picture = document.querySelector('.files img')")  # fmt: skip
    desk.clock.forward(minutes=1)
    window.page.clock.run_for(61_000)
    window.wait("!window.head.isConnected")  # what goes with the clock was made anew
    assert window.page.evaluate("window.picture.isConnected")
    assert [url for url in asked if "/attachments/" in url] == pictures
    cases_say = {"note": "另附一张"}
    with cb.commands(desk.dsn) as cases:
        more = content + b"\n"
        cases.act(
            case_id, None, Act.ATTACH, "lin",
            photo | {"name": "另一张.png", "sha256": sha256(more).hexdigest(), "content": more}, cb.NOW,
        )  # fmt: skip
        cases.act(case_id, None, Act.COMMENT, "lin", cases_say, cb.NOW)
    window.page.clock.run_for(16_000)
    window.wait("[...document.querySelectorAll('.files img')].filter((x) => x.naturalWidth > 0).length === 2")
    assert window.errors == []
