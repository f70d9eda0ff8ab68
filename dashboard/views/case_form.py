"""The form of one act on a case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.case_forms import FIRST, FORMS, MOST_DAYS, MOST_TEXT, Field
from dashboard.case_work import Opened
from dashboard.pages.shell import say
from maritime_grid.cases.calendar import Counting
from maritime_grid.cases.flow import RATINGS
from maritime_grid.cases.handing import may_hand_to
from maritime_grid.cases.kinds import Act, Kind
from maritime_grid.cases.telling import MOST_ANSWER
from maritime_grid.store.alert_rows import MyAlert
from maritime_grid.store.case_proposing import Proposal
from maritime_grid.store.case_rows import LogRow

from .case_alerts import option_text
from .case_amend import amend_form
from .case_joint import parts_said
from .case_log import entry_text
from .case_parts import Told, cause_text, unit_name
from .case_told import answer_so_far, holders_of, told_fields, who
from .picking import dropdown
from .times import moment


@dataclass(frozen=True, slots=True)
class FormOf:
    """What the form is for, to whom the case is proposed where it gives it to a body."""

    act: Act
    opened: Opened
    proposal: Proposal | None = None
    counting: Counting = Counting.WORKING
    pause_until: datetime | None = None  # how long the clock would stand, stopped now
    alerts: Sequence[MyAlert] = ()  # that may be linked to it


def form(of: FormOf, told: Told) -> list[Component]:
    """The whole form; nothing in it is sent until the reader says so."""
    if of.act == Act.AMEND:
        return amend_form(of.opened, told)
    words = told.words
    send = html.Button(
        words(f"case.act.{of.act}"), id="case-send", type="button", className="primary" if of.act in FIRST else ""
    )
    cancel = html.Button(words("case.form.cancel"), id="case-cancel", type="button", className="quiet")
    hint = words.get(f"case.form.hint.{of.act}", "")
    parts: list[Component | None] = [
        html.H2(words(f"case.act.{of.act}")),
        html.P(hint, className="soft") if hint else None,
        _asked(of, told),
        *(parts_said(of.opened, told) if of.act == Act.REPORT else []),
        say(words("case.pause.most", at=moment(of.pause_until, words, told.now))) if of.pause_until else None,
        *(_field(field, of, told) for field in FORMS[of.act]),
        html.Div(id="case-said"),
        html.Div([send, cancel], className="row"),
    ]
    return [html.Div([part for part in parts if part is not None], className="panel form", id="case-form-box")]


def _field(field: Field, of: FormOf, told: Told) -> Component:
    words = told.words
    label = words(f"case.field.{field.name}")
    if not field.needed:
        label = words("case.field.optional", label=label)
    parts = {
        "text": _text, "body": _body, "bodies": _bodies, "unit": _unit, "alert": _alert, "cause": _cause, "span": _span,
        "rating": _rating, "number": _number, "answer": _answer, "told": _told, "party": _party,
    }  # fmt: skip
    inner = parts[field.kind](field, of, told)
    return html.Div([html.Span(label, className="label"), *inner], className="field")


def _id(name: str) -> dict[str, str]:
    return {"type": "case-field", "name": name}


def _text(field: Field, _of: FormOf, told: Told) -> list[Component]:
    hint = told.words.get(f"case.field.{field.name}.hint", "")
    return [dcc.Textarea(id=_id(field.name), value="", maxLength=MOST_TEXT, placeholder=hint)]


def _body(field: Field, of: FormOf, told: Told) -> list[Component]:
    """All bodies, the proposed one chosen, with the reason of the rule that proposes it."""
    taken = {of.opened.case.row.holder, *of.opened.case.joint} if of.act != Act.DISPATCH else set[str | None]()
    zh = told.words.is_chinese
    options = [
        {"label": names[0] if zh else names[1] or names[0], "value": body}
        for body, names in of.opened.bodies.items()
        if body not in taken
    ]
    proposed = of.proposal.body_id if of.proposal and of.act == Act.DISPATCH else None
    picked = dropdown(
        told.words, options, proposed, id=_id(field.name), clearable=False, placeholder=told.words("case.choose")
    )
    return [picked, *_why(of, told)]


def _bodies(field: Field, of: FormOf, told: Told) -> list[Component]:
    """All bodies; chosen are those that the rule proposes."""
    zh = told.words.is_chinese
    options = [
        {"label": names[0] if zh else names[1] or names[0], "value": body} for body, names in of.opened.bodies.items()
    ]
    ticked = list(of.proposal.joint) if of.proposal else []
    return [
        dropdown(
            told.words,
            options,
            ticked,
            id={"type": "case-list", "name": field.name},
            multi=True,
            placeholder=told.words("case.choose_joint"),
        )
    ]


def _unit(field: Field, of: FormOf, told: Told) -> list[Component]:
    """Units to which the reader may hand it over, from the city down."""
    units, leads = told.standing.units, of.opened.case.row.unit_id
    own = units.get(told.standing.asker.unit_id or "")
    options = [
        {"label": " › ".join(unit_name(u, told) for u in unit.path[1:] or unit.path), "value": unit.unit_id}
        for unit in units.values()
        if own is not None and unit.unit_id != leads and may_hand_to(own, unit)
    ]
    return [
        dropdown(told.words, options, None, id=_id(field.name), clearable=False, placeholder=told.words("case.choose"))
    ]


def _alert(field: Field, of: FormOf, told: Told) -> list[Component]:
    """Alerts of the case's vessels and grid about the time of the matter, in words."""
    words = told.words
    if not of.alerts:
        return [say(words("case.link.nothing"), "warn"), dcc.Input(type="hidden", id=_id(field.name), value="")]
    options = [{"label": option_text(row, words, told.now), "value": row.alert_id} for row in of.alerts]
    return [dropdown(told.words, options, None, id=_id(field.name), placeholder=words("case.choose"), optionHeight=56)]


