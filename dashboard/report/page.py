"""The forms `/report` and `/public/report` as plain HTML: made once for each language, the same for everyone.

Nothing of who looks at them stands in them, so that a phone may keep them for a quay without a line.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from dashboard.words import Words
from maritime_grid.cases_settings import CaseSettings

from .markup import Markup, document, el
from .parts import field, group
from .public_parts import about, calls, contact, sides

STATIC = "/report/static/"
SCRIPTS = (
    "main.js", "db.js", "dom.js", "list.js", "outbox.js", "photos.js", "place.js", "said.js", "ships.js",
    "vessels.js", "when.js",
)  # fmt: skip
LATER = ("chart.js", "land.json")  # loaded when the chart is first wanted, and kept by the phone before that
STAFF_KINDS, PUBLIC_KINDS = (
    ("dispute", "hazard", "emergency", "service"),
    ("emergency", "dispute", "hazard", "service", "complaint"),
)
GEARS = ("gill_net", "trawl", "pair_trawl", "stow_net", "purse_seine", "pot", "hook", "other")
GEAR_SUBKINDS = ("gear", "fishing_ground")  # of disputes: who set first matters
COUNTS = ("people_in_water", "injured", "dead_or_missing", "crowd")
DAYS = ("today", "yesterday", "before")
_JS = "report.js."


@dataclass(frozen=True, slots=True)
class Form:
    """Which of the two forms."""

    name: str  # staff or public
    kinds: tuple[str, ...]
    send_to: str
    path: str


STAFF = Form("staff", STAFF_KINDS, "/api/v1/cases", "/report")
PUBLIC = Form("public", PUBLIC_KINDS, "/public/report", "/public/report")


def report_page(form: Form, words: Words, settings: CaseSettings) -> bytes:
    """The page of a form.

    Args:
        form: which.
        words: of the screen.
        settings: kinds with their subkinds, limits of attachments.
    """
    staff = form is STAFF
    fields = [
        _kinds(form, words),
        None if staff else calls(words),
        *(_subkinds(kind, words, settings) for kind in form.kinds),
        _major(words) if staff else None,
        *(() if staff else (about(words), sides(words))),
        _vessels(words) if staff else None,
        _time(words),
        _place(words, staff=staff),
        _note(words),
        _counts(words) if staff else None,
        None if staff else contact(words),
        el("button", words("report.clear"), type="button", id="clear", class_="quiet"),
    ]
    main = el(
        "main",
        el("p", id="banner", class_="say", role="status", hidden=True),
        el("noscript", el("p", words("report.no_script"), class_="say bad")),
        el("ol", id="outbox", aria_label=words("report.outbox")),
        el("form", *fields, id="form", autocomplete="off"),
        items_link(words),
    )
    body = el(
        "body", _top(form, words), main, _bottom(words), _vessel_row(words),
        data_form=form.name, data_send_to=form.send_to, data_path=form.path, data_lang=words.lang,
        data_words=_script_words(words), data_gear_subkinds=" ".join(GEAR_SUBKINDS),
    )  # fmt: skip
    manifest = el("link", rel="manifest", href=f"{STATIC}manifest.webmanifest") if staff else None
    scripts = [el("script", type="module", src=f"{STATIC}main.js")]
    scripts += [el("link", rel="modulepreload", href=f"{STATIC}{name}") for name in SCRIPTS[1:]]
    return document(
        el("html", head(words, words(f"report.title.{form.name}"), manifest, *scripts), body, lang=words("lang.code"))
    )


def head(words: Words, title: str, *more: Markup | None) -> Markup:
    """The head of a lean page."""
    return el(
        "head", el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1, viewport-fit=cover"),
        el("meta", name="theme-color", content="#0d3b5e"), el("title", f"{title} · {words('title')}"),
        el("link", rel="icon", href=f"{STATIC}icon-192.png", type="image/png"),
        el("link", rel="apple-touch-icon", href=f"{STATIC}icon-192.png"),
        el("link", rel="stylesheet", href=f"{STATIC}report.css"), *more,
    )  # fmt: skip


def other_language(words: Words, path: str, **asked: str) -> Markup:
    """The link to the same page in the other language; `asked` is the rest of its query."""
    code, name = ("en", "English") if words.is_chinese else ("zh", "中文")
    return el("a", name, href=f"{path}?{urlencode(asked | {'lang': code})}", class_="language")


def items_link(words: Words) -> Markup:
    """To the list of work items, which is everybody's to read (Art. 24)."""
    path = "/public/items" if words.is_default else f"/public/items?lang={words.lang.split('_')[0]}"
    return el("p", el("a", words("items.link"), href=path), class_="hint")


