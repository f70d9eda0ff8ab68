"""The flow of a case 网格事项 (Art. 25, 26) as one table, and the pure step over it.

Everything that moves a case from step to step stands in TABLE: what may be done where, to which step it leads, and who
stands near enough to the case to do it. Whether the role of that person may do it at all is the table of access
(config/access.toml). A pair that is not in TABLE raises and changes nothing. docs/cases.md draws the table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from .kinds import OPEN_STEPS, Act, Step
from .severity import facts_fault
from .state import Actor, CaseError, CaseState, IllegalAct, Near, NotAllowed, StaleCase

__all__ = [
    "OF_BODY", "RATINGS", "TABLE", "Actor", "CaseError", "CaseState", "IllegalAct", "Near", "NotAllowed", "StaleCase",
    "Way", "acts_open", "diagram", "led_by", "nearness", "step",
]  # fmt: skip

RATINGS = range(1, 6)
NEW_CLOCK: Mapping[str, Any] = {"pauses": (), "asked_s": None, "extended_s": 0, "extensions": 0}
NOBODY_HAS_IT: Mapping[str, Any] = {"holder": None, "joint": (), "reported": ()}
MOST_JOINT = 10  # bodies beside the holder; a rule names three
MOST_EXTENSION_S = 315_360_000  # ten years; the plan says what is granted, this keeps clocks in bounds


@dataclass(frozen=True, slots=True)
class Way:
    """One entry of TABLE."""

    to: Step | None  # None: the step stays
    by: frozenset[Near]
    needs: tuple[str, ...] = ()  # facts that must be given


OF_BODY = frozenset({Step.DISPATCHED, Step.HANDLING})  # whose clock runs for the body that has the case
R, L, H, J, T = Near.REPORTER, Near.LEADS, Near.HOLDS, Near.JOINED, Near.TOLD


def _way(to: Step | None, *by: Near, needs: tuple[str, ...] = ()) -> Way:
    return Way(to, frozenset(by), needs)


TABLE: Mapping[tuple[Step, Act], Way] = (
    {
        (Step.RECEIVED, Act.RESOLVE): _way(Step.FED_BACK, R, L, needs=("result",)),
        (Step.RECEIVED, Act.COLLATE): _way(Step.COLLATED, L),
        (Step.RECEIVED, Act.WITHDRAW): _way(Step.WITHDRAWN, R, L, needs=("reason",)),
        (Step.RECEIVED, Act.HAND_OVER): _way(Step.RECEIVED, L, needs=("unit_id", "reason")),
        (Step.COLLATED, Act.RESOLVE): _way(Step.FED_BACK, L, needs=("result",)),
        (Step.COLLATED, Act.DISPATCH): _way(Step.DISPATCHED, L, needs=("body_id",)),
        (Step.COLLATED, Act.RETURN): _way(Step.RECEIVED, L, needs=("reason",)),
        (Step.COLLATED, Act.HAND_OVER): _way(Step.COLLATED, L, needs=("unit_id", "reason")),
        (Step.COLLATED, Act.WITHDRAW): _way(Step.WITHDRAWN, R, L, needs=("reason",)),
        (Step.DISPATCHED, Act.ACCEPT): _way(Step.HANDLING, H),
        (Step.DISPATCHED, Act.RETURN): _way(Step.COLLATED, H, needs=("reason",)),
        (Step.DISPATCHED, Act.TRANSFER): _way(Step.DISPATCHED, L, needs=("body_id", "reason")),
        (Step.DISPATCHED, Act.JOIN): _way(None, L, needs=("body_id",)),
        (Step.DISPATCHED, Act.REPORT_PART): _way(None, J, needs=("result",)),
        (Step.DISPATCHED, Act.WITHDRAW): _way(Step.WITHDRAWN, R, L, needs=("reason",)),
        (Step.HANDLING, Act.REPORT): _way(Step.HANDLED, H, needs=("result",)),
        (Step.HANDLING, Act.REPORT_PART): _way(None, J, needs=("result",)),
        (Step.HANDLING, Act.RETURN): _way(Step.COLLATED, H, needs=("reason",)),
        (Step.HANDLING, Act.TRANSFER): _way(Step.DISPATCHED, L, needs=("body_id", "reason")),
        (Step.HANDLING, Act.JOIN): _way(None, L, H, needs=("body_id",)),
        (Step.HANDLING, Act.ASK_EXTENSION): _way(None, H, needs=("seconds", "reason")),
        (Step.HANDLING, Act.GRANT_EXTENSION): _way(None, L),
        (Step.HANDLING, Act.REFUSE_EXTENSION): _way(None, L, needs=("reason",)),
        (Step.HANDLING, Act.PAUSE): _way(None, H, L, needs=("cause",)),
        (Step.HANDLING, Act.RESUME): _way(None, H, L),
        (Step.HANDLING, Act.WITHDRAW): _way(Step.WITHDRAWN, R, L, needs=("reason",)),
        (Step.HANDLED, Act.TELL): _way(Step.FED_BACK, R, L, needs=("told",)),
        (Step.HANDLED, Act.RETURN): _way(Step.HANDLING, L, needs=("reason",)),
        (Step.FED_BACK, Act.RATE): _way(Step.CLOSED, R, L, needs=("rating",)),
        (Step.FED_BACK, Act.REOPEN): _way(Step.COLLATED, R, L, needs=("reason",)),
        (Step.CLOSED, Act.REOPEN): _way(Step.COLLATED, L, needs=("reason",)),
        (Step.WITHDRAWN, Act.REOPEN): _way(Step.COLLATED, L, needs=("reason",)),
    }
    | {
        (step, Act.AMEND): _way(None, *((R, L) if step == Step.RECEIVED else (L, H)), needs=("amendment",))
        for step in sorted(OPEN_STEPS)
    }
    | {
        (step, act): _way(None, *by, needs=needs)
        for step in sorted(OPEN_STEPS)
        for act, by, needs in (
            (Act.COMMENT, (R, L, H, J, T), ("note",)),
            (Act.ATTACH, (R, L, H, J, T), ("sha256", "name")),
            (Act.ASSESS, (R, L, H, J), ("reason",)),
            (Act.LINK_ALERT, (R, L, H), ("alert_id",)),
            (Act.MARK_MAJOR, (R, L), ()),
            (Act.ISSUE_CODE, (R, L), ("party", "code")),
            (Act.RECEIVE_HOP, (L, H, J, T), ("hop",)),
        )
    }
)


def nearness(case: CaseState, actor: Actor) -> frozenset[Near]:
    """All ways in which the actor stands near the case."""
    found: set[Near] = set()
    if actor.behind is not None or (case.reporter and case.reporter == actor.account_id):
        found.add(R)
    if case.unit_id in actor.units:
        found.add(L)
    if actor.body_id is not None:
        found |= {H} if actor.body_id == case.holder else set[Near]()
        found |= {J} if actor.body_id in case.joint else set[Near]()
        found |= {T} if actor.body_id in case.told else set[Near]()
    return frozenset(found)


def acts_open(case: CaseState, actor: Actor, may: frozenset[str]) -> tuple[Act, ...]:
    """What this person can do with the case now, in the order of Act.

    Args:
        case: as it stands.
        actor: who asks.
        may: acts of the actor's role, as `case.collate`.
    """
    near = nearness(case, actor)
    return tuple(
        act
        for act in Act
        if f"case.{act}" in may
        and (way := TABLE.get((case.step, act)))
        and way.by & near
        and _condition(case, act, actor) is None
    )


def step(
    case: CaseState, act: Act, actor: Actor, may: frozenset[str], facts: Mapping[str, Any], at: datetime
) -> CaseState:
    """The case after the act.

    Args:
        case: as it stands.
        act: what is done.
        actor: by whom.
        may: acts of the actor's role.
        facts: what the act is given: result, reason, note, body_id, seconds, rating and so on.
        at: when, aware; not before the case's last step.

    Raises: IllegalAct: not at this step, or a fact is missing or senseless. NotAllowed: not by this person.
    """
    way = TABLE.get((case.step, act))
    if way is None:
        raise IllegalAct(f"case {case.case_id} stands at {case.step}: {act} is not done there", "read it again")
    if f"case.{act}" not in may or not way.by & nearness(case, actor):
        raise NotAllowed(f"{actor.account_id} may not {act} case {case.case_id}", "ask the unit that leads its grid")
    missing = [name for name in way.needs if facts.get(name) in (None, "")]
    if missing:
        raise IllegalAct(f"{act} of case {case.case_id} lacks {missing[0]}", f"give {', '.join(way.needs)}")
    wrong = _condition(case, act, actor) or _senseless(case, act, facts)
    if wrong:
        raise IllegalAct(f"{act} of case {case.case_id}: {wrong}")
    return _changed(case, act, way, {**facts, "by": actor.account_id, "body": actor.body_id}, at)


def _condition(case: CaseState, act: Act, actor: Actor) -> str | None:
    """Why the act makes no sense as the case stands, from this person; None where it does."""
    if act == Act.PAUSE and case.is_paused:
        return "its clock stands already"
    if act == Act.RESUME and not case.is_paused:
        return "its clock runs already"
    if act in {Act.GRANT_EXTENSION, Act.REFUSE_EXTENSION} and case.asked_s is None:
        return "nobody asked for an extension"
    if act == Act.ASK_EXTENSION and case.asked_s is not None:
        return "an extension was asked for already"
    if act == Act.MARK_MAJOR and case.major:
        return "it is a major matter already"
    return _of_oneself(case, act, actor)


def _of_oneself(case: CaseState, act: Act, actor: Actor) -> str | None:
    """Why this very person may not, whose own work it is; None where it may."""
    if act == Act.RATE and case.resolved_by in {actor.account_id, *(actor.behind or ())}:
        return "who gave its result does not rate it; another of the unit, or the unit above, does"
    return None


def _senseless(case: CaseState, act: Act, facts: Mapping[str, Any]) -> str | None:
    """What is wrong with the facts; None where nothing is."""
    if act == Act.RATE and facts["rating"] not in RATINGS:
        return f"a rating is {RATINGS.start} to {RATINGS.stop - 1}"
    if act == Act.ASK_EXTENSION and not (
        isinstance(facts["seconds"], int) and 0 < facts["seconds"] <= MOST_EXTENSION_S
    ):
        return "an extension is a number of seconds above 0, and less than ten years"
    if act == Act.ASSESS:
        return facts_fault(facts)
    return _has_already(case, act, facts) or _jointly(act, facts)


def _jointly(act: Act, facts: Mapping[str, Any]) -> str | None:
    """What is wrong with the bodies that are to handle it with the holder; None where nothing is, or none are named."""
    joint = facts.get("joint") or ()
    if act not in {Act.DISPATCH, Act.TRANSFER} or not joint:
        return None
    if not isinstance(joint, list | tuple) or not all(isinstance(body, str) for body in joint):
        return "joint bodies are a list of their ids"
    if len(joint) > MOST_JOINT or len(set(joint)) < len(joint) or facts["body_id"] in joint:
        return f"at most {MOST_JOINT} bodies handle it jointly, each once, none of them the one that it is given to"
    return None


def _has_already(case: CaseState, act: Act, facts: Mapping[str, Any]) -> str | None:
    """Why the act gives the case to nobody new; None where it does, or gives it to nobody at all."""
    if act == Act.HAND_OVER and facts["unit_id"] == case.unit_id:
        return f"{case.unit_id} leads it already"
    if act == Act.TRANSFER and facts["body_id"] == case.holder:
        return f"{case.holder} has it already"
    if act == Act.JOIN and facts["body_id"] in {case.holder, *case.joint}:
        return f"{facts['body_id']} handles it already"
    return None


def _changed(case: CaseState, act: Act, way: Way, facts: Mapping[str, Any], at: datetime) -> CaseState:
    changes: dict[str, Any] = {"version": case.version + 1}
    if way.to is not None:  # a step entered again begins anew, clock and all
        changes |= {
            "step": way.to,
            "step_since": at,
            **NEW_CLOCK,
        }
    return replace(case, **changes | _EFFECTS.get(act, _nothing)(case, facts, at))


def led_by(case: CaseState, unit_id: str, at: datetime) -> CaseState:
    """The case under another unit: a step of the unit's own begins anew, the clock of a body goes on."""
    if case.step in OF_BODY or unit_id == case.unit_id:
        return replace(case, unit_id=unit_id)
    return replace(case, unit_id=unit_id, step_since=at, **NEW_CLOCK)


