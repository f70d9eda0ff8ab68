"""A case as it must stand on the store, reckoned beside it by the flow, clocks and reports of maritime_grid.cases.

What each act must answer, too: the case after it, or which refusal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from maritime_grid.cases.clocks import LEVELS, Level
from maritime_grid.cases.flow import (
    OF_BODY,
    TABLE,
    Actor,
    CaseError,
    CaseState,
    NotAllowed,
    StaleCase,
    led_by,
    nearness,
    step,
)
from maritime_grid.cases.hops import Hop, HopFacts
from maritime_grid.cases.kinds import OPEN_STEPS, Act, Kind, Step
from maritime_grid.cases.severity import Judgement, SeverityFacts, known_facts
from maritime_grid.cases.telling import REPORTER
from maritime_grid.domain.errors import MaritimeGridError
from maritime_grid.settings_access import load_access
from maritime_grid.store.case_changes import Amendment
from maritime_grid.store.case_ending import BY_CODE, MAY_BY_CODE
from maritime_grid.store.case_rows import NewCase
from maritime_grid.store.case_steps import ALONE, Account, NoSuchCase
from maritime_grid.store.errors import StoreError

from .case_build import ACCOUNTS, BODIES, PLAN, SETTINGS, UNITS, locate
from .case_facts import SIDES

CITY = "C"
LEADS = {"G1": "T1-V", "G2": "T2", None: CITY}
PATH: Mapping[str | None, tuple[str, ...]] = {unit: tuple(path) for unit, _, _, path in UNITS} | {None: ()}
LEVEL = {unit: Level(level) for unit, level, *_ in UNITS}
COMPETENT = {body: frozenset(competences) for body, *_, competences in BODIES}
OF = {body: unit for body, _, unit, _ in BODIES}
UNIT_OF = {name: unit for name, _, unit, _, _ in ACCOUNTS}
WORKS = {person: unit or OF.get(body or "") for _, _, unit, body, person in ACCOUNTS if person}
NONE = timedelta(0)


def _account(name: str, role: str, unit: str | None, body: str | None, person: int | None) -> Account:
    units = frozenset(one for one, path in PATH.items() if one and unit in path)
    return Account(Actor(name, f"名{name}", role, units, body), frozenset(ACCESS.roles[role].acts), person)


ACCESS = load_access(SETTINGS)
WHO = {one[0]: _account(*one) for one in ACCOUNTS}


def above(person: int) -> str:
    """The unit that judges a complaint about a person."""
    path = PATH[WORKS.get(person)]
    return path[-2] if len(path) > 1 else CITY


def _answerable(new: NewCase, place: tuple[float, float] | None, at: datetime) -> tuple[str | None, str]:
    if new.kind == Kind.COMPLAINT and new.accused is not None:
        return None, above(new.accused)
    grid = locate(*place, at) if place else new.grid_id
    return grid, LEADS[grid]


@dataclass
class Model:
    """One case.

    Attributes:
        case: as the flow knows it; `told` follows from `hops`.
        grid: of its place, or None.
        subkind, facts: from which reports and severity follow.
        place: longitude and latitude, or None.
        past: steps it came to: number of the entry, step, since when.
        been: units that the present step went up to.
        late: of the present step, since it began; None: its deadline was moved back in it (decision 0117).
        seen_at: until when `late` is reckoned.
    """

    case: CaseState
    grid: str | None
    subkind: str
    facts: SeverityFacts
    place: tuple[float, float] | None
    channel: str
    accused: int | None
    code: str  # of the reporter
    sides: Mapping[int, str]
    seen_at: datetime
    code_by: str = ""
    past: list[tuple[int, Step, datetime]] = field(default_factory=list[tuple[int, Step, datetime]])
    been: list[str] = field(default_factory=list[str])
    digests: set[str] = field(default_factory=set[str])
    hops: dict[str, Hop] = field(default_factory=dict[str, Hop])
    receipts: dict[str, tuple[datetime, str]] = field(default_factory=dict[str, tuple[datetime, str]])
    late: timedelta | None = NONE

    @classmethod
    def filed(cls, new: NewCase, who: Account | None, case_id: str, code: str, at: datetime) -> Model:
        """As it was filed at a moment."""
        place = None if new.lon is None or new.lat is None else (new.lon, new.lat)
        grid, unit = _answerable(new, place, at)
        by = who.actor.account_id if who else ""
        case = CaseState(case_id, new.kind, Step.RECEIVED, 1, unit, by, at)
        sides = {n: party.side for n, party in enumerate(new.parties, 1)}
        model = cls(case, grid, new.subkind, new.facts, place, new.channel, new.accused, code, sides, at)
        model.past.append((1, Step.RECEIVED, at))
        if model.judged.major or new.marked_major:
            model.case = replace(case, major=True)
            model.tell(PLAN.reports(model.hop_facts(), at))
            model._received_by_opener(who, at)
        return model

    def _received_by_opener(self, who: Account | None, at: datetime) -> None:
        body = who.actor.body_id if who and "case.receive_hop" in who.may else None
        hop = PLAN.report_to_opener(self.hop_facts(), body, COMPETENT[body], at) if body else None
        if hop is not None and who is not None:
            self.tell((hop,))
            self.receipts[hop.hop_id] = at, who.actor.account_id
            self.case = replace(self.case, version=2)

    def by_code(self) -> Account:
        """Who holds the code of its reporter."""
        behind = frozenset({self.case.reporter, self.code_by}) - {""}
        return Account(Actor(BY_CODE, "", "", behind=behind), MAY_BY_CODE, None)

    @property
    def is_open(self) -> bool:
        return self.case.step in OPEN_STEPS

    @property
    def judged(self) -> Judgement:
        return PLAN.judge(self.case.kind, self.facts)

    @property
    def times(self) -> tuple[datetime | None, datetime | None]:
        """When to warn, when it is due."""
        return PLAN.times(self.case) if self.is_open else (None, None)

    def shows(self, who: Account) -> bool:
        """Whether the case is there for an account."""
        return bool(nearness(self.case, who.actor)) and (self.accused is None or self.accused != who.person_id)

    def going_on(self, at: datetime) -> CaseState:
        """The case with the end of a pause that ran out by a moment."""
        until = PLAN.pause_until(self.case)
        if until is None or until > at:
            return self.case
        ended = (*self.case.pauses[:-1], (self.case.pauses[-1][0], until))
        return replace(self.case, version=self.case.version + 1, pauses=ended)

    def outcome(
        self, act: Act, who: Account, version: int | None, facts: Mapping[str, Any], at: datetime
    ) -> CaseState | MaritimeGridError:
        """The case after the act, or how the store has to refuse it."""
        if not self.shows(who):
            return NoSuchCase("not for this account")
        if version != self.case.version and not (version is None and act in ALONE):
            return StaleCase("of another version")
        try:
            return self._stepped(act, who, facts, at)
        except CaseError as error:
            return error

    def _stepped(self, act: Act, who: Account, facts: Mapping[str, Any], at: datetime) -> CaseState | MaritimeGridError:
        case = self.going_on(at)
        after = step(case, act, who.actor, who.may, facts, at)
        if act == Act.ATTACH and facts["sha256"] in self.digests:
            return case
        if act == Act.ATTACH and len(self.digests) == PLAN.attachments.max_count:
            return StoreError("enough")
        if act == Act.HAND_OVER and self.accused and WORKS.get(self.accused) in PATH.get(after.unit_id, ()):
            return NotAllowed("their own people do not judge it")
        if act == Act.ASSESS:
            return replace(after, major=after.major or PLAN.judge(case.kind, known_facts(facts, self.facts)).major)
        if act == Act.AMEND and isinstance(facts["amendment"], Amendment):
            return self._amended(after, facts["amendment"], at)
        return after

    def _amended(self, case: CaseState, to: Amendment, at: datetime) -> CaseState:
        new = replace(led_by(case, self._leader(to), at), kind=to.kind)
        return replace(new, major=case.major or PLAN.judge(to.kind, amended_facts(to)).major)

    def _leader(self, to: Amendment) -> str:
        grid = self._grid(to)
        return (self.case.unit_id or CITY) if grid == self.grid else LEADS[grid]

    def _grid(self, to: Amendment) -> str | None:
        if self.case.kind == Kind.COMPLAINT or to.lon is None or to.lat is None or (to.lon, to.lat) == self.place:
            return self.grid
        return locate(to.lon, to.lat, self.past[0][2])

    def takes(self, act: Act, who: Account, facts: Mapping[str, Any], after: CaseState, at: datetime) -> None:
        """The act was done, and this is the case after it."""
        before, moved = self.case, TABLE[self.case.step, act].to is not None
        if act == Act.AMEND:
            to: Amendment = facts["amendment"]
            self.grid, self.facts, self.subkind, self.sides = self._grid(to), amended_facts(to), to.subkind, SIDES
            self.place = None if to.lon is None or to.lat is None else (to.lon, to.lat)
        if act == Act.ASSESS:
            self.facts = known_facts(facts, self.facts)
        if act == Act.ATTACH:
            self.digests.add(facts["sha256"])
        if act == Act.RECEIVE_HOP:
            self.receipts[facts["hop"]] = at, who.actor.account_id
        if act == Act.HAND_OVER and self.place is None and self.grid and after.unit_id not in PATH[LEADS[self.grid]]:
            self.grid = None
        if act == Act.ISSUE_CODE and facts["party"] == REPORTER:
            self.code, self.code_by = facts["code"], who.actor.account_id
        self.let_pass(at)
        self.case = after
        if after.version == before.version:
            return
        if moved or (before.unit_id != after.unit_id and before.step not in OF_BODY):
            self.begin(at)
        elif before.kind != after.kind:
            self.late = None
        if after.major and act in {Act.MARK_MAJOR, Act.AMEND, Act.ASSESS, Act.HAND_OVER}:
            self.tell(PLAN.reports(self.hop_facts(), at))

    def begin(self, at: datetime) -> None:
        """The case has come to a step."""
        self.past.append((self.case.version, self.case.step, at))
        self.been, self.late = [], NONE

    def let_pass(self, at: datetime) -> None:
        """Time passes, and nothing is done."""
        due = self.times[1]
        if due is not None and self.late is not None:
            self.late += max(NONE, at - max(due, self.seen_at))
        self.seen_at = at

    def tell(self, hops: tuple[Hop, ...]) -> None:
        """Reports go out, but none twice."""
        self.hops |= {hop.hop_id: hop for hop in hops if hop.hop_id not in self.hops}
        self.case = replace(self.case, told=tuple(sorted(hop.to_body for hop in self.hops.values() if hop.to_body)))

    def hop_facts(self) -> HopFacts:
        """Who can be told of it."""
        path = PATH[self.case.unit_id]
        bodies: dict[str, dict[Level, str]] = {}
        for body, _, unit, competences in sorted(BODIES, reverse=True):
            for competence in competences if unit in path else []:
                bodies.setdefault(competence, {})[LEVEL[unit]] = body
        units = {LEVEL[unit]: unit for unit in path}
        return HopFacts(self.case.case_id, self.case.kind, self.subkind, self.judged.level, units, bodies)

    def run_timers(self, at: datetime) -> None:
        """What time alone does to it until a moment."""
        self.let_pass(at)
        self.case = self.going_on(at)
        if not self.is_open:
            return
        units = self.hop_facts().units
        lowest = next(level for level in LEVELS if level in units)
        up = [units[level] for level, _ in PLAN.escalations(self.case, lowest, at) if level in units]
        self.been += (new := [unit for unit in up if unit not in self.been])
        opened = self._reports_due(at) if self._is_waited_for(at) else ()
        self.case = replace(self.case, version=self.case.version + len(new) + len(opened))
        self.tell(opened)

    def _is_waited_for(self, at: datetime) -> bool:
        """Whether a report is late that nobody has received; the timers look at no other matters."""
        followed = {hop.after for hop in self.hops.values()}
        return any(
            hop.due_at <= at and LEVEL[hop.to_unit or OF[hop.to_body or ""]] != Level.CITY
            for hop in self.hops.values()
            if hop.hop_id not in {*self.receipts, *followed}
        )

    def _reports_due(self, at: datetime) -> tuple[Hop, ...]:
        received = {hop: when for hop, (when, _) in self.receipts.items()}
        return PLAN.reports_due(self.hop_facts(), list(self.hops.values()), received, at).opened


def amended_facts(to: Amendment) -> SeverityFacts:
    """The numbers of a case that was amended: no fewer vessels than its parties have, and the amount beside them."""
    vessels = {vessel for one in to.parties for vessel in one.party.vessels if one.party.side != "witness"}
    facts = replace(to.facts, vessels=max(to.facts.vessels, len(vessels)))
    return replace(facts, amount_yuan=0 if to.amount is None else float(to.amount))