def _top(form: Form, words: Words) -> Markup:
    home = el("a", words("report.cases"), href="/cases", class_="language") if form is STAFF else None
    follow = el("a", words("report.follow"), href="/c/", class_="language") if form is PUBLIC else None
    title = el("strong", words(f"report.title.{form.name}"))
    mine = "/account" if words.is_default else f"/account?lang={words.lang.split('_')[0]}"
    who = el("a", id="who", href=mine, title=words("shell.account")) if form is STAFF else el("span", id="who")
    return el("header", title, who, home, follow, other_language(words, form.path))


def _bottom(words: Words) -> Markup:
    """The scripts let send: before they are there the browser would put the form into an address."""
    state = el("span", words("report.opening"), id="state", role="status")
    send = el("button", words("report.send"), id="send", type="submit", form="form", class_="send", disabled=True)
    return el("footer", state, send)


def _choices(name: str, values: Sequence[tuple[str, str]], class_: str) -> Markup:
    return el(
        "div",
        *(
            el("label", el("input", type="radio", name=name, value=value), el("span", label), class_=f"k-{value}")
            for value, label in values
        ),
        class_=class_,
    )


def _kinds(form: Form, words: Words) -> Markup:
    return group(words("report.kind"), _choices("kind", [(k, words(f"report.kind.{k}")) for k in form.kinds], "big"))


def _subkinds(kind: str, words: Words, settings: CaseSettings) -> Markup:
    known = getattr(settings.kinds, kind).subkinds
    chips = [(key, word.zh if words.is_chinese else word.en) for key, word in known.items()]
    return group(words("report.subkind"), _choices(f"subkind-{kind}", chips, "chips"), only=[kind], hidden=True)


def _counts(words: Words) -> Markup:
    steppers: list[Markup] = []
    for name in COUNTS:  # no labels: a tap on their words would press the first button
        word = words(f"report.count.{name}")
        steppers.append(
            el(
                "div", el("span", word),
                el("button", "−", type="button", data_step="-1", aria_label=f"{word} {words('report.less')}"),
                el("input", name=name, inputmode="numeric", value="0", maxlength=5, aria_label=word),
                el("button", "+", type="button", data_step="1", aria_label=f"{word} {words('report.more')}"),
                class_="stepper",
            )
        )  # fmt: skip
    more = el("details", el("summary", words("report.people")), *steppers, id="people")
    return el("fieldset", more, data_only="emergency dispute hazard", hidden=True)


def _major(words: Words) -> Markup:
    """Art. 28: one tap; for whom it is shown the script knows."""
    box = el("input", type="checkbox", name="major")
    text = el("span", el("strong", words("report.major")), el("small", words("report.major.hint")))
    return el("label", box, text, id="major", class_="major", hidden=True)


def _vessels(words: Words) -> Markup:
    add = el("button", words("report.vessel.add"), type="button", id="add-vessel", class_="quiet")
    return group(words("report.vessels"), el("div", id="vessels"), add, id="vessel-group")


