"""What a case is about: what happened, its parties side by side, its attachments. Texts of people go in as text."""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.case_work import Opened
from dashboard.words import Words
from maritime_grid.cases.kinds import Act
from maritime_grid.cases.plan import Attachments
from maritime_grid.store.case_desk import PartyInFull
from maritime_grid.store.case_rows import AttachmentRow, PartyRow, PartyVessel

from .case_joint import joint_parts
from .case_log import counts_text, person_text
from .case_parts import Told
from .times import DASH, moment

IMAGES = ("image/jpeg", "image/png", "image/webp")
MIB = 1 << 20


def story(opened: Opened, told: Told) -> list[Component]:
    """What happened, when, where, who says so."""
    case, words = opened.case, told.words
    by = person_text(case.reporter, opened, told) if case.reporter else words(f"case.channel.{case.channel}")
    place = [
        case.place or "",
        f"{case.lon:.4f}, {case.lat:.4f}" if case.lon is not None and case.lat is not None else "",
    ]
    facts = [
        (words("case.happened_at"), moment(case.happened_at, words, told.now)),
        (words("case.place"), " · ".join(filter(None, place)) or DASH),
        (words("case.filed_by"), f"{by} · {moment(case.row.opened_at, words, told.now)}"),
    ]
    if known := counts_text(case.facts, words):
        facts.append((words("case.numbers"), known))
    if case.amount is not None:
        facts.append((words("case.amount"), words("case.yuan", n=f"{case.amount:,.0f}")))
    if case.asked_s:
        facts.append((words("case.asked"), words("case.counted_hours", n=f"{case.asked_s / 3_600:g}")))
    if case.rating:
        facts.append((words("case.rating"), words("case.rating_of", n=case.rating)))
    text = html.P(case.description or words("case.no_description"), className="told" if case.description else "soft")
    listed = [part for name, value in facts for part in (html.Dt(name), html.Dd(value))]
    return [html.H2(words("case.story")), text, html.Dl(listed, className="facts"), *joint_parts(opened, told)]


def parties(opened: Opened, told: Told, *, may_read: bool) -> list[Component]:
    """The parties beside one another."""
    words, rows = told.words, opened.case.parties
    if not rows:
        return []
    cards = [_party(row, words, may_read) for row in rows]
    return [html.H2(words("case.parties")), html.Div(cards, className="parties")]


def _party(row: PartyRow, words: Words, may_read: bool) -> Component:
    vessels = [html.Div(vessel_text(vessel, words)) for vessel in row.vessels]
    first = None if row.set_first is None else words("case.set_first.yes" if row.set_first else "case.set_first.no")
    facts = [
        ("case.vessel", vessels),
        ("case.gear", words.get(f"gear.{row.gear}", row.gear) if row.gear else ""),
        ("case.set_first", first or ""),
        ("case.claim", row.claim),
        ("case.statement", row.statement),
    ]
    listed = [p for key, text in facts if text for p in (html.Dt(words(key)), html.Dd(text))]
    person = html.Div(person_lines(row, words), id={"type": "case-person", "n": row.n}, className="person")
    has_person = any((row.person_name, row.phone, row.id_number))
    parts = [html.H3(words(f"case.side.{row.side}")), html.Dl(listed, className="facts")]
    if has_person:
        parts += [person, _reveal(row.n, words) if may_read else None]
    return html.Section([p for p in parts if p is not None], className=f"party side-{row.side}")


def vessel_text(vessel: PartyVessel, words: Words) -> str:
    """`浙普渔60001 · 412000001`; of one whose number nobody knows, which has no track, that it is not identified."""
    mmsi = f"{vessel.mmsi:09d}" if vessel.mmsi is not None else words("case.unidentified")
    return " · ".join(filter(None, [vessel.ship_name, mmsi]))


