"""The pages of logging in: plain HTML that works without a script, made of escaped text."""

from __future__ import annotations

from html import escape
from io import BytesIO
from urllib.parse import urlencode

import segno

from dashboard.words import Words

from .asked import CSRF_FIELD

STYLE = "/login/login.css"
_SWITCH = {True: ("en", "English", "en"), False: ("zh", "中文", "zh-CN")}  # from Chinese, and to it


def login_page(words: Words, back: str, ticket: str, *, name: str = "", fault: str = "", outside: str = "") -> str:
    """Name and password, and the way to another server where there is one.

    Args:
        words: of the screen.
        back: a path of this site, or empty.
        ticket: proves that the form is ours.
        name: as typed before.
        fault: what was wrong, or empty.
        outside: what the other server is called, or empty.
    """
    parts = [
        _fault(fault),
        _field(words("login.name"), "name", name, 'autocomplete="username" autocapitalize="none" autofocus'),
        _field(words("login.password"), "password", "", 'type="password" autocomplete="current-password"'),
        _hidden("ticket", ticket),
    ]
    form = _form(words, "/login", parts, back, words("login.submit"))
    return _page(words, words("login.title"), form + _way_outside(words, outside, back) + _public(words), back)


def _public(words: Words) -> str:
    """What is read without an account."""
    asked = "" if words.is_default else f"?lang={words.lang.split('_')[0]}"
    links = {"/public": "public.link", "/public/items": "items.link"}
    return "".join(f'<p><a href="{path}{asked}">{escape(words(key))}</a></p>' for path, key in links.items())


def _way_outside(words: Words, label: str, back: str) -> str:
    if not label:
        return ""
    address = f"/login/oidc?{urlencode({'lang': words.lang} | ({'next': back} if back else {}))}"
    return f'<p><a href="{escape(address)}">{escape(words("login.outside", label=label))}</a></p>'


def code_page(words: Words, back: str, csrf: str, *, enrolment: tuple[str, str] | None, fault: str = "") -> str:
    """The code of the second factor; at the first time with the secret to enrol.

    Args:
        words: of the screen.
        back: a path of this site, or empty.
        csrf: token of the half session.
        enrolment: secret and address for authenticators, where there is none yet.
        fault: what was wrong, or empty.
    """
    offered = _offer(words, *enrolment) if enrolment else f"<p>{escape(words('login.code_hint'))}</p>"
    code = 'inputmode="numeric" autocomplete="one-time-code" autofocus'
    parts = [_fault(fault), offered, _field(words("login.code"), "code", "", code), _hidden(CSRF_FIELD, csrf)]
    return _page(words, words("login.title"), _form(words, "/login/code", parts, back, words("login.submit")), back)


# a wall that was switched on before the store has nobody who would load it again
_AGAIN = '<meta http-equiv="refresh" content="5">'


def logout_page(words: Words, csrf: str, name: str) -> str:
    """Asks before it ends the session."""
    parts = [f"<p>{escape(words('login.logout_ask', name=name))}</p>", _hidden(CSRF_FIELD, csrf)]
    return _page(words, words("login.logout"), _form(words, "/logout", parts, "", words("login.logout")), "")


def refused_page(words: Words, status: int, name: str) -> str:
    """Why a page is not shown, and where to go."""
    known = status if status in {403, 404, 503} else 403
    parts = [f"<p>{escape(words(f'login.refused.{known}'))}</p>"]
    if name:
        parts.append(f"<p>{escape(words('login.you_are', name=name))}</p>")
        parts.append(f'<p><a href="/logout">{escape(words("login.logout"))}</a></p>')
    return _page(words, words("login.refused"), "".join(parts), "", _AGAIN if known == 503 else "")


def _page(words: Words, heading: str, body: str, back: str, head: str = "") -> str:
    lang, label, code = _SWITCH[words.is_chinese]
    switch = f"?{urlencode({'lang': lang} | ({'next': back} if back else {}))}"
    return (
        f'<!doctype html><html lang="{"zh-CN" if words.is_chinese else "en"}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f"<title>{escape(heading)} · {escape(words('title'))}</title>"
        f'<link rel="stylesheet" href="{STYLE}">{head}</head>'
        f"<body><main><header><strong>{escape(words('title'))}</strong>"
        f'<a href="{escape(switch)}" lang="{code}">{label}</a></header><h1>{escape(heading)}</h1>{body}'
        "</main></body></html>"
    )


def _form(words: Words, action: str, parts: list[str], back: str, submit: str) -> str:
    hidden = [_hidden("next", back), _hidden("lang", words.lang)]
    button = f'<button type="submit">{escape(submit)}</button>'
    return f'<form method="post" action="{action}">{"".join([*parts, *hidden, button])}</form>'


def _field(label: str, name: str, value: str, more: str) -> str:
    shown = f'<input name="{name}" value="{escape(value)}" required maxlength="256" {more}>'
    return f"<label><span>{escape(label)}</span>{shown}</label>"


def _hidden(name: str, value: str) -> str:
    return f'<input type="hidden" name="{name}" value="{escape(value)}">' if value else ""


def _fault(fault: str) -> str:
    return f'<p class="fault" role="alert">{escape(fault)}</p>' if fault else ""


def _offer(words: Words, secret: str, address: str) -> str:
    grouped = grouped_secret(secret)
    return (
        f"<p>{escape(words('login.enrol_hint'))}</p><figure>{square(address)}"
        f"<figcaption>{escape(words('login.secret'))} <code>{escape(grouped)}</code></figcaption></figure>"
    )


def grouped_secret(secret: str) -> str:
    """As people type it: four letters at a time."""
    return " ".join(secret[n : n + 4] for n in range(0, len(secret), 4))


def square(address: str) -> str:
    """The address as a square code, SVG without a style of its own."""
    out = BytesIO()
    segno.make(address, error="m", micro=False).save(
        out, kind="svg", scale=4, border=4, xmldecl=False, svgns=True, nl=False, light="#fff", dark="#000"
    )
    return out.getvalue().decode()
