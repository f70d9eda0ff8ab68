"""Cookies: the session's, which no script reads, and the token of its forms, which Dash and our scripts read."""

from __future__ import annotations

from http.cookies import SimpleCookie

from starlette.datastructures import MutableHeaders

from maritime_grid.domain.access import RoleAccess

from .asked import CSRF_COOKIE, Asked, csrf_of

WAY_S = 600  # from our button to another server and back
LONGEST_S = 400 * 86_400  # browsers keep none for longer; that of a wall is renewed with each load of its page


def _add(
    headers: MutableHeaders,
    name: str,
    value: str,
    asked: Asked,
    max_age_s: float,
    *,
    hidden: bool,
    same_site: str = "Strict",
) -> None:
    cookie: SimpleCookie = SimpleCookie()
    cookie[name] = value
    morsel = cookie[name]
    morsel["path"] = "/"
    morsel["max-age"] = int(max_age_s)
    morsel["samesite"] = same_site
    if hidden:
        morsel["httponly"] = True
    if asked.is_tls:
        morsel["secure"] = True
    headers.append("Set-Cookie", morsel.OutputString())


def keep_cookies(headers: MutableHeaders, asked: Asked, token: str, role: RoleAccess) -> None:
    """Those of a session, as long as its role's sessions last."""
    max_age_s = role.absolute_s or LONGEST_S
    _add(headers, asked.session_cookie, token, asked, max_age_s, hidden=True)
    _add(headers, CSRF_COOKIE, csrf_of(token), asked, max_age_s, hidden=False)


def keep_half(headers: MutableHeaders, asked: Asked, token: str, max_age_s: float) -> None:
    """That of a login whose second factor is still to come."""
    _add(headers, asked.half_cookie, token, asked, max_age_s, hidden=True)


def forget_half(headers: MutableHeaders, asked: Asked) -> None:
    _add(headers, asked.half_cookie, "", asked, 0, hidden=True)


def _way_cookie(asked: Asked) -> str:
    return "__Host-mg_way" if asked.is_tls else "mg_way"


def way_of(asked: Asked) -> str:
    """What a browser brings back from the other server."""
    return asked.cookies.get(_way_cookie(asked), "")


def keep_way(headers: MutableHeaders, asked: Asked, sealed: str) -> None:
    """Not strict: the browser comes back from elsewhere. It opens nothing by itself."""
    _add(headers, _way_cookie(asked), sealed, asked, WAY_S, hidden=True, same_site="Lax")


def forget_way(headers: MutableHeaders, asked: Asked) -> None:
    _add(headers, _way_cookie(asked), "", asked, 0, hidden=True, same_site="Lax")


def forget_cookies(headers: MutableHeaders, asked: Asked) -> None:
    """All of ours: who logs out leaves nothing."""
    for name in (asked.session_cookie, asked.half_cookie, CSRF_COOKIE):
        _add(headers, name, "", asked, 0, hidden=name != CSRF_COOKIE)
