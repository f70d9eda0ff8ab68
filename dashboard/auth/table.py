"""Which address needs what: a literal table. What it does not name is refused.

An address that ends in `/` stands for all below it. Needs: OPEN nothing; PUBLIC nothing, and nobody is logged in there;
LOCAL a client on this machine; WALL that the wall is open to the client, or page.wall; SHELL that, or any account;
ACCOUNT any account; OWN any but a wall's, at which nobody stands; CHANGE that, and the one address for who must choose
a password first; CALLBACK what the callback's page needs; else an act of the table of access.
"""

from __future__ import annotations

from collections.abc import Mapping

from maritime_grid.domain.access import PAGES

OPEN, PUBLIC, LOCAL, WALL, SHELL, ACCOUNT, OWN, CHANGE, CALLBACK = (
    "open", "public", "local", "wall", "shell", "account", "own", "change", "callback",
)  # fmt: skip
CHANGE_AT = "/account/password"

CALLBACKS = "/_dash-update-component"
ROUTER = ".._pages_content.children..._pages_store.data.."  # Dash's own callback, which gives the layout of a page

ADDRESSES: Mapping[str, str] = {
    "/login": OPEN,
    "/login/": OPEN,
    "/logout": OPEN,
    "/healthz": OPEN,
    "/readyz": OPEN,
    "/metrics": LOCAL,
    "/assets/": OPEN,
    "/_dash-component-suites/": OPEN,
    "/_favicon.ico": OPEN,
    "/manifest.webmanifest": OPEN,
    "/service-worker.js": OPEN,
    "/report/static/": OPEN,  # the same for everyone: files of the form, which a phone keeps
    "/public": PUBLIC,
    "/public/": PUBLIC,
    "/c/": PUBLIC,
    "/": WALL,
    "/api/v1/wall/": WALL,
    "/geo/": SHELL,
    "/_dash-layout": SHELL,
    "/_dash-dependencies": SHELL,
    CALLBACKS: CALLBACK,
    "/account": OWN,
    "/account/": OWN,
    CHANGE_AT: CHANGE,
    "/api/v1/openapi.json": ACCOUNT,
    "/api/v1/pulse.json": ACCOUNT,
    "/api/v1/vessels": "case.file",
    "/api/v1/vessels/place": "case.file",
    "/case/": "page.cases",
    "/people/badge": "people.edit",
    **{
        address: f"page.{page}"
        for page in PAGES
        if page != "wall"
        for address in (f"/{page}", f"/{page}/", f"/api/v1/{page}", f"/api/v1/{page}/")
    },
}
UNATTENDED = frozenset({"/api/v1/pulse.json"})  # pages ask it by themselves: that keeps no session alive
CODE = ("/api/v1/", "/_dash-", "/geo/")  # asked by programs: they get JSON, people are led to the login
MODULES: Mapping[str, str] = {"case": "cases"}  # module of dashboard.pages: page, where the words differ


def need_of(path: str) -> str | None:
    """What an address needs; None where the table has it not, or where it is written in a way to slip through.

    Args:
        path: decoded, without the query.
    """
    if (
        any(bad in path for bad in ("//", "\\", "/../", "/./"))
        or path.endswith(("/..", "/."))
        or not path.isprintable()
    ):
        return None
    if path in ADDRESSES:
        return ADDRESSES[path]
    below = [address for address in ADDRESSES if address.endswith("/") and address != "/" and path.startswith(address)]
    return ADDRESSES[max(below, key=len)] if below else None


def is_page(path: str) -> bool:
    """Whether people see it, and not programs: who is not logged in is led to the login."""
    return not path.startswith(CODE)


def is_read_by_dash(path: str) -> bool:
    """Whether Dash reads the body of whatever comes there, as long as it is, before any handler is asked."""
    return path == "/" or path.startswith("/_dash-")


def need_of_module(module: str) -> str | None:
    """What the callbacks of a module of dashboard.pages need; None where that is no page of the table."""
    parts = module.split(".")
    if parts[:2] != ["dashboard", "pages"] or len(parts) < 3:
        return None
    page = MODULES.get(parts[2], parts[2])
    if page == "wall":
        return WALL
    return f"page.{page}" if page in PAGES else None
