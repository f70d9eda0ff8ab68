"""What of a request is believed, which address needs what, and where a login may lead."""

from __future__ import annotations

import re
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.auth import AccessRefused, Account, acting, current, needs
from dashboard.auth.asked import Asked, AuthOptions, csrf_of, is_from_here, is_known_host, local_path, read_asked
from dashboard.auth.guarding import configured_auth
from dashboard.auth.html import code_page, login_page, logout_page, refused_page
from dashboard.auth.login import home_of
from dashboard.auth.table import ADDRESSES, is_page, need_of, need_of_module
from dashboard.words import read_words
from maritime_grid.domain.access import PAGES, Role
from maritime_grid.settings import load_settings
from maritime_grid.settings_access import load_access
from maritime_grid.settings_model import AccessSettings

PROXY = "10.0.0.1"


@cache
def options(*proxies: str) -> AuthOptions:
    access = load_settings().access
    changes = {"hosts": ["Grid.Example"], "trusted_proxies": proxies}
    return configured_auth(AccessSettings.model_validate(access.model_dump() | changes))


def proxied() -> AuthOptions:
    return options(PROXY, "10.1.0.0/16", "127.0.0.1")


def ask(opts: AuthOptions, *headers: tuple[str, str], peer: str = "127.0.0.1", **scope: object) -> Asked:
    base = {
        "type": "http", "method": "GET", "path": "/", "query_string": b"", "scheme": "http", "client": (peer, 4000),
        "server": ("127.0.0.1", 8050), "headers": [(n.lower().encode(), v.encode("latin-1")) for n, v in headers],
    }  # fmt: skip
    return read_asked(base | scope, opts)


# ------------------------------------------------------------------------------------------------- the table
def test_every_page_of_the_table_of_access_has_an_address_and_its_interface():
    for page in set(PAGES) - {"wall"}:
        for path in (f"/{page}", f"/{page}/2026-000017", f"/api/v1/{page}", f"/api/v1/{page}/1/log"):
            assert need_of(path) == f"page.{page}", path
    assert need_of("/") == need_of("/api/v1/wall/status.json") == "wall"


@pytest.mark.parametrize(
    "path",
    [
        "", "/x", "/casesx", "/case", "/api", "/api/v1", "/api/v1/", "/api/v1/other", "/api/v2/cases", "/docs",
        "/redoc", "/openapi.json", "/_dash-ws-callback", "/_dash-other", "/_reload-hash", "/mcp", "/publicly", "/CASES",
        "/Login", "//cases", "/cases//1", "/assets/../cases", "/assets/..", "/c/../cases", "/./cases", "/public/.",
        "/assets\\x", "/cases\x00", "/public/\r\nx", "/login\u2028",
    ],
)  # fmt: skip
def test_address_that_the_table_does_not_name_is_nobodys(path):
    assert need_of(path) is None


@given(st.text(max_size=40))
def test_whatever_is_asked_only_what_stands_in_the_table_has_a_need(text):
    need = need_of("/" + text)
    assert need is None or any(
        ("/" + text) == address or (address.endswith("/") and ("/" + text).startswith(address)) for address in ADDRESSES
    )


def test_programs_get_json_and_people_pages():
    assert not is_page("/api/v1/cases")
    assert not is_page("/_dash-update-component")
    assert is_page("/cases/1")
    assert is_page("/x")


@pytest.mark.parametrize(
    ("module", "need"),
    [
        ("dashboard.pages.wall", "wall"), ("dashboard.pages.cases", "page.cases"),
        ("dashboard.pages.case", "page.cases"),
        ("dashboard.pages.people.list", "page.people"), ("dashboard.pages", None), ("dashboard.pages.other", None),
        ("dashboard.app", None), ("dash.dash", None), ("", None), ("x.dashboard.pages.cases", None),
    ],
)  # fmt: skip
def test_callbacks_need_what_their_page_needs(module, need):
    assert need_of_module(module) == need


# ------------------------------------------------------------------------------------------------- who asks
def test_nobody_is_logged_in_until_somebody_is():
    account = Account("wang", "worker", "ZS-PT-DJ-M", None, "王", "token", frozenset({"case.file"}))
    assert current() is None
    with pytest.raises(AccessRefused) as caught:
        needs("case.file")
    assert caught.value.status == 401
    with acting(account):
        assert needs("case.file") is account
        with pytest.raises(AccessRefused) as caught:
            needs("case.dispatch")
        assert caught.value.status == 403
        with acting(None):
            assert current() is None
    assert current() is None


