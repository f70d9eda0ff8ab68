"""The forms of one's own account: another password, a second factor set up anew or given up."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.report.markup import Markup, el, joined
from dashboard.words import Words
from maritime_grid.domain.login import LEAST_LETTERS, LoginRules
from maritime_grid.store.own_account import Own

from .account_parts import address, document, fault_line, field, form
from .html import grouped_secret, square
from .table import CHANGE_AT
from .who import Account

FACTOR_AT = "/account/second-factor"


@dataclass(frozen=True, slots=True)
class FactorOffer:
    """A second factor to be set up; without a secret there is nothing to prove by who asks."""

    needed: bool  # the role has to have one
    secret: str = ""
    address: str = ""  # for authenticators


def password_page(words: Words, account: Account, own: Own, rules: LoginRules, back: str, fault: str = "") -> str:
    """The form of a new password, with the rules beforehand.

    Args:
        words: of the screen.
        account: who asks.
        own: the same as the store has it.
        rules: of passwords.
        back: where to go afterwards, for who must change it first.
        fault: what was wrong, or empty.
    """
    must = account.must_change
    rest = (
        words("account.rule.long", n=rules.password_min), words("account.rule.letters", n=LEAST_LETTERS),
        words("account.rule.name", name=own.account_id), words("account.rule.ends"),
    )  # fmt: skip
    fields = [
        fault_line(fault),
        el("input", type="hidden", name="username", value=own.account_id, autocomplete="username"),
        field(words("account.password.given" if must else "account.password.old"), "old", "current-password"),
        field(words("account.password.new"), "new", "new-password", least=rules.password_min),
        field(words("account.password.again"), "again", "new-password"),
    ]
    title = words("account.must" if must else "account.password.change")
    send = form(words, account, CHANGE_AT, words("account.password.do"), {"next": back}, "primary", fields)
    inside = [
        el("h2", title),
        el("p", words("account.must.why")) if must else None,
        el("ul", *(el("li", rule) for rule in rest), class_="rules"),
        send if own.has_password else el("p", words("account.password.none")),
    ]
    home = "" if must else address(words, "/account")
    return document(words, title, home, account, el("section", *inside, class_="narrow"))


def factor_page(words: Words, account: Account, own: Own, offer: FactorOffer, fault: str = "") -> str:
    """The second factor set up anew under a proof; given up, where the role allows it."""
    title = words(f"account.code.{'renew' if own.has_second_factor else 'set'}")
    inside: list[Markup | None] = [el("h2", title), fault_line(fault)]
    if offer.secret:
        inside += _offered(words, account, own, offer)
    else:
        inside.append(el("p", words("account.code.outside")))
    if own.has_second_factor and not offer.needed:
        inside += [
            el("h2", words("account.code.forget")),
            form(
                words, account, FACTOR_AT, words("account.code.forget"), {"do": "forget"}, "danger",
                [_proof(words, own)],
            ),
        ]  # fmt: skip
    inside.append(el("p", words("account.code.lost"), class_="soft"))
    return document(words, title, address(words, "/account"), account, el("section", *inside, class_="narrow"))


def _offered(words: Words, account: Account, own: Own, offer: FactorOffer) -> list[Markup]:
    secret = el("p", f"{words('login.secret')} ", el("code", grouped_secret(offer.secret)))
    code = el(
        "label", el("span", words("account.code.new")),
        el("input", name="code", inputmode="numeric", autocomplete="one-time-code", required=True, maxlength=20),
    )  # fmt: skip
    return [
        el("ol", *(el("li", words(f"account.code.step{n}")) for n in (1, 2, 3)), class_="rules"),
        el("figure", Markup(square(offer.address)), secret),  # drawn by a library, of an address that it escapes
        form(
            words, account, FACTOR_AT, words("account.code.do"), {"do": "set"}, "primary",
            [code, _proof(words, own)],
        ),
    ]  # fmt: skip


def _proof(words: Words, own: Own) -> Markup:
    """The password, or a code of the old second factor where there is one."""
    password = field(words("account.password.old"), "password", "current-password", needed=not own.has_second_factor)
    code = el(
        "label", el("span", words("account.code.old_or" if own.has_password else "account.code.old")),
        el("input", name="old", inputmode="numeric", autocomplete="off", maxlength=20, required=not own.has_password),
    )  # fmt: skip
    return joined(password if own.has_password else None, code if own.has_second_factor else None)
