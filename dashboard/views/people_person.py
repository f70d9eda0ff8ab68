"""People as a list, and one of them: contact data by level, posts, badges, training, teams."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from dash import html
from dash.development.base_component import Component

from dashboard.auth import Account
from dashboard.pages.shell import address
from dashboard.people_query import PeopleQuery
from dashboard.words import Words
from maritime_grid.domain.badges import Standing
from maritime_grid.domain.badges import standing as badge_standing
from maritime_grid.domain.people import Post
from maritime_grid.store.people_rows import (
    BadgeRow,
    MembershipRow,
    PersonInFull,
    PersonRow,
    PostRow,
    TrainingRow,
    UnitRow,
)

from .people_grid import beside, standing, term_acts, term_text
from .people_parts import Cell, facts, link, listing, post_word, unit_name
from .people_search import people_search
from .times import DASH

PEOPLE = ("name", "staff_no", "posts", "kept", "phone")
POSTS, BADGES = ("post", "grid", "work_phone", "term"), ("badge", "post", "valid", "state")
TRAINING, TEAMS = ("course", "held_on", "hours", "result", "certificate"), ("team", "skills", "craft", "member_since")
FULL = ("staff_no", "name", "phone", "id_number", "address", "note")
GOOD = frozenset({Standing.VALID})


@dataclass(frozen=True, slots=True)
class Whole:
    """All that is shown of one person."""

    person: PersonRow
    posts: Sequence[PostRow]
    badges: Sequence[BadgeRow]
    training: Sequence[TrainingRow]
    teams: Sequence[MembershipRow]
    grids: Mapping[str, str]  # names by grid_id
    units: Mapping[str, UnitRow]
    skills: Mapping[str, str]


def people_view(
    found: Sequence[PersonRow], posts: Sequence[PostRow], units: Sequence[UnitRow], grids: Mapping[str, str],
    query: PeopleQuery, most: int, opened: Component | None, account: Account, words: Words,
) -> list[Component]:  # fmt: skip
    """People whom the reader may see, with the posts they hold today."""
    held: dict[int, list[str]] = {}
    for row in posts:
        if row.person_id is not None:
            said = f"{grids.get(row.grid_id, row.grid_id)} {post_word(row, words)}"
            held.setdefault(row.person_id, []).append(said)
    known = {unit.unit_id: unit for unit in units}
    lines = [_line(one, held.get(one.person_id, []), known, query, words) for one in found[:most]]
    add = link(replace(query, do="add", of=""), words, words("people.form.add"), "button primary")
    head = [html.H2(words("people.people.count", n=len(lines))), add if account.may("people.edit") else None]
    more = html.P(words("people.people.more", n=most), className="soft") if len(found) > most else None
    left = html.Section(
        [
            html.Div(head, className="row spread"),
            people_search(units, query, words),
            listing(PEOPLE, lines, words),
            more,
        ],
        className="panel",
    )
    return beside(left, opened)


def _line(
    one: PersonRow, held: Sequence[str], units: Mapping[str, UnitRow], query: PeopleQuery, words: Words
) -> list[Cell]:
    kept = units.get(one.unit_id or "")
    here = replace(query.closed(), person=one.person_id)
    return [
        link(here, words, one.name or DASH),
        one.staff_no or DASH,
        [part for said in held for part in (said, html.Br())][:-1] or DASH,
        unit_name(kept, words) if kept else DASH,
        one.phone or DASH,
    ]


def person_view(
    of: Whole, opened: Component | None, query: PeopleQuery, account: Account, today: date, words: Words
) -> list[Component]:
    """One person; beside it the form that is open."""
    parts = [
        _head(of, query, account, today, words),
        _part(
            "posts", listing(POSTS, [_post(row, of, query, account, today, words) for row in of.posts], words), words
        ),
        _part(
            "badges", listing(BADGES, [_badge(b, of, query, account, today, words) for b in of.badges], words), words
        ),
        _part("training", listing(TRAINING, [_trained(row, words) for row in of.training], words), words),
        _part("teams", listing(TEAMS, [_team(row, of, words) for row in of.teams], words), words),
    ]
    return beside(html.Div(parts, className="grid-body"), opened)


def _part(name: str, inside: Component, words: Words) -> Component:
    return html.Section([html.H2(words(f"people.part.{name}")), inside], className="panel")


def _head(of: Whole, query: PeopleQuery, account: Account, today: date, words: Words) -> Component:
    one = of.person
    kept = of.units.get(one.unit_id or "")
    serving = any(row.person_id and standing(row, today) == "now" for row in of.posts)
    acts = [
        (do, act)
        for do, act in (
            ("edit", "people.edit"), ("appoint", "people.edit"), ("badge", "people.edit"),
            ("training", "people.edit"), ("read", "personal.read"),
        )
        if account.may(act) and (do != "badge" or serving)
    ]  # fmt: skip
    here = replace(query.closed(), view="people", grid="")
    buttons = [
        link(replace(here, do=do), words, words(f"people.form.{do}"), "button here" if query.do == do else "button")
        for do, _ in acts
    ]
    back = link(
        PeopleQuery(view="people", unit=query.unit, part=query.part), words, words("people.back"), "button quiet"
    )
    shown = [
        (words("people.full.staff_no"), one.staff_no),
        (words("people.col.kept"), unit_name(kept, words) if kept else None),
        *((words(f"people.full.{name}"), getattr(one, name)) for name in ("phone", "id_number", "address")),
    ]
    return html.Section(
        [
            html.Div([html.H2(one.name or DASH), back], className="row spread"),
            facts(shown),
            html.Div(buttons, className="row people-acts") if buttons else None,
        ],
        className="panel",
    )


def _post(row: PostRow, of: Whole, query: PeopleQuery, account: Account, today: date, words: Words) -> list[Cell]:
    grid = PeopleQuery(unit=query.unit, grid=row.grid_id)
    here = replace(query, view="people", grid="")
    return [
        html.Strong(post_word(row, words)),
        [link(grid, words, of.grids.get(row.grid_id, row.grid_id)), html.Small(f" {row.grid_id}")],
        [row.work_phone or DASH, *term_acts(row, here, account, today, words, phone=True)],
        [term_text(row, today, words), *term_acts(row, here, account, today, words)],
    ]


def _badge(row: BadgeRow, of: Whole, query: PeopleQuery, account: Account, today: date, words: Words) -> list[Cell]:
    serving = any(
        (p.grid_id, p.post) == (row.grid_id, row.post) and standing(p, today) == "now" for p in of.posts
    )  # as the public check asks
    state = badge_standing(row.issued, row.expires, row.revoked, serving, today)
    pill = html.Span(words(f"people.badge.{state}"), className="pill ok" if state in GOOD else "pill lacking")
    acts: list[Component | str] = []
    if account.may("people.edit") and row.revoked is None:
        here = replace(query, view="people", do="revoke", of=row.number)
        card = html.A(
            words("people.card.print"), href=address(words, "/people/badge", number=row.number), target="_blank"
        )
        acts = [html.Br(), card, " · ", link(here, words, words("people.open.revoke"), "act")]
    why = [html.Br(), html.Small(row.revoked_reason)] if row.revoked_reason else []
    return [
        [html.Code(row.number), *acts],
        f"{of.grids.get(row.grid_id, row.grid_id)} {words.get(f'people.post.{row.post}', row.post)}",
        words("people.term", since=row.issued, until=row.expires),
        [pill, *why],
    ]


def _trained(row: TrainingRow, words: Words) -> list[Cell]:
    return [
        row.course, f"{row.held_on}", words("people.hours", n=f"{row.hours:g}"), words(f"people.result.{row.result}"),
        f"{row.certificate_until or DASH}",
    ]  # fmt: skip


def _team(row: MembershipRow, of: Whole, words: Words) -> list[Cell]:
    left = f" {words('people.member.until', until=row.until)}" if row.until else ""
    return [
        link(PeopleQuery(view="teams", team=row.team_id), words, row.name_zh),
        words("case.list_join").join(of.skills.get(skill, skill) for skill in row.skills) or DASH,
        row.craft or DASH,
        f"{row.since}{left}",
    ]


def in_full_view(person: PersonInFull, words: Words) -> Component:
    """Everything of one person."""
    return facts([(words(f"people.full.{name}"), getattr(person, name) or None) for name in FULL])


def has_term(posts: Sequence[PostRow], post: Post, today: date) -> bool:
    return any(row.post == post and standing(row, today) == "now" for row in posts)
