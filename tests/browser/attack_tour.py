"""A tour of all pages in Chromium, without the policy that would hold an injected script back, noting what shows."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from io import BytesIO
from urllib.parse import quote

import dash
from playwright.sync_api import Browser
from playwright.sync_api import Error as BrowserError

from dashboard.auth.table import is_page, need_of
from maritime_grid.cli.sheet_files import write_csv
from maritime_grid.domain.people_sheets import SHEETS
from maritime_grid.settings_access import load_access
from tests.integration.store import case_build as cb
from tests.integration.web import grid_world as gw
from tests.integration.web.attack_feeds import BOAT, SHIP
from tests.integration.web.attack_texts import INJECTED, Attacks
from tests.integration.web.attack_world import MALLORY, World
from tests.integration.web.desks import DeskSite

from .conftest import Wall, _watch

# texts of the page, and of attributes that people see; each on a line of its own
TEXTS = """(() => {
  const said = [], walk = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) if (!walk.currentNode.parentElement.closest('script,style')) said.push(walk.currentNode.data);
  for (const node of document.querySelectorAll('*')) {
    for (const name of ['title', 'alt', 'aria-label', 'placeholder', 'label', 'download', 'data-words'])
      if (node.hasAttribute(name)) said.push(node.getAttribute(name));
    if (node.matches('input:not([type=hidden]), textarea')) said.push(node.value);
  }
  return said.join('\\n');
})()"""
NO_PAGES = re.compile(
    r"/assets|/_|/report/static/|/login/login\.css|/login/oidc|/healthz|/readyz|/metrics|/public/ticket|/public/items\.|/public/grids\.|/public/\{path|\{path"
)


@dataclass(frozen=True, slots=True)
class Visit:
    """One page as one account (None: nobody); ready when `ready` holds; `do` works it further."""

    account: str | None
    path: str
    ready: str
    do: Callable[[Wall], None] | None = None
    refused: bool = False  # the page says that there is nothing, or nothing for this account


@dataclass
class Tour:
    """Goes to pages and keeps what was seen and what was wrong, by page."""

    browser: Browser
    world: World
    texts: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def go(self, visit: Visit) -> None:
        """Open a page in a window of its own and look at all of it."""
        window, where = self._window(visit.account, visit.path), f"{visit.account} at {visit.path}"
        try:
            window.page.goto(self.world.site.address + visit.path)
            window.wait(visit.ready, 40)
            if visit.do:
                visit.do(window)
        except (AssertionError, BrowserError) as error:  # the rest of the tour tells more
            self.faults.append(f"{where}: {str(error)[:300]}")
        if visit.refused:
            window.errors[:] = [error for error in window.errors if "status of 40" not in error]
        self.look(window, where)
        window.page.context.close()

    def read(self, html: str, name: str) -> None:
        """A document that people keep and open themselves, where no server sends a policy along."""
        window = self._window(None, name)
        window.page.set_content(html)
        self.look(window, name)
        window.page.context.close()

    def look(self, window: Wall, where: str) -> None:
        shown = window.page.evaluate(TEXTS)
        self.texts.append(shown)
        found = [*window.page.evaluate(INJECTED), *self.world.attacks.swallowed(shown), *window.outside, *window.errors]
        self.faults += [f"{where}: {fault}" for fault in found]

    def _window(self, account: str | None, where: str) -> Wall:
        context = self.browser.new_context(viewport={"width": 1366, "height": 900}, bypass_csp=True)
        context.expose_function("X", lambda *said: self.faults.append(f"{account} at {where}: a script ran: {said}"))
        if account:
            token = self.world.site.token(account)
            context.add_cookies([{"name": "mg", "value": token, "url": self.world.site.address}])
        window = Wall(context.new_page())
        _watch(context, window)
        window.page.on("dialog", lambda dialog: (window.errors.append(f"a dialog: {dialog.message}"), dialog.dismiss()))
        return window


def visits(world: World) -> list[Visit]:
    """Every page that shows what somebody wrote, as somebody who sees it."""
    site, attacks = world.site, world.attacks
    cases = [row[0] for row in cb.ask(site.dsn, "select case_id from mg.case_file order by 1")]
    bodies = ("grids", "people", "items", "admin")
    grids, people, items, admin = (f"document.querySelector('#{name}-body {{}}')" for name in bodies)
    case = "document.querySelector('.timeline li') && document.querySelector('#case-map .leaflet-container')"
    drawn = "document.querySelector('.leaflet-container path')"
    wall = "window.__mg?.painted?.n > 0 && MG.meta?.names.length > 0 && document.querySelector('#tiles > *')"
    ready = "document.body.dataset.ready === 'yes'"
    back = quote(f"/cases?q={attacks(100)}", safe="")
    return [
        Visit("town1", "/cases", "document.querySelector('.cases tbody')"),
        Visit("county", "/cases?view=board&lang=en", "document.querySelector('.board-card')"),
        Visit("town1", f"/case/{world.dispute}", f"{case} && document.querySelector('.nearest')", _work_case),
        *(Visit("city", f"/case/{one}?lang=en", case) for one in cases),
        Visit("guard", f"/alerts?alert={world.alert}", "document.querySelector('.al-log')", _hover(".al-map")),
        Visit("county", "/grids?grid=G1", f"{grids.format('.grid-versions')} && {drawn}", _hover(".grid-map")),
        Visit("county", "/grids?grid=G1&lang=en", grids.format(".grid-versions")),
        Visit("county", f"/grids?view=changes&change={world.change}", drawn, _hover(".grid-map")),
        Visit("town1", "/grids?view=propose", grids.format(".grid-map"), _upload(attacks)),
        Visit("town1", "/people", people.format("table")),
        Visit("town1", "/people?lang=en", people.format("table")),
        Visit(
            "town1",
            f"/people?view=people&person={world.person}&do=read",
            people.format("#people-read-do"),
            _read_in_full(attacks),
        ),
        Visit("town1", "/people?grid=G1&do=appoint", people.format("#people-appoint-do")),
        Visit("town1", "/people?view=people", people.format("table")),
        Visit("town1", f"/people?view=people&person={world.person}", people.format("table")),
        Visit("town1", "/people?view=teams", people.format("table")),
        Visit("town1", "/people?view=teams&team=D1", people.format("table")),
        Visit("lin", "/items", items.format(".item-card")),
        Visit("town1", "/items?view=work&lang=en", items.format("table")),
        Visit("city", "/items?view=work&item=9.9", items.format(".items-diff")),
        Visit("city", "/items?view=work&item=9.9&do=reject", items.format("#items-reject-do")),
        Visit("town1", f"/items?q={quote(attacks(40))}", items.format("input[type=search]")),
        Visit(None, "/public", "document.querySelector('.ways')"),
        Visit(None, "/public/grids", "document.querySelector('article')"),
        Visit(None, "/public/items", "document.querySelector('article')"),
        Visit(None, f"/public/items?q={quote(attacks(40))}", "document.querySelector('form')"),
        Visit("town1", "/people?view=sheets", people.format("#people-sheet-pick"), _sheet(attacks)),
        Visit("root", f"/admin?who={MALLORY}", admin.format(".grid-versions li")),
        Visit("root", "/admin?lang=en", admin.format("table")),
        Visit("city", "/admin?view=log", admin.format("table")),
        Visit("city", "/admin?view=archive", admin.format("#admin-verify")),
        Visit("wall", "/", wall, _vessel_card(BOAT)),
        Visit("wall", "/?lang=en", wall, _vessel_card(SHIP)),
        Visit(MALLORY, "/report", f"{ready} && document.getElementById('who').textContent", _find_vessel),
        Visit(None, "/public/report", ready),
        Visit(None, f"/c/{world.public_code}", "document.querySelector('ol li')"),
        Visit(None, f"/public/badge?number={world.badge}", "document.querySelector('h1')"),
        Visit(MALLORY, "/admin", "document.querySelector('a[href=\"/logout\"]')", refused=True),
        Visit(MALLORY, "/logout", "document.querySelector('button')"),
        Visit(None, f"/login?next={back}", "document.querySelector('form')"),
        Visit(None, "/c/?code=%3Cscript%3EX()%3C/script%3E", "document.querySelector('form')", refused=True),
    ]


def untoured(site: DeskSite, toured: Iterable[str]) -> list[str]:
    """Addresses of pages that no visit leads to, as routes write them."""
    paths = {path.partition("?")[0] for path in toured}
    known = [page.get("path_template") or page["path"] for page in dash.page_registry.values()]
    for route in site.app.server.routes:
        path = getattr(route, "path", "")
        if "GET" in (getattr(route, "methods", None) or ()) and not NO_PAGES.match(path) and is_page(path):
            known.append(path)
    shapes = {path: re.compile(re.sub(r"[<{]\w+[>}]", "[^/]+", path)) for path in known}
    return sorted(path for path, shape in shapes.items() if not any(shape.fullmatch(one) for one in paths))


def further(path: str) -> list[Visit]:
    """A page that nobody wrote a visit for, bare, as each role that may open it."""
    need = need_of(re.sub(r"[<{]\w+[>}]", "x", path)) or ""
    may = load_access(cb.SETTINGS).may
    who = [name for name, role, *_ in cb.ACCOUNTS if may(role, need)] or [MALLORY]
    settled = "document.body.innerText && !document.querySelector('._dash-loading, ._dash-loading-callback')"
    return [
        Visit(name, path, settled, lambda window: window.page.wait_for_load_state("networkidle"), True) for name in who
    ]


def _work_case(window: Wall) -> None:
    """Personal data in full, the form of dispatching, and what plot and map say under a pointer."""
    page = window.page
    page.locator("details.reveal summary").first.click()
    page.locator(".reveal input").first.fill("核实")
    page.locator(".reveal button").first.click()
    window.wait("document.querySelector('.party .say.good')")
    page.locator(".distance-plot").scroll_into_view_if_needed()
    window.wait("document.querySelector('.distance-plot .legendtext')")
    page.locator(".distance-plot .nsewdrag").first.hover(force=True)
    page.get_by_role("button", name="流转到部门").click()
    window.wait("document.querySelector('#case-form-box')")
    _hover("#case-map")(window)


def _hover(selector: str) -> Callable[[Wall], None]:
    """Over a map until a name shows at the pointer, where one does."""

    def move(window: Wall) -> None:
        box = window.page.locator(f"{selector} .leaflet-container, {selector}.leaflet-container").first.bounding_box()
        assert box
        for k in range(1, 8):
            window.page.mouse.move(
                box["x"] + box["width"] * k / 8, box["y"] + box["height"] * (0.3 + 0.05 * k), steps=3
            )
            if window.page.evaluate("Boolean(document.querySelector('.leaflet-tooltip'))"):
                return

    return move


def _upload(attacks: Attacks) -> Callable[[Wall], None]:
    """A file of grids whose names attack, one of them outside its ports: told as a problem, by its name."""

    def send(window: Wall) -> None:
        features = [{**f, "properties": {**f["properties"], "name_zh": attacks(200)}} for f in gw.MOVED]
        content = json.dumps({"type": "FeatureCollection", "features": features}).encode()
        window.page.set_input_files(
            "input[type=file]", {"name": attacks(60), "mimeType": "application/json", "buffer": content}
        )
        window.wait("document.querySelector('#grids-judged')?.innerText.length > 5")

    return send


def _read_in_full(attacks: Attacks) -> Callable[[Wall], None]:
    def read(window: Wall) -> None:
        window.page.locator("#people-read-purpose").fill(attacks(190))
        window.page.locator("#people-read-do").click()
        window.wait("document.querySelector('.people-full')")

    return read


def _vessel_card(mmsi: int) -> Callable[[Wall], None]:
    """What the wall says of one vessel: its name and feed, or its name and home port."""

    def press(window: Wall) -> None:
        window.page.evaluate(f"window.dash_clientside.set_props('map-event', {{data: {{mmsi: {mmsi}}}}})")
        window.wait(f"document.querySelector('#card')?.textContent.includes('{mmsi}')")

    return press


def _find_vessel(window: Wall) -> None:
    window.page.locator(".k-dispute").first.click()
    window.page.locator(".vessel .asked").first.fill("41200000")
    window.wait("document.querySelectorAll('.vessel .found button').length > 2")


def _sheet(attacks: Attacks) -> Callable[[Wall], None]:
    """A sheet with a line that is refused for its words, then one whose words stand in what would change."""
    head = ("staff_no", "name_zh", "unit_id")

    def send(window: Wall) -> None:
        for staff_no, told in ((attacks(60), "code"), ("S99", "ins")):
            out = BytesIO()
            write_csv(out, SHEETS["people"], head, [[staff_no, attacks(60), "T1"]])
            file = {"name": f"{attacks(60)}.csv", "mimeType": "text/csv", "buffer": out.getvalue()}
            with window.page.expect_file_chooser() as chooser:
                window.page.locator("#people-sheet-pick").click()
            chooser.value.set_files(file)
            window.wait(f"document.querySelector('#people-sheet-result {told}')")

    return send
