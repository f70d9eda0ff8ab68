"""What the pages of one's own account share: the frame, forms with their token, fields."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.report.markup import Markup, el
from dashboard.words import Words

from .asked import CSRF_FIELD
from .who import Account

STYLE = "/login/account.css"  # open, as that of the login: it says nothing


def address(words: Words, path: str, **query: str) -> str:
    """An address of ours that keeps the language of who has chosen one."""
    asked = [f"{name}={value}" for name, value in query.items() if value]
    if not words.is_default:
        asked.append(f"lang={words.lang.split('_')[0]}")
    return path + (f"?{'&'.join(asked)}" if asked else "")


def form(
    words: Words,
    account: Account,
    action: str,
    submit: str,
    hidden: dict[str, str],
    class_: str,
    fields: Sequence[Markup | None] = (),
) -> Markup:
    """A form with the token of the session; `hidden` are its fields that nobody sees, `class_` is of its button."""
    given = {CSRF_FIELD: account.csrf, "lang": words.lang} | hidden
    return el(
        "form",
        *fields,
        *(el("input", type="hidden", name=name, value=value) for name, value in given.items() if value),
        el("button", submit, type="submit", class_=class_),
        method="post",
        action=action,
    )


def field(label: str, name: str, fill: str, *, least: int | None = None, needed: bool = True) -> Markup:
    """A password; what it must have at least the browser says as well."""
    return el(
        "label", el("span", label),
        el(
            "input", name=name, type="password", autocomplete=fill, required=needed, maxlength=256, minlength=least,
            autocapitalize="none", spellcheck="false",
        ),
    )  # fmt: skip


def fault_line(fault: str) -> Markup | None:
    return el("p", fault, class_="say bad", role="alert") if fault else None


def document(words: Words, title: str, back: str, account: Account, *parts: Markup | None) -> str:
    """A whole page.

    Args:
        words: of the screen.
        title: of the page.
        back: where its link back leads; empty: there is none.
        account: who asks.
        parts: what it shows.
    """
    code, other = ("en", "English") if words.is_chinese else ("zh", "中文")
    head = el(
        "head", el("meta", charset="utf-8"), el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", name="robots", content="noindex"), el("title", f"{title} · {words('title')}"),
        el("link", rel="stylesheet", href=STYLE),
    )  # fmt: skip
    leave = form(words, account, "/logout", words("shell.logout"), {}, "quiet")
    top = el(
        "header",
        el("a", f"‹ {words('account.back')}", href=back, class_="back") if back else None,
        el("strong", words("account.title")),
        el("a", other, href=f"?lang={code}", lang="zh-CN" if code == "zh" else "en"),
        leave,
    )
    body = el("body", top, el("main", *parts))
    return "<!doctype html>" + el("html", head, body, lang=words("lang.code"))
