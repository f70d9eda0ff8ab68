"""Who was told the result and how: the part of a form that asks it, and the lines that tell it afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.case_work import Opened
from dashboard.words import Words
from maritime_grid.cases.kinds import Act
from maritime_grid.cases.telling import MEANS, MOST_REASON, REPORTER, to_tell, with_codes
from maritime_grid.store.case_rows import LogRow, PartyRow

from .case_parts import Told

NOT_TOLD = "none"  # in place of a means


def due_of(opened: Opened) -> tuple[int, ...]:
    """Whom the reader of the page is to tell, by number."""
    case = opened.case
    return to_tell(case.reporter, case.channel, opened.standing.actor.account_id, _sides(opened))


def holders_of(opened: Opened) -> tuple[int, ...]:
    """Who can be given a code, by number."""
    return (REPORTER, *sorted(n for n, side in _sides(opened).items() if side != "witness"))


def code_shown(code: str, words: Words) -> Component:
    """A new code, which is shown this once: to be read out, copied or printed."""
    parts = [
        html.Strong(code, className="follow-code"),
        html.Span(words("case.code.where", path=f"/c/{code}")),
        html.Small(words("case.code.once")),
    ]
    return html.Div(parts, className="say good block code-box", role="status")


def told_fields(opened: Opened, act: Act, told: Told) -> list[Component]:
    """A row for each: who, by which means, and where nobody was reached, why not.

    Resolved on the spot everybody was there, unless the case came from the public: then nobody has seen the reporter.
    """
    coded = with_codes(_issued(opened.case.log), opened.case.channel, _sides(opened))
    there = "in_person" if act == Act.RESOLVE and opened.case.channel != "public" else None
    return [_row(n, opened, told, n in coded, there) for n in due_of(opened)]


def _row(n: int, opened: Opened, told: Told, coded: bool, chosen: str | None) -> Component:
    words = told.words
    means = [name for name in MEANS if name != "code" or coded]
    options = [{"label": words(f"case.told.{name}"), "value": name} for name in (*means, NOT_TOLD)]
    label = who(n, opened, told)
    picked = dcc.RadioItems(options, chosen, id=_id(f"told-{n}"), className="segments thirds told-means", inline=True)
    why = dcc.Input(
        id=_id(f"why-{n}"), value="", maxLength=MOST_REASON, placeholder=words("case.told.why"), className="told-why"
    )
    return html.Div([html.Strong(label), picked, why], className="told-row", role="group", **{"aria-label": label})  # pyright: ignore[reportArgumentType]


def _id(name: str) -> dict[str, str]:
    return {"type": "case-field", "name": name}


def who(n: int, opened: Opened, told: Told) -> str:
    """`申请方 浙普渔60001`, by what its reader may see; of a party that is no more, its number."""
    words = told.words
    if n == REPORTER:
        return words("case.told.reporter")
    party = next((party for party in opened.case.parties if party.n == n), None)
    if party is None:
        return words("case.told.party", n=n)
    return " ".join(filter(None, [words(f"case.side.{party.side}"), _named(party)]))


def _named(party: PartyRow) -> str:
    vessel = party.vessels[0] if party.vessels else None
    shown = (vessel.ship_name or (f"{vessel.mmsi:09d}" if vessel.mmsi is not None else "")) if vessel else ""
    return shown or party.person_name or ""


def told_lines(row: LogRow, opened: Opened, told: Told) -> list[str]:
    """Of an entry that told a result: who was told how, and the answer to the public."""
    words = told.words
    entries = row.detail.get("told")
    lines = [_line(one, opened, told) for one in entries] if isinstance(entries, list) else []
    if answer := row.detail.get("answer"):
        lines.append(words("case.told.answer", text=str(answer)))
    return lines


def _line(one: Mapping[str, Any], opened: Opened, told: Told) -> str:
    words, name = told.words, who(int(one.get("n") or 0), opened, told)
    if "means" in one:
        return words("case.told.line", who=name, how=words(f"case.told.{one['means']}"))
    return words("case.told.line_not", who=name, why=str(one.get("reason") or ""))


def answer_so_far(log: Sequence[LogRow]) -> str:
    """What the public was answered since the case was opened last."""
    answer = ""
    for row in log:
        answer = "" if row.what == Act.REOPEN else str(row.detail.get("answer") or answer)
    return answer


def _sides(opened: Opened) -> dict[int, str]:
    return {party.n: party.side for party in opened.case.parties}


def _issued(log: Sequence[LogRow]) -> frozenset[int]:
    """Who has a code: the reporter since the filing, parties since they were given one."""
    return frozenset({REPORTER, *(int(row.detail["party"]) for row in log if row.what == Act.ISSUE_CODE)})