def person_lines(row: PartyRow | PartyInFull, words: Words) -> list[Component]:
    """Personal data as the reader was given them."""
    if isinstance(row, PartyInFull):
        values = (row.name, row.phone, row.id_number)
    else:
        values = (row.person_name or "", row.phone or "", row.id_number or "")
    keys = ("case.person_name", "case.phone", "case.id_number")
    known = [(words(key), text) for key, text in zip(keys, values, strict=True) if text]
    return [html.Dl([part for name, text in known for part in (html.Dt(name), html.Dd(text))], className="facts")]


def _reveal(n: int, words: Words) -> Component:
    purpose = dcc.Input(
        type="text", id={"type": "case-purpose", "n": n}, maxLength=200, placeholder=words("case.reveal.hint")
    )
    button = html.Button(words("case.reveal.show"), id={"type": "case-reveal", "n": n}, type="button")
    label = html.Label(words("case.reveal.purpose"))
    return html.Details(
        [
            html.Summary(words("case.reveal")),
            html.Div([label, purpose, html.Small(words("case.reveal.logged"))], className="field"),
            button,
            html.Div(id={"type": "case-reveal-said", "n": n}),
        ],
        className="reveal",
    )


def files(opened: Opened, told: Told, limits: Attachments, acts: tuple[Act, ...]) -> list[Component]:
    """Attachments: pictures small (assets/82_page.js fetches them as they come into view), everything to be had as
    a file; a button to add one.
    """
    words, case_id = told.words, opened.case.row.case_id
    items = [_file(case_id, row, words) for row in opened.case.attachments]
    shown = html.Ul(items, className="files") if items else html.P(words("case.no_files"), className="soft")
    parts: list[Component] = [html.H2(words("case.files")), shown]
    if Act.ATTACH in acts:
        parts.append(_add_file(case_id, words, limits))
    return parts


def _file(case_id: str, row: AttachmentRow, words: Words) -> Component:
    where = f"/api/v1/cases/{case_id}/attachments/{row.seq}"
    size = (
        words("case.mib", n=f"{row.size / MIB:.1f}")
        if row.size >= MIB // 10
        else words("case.kib", n=-(-row.size // 1024))
    )
    picture = (
        [html.Img(alt=row.name, **{"data-src": f"{where}?inline=true"})]  # pyright: ignore[reportArgumentType]
        if row.media_type in IMAGES
        else [html.I(className="paper")]
    )
    label = [html.Span(row.name), html.Small(size)]
    return html.Li(html.A([*picture, html.Span(label, className="file-name")], href=where, download=row.name))


def _add_file(case_id: str, words: Words, limits: Attachments) -> Component:
    data = {
        "data-to": f"/api/v1/cases/{case_id}/attachments",
        "data-accept": ",".join(sorted(limits.types)),
        **{f"data-{key}": words(f"case.file.{key}", name="{name}") for key in ("sending", "sent", "failed")},
    }
    button = html.Button(words("case.file.add"), id="case-file-add", type="button", **data)  # pyright: ignore[reportArgumentType]
    hint = html.Small(words("case.file.hint", n=limits.max_bytes >> 20))
    state = html.Div(id="case-file-state", role="status")
    return html.Div([html.Div([button, hint], className="row"), state], className="add-file")


def dossier_form(opened: Opened, words: Words) -> list[Component]:
    """The case whole as a zip, for a purpose that the store logs; sent by the browser itself, which keeps the file."""
    purpose = dcc.Input(
        type="text",
        name="purpose",
        required=True,
        maxLength=200,
        placeholder=words("case.dossier.hint"),
        id="case-dossier-why",
    )
    lang = dcc.Input(type="hidden", name="lang", value=words.lang)
    label = html.Label(words("case.reveal.purpose"), htmlFor="case-dossier-why")
    send = html.Button(words("case.dossier.take"), type="submit")
    form = html.Form(
        [lang, html.Div([label, purpose, html.Small(words("case.dossier.about"))], className="field"), send],
        action=f"/api/v1/cases/{opened.case.row.case_id}/dossier",
        method="GET",
        className="dossier",
    )
    return [html.H2(words("case.dossier")), form]