# ------------------------------------------------------------------------------------------------- the channel
@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("127.0.0.1:8050", True), ("localhost:8050", True), ("[::1]:8050", True), ("grid.example", True),
        ("GRID.example:443", True), ("grid.example.", True), ("evil.example", False),
        ("grid.example.evil.example", False),
        ("evil.example#grid.example", False), ("evil.example@grid.example", False),
        ("grid.example@evil.example", False),
        ("", False), ("grid.example/", False), ("[", False), ("192.0.2.1", False), ("grid.exa\u00ffmple", False),
        ("evil.example:80,grid.example", False),
    ],
)  # fmt: skip
def test_name_that_is_not_ours_is_refused(host, known):
    assert is_known_host(ask(options(), ("host", host)), options()) == known


def test_loopback_names_are_ours_for_who_is_here_only_and_the_bound_address_for_all():
    far = ask(options(), ("host", "localhost"), peer="192.0.2.9", server=("192.0.2.1", 443))
    assert not is_known_host(far, options())
    assert is_known_host(ask(options(), ("host", "192.0.2.1"), peer="192.0.2.9", server=("192.0.2.1", 443)), options())
    assert not is_known_host(ask(options()), options())


def test_headers_of_a_stranger_say_nothing():
    lies = (
        ("x-forwarded-for", "127.0.0.1"),
        ("x-forwarded-proto", "https"),
        ("forwarded", "for=127.0.0.1;proto=https"),
    )
    asked = ask(proxied(), *lies, peer="192.0.2.9")
    assert (asked.client, asked.is_tls, asked.is_local) == ("192.0.2.9", False, False)
    here = ask(options(), *lies)
    assert (here.client, here.is_tls, here.is_local) == ("127.0.0.1", False, True)


@pytest.mark.parametrize(
    ("forwarded", "client"),
    [
        (["198.51.100.7"], "198.51.100.7"),
        (["127.0.0.1, 198.51.100.7"], "198.51.100.7"),  # the first was written by whoever asked
        (["203.0.113.1", "198.51.100.7, 10.1.2.3"], "198.51.100.7"),
        (["10.1.2.3"], "10.1.2.3"),
        (["evil"], PROXY),
        (["198.51.100.7, evil"], PROXY),
        (["198.51.100.7, evil, 10.1.2.3"], "10.1.2.3"),
        ([""], PROXY),
        ([], PROXY),
        (["2001:db8::1"], "2001:db8::1"),
    ],
)
def test_client_behind_trusted_proxies_is_the_last_that_none_of_them_is(forwarded, client):
    headers = [("x-forwarded-for", line) for line in forwarded]
    asked = ask(proxied(), *headers, ("x-forwarded-proto", "https"), peer=PROXY)
    assert (asked.client, asked.is_tls, asked.is_local) == (client, True, False)


@pytest.mark.parametrize(
    ("sent", "tls"), [(["https"], True), (["http"], False), (["https, http"], False), (["https", "http"], False),
                      ([], False), (["HTTPS"], True)],
)  # fmt: skip
def test_protocol_is_what_the_nearest_trusted_proxy_says(sent, tls):
    assert ask(proxied(), *[("x-forwarded-proto", line) for line in sent], peer=PROXY).is_tls == tls


def test_trusted_proxy_on_this_machine_makes_nobody_local():
    assert not ask(proxied(), ("x-forwarded-for", "127.0.0.1"), peer="127.0.0.1").is_local
    assert not ask(proxied(), peer="127.0.0.1").is_local


def test_cookie_over_tls_has_a_name_that_no_plain_connection_can_set():
    both = ("cookie", "mg=planted; __Host-mg=own")
    assert ask(options(), both, scheme="https").token == "own"
    assert ask(options(), both).token == "planted"
    assert ask(options(), ("cookie", "mg=planted"), scheme="https").token == ""


OWN = "http://127.0.0.1:8050"


