"""Parts of the form that anyone fills: whom to call first, the vessels, the person complained of, who writes."""

from __future__ import annotations

from dashboard.words import Words

from .markup import Markup, el
from .parts import field, group

CALLS = ("12395", "110", "119")  # distress at sea, police, fire and rescue: in this order


def calls(words: Words) -> Markup:
    """Telephones of an emergency, before anything else: nobody waits for a form."""
    links = [
        el("a", el("strong", number), el("span", words(f"report.call.{number}")), href=f"tel:{number}")
        for number in CALLS
    ]
    said = el("p", words("report.call.first"), class_="say bad")
    return el("fieldset", said, el("div", *links, class_="calls"), data_only="emergency", hidden=True)


def sides(words: Words) -> Markup:
    """The vessel of who writes, or that is in distress; of a dispute the other one."""
    own = field("vessel", words("report.sides.vessel"), 60, spellcheck="false")
    other = el("div", field("other_vessel", words("report.sides.other"), 60, spellcheck="false"), data_only="dispute")
    return group(words("report.vessels"), own, other, only=["dispute", "emergency"], hidden=True)


def about(words: Words) -> Markup:
    return group(
        words("report.about"), field("about", words("report.about.hint"), 100), only=["complaint"], hidden=True
    )


def contact(words: Words) -> Markup:
    trap = el("input", name="website", tabindex="-1", autocomplete="off", aria_hidden="true", class_="trap")
    return group(
        words("report.contact"),
        field("name", words("report.contact.name"), 60, autocomplete="name"),
        field("phone", words("report.contact.phone"), 30, type="tel", autocomplete="tel"),
        trap,
    )