def _vessel_row(words: Words) -> Markup:
    """A row of a vessel, for the script to copy."""
    gears = [el("option", words("report.gear"), value="")]
    gears += [el("option", words(f"report.gear.{gear}"), value=gear) for gear in GEARS]
    unknown = el("button", words("report.vessel.unknown"), type="button", class_="unknown quiet")
    drop = el("button", "×", type="button", class_="drop", aria_label=words("report.vessel.drop"))
    first = el("label", el("input", type="checkbox", name="set-first"), el("span", words("report.set_first")))
    asked = el(
        "input", class_="asked", maxlength=60, placeholder=words("report.vessel.ask"), enterkeyhint="done",
        autocapitalize="characters", spellcheck="false", aria_label=words("report.vessel.ask"),
    )  # fmt: skip
    row = el(
        "div",
        el("span", class_="side"),
        el("div", asked, unknown, class_="line"),
        el("ul", class_="found", hidden=True),
        el("p", el("span", class_="name"), el("small", class_="more"), drop, class_="taken", hidden=True),
        el(
            "div",
            el("select", *gears, class_="gear", aria_label=words("report.gear")),
            first,
            class_="gear-line",
            hidden=True,
        ),
        _says(words),
        class_="vessel",
    )
    return el("template", row, id="vessel-row")


def _says(words: Words) -> Markup:
    """What a side's own skipper tells; folded away, since most reports are made without."""
    return el(
        "details",
        el("summary", words("report.says.more")),
        field("person", words("report.says.person"), 60),
        field("person_phone", words("report.says.phone"), 30, type="tel"),
        field("loss_yuan", words("report.says.loss"), 12, inputmode="decimal"),
        field("says", words("report.says"), 2000),
        class_="says",
        hidden=True,
    )


def _place(words: Words, *, staff: bool) -> Markup:
    ways = ["phone", "vessel", "grid", "chart"] if staff else ["phone", "chart"]
    buttons = [
        el("button", words(f"report.place.{way}"), type="button", data_way=way, aria_pressed="false") for way in ways
    ]
    grids = el("select", id="grids", hidden=True, aria_label=words("report.place.grid")) if staff else None
    said = field("place", words("report.place.words"), 100)
    found = el("p", id="place-found", class_="hint", role="status")
    chart = el("div", id="chart", class_="chart", hidden=True)
    return group(words("report.place"), el("div", *buttons, class_="ways"), grids, found, chart, said)


def _note(words: Words) -> Markup:
    text = el(
        "textarea", "", name="note", rows=3, maxlength=5000, placeholder=words("report.note.hint"),
        aria_label=words("report.note"),
    )  # fmt: skip
    camera = el("input", type="file", id="camera", accept="image/*", capture="environment")
    album = el("input", type="file", id="album", accept="image/*", multiple=True)
    photos = el(
        "div", el("label", camera, el("span", words("report.photo")), class_="camera"),
        el("label", album, el("span", words("report.album")), class_="camera"), el("ul", id="photos"),
        class_="photos",
    )  # fmt: skip
    return group(words("report.note"), text, photos)


def _time(words: Words) -> Markup:
    """Just now, or a day and then its hours, which the script shows; the field beneath for the minutes."""
    days = [el("button", words("report.now"), type="button", id="now", aria_pressed="true")]
    days += [
        el("button", words(f"report.day.{day}"), type="button", data_day=ago, aria_pressed="false")
        for ago, day in enumerate(DAYS)
    ]
    at = el("input", type="datetime-local", name="happened_at", aria_label=words("report.when"))
    zone = el("p", words("report.zone"), id="zone", class_="hint", hidden=True)
    return group(
        words("report.when"),
        el("div", *days, class_="ways"),
        el("div", id="hours", class_="hours", hidden=True),
        at,
        zone,
    )


def _script_words(words: Words) -> str:
    """Those that the scripts say."""
    own = {key.removeprefix(_JS): text for key, text in words.table.items() if key.startswith(_JS)}
    return json.dumps(own, ensure_ascii=False)


def manifest(words: Words) -> bytes:
    """How a phone installs `/report`."""
    icons = [
        {"src": f"{STATIC}icon-{size}.png", "sizes": f"{size}x{size}", "type": "image/png", "purpose": "any maskable"}
        for size in (192, 512)
    ]
    said = {
        "id": "/report", "name": f"{words('title')} {words('report.title.staff')}", "short_name": words("report.short"),
        "lang": words("lang.code"), "start_url": "/report", "scope": "/report", "display": "standalone",
        "background_color": "#f2f5f7", "theme_color": "#0d3b5e", "icons": icons,
    }  # fmt: skip
    return json.dumps(said, ensure_ascii=False).encode()