@pytest.mark.parametrize(
    ("headers", "ours"),
    [
        ({"origin": OWN}, True), ({"sec-fetch-site": "same-origin"}, True),
        ({"origin": OWN, "sec-fetch-site": "same-origin"}, True),
        ({"origin": "null", "sec-fetch-site": "same-origin"}, True),
        ({}, False), ({"origin": "null"}, False), ({"origin": ""}, False), ({"referer": OWN}, False),
        ({"origin": "http://evil.example"}, False), ({"origin": "https://127.0.0.1:8050"}, False),
        ({"origin": "http://127.0.0.1"}, False), ({"origin": OWN + ".evil.example"}, False),
        ({"origin": OWN, "sec-fetch-site": "cross-site"}, False),
        ({"origin": OWN, "sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": "none"}, False), ({"sec-fetch-site": "cross-site"}, False),
        ({"origin": "http://evil.example", "sec-fetch-site": "same-origin"}, False),
    ],
)  # fmt: skip
def test_only_pages_of_this_site_change_anything(headers, ours):
    asked = ask(options(), ("host", "127.0.0.1:8050"), *headers.items(), method="POST")
    assert is_from_here(asked) == ours
    assert asked.changes_something


def test_token_of_forms_follows_from_the_session_and_does_not_give_it_away():
    assert csrf_of("a" * 43) == csrf_of("a" * 43) != csrf_of("b" * 43)
    assert "a" * 8 not in csrf_of("a" * 43)
    assert re.fullmatch(r"[\w-]{43}", csrf_of("x"))


# ------------------------------------------------------------------------------------------------- next=
@pytest.mark.parametrize(
    "path", ["/", "/cases", "/cases/2026-000017?tab=map&lang=en", "/people?q=%E7%8E%8B", "/grids#x"]
)
def test_login_leads_back_to_a_page_of_this_site(path):
    assert local_path(path) == path


@pytest.mark.parametrize(
    "trick",
    [
        "", "cases", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example",
        "https://evil.example", "https:evil.example", "javascript:alert(1)", "/\n//evil.example", " /cases", "/cases ",
        "/cases\r\nSet-Cookie: a=b", "/login?next=/login", "/logout", "/api/v1/cases", "/" + "x" * 600,
        "/ca\u200bses\x00",
        "http:///evil.example", "/\u2028evil",
    ],
)  # fmt: skip
def test_login_leads_nowhere_else(trick):
    assert local_path(trick) == ""


@given(st.text(alphabet="/\\.:@?#ab \t\r\n%", max_size=30))
def test_wherever_a_login_leads_browsers_stay_on_this_site(text):
    path = local_path(text)
    assert path in {"", text}
    if path:
        assert path[0] == "/"
        assert path[1:2] not in {"/", "\\"}
        assert not set(path) & set("\\\t\r\n ")


# ------------------------------------------------------------------------------------------------- the pages
XSS = "\"><script>alert(1)</script>'"


@pytest.mark.parametrize("lang", ["zh_CN", "en"])
def test_pages_escape_what_they_are_given_and_hold_no_script(lang):
    words = read_words(lang)
    pages = [
        login_page(words, f"/x?{XSS}", XSS, name=XSS, fault=XSS),
        code_page(words, f"/x?{XSS}", XSS, enrolment=("ABCDEFGH", f"otpauth://totp/{XSS}"), fault=XSS),
        code_page(words, "", "t", enrolment=None),
        logout_page(words, XSS, XSS),
        *(refused_page(words, status, XSS) for status in (403, 404, 503, 418)),
    ]
    for page in pages:
        assert "<script" not in page
        assert not re.search(r"\son\w+=|style=|javascript:", page)
        assert words("title") in page


def test_first_login_shows_the_secret_as_text_and_as_a_square_code():
    page = code_page(read_words("zh_CN"), "", "t", enrolment=("ABCDEFGHIJ", "otpauth://totp/x?secret=ABCDEFGHIJ"))
    assert "ABCD EFGH IJ" in page
    assert "<svg" in page
    assert 'autocomplete="one-time-code"' in page


def test_every_role_finds_its_way_home():
    table = load_access(load_settings())
    homes = {role: home_of(table.roles[role]) for role in Role}
    assert homes["wall"] == "/"
    assert homes["worker"] == "/report"
    for role, home in homes.items():
        need = need_of(home)
        assert need == "wall" or table.may(role, need)
