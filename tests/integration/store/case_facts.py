"""What an act of the flow is given, thrown by a die, so that it makes sense while a case stands so.

An act that has no maker here fails every test that throws: whoever adds an act says here what it is given.
"""

from __future__ import annotations

from base64 import b32encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from random import Random
from typing import Any

from maritime_grid.cases.flow import RATINGS, Actor, CaseState
from maritime_grid.cases.handing import may_hand_to
from maritime_grid.cases.kinds import Act, Kind
from maritime_grid.cases.severity import SeverityFacts
from maritime_grid.cases.telling import MEANS, to_tell
from maritime_grid.store.case_changes import AmendedParty, Amendment

from .case_build import BODIES, PLAN, UNITS, dispute

PLACES = (*((122.7 + n / 100, 30.2) for n in range(6)), (123.5, 30.2), (122.7, 31.5))  # in G1 but for two: G2, no grid
PHOTOS = tuple(b"\xff\xd8\xff photo %d" % n for n in range(4))  # that several have
SIDES = {n: party.side for n, party in enumerate(dispute().parties, 1)}
TOLD_BY = tuple(means for means in MEANS if means != "code")  # nobody has one who was not given it


@dataclass(frozen=True)
class UnitRow:
    """A unit of the small world."""

    unit_id: str
    level: str
    path: tuple[str, ...]


@dataclass(frozen=True)
class Around:
    """What whoever acts sees beside the case.

    Attributes:
        mark: of this act alone; the archive keeps it.
        at: when it is done, aware.
        own_unit: of the account; None: it has none.
        hops: reports that are the account's to receive.
        alerts: that the account could link to the case.
        injured: as it is known.
        channel: by which the case came.
        sides: of its parties, by their numbers.
        kinds: that an amendment makes of it, now and then.
    """

    mark: str
    at: datetime
    own_unit: str | None = None
    hops: Sequence[str] = ()
    alerts: Sequence[str] = ()
    injured: int = 0
    channel: str = "account"
    sides: Mapping[int, str] = field(default_factory=lambda: SIDES)
    kinds: Sequence[Kind] = ()


UNIT_ROWS = {unit: UnitRow(unit, level, tuple(path)) for unit, level, _, path in UNITS}
Maker = Callable[[Random, CaseState, Actor, Around], Mapping[str, Any] | None]


def _said(name: str) -> Maker:
    return lambda _die, _case, _actor, around: {name: f"{name} {around.mark}"}


def _nothing(_die: Random, _case: CaseState, _actor: Actor, _around: Around) -> Mapping[str, Any]:
    return {}


def _fresh(case: CaseState) -> list[str]:
    return [body for body, *_ in BODIES if body not in {case.holder, *case.joint}]


def _given(die: Random, case: CaseState, _actor: Actor, around: Around) -> Mapping[str, Any] | None:
    fresh = _fresh(case)
    if not fresh:
        return None
    holder, *others = die.sample(fresh, min(3, len(fresh)))
    return {"body_id": holder, "joint": others[: die.randint(0, 2)], "reason": around.mark}


def _joined(die: Random, case: CaseState, _actor: Actor, around: Around) -> Mapping[str, Any] | None:
    return {"body_id": die.choice(_fresh(case)), "reason": around.mark} if _fresh(case) else None


def _unit(die: Random, case: CaseState, _actor: Actor, around: Around) -> Mapping[str, Any] | None:
    own = UNIT_ROWS.get(around.own_unit or "")
    fit = [u for u, row in UNIT_ROWS.items() if own and u != case.unit_id and may_hand_to(own, row)]
    return {"unit_id": die.choice(fit), "reason": around.mark} if fit else None


def _seconds(die: Random, case: CaseState, _actor: Actor, around: Around) -> Mapping[str, Any] | None:
    fit = [s for s in (60, 3600, 86_400) if PLAN.extension_fault(case, s) is None]
    return {"seconds": die.choice(fit), "reason": around.mark} if fit else None


def _photo(die: Random, _case: CaseState, _actor: Actor, around: Around) -> Mapping[str, Any]:
    content = die.choice((*PHOTOS, around.mark.encode()))
    return {"name": "网.jpg", "media_type": "image/jpeg", "content": content, "sha256": sha256(content).hexdigest()}


