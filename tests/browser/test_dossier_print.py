"""The dossier's document as people print it: A4, Chinese, both tracks drawn, pictures shown, nothing from elsewhere."""

from __future__ import annotations

import re
import zipfile
from base64 import b64decode
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import Page

from maritime_grid.cases.kinds import Act
from tests.integration.store import case_build as cb
from tests.integration.web.desks import DeskSite
from tests.integration.web.tracks import sail

from .conftest import SHOTS
from .desk_browser import desk, fresh_dsn, migrated, open_desk, plain_server, postgres, reachable_tmp

__all__ = ["desk", "fresh_dsn", "migrated", "open_desk", "plain_server", "postgres", "reachable_tmp"]
pytestmark = pytest.mark.needs_chromium
CASE = "2026-000001"
PNG = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
A4 = (595, 842)  # points
BROKEN = """[...document.querySelectorAll('body *')].filter(x => x.getBoundingClientRect().right
  > document.documentElement.clientWidth + 1).map(x => x.outerHTML.slice(0, 80))"""


def taken(desk: DeskSite, folder: Path) -> Path:
    """A case with two tracks, a photo and a late step; its dossier unpacked."""
    met = cb.NOW - 3 * cb.HOUR
    sail(desk.dsn, met)
    cases = desk.desk.cases
    cases.file(cb.dispute(happened_at=met, description="流刺网被拖网船割断。" * 30), "lin", cb.NOW)
    photo = {"name": "网具.png", "sha256": sha256(PNG).hexdigest(), "media_type": "image/png", "content": PNG}
    cases.act(CASE, None, Act.ATTACH, "lin", photo, cb.NOW)
    cases.act(CASE, 2, Act.COLLATE, "village1", {"note": "双方都在码头"}, cb.NOW + 7 * cb.HOUR)
    for n in range(12):
        cases.act(CASE, None, Act.COMMENT, "town1", {"note": f"第 {n + 1} 次联系双方"}, cb.NOW + 8 * cb.HOUR)
    desk.clock.forward(hours=9)
    answer = desk.browser("town1").get(f"/api/v1/cases/{CASE}/dossier", params={"purpose": "移送法院"})
    zipfile.ZipFile(BytesIO(answer.content)).extractall(folder)
    return folder


def shown(page: Page, folder: Path) -> list[str]:
    """Opens the document; what it asked of anyone but its own folder."""
    asked: list[str] = []
    page.on("request", lambda request: None if request.url.startswith("file://") else asked.append(request.url))
    page.goto(f"file://{folder}/dossier.html")
    return asked


def test_document_prints_on_a4_with_tracks_pictures_and_chinese_in_one_file(desk, open_desk, tmp_path):
    window = open_desk("town1", "/cases")
    browser = window.page.context.browser
    assert browser
    page = browser.new_context(viewport={"width": 794, "height": 1123}).new_page()  # A4 at 96 dots an inch
    folder = taken(desk, tmp_path)
    assert shown(page, folder) == []
    page.emulate_media(media="print")
    lines = page.locator("figure svg polyline")
    assert lines.count() >= 6  # two tracks, one broken where nobody heard it; both when nearest; the distance
    boxes = [box for n in range(lines.count()) if (box := lines.nth(n).bounding_box())]
    assert min(max(box["width"], box["height"]) for box in boxes) > 5
    assert page.locator("figure img").evaluate("x => x.naturalWidth") == 1
    assert page.evaluate(BROKEN) == []  # nothing is cut off at the edge of the paper
    assert "浙普渔60001 与 浙普渔60002 最近" in page.inner_text("body")
    assert page.locator("td.late").all_inner_texts() == ["超时 2 小时"]
    links = page.locator("ol li")
    assert links.count() > 10
    numbered = "all => all.map((li) => [li.value, li.innerText.trim().length])"  # a hash, before it one number
    assert links.evaluate_all(numbered) == [[n + 1, 64] for n in range(links.count())]
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / "dossier-print.png", full_page=True)
    printed = page.pdf(path=SHOTS / "dossier.pdf", prefer_css_page_size=True)
    sizes = {
        tuple(round(float(x)) for x in box.split()[2:]) for box in re.findall(rb"/MediaBox \[([\d. ]+)\]", printed)
    }
    assert sizes == {A4}
    assert len(re.findall(rb"/Type /Page\b", printed)) >= 2
    assert b"/ToUnicode" in printed  # its text can be searched and copied
    rows = (folder / "tracks.csv").read_text("utf-8").splitlines()
    assert rows[0] == "t,mmsi,lon,lat"
    assert {row.split(",")[1] for row in rows[1:]} == {"412000001", "412000002"}
