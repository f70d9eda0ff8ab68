"""The page of one's own account as plain HTML, made of escaped text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dashboard.report.markup import Markup, el, joined
from dashboard.views.times import moment
from dashboard.words import Words
from maritime_grid.domain.access import FIELDS, PAGES, RoleAccess
from maritime_grid.store.account_rows import SessionRow
from maritime_grid.store.own_account import Own, OwnEntry

from .account_forms import FACTOR_AT
from .account_parts import address, document, form
from .agents import device_of
from .table import CHANGE_AT
from .who import Account

SESSIONS_AT = "/account/sessions"
# Acts that tell somebody what the account is for; the rest goes with them.
TOLD = (
    "case.file", "case.resolve", "case.collate", "case.dispatch", "case.accept", "case.report", "case.report_part",
    "case.grant_extension", "case.tell", "case.rate", "alert.acknowledge", "alert.resolve", "people.edit",
    "people.export", "personal.read",
    "grids.propose", "grids.approve", "grids.file", "items.edit", "items.approve", "accounts.edit", "access_log.read",
    "archive.verify",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class OwnPage:
    """What the page of one's own account shows."""

    own: Own
    account: Account
    access: RoleAccess
    sessions: Sequence[SessionRow]  # that which asks first
    here: int  # its number
    entries: Sequence[OwnEntry]
    home: str
    done: str  # what was done just now, or empty
    now: datetime


def own_page(words: Words, page: OwnPage) -> str:
    """Who I am, what I log in with, where I am logged in, what happened."""
    done = el("p", words(f"account.done.{page.done}"), class_="say good", role="status") if page.done else None
    left = el("div", _who(words, page), _secrets(words, page), class_="column")
    right = el("div", _sessions(words, page), _entries(words, page), class_="column")
    return document(words, words("account.title"), page.home, page.account, done, el("div", left, right, class_="two"))


def _who(words: Words, page: OwnPage) -> Markup:
    own = page.own
    unit = own.unit_zh if words.is_chinese else list(reversed(own.unit_en))
    facts = [
        (words("account.login"), own.account_id),
        (words("account.role"), words.get(f"role.{own.role}", own.role)),
        (words("account.unit"), (" " if words.is_chinese else ", ").join(unit)),
        (words("account.body"), own.body_zh if words.is_chinese else own.body_en),
    ]
    lines = [joined(el("dt", label), el("dd", said)) for label, said in facts if said]
    return el(
        "section",
        el("h2", own.name_shown),
        el("dl", *lines),
        *(el("p", said) for said in _may(words, page)),
        el("p", words("account.wrong"), class_="soft"),
    )


def _may(words: Words, page: OwnPage) -> list[str]:
    """What the account may do, in sentences that follow from the table of access."""
    join, access = words("case.list_join").join, page.access
    acts = [words(f"account.act.{act}") for act in TOLD if act in access.acts]
    pages = [words(f"shell.page.{name}") for name in PAGES if f"page.{name}" in access.acts]
    said = [words("account.may", acts=join(acts))] if acts else []
    said.append(words("account.pages", pages=join(pages)))
    levels = [f"{words(f'admin.field.{name}')}{words(f'account.level.{access.fields[name]}')}" for name in FIELDS]
    return [*said, words("account.sees", fields=join(levels))]


def _secrets(words: Words, page: OwnPage) -> Markup:
    own = page.own
    change = el("a", words("account.password.change"), href=address(words, CHANGE_AT), class_="button")
    has = words(f"account.code.{'has' if own.has_second_factor else 'none'}")
    renew = words(f"account.code.{'renew' if own.has_second_factor else 'set'}")
    factor = el("a", renew, href=address(words, FACTOR_AT), class_="button")
    return el(
        "section",
        el("h2", words("account.secrets")),
        _line(words("login.password"), words("account.password.has"), change)
        if own.has_password
        else _line(words("login.password"), words("account.password.none"), None),
        _line(words("login.code"), has, factor if own.has_password or own.has_second_factor else None),
    )


def _line(label: str, said: str, button: Markup | None) -> Markup:
    return el("div", el("div", el("strong", label), el("span", said), class_="said"), button, class_="line")


def _sessions(words: Words, page: OwnPage) -> Markup:
    lines = [_session(words, page, row) for row in page.sessions]
    others = form(words, page.account, SESSIONS_AT, words("account.sessions.others"), {"do": "others"}, "danger")
    return el(
        "section",
        el("h2", words("account.sessions")),
        el("p", words("account.sessions.hint"), class_="soft"),
        el("ul", *lines, class_="sessions"),
        others if len(page.sessions) > 1 else None,
    )


def _session(words: Words, page: OwnPage, row: SessionRow) -> Markup:
    here = row.number == page.here
    end = form(words, page.account, SESSIONS_AT, words("account.sessions.end"), {"number": str(row.number)}, "small")
    since, seen = moment(row.begun_at, words, page.now), moment(row.seen_at, words, page.now)
    said = el(
        "div",
        el("strong", device_of(row.agent) or words("account.device.unknown")),
        el("span", words("account.sessions.here"), class_="pill") if here else None,
        el("small", words("account.sessions.when", since=since, seen=seen)),
        el("small", words("account.sessions.from", address=row.address)) if row.address else None,
        class_="said",
    )
    return el("li", said, None if here else end, class_="line")


def _entries(words: Words, page: OwnPage) -> Markup:
    lines = [_entry(words, page, entry) for entry in page.entries]
    return el(
        "section",
        el("h2", words("account.entries")),
        el("p", words("account.entries.hint"), class_="soft"),
        el("ul", *lines, class_="entries"),
    )


def _entry(words: Words, page: OwnPage, entry: OwnEntry) -> Markup:
    """A line of the log: when, what, and from where or by whom."""
    kind, _, of = entry.subject.partition(":")
    mine = entry.account_id == page.own.account_id
    where = of if kind == "address" else "" if mine else words("account.entries.by", who=entry.account_id)
    bad = entry.act in {"login_failed", "password_refused"}
    return el(
        "li",
        el("span", moment(entry.at, words, page.now), class_="when"),
        el("span", words.get(f"admin.did.{entry.act}", entry.act), class_="bad" if bad else None),
        el("small", where),
    )
