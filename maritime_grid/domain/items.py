"""The list of work items 工作事项清单 (Art. 22, 24): nine classes, and the way of a version to the public.

A version is proposed, reviewed, approved and published, each by somebody who may; who proposed it does not approve it.
"""

from __future__ import annotations

from collections.abc import Iterable
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
    if trigger is Trigger.APPROVE and by == proposer:
        raise UsageError(f"{by} proposed this version", "let somebody else approve it")
    return to


def published(versions: Iterable[ItemVersion], on: date) -> list[ItemVersion]:
    """The list as of a day, by class and id: of each item the newest version in force, unless it drops the item."""
    newest: dict[str, ItemVersion] = {}
    for one in versions:
        if one.in_force is None or one.in_force > on:
            continue
        old = newest.get(one.item_id)
        if old is None or (old.in_force, old.version) < (one.in_force, one.version):
            newest[one.item_id] = one
    return sorted((v for v in newest.values() if not v.dropped), key=lambda v: (v.class_no, v.item_id))