def _cause(field: Field, _of: FormOf, told: Told) -> list[Component]:
    options = [{"label": cause_text(cause, told), "value": cause} for cause in told.settings.pauses.causes]
    picked = dropdown(
        told.words, options, None, id=_id(field.name), clearable=False, placeholder=told.words("case.choose")
    )
    return [picked]


def _why(of: FormOf, told: Told) -> list[Component]:
    if of.proposal is None or of.act != Act.DISPATCH:
        return []
    words, route = told.words, of.proposal.route
    reason = route.zh if words.is_chinese else route.en
    if of.proposal.body_id is None:
        competence = route.body.zh if words.is_chinese else route.body.en
        return [say(words("case.proposal.nobody", competence=competence, reason=reason), "warn")]
    return [say(words("case.proposal", reason=reason))]


def _span(field: Field, of: FormOf, told: Told) -> list[Component]:
    words = told.words
    day = words("case.unit.working_day" if of.counting == Counting.WORKING else "case.unit.day")
    hour = words("case.unit.working_hour" if of.counting == Counting.WORKING else "case.unit.hour")
    units = [{"label": day, "value": "day"}, {"label": hour, "value": "hour"}]
    number = dcc.Input(id=_id(field.name), type="number", min=1, max=MOST_DAYS, step=1, inputMode="numeric")
    unit = dcc.RadioItems(units, "day", id=_id("unit"), className="segments", inline=True)
    return [html.Div([number, unit], className="row span")]


def _rating(field: Field, _of: FormOf, told: Told) -> list[Component]:
    options = [{"label": told.words(f"case.rating.{n}"), "value": n} for n in reversed(RATINGS)]
    return [dcc.RadioItems(options, None, id=_id(field.name), className="segments ratings", inline=True)]


def _answer(field: Field, of: FormOf, told: Told) -> list[Component]:
    """What was answered so far; whoever tells it may word it better."""
    hint = html.Small(told.words("case.field.answer.hint"), className="soft")
    known = answer_so_far(of.opened.case.log)
    return [dcc.Textarea(id=_id(field.name), value=known, maxLength=MOST_ANSWER), hint]


def _told(_field: Field, of: FormOf, told: Told) -> list[Component]:
    return told_fields(of.opened, of.act, told) or [html.Small(told.words("case.told.nobody"), className="soft")]


def _party(field: Field, of: FormOf, told: Told) -> list[Component]:
    options = [{"label": who(n, of.opened, told), "value": n} for n in holders_of(of.opened)]
    return [dcc.RadioItems(options, 0, id=_id(field.name), className="choices", labelStyle={"display": "flex"})]


def _number(field: Field, of: FormOf, _told: Told) -> list[Component]:
    """With what is known already, so that only what has changed is typed."""
    known = int(of.opened.case.facts.get(field.name) or 0)
    return [dcc.Input(known, id=_id(field.name), type="number", min=0, step=1, inputMode="numeric")]


def _asked(of: FormOf, told: Told) -> Component | None:
    """For who decides on an extension: how much is asked for, and why."""
    if of.act not in {Act.GRANT_EXTENSION, Act.REFUSE_EXTENSION}:
        return None
    asked = next((row for row in reversed(of.opened.case.log) if row.what == Act.ASK_EXTENSION), None)
    if asked is None:
        return None
    return say(f"{entry_text(asked, of.opened, told)} {asked.detail.get('reason', '')}")


def changes(since: Sequence[LogRow], opened: Opened, told: Told, *, still: bool) -> Component:
    """What others did since the form was opened; what was typed stays where it is."""
    words = told.words
    items = [html.Li(entry_text(row, opened, told)) for row in since]
    key = "case.stale.again" if still else "case.stale.gone"
    parts = [html.Strong(words("case.stale")), html.Ul(items, className="changes"), html.P(words(key))]
    return html.Div(parts, className="say warn block", role="alert")


def counting_of(opened: Opened, told: Told) -> Counting:
    return told.settings.kinds.of(Kind(opened.case.row.kind)).counting