def _amendment(die: Random, case: CaseState, _actor: Actor, around: Around) -> Mapping[str, Any]:
    new = dispute() if case.kind == Kind.DISPUTE else dispute(kind=case.kind, subkind="")
    if around.kinds and case.kind != Kind.COMPLAINT and die.random() < 0.3:
        new = replace(new, kind=die.choice(around.kinds), subkind="")
    lon, lat = die.choice(PLACES)
    said = {name: getattr(new, name) for name in ("kind", "title", "subkind", "place", "happened_at", "amount")}
    parties = tuple(AmendedParty(n, party) for n, party in enumerate(new.parties, 1))
    facts = SeverityFacts(injured=around.injured + die.randint(0, 1))
    amendment = Amendment(**said, lon=lon, lat=lat, facts=facts, description=around.mark, parties=parties)
    return {"amendment": amendment}


def _hop(die: Random, _case: CaseState, _actor: Actor, around: Around) -> Mapping[str, Any] | None:
    return {"hop": die.choice(around.hops)} if around.hops else None


def _alert(die: Random, _case: CaseState, _actor: Actor, around: Around) -> Mapping[str, Any] | None:
    return {"alert_id": die.choice(around.alerts)} if around.alerts else None


def _pause(die: Random, case: CaseState, _actor: Actor, around: Around) -> Mapping[str, Any] | None:
    may = PLAN.pause_from(case, around.at) is not None
    return {"cause": die.choice(sorted(PLAN.pause_causes)), "reason": around.mark} if may else None


def _told(die: Random, case: CaseState, actor: Actor, around: Around) -> Mapping[str, Any]:
    due = to_tell(case.reporter, around.channel, actor.account_id, around.sides)
    told: list[dict[str, Any]] = [{"n": n, "means": die.choice(TOLD_BY)} for n in due]
    if told and die.random() < 0.3:
        told[-1] = {"n": due[-1], "reason": f"关机 {around.mark}"}
    return {"told": told, "answer": _answer(die, case, around)}


def _answer(die: Random, case: CaseState, around: Around) -> str:
    said = f"已答复 {around.mark}"
    return said if case.kind == Kind.COMPLAINT else die.choice(["", said])


def _resolved(die: Random, case: CaseState, actor: Actor, around: Around) -> Mapping[str, Any]:
    told = _told(die, case, actor, around)
    here = around.channel != "public" and die.random() < 0.5  # all of them stand there
    return {"result": around.mark, "answer": told["answer"], **({} if here else {"told": told["told"]})}


def _code(die: Random, _case: CaseState, _actor: Actor, around: Around) -> Mapping[str, Any]:
    code = b32encode(sha256(around.mark.encode()).digest())[:10].decode()
    return {"party": die.choice([0, *around.sides]), "code": code}


MAKERS: Mapping[Act, Maker] = {
    Act.RESOLVE: _resolved, Act.COLLATE: _nothing, Act.DISPATCH: _given, Act.ACCEPT: _nothing,
    Act.RETURN: _said("reason"), Act.TRANSFER: _given, Act.JOIN: _joined, Act.ASK_EXTENSION: _seconds,
    Act.GRANT_EXTENSION: _nothing, Act.REFUSE_EXTENSION: _said("reason"), Act.PAUSE: _pause,
    Act.RESUME: _nothing, Act.REPORT: _said("result"), Act.REPORT_PART: _said("result"), Act.TELL: _told,
    Act.RATE: lambda die, _case, _actor, _around: {"rating": die.choice(RATINGS)},
    Act.REOPEN: _said("reason"), Act.WITHDRAW: _said("reason"), Act.COMMENT: _said("note"), Act.ATTACH: _photo,
    Act.AMEND: _amendment, Act.HAND_OVER: _unit,
    Act.ASSESS: lambda _die, _case, _actor, around: {"injured": around.injured + 1, "reason": around.mark},
    Act.LINK_ALERT: _alert, Act.MARK_MAJOR: _nothing, Act.ISSUE_CODE: _code, Act.RECEIVE_HOP: _hop,
}  # fmt: skip


def facts_of(act: Act, die: Random, case: CaseState, actor: Actor, around: Around) -> dict[str, Any] | None:
    """Facts with which the act makes sense, with the mark; None: as the case stands there are none."""
    assert act in MAKERS, f"{act} has no facts: say in tests/integration/store/case_facts.py what it is given"
    given = MAKERS[act](die, case, actor, around)
    return None if given is None else {**given, "mark": around.mark}
