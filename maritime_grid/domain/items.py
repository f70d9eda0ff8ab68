"""The list of work items 工作事项清单 (Art. 22, 24): nine classes, and the way of a version to the public.

A version is proposed, reviewed, approved and published, each by somebody who may; who proposed it does not approve it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from .errors import UsageError

CLASSES = {
    1: ("基础信息采集", "Collecting base information"),
    2: ("社情民意收集", "Hearing what people think"),
    3: ("安全隐患排查整治", "Finding and mending hazards"),
    4: ("矛盾纠纷排查化解", "Finding and settling disputes"),
    5: ("社会心理服务", "Caring for people in distress"),
    6: ("政策法规宣传", "Explaining law and policy"),
    7: ("公共服务代办", "Running errands for public services"),
    8: ("基层社会治理形势分析", "Analysing the local situation"),
    9: ("其他事项", "Other matters"),
}


class State(StrEnum):
    PROPOSED = "proposed"  # 提出
    REVIEWED = "reviewed"  # 评估审核
    APPROVED = "approved"  # 批准
    PUBLISHED = "published"  # 公布
    REJECTED = "rejected"  # 不予调整


class Trigger(StrEnum):
    REVIEW = "review"
    APPROVE = "approve"
    PUBLISH = "publish"
    REJECT = "reject"


TRANSITIONS: dict[tuple[State, Trigger], State] = {
    (State.PROPOSED, Trigger.REVIEW): State.REVIEWED,
    (State.PROPOSED, Trigger.REJECT): State.REJECTED,
    (State.REVIEWED, Trigger.APPROVE): State.APPROVED,
    (State.REVIEWED, Trigger.REJECT): State.REJECTED,
    (State.APPROVED, Trigger.PUBLISH): State.PUBLISHED,
    (State.APPROVED, Trigger.REJECT): State.REJECTED,
}
ACTS = {
    Trigger.REVIEW: "items.edit",
    Trigger.APPROVE: "items.approve",
    Trigger.PUBLISH: "items.approve",
    Trigger.REJECT: "items.approve",
}
PROPOSE = "items.edit"
ORDER = (Trigger.REVIEW, Trigger.APPROVE, Trigger.PUBLISH, Trigger.REJECT)


class Bar(StrEnum):
    """Why somebody may not bring a version on."""

    ACT = "act"  # the role may not
    OWN = "own"  # who proposed it does not approve it


@dataclass(frozen=True, slots=True)
class ItemVersion:
    """One version of a work item; in_force None: not published."""

    item_id: str
    class_no: int
    version: int
    title: str
    text: str
    basis: str
    dropped: bool
    state: State
    in_force: date | None
    sample: bool


def next_state(state: State, trigger: Trigger, proposer: str, by: str) -> State:
    """Where a version comes to.

    Raises: UsageError: not from this state, or who proposed it would approve it.
    """
    to = TRANSITIONS.get((state, trigger))
    if to is None:
        possible = ", ".join(t for s, t in TRANSITIONS if s is state) or "nothing more"
        raise UsageError(f"a {state} version cannot be brought on by {trigger}", f"possible: {possible}")
    if bar_of(trigger, proposer, by, ACTS.values()) is Bar.OWN:
        raise UsageError(f"{by} proposed this version", "let somebody else approve it")
    return to


def possible(state: State) -> list[Trigger]:
    """What can be done with a version in a state, whoever does it."""
    return [trigger for trigger in ORDER if (state, trigger) in TRANSITIONS]


def bar_of(trigger: Trigger, proposer: str, by: str, acts: Collection[str]) -> Bar | None:
    """What keeps somebody from it; None: nothing.

    Args:
        trigger: what is done.
        proposer: who proposed the version.
        by: who would do it.
        acts: what the role of that account may do.
    """
    if ACTS[trigger] not in acts:
        return Bar.ACT
    return Bar.OWN if trigger is Trigger.APPROVE and by == proposer else None


def next_number(class_no: int, item_ids: Iterable[str]) -> str:
    """A free id for a new item of a class: one more than the highest `class.n` that ever was."""
    taken = [int(n) for head, _, n in (one.partition(".") for one in item_ids) if head == f"{class_no}" and n.isdigit()]
    return f"{class_no}.{max(taken, default=0) + 1}"


def published(versions: Iterable[ItemVersion], on: date) -> list[ItemVersion]:
    """The list as of a day, by class and id: of each item the newest version in force, unless it drops the item."""
    newest: dict[str, ItemVersion] = {}
    for one in versions:
        if one.in_force is None or one.in_force > on:
            continue
        old = newest.get(one.item_id)
        if old is None or (old.in_force, old.version) < (one.in_force, one.version):
            newest[one.item_id] = one
    return sorted((v for v in newest.values() if not v.dropped), key=lambda v: (v.class_no, in_order(v.item_id)))


def in_order(item_id: str) -> list[tuple[bool, int, str]]:
    """By which ids sort as people count: 3.9 before 3.10."""
    parts = item_id.split(".")
    return [(not part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in parts]
