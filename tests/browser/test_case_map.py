"""The map of a case: zones and the motor-trawl line by their names, on their outlines, none over another."""

from __future__ import annotations

from datetime import timedelta
from itertools import combinations

import pytest

from tests.integration.store import case_build as cb
from tests.integration.web.desks import DeskSite
from tests.integration.web.tracks import sail

from .desk_browser import PHONE, OpenDesk, desk, fresh_dsn, migrated, open_desk, plain_server, postgres, reachable_tmp

__all__ = ["desk", "fresh_dsn", "migrated", "open_desk", "plain_server", "postgres", "reachable_tmp"]
pytestmark = pytest.mark.needs_chromium
WAIT_S = 60  # for a busy machine
NAMED = "[...document.querySelectorAll('.zone-name')].some((name) => name.textContent.includes('{name}'))"
BOXES = "names => names.map((name) => name.getBoundingClientRect()).map((r) => [r.left, r.top, r.right, r.bottom])"


@pytest.mark.parametrize(
    ("lang", "size", "name", "line"),
    [("zh", (1920, 1080), "机动渔船底拖网禁渔区线", "禁渔区线、管制区等"), ("en", PHONE, "Motor-trawl", "Trawl line")],
    ids=["desk", "phone"],
)
def test_line_and_zones_have_their_names_where_they_are_in_view(
    desk: DeskSite, open_desk: OpenDesk, lang: str, size: tuple[int, int], name: str, line: str
):
    met = cb.NOW - timedelta(hours=1)
    sail(desk.dsn, met)
    case_id = desk.desk.cases.file(cb.dispute(happened_at=met, lon=123.2), "lin", cb.NOW).case_id
    window = open_desk("city", f"/case/{case_id}?lang={lang}", *size)
    window.wait("document.querySelector('#case-map .nearest') && document.querySelector('.zone-name')", WAIT_S)
    window.page.locator("#case-chart").scroll_into_view_if_needed()
    zoom_out = window.page.locator("#case-chart .leaflet-control-zoom-out")
    for _ in range(8):
        if window.page.evaluate(NAMED.format(name=name)):
            break
        zoom_out.click(force=True)
        window.wait("!document.querySelector('.leaflet-zoom-anim')", WAIT_S)
    window.wait(NAMED.format(name=name), WAIT_S)
    boxes = window.page.eval_on_selector_all(".zone-name", BOXES)
    apart = [a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1] for a, b in combinations(boxes, 2)]
    assert all(apart), boxes
    assert line in window.page.locator("#case-map .swatches").first.inner_text()
    assert (window.errors, window.outside) == ([], [])
