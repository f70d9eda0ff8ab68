"""What the page of one case shows and does, as the account that asks: parts of it as components."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dash import html
from dash.development.base_component import Component

from maritime_grid.cases.flow import IllegalAct
from maritime_grid.cases.kinds import Act, Kind
from maritime_grid.domain.errors import MaritimeGridError
from maritime_grid.store.case_desk import read_party
from maritime_grid.store.case_filing import follow_code
from maritime_grid.store.case_rows import CaseView

from .auth import Account, needs
from .case_amending import amendment_facts
from .case_forms import FORMS, FieldFault, day_seconds, facts_of
from .case_tracks import read_tracks
from .case_work import Changed, Opened, acts_of, do, linkable, open_case
from .desk import Desk
from .faults import fault
from .pages.shell import say
from .standing import state_of_view
from .views.case_alerts import alerts
from .views.case_form import FormOf, changes, counting_of, form
from .views.case_head import actions, head
from .views.case_log import hops, timeline
from .views.case_map import case_map
from .views.case_parts import Told
from .views.case_steps import steps
from .views.case_story import files, parties, person_lines, story
from .views.case_told import code_shown
from .words import Words


@dataclass(frozen=True, slots=True)
class Seen:
    """What the page needs of a case at one version."""

    opened: Opened
    told: Told
    acts: tuple[Act, ...]

    @property
    def version(self) -> int:
        return self.opened.case.row.version


def look(desk: Desk, account: Account, case_id: str, words: Words) -> Seen:
    """Raises: NoSuchCase: there is none, or none for this account; StoreUnavailable."""
    opened = open_case(desk, account, case_id)
    told = Told(words, desk.case_settings, opened.standing, desk.now())
    return Seen(opened, told, acts_of(opened, desk.plan, told.now))


def changing_parts(seen: Seen, desk: Desk) -> dict[str, list[Component]]:
    """Those that an act changes."""
    opened, told = seen.opened, seen.told
    return {
        "head": head(opened, told),
        "acts": actions(seen.acts, opened, told),
        "story": story(opened, told),
        "files": files(opened, told, desk.plan.attachments, seen.acts),
        "hops": hops(opened, told, may_receive=Act.RECEIVE_HOP in seen.acts),
        "alerts": alerts(opened, told),
        "steps": steps(opened, told),
        "log": timeline(opened, told),
    }


def party_part(seen: Seen) -> list[Component]:
    return parties(seen.opened, seen.told, may_read=seen.opened.standing.account.may("personal.read"))


def map_part(desk: Desk, account: Account, case_id: str, words: Words) -> list[Component]:
    """The map with the tracks; one line where they cannot be had."""
    try:
        case = open_case(desk, account, case_id).case
        return case_map(case, read_tracks(desk, account, case), words)
    except MaritimeGridError as error:
        return [fault(error, words)]


def open_form(desk: Desk, account: Account, case_id: str, name: str, words: Words) -> tuple[list[Component], int]:
    """The form of an act, and the version that goes with it."""
    try:
        seen = look(desk, account, case_id, words)
        act = next((act for act in FORMS if act == name and act in seen.acts), None)
        if act is None:
            raise IllegalAct(f"case {case_id}: {name} is not open", "read it again")
        proposed = desk.cases.propose(case_id) if act == Act.DISPATCH else None
        until = desk.plan.pause_from(state_of_view(seen.opened.case), seen.told.now) if act == Act.PAUSE else None
        found = linkable(desk, account, seen.opened.case) if act == Act.LINK_ALERT else ()
        of = FormOf(act, seen.opened, proposed, counting_of(seen.opened, seen.told), until, found)
        return form(of, seen.told), seen.version
    except MaritimeGridError as error:
        return [fault(error, words)], 0


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of a form: done, or a line to show in it, and the version that goes with it from then on."""

    done: bool
    said: Component | None
    version: int


def send_form(
    desk: Desk, account: Account, case_id: str, name: str, version: int, typed: Mapping[str, Any], words: Words
) -> Sent:
    """Do the act of a form with what was typed into it."""
    try:
        act = next((act for act in FORMS if act == name), None)
        if act is None:
            raise IllegalAct(f"case {case_id}: there is no form for it", "read it again")
        case = open_case(desk, account, case_id).case
        facts = _facts(act, typed, case, desk)
        repeated = do(desk, account, case_id, version, act, facts)
        if act == Act.ISSUE_CODE:
            return Sent(True, code_shown(facts["code"], words), version)
        key = "case.done_before" if repeated else "case.done"
        return Sent(True, say(words(key, act=words(f"case.act.{act}")), "good"), version)
    except FieldFault as error:
        return Sent(False, say(words(error.key), "bad"), version)
    except Changed as error:
        return _changed(error, desk, account, case_id, name, version, words)
    except MaritimeGridError as error:
        return Sent(False, fault(error, words), version)


def _facts(act: Act, typed: Mapping[str, Any], case: CaseView, desk: Desk) -> dict[str, Any]:
    if act == Act.AMEND:
        return amendment_facts(typed, case)
    facts = facts_of(act, typed, day_seconds(desk.plan, Kind(case.row.kind)))
    if act == Act.ISSUE_CODE:
        facts["code"] = follow_code(None)
    if act in {Act.RESOLVE, Act.TELL} and case.row.kind == Kind.COMPLAINT and not facts.get("answer"):
        raise FieldFault("answer", "case.fault.answer")
    return facts


def _changed(error: Changed, desk: Desk, account: Account, case_id: str, name: str, version: int, words: Words) -> Sent:
    """What others did meanwhile; with it the case may have left the reader's sight."""
    try:
        seen = look(desk, account, case_id, words)
    except MaritimeGridError as gone:
        return Sent(False, fault(gone, words), version)
    return Sent(False, changes(error.since, seen.opened, seen.told, still=name in seen.acts), seen.version)


def reveal(
    desk: Desk, case_id: str, n: int, purpose: object, words: Words
) -> tuple[list[Component] | None, Component | None]:
    """Personal data of one party in full, which the store logs; else why not."""
    account = needs("personal.read")
    if not isinstance(purpose, str) or not purpose.strip():
        return None, say(words("case.reveal.no_purpose"), "bad")
    try:
        with desk.reads.as_account(account.account_id, logged=True) as conn:
            found = read_party(conn, case_id, n, purpose.strip())
    except MaritimeGridError as error:
        return None, fault(error, words)
    if found is None:
        return None, say(words("fault.no_case"), "bad")
    return person_lines(found, words), say(words("case.reveal.done"), "good")


def missing(error: MaritimeGridError, words: Words) -> list[Component]:
    """In place of a case that is not there for this account."""
    return [html.Div(fault(error, words), className="panel")]