def _nothing(_case: CaseState, _facts: Mapping[str, Any], _at: datetime) -> dict[str, Any]:
    return {}


def _given_to(_case: CaseState, facts: Mapping[str, Any], _at: datetime) -> dict[str, Any]:
    return {"holder": facts["body_id"], "joint": tuple(facts.get("joint") or ()), "reported": ()}


def _given_back(case: CaseState, _facts: Mapping[str, Any], _at: datetime) -> dict[str, Any]:
    """By a department to the township, which chooses anew; by the township to the department that had it."""
    return {} if case.step == Step.HANDLED else {**NOBODY_HAS_IT}


_EFFECTS = {
    Act.DISPATCH: _given_to,
    Act.TRANSFER: _given_to,
    Act.RETURN: _given_back,
    Act.JOIN: lambda case, facts, _at: {"joint": (*case.joint, facts["body_id"])},
    Act.REPORT_PART: lambda case, facts, _at: {"reported": tuple(sorted({*case.reported, facts["body"]}))},
    Act.ASK_EXTENSION: lambda _case, facts, _at: {"asked_s": facts["seconds"]},
    Act.GRANT_EXTENSION: lambda case, _facts, _at: {
        "extended_s": case.extended_s + (case.asked_s or 0),
        "extensions": case.extensions + 1,
        "asked_s": None,
    },
    Act.REFUSE_EXTENSION: lambda _case, _facts, _at: {"asked_s": None},
    Act.PAUSE: lambda case, _facts, at: {"pauses": (*case.pauses, (at, None))},
    Act.RESUME: lambda case, _facts, at: {"pauses": (*case.pauses[:-1], (case.pauses[-1][0], at))},
    Act.REOPEN: lambda case, _facts, _at: {**NOBODY_HAS_IT, "rating": None, "reopened": case.reopened + 1},
    Act.RATE: lambda _case, facts, _at: {"rating": facts["rating"]},
    Act.RESOLVE: lambda _case, facts, _at: {"resolved_by": facts["by"]},
    Act.REPORT: lambda _case, facts, _at: {"resolved_by": facts["by"]},
    Act.HAND_OVER: lambda _case, facts, _at: {"unit_id": facts["unit_id"]},
    Act.MARK_MAJOR: lambda _case, _facts, _at: {"major": True},
}


def diagram() -> str:
    """The table as a Mermaid state diagram: acts that lead from step to step, by whom; docs/cases.md holds it."""
    lines = ["stateDiagram-v2", f"  [*] --> {Step.RECEIVED}: {Act.FILE}"]
    for (at, act), way in TABLE.items():
        if way.to is not None:
            lines.append(f"  {at} --> {way.to}: {act} ({', '.join(near for near in Near if near in way.by)})")
    return "\n".join([*lines, f"  {Step.CLOSED} --> [*]", f"  {Step.WITHDRAWN} --> [*]"])
