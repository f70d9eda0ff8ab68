"""What a request says of itself, and how much of that is believed."""

from __future__ import annotations

import hashlib
import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hmac import compare_digest
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote, urlsplit

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import Scope

from maritime_grid.settings_access import is_loopback
from maritime_grid.settings_model import AccessSettings

if TYPE_CHECKING:  # it uses the cookies, which use this
    from .oidc import Issuer

CSRF_HEADER, CSRF_FIELD, CSRF_COOKIE = "X-CSRFToken", "csrf", "mg_csrf"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_LONGEST_NEXT = 500
_HOST = re.compile(r"(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::[0-9]{1,5})?")


@dataclass(frozen=True, slots=True)
class AuthOptions:
    """What of [access] the web server needs."""

    open_wall: str  # "never", "loopback", "always"
    hosts: frozenset[str]
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...]
    half_login_s: float
    secret_key: bytes = field(repr=False)  # signs forms that are given to nobody in particular
    issuer: Issuer | None = None  # another server that vouches for people
    outside: str = ""  # what it is called


def auth_options(access: AccessSettings, secret_key: bytes, issuer: Issuer | None = None) -> AuthOptions:
    hosts = frozenset(name.lower() for name in access.hosts)
    return AuthOptions(
        access.open_wall, hosts, access.trusted_proxies, access.half_login_s, secret_key, issuer,
        access.oidc.label if issuer else "",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """One request. An address that a proxy names is believed from trusted proxies only."""

    method: str
    path: str
    query: str
    client: str  # address of the browser
    is_local: bool  # it runs on this machine and came through no trusted proxy
    is_tls: bool  # all the way from the browser
    host: str  # header Host, lower case, with its port
    server: str  # address at which the request arrived
    cookies: Mapping[str, str]
    headers: Headers

    @property
    def session_cookie(self) -> str:
        """With TLS a name that browsers take over TLS only, for this very host."""
        return "__Host-mg" if self.is_tls else "mg"

    @property
    def half_cookie(self) -> str:
        return "__Host-mg_half" if self.is_tls else "mg_half"

    @property
    def token(self) -> str:
        return self.cookies.get(self.session_cookie, "")

    @property
    def half_token(self) -> str:
        return self.cookies.get(self.half_cookie, "")

    @property
    def origin(self) -> str:
        return f"{'https' if self.is_tls else 'http'}://{self.host}"

    @property
    def changes_something(self) -> bool:
        return self.method not in SAFE_METHODS


def read_asked(scope: Scope, options: AuthOptions) -> Asked:
    """What the request of an HTTP scope is."""
    headers = Headers(scope=scope)
    peer = str((scope.get("client") or ("", 0))[0])
    proxied = _is_trusted(peer, options)
    scheme = str(scope.get("scheme", "http"))
    if proxied:
        scheme = ",".join(headers.getlist("x-forwarded-proto")).rpartition(",")[2].strip().lower() or scheme
    return Asked(
        method=str(scope["method"]),
        path=str(scope["path"]),
        query=bytes(scope.get("query_string", b"")).decode("latin-1"),
        client=_client(headers.getlist("x-forwarded-for"), peer, options) if proxied else peer,
        is_local=is_loopback(peer) and not proxied,
        is_tls=scheme == "https",
        host=headers.get("host", "").lower(),
        server=str((scope.get("server") or ("", 0))[0]),
        cookies=cookie_parser("; ".join(headers.getlist("cookie"))),
        headers=headers,
    )


def _is_trusted(address: str, options: AuthOptions) -> bool:
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    return any(ip in network for network in options.trusted_proxies)


def _client(forwarded: Sequence[str], peer: str, options: AuthOptions) -> str:
    """The last address that no trusted proxy wrote of another trusted one; what is left of it anyone could write."""
    client = peer
    for entry in reversed([part.strip() for line in forwarded for part in line.split(",")]):
        try:
            client = str(ip_address(entry))
        except ValueError:
            return client
        if not _is_trusted(client, options):
            return client
    return client


def is_known_host(asked: Asked, options: AuthOptions) -> bool:
    """Whether the name by which we were called is ours: else a foreign page that points its name at us could read."""
    match = _HOST.fullmatch(asked.host)
    if match is None:
        return False
    ours = {asked.server.lower()} | options.hosts
    if asked.is_local:
        ours |= {"localhost", "127.0.0.1", "::1"}
    return (match[1] or match[2]).rstrip(".") in ours


def is_from_here(asked: Asked) -> bool:
    """Whether a page of this site sent the request, by what browsers say and pages cannot change.

    At least one of the two headers must be there: every browser sends Origin with what changes something.
    """
    site, origin = asked.headers.get("sec-fetch-site"), asked.headers.get("origin")
    if site is not None and site != "same-origin":
        return False
    if origin is not None and origin.lower() != asked.origin:
        return origin == "null" and site == "same-origin"  # of pages that tell nobody where they are
    return site is not None or origin is not None


def csrf_of(token: str) -> str:
    """The token of a session's forms, which follows from its secret and gives nothing of it away."""
    return urlsafe_b64encode(hashlib.sha256(b"csrf:" + token.encode()).digest()).decode().rstrip("=")


def same(left: str, right: str) -> bool:
    """Compared in a time that says nothing."""
    return compare_digest(left.encode(), right.encode())


def local_path(text: str) -> str:
    """`next=` where it is a path of this site, else an empty text."""
    odd = not text.isprintable() or "\\" in text or " " in text or len(text) > _LONGEST_NEXT
    if odd or not text.startswith("/") or text.startswith("//") or text.partition("?")[0].startswith(("/log", "/api/")):
        return ""
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    return "" if parts.scheme or parts.netloc else text


def leading_back(path: str, asked: Asked) -> str:
    """An address of ours that leads back to the page that was asked for, in its language."""
    back = local_path(asked.path + (f"?{asked.query}" if asked.query else ""))
    lang = parse_qs(asked.query).get("lang", [""])[0]
    parts = [f"next={quote(back, safe='/')}" if back and back != "/" else "", f"lang={quote(lang)}" if lang else ""]
    return path + ("?" + "&".join(filter(None, parts)) if any(parts) else "")
