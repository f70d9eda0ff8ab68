"""Amending a case 更正补充, and handing it over to another unit 移交: what follows from other facts, or another leader.

A place in another grid has the unit that leads that grid; severity and reports of major matters follow from what is
known now, in the transaction of the act.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from psycopg.types.json import Jsonb

from maritime_grid.cases.flow import CaseState, IllegalAct, NotAllowed, led_by
from maritime_grid.cases.handing import may_hand_to
from maritime_grid.cases.kinds import Kind
from maritime_grid.cases.plan import Plan
from maritime_grid.cases.severity import facts_fault, known_facts
from maritime_grid.domain.people import day_of

from .case_beside import said_of_level
from .case_changes import AmendedParty, Amendment, Content, amended, changes
from .case_check import check_new
from .case_ending import end_codes
from .case_filing import add_parties
from .case_rows import NewCase, Party, PartyVessel
from .case_steps import Account, Connection, hop_facts, send_reports
from .case_vessels import mmsi_of, name_of
from .errors import StoreError
from .jsonrows import clean
from .queries import load_queries

_Q = load_queries("cases")
AHEAD = timedelta(minutes=10)  # a clock may be so far ahead
Answerable = Callable[[Connection, NewCase, datetime], tuple[int, str]]  # code of the grid, unit that answers


def amend(
    conn: Connection, plan: Plan, answerable: Answerable, case: CaseState, to: Amendment, at: datetime
) -> tuple[CaseState, dict[str, Any]]:
    """The case with other facts, and what the archive keeps of it.

    Args:
        conn: within the act's transaction, which holds the case.
        plan: what the configuration says.
        answerable: who answers for a place.
        case: after the act.
        to: what is to stand in it.
        at: aware.

    Raises: UsageError: it is not whole. IllegalAct: nothing differs, or a complaint would be something else.
    """
    row = conn.execute(_Q["content"], [case.case_id]).fetchone()
    assert row, "held"
    before = _content(conn, case.case_id, row)
    after = amended(before, replace(to, parties=tuple(_identified(conn, before, party) for party in to.parties)))
    check_new(after.case, plan)
    if to.happened_at is not None and to.happened_at > at + AHEAD:
        raise IllegalAct(f"case {case.case_id}: its time lies in the future", "set the time")
    fault = facts_fault(asdict(after.case.facts))
    if fault:
        raise IllegalAct(f"case {case.case_id}: {fault}")
    if before.case.kind != after.case.kind and Kind.COMPLAINT in {before.case.kind, after.case.kind}:
        raise IllegalAct(f"case {case.case_id}: a complaint has a way of its own", "file the other matter by itself")
    differ = changes(before, after)
    if not differ:
        raise IllegalAct(f"case {case.case_id} says all of this already", "change something, or leave it")
    grid, unit = _led(conn, answerable, before.case, after.case, row, case)
    now = replace(led_by(case, unit, at), kind=after.case.kind)
    judged = plan.judge(now.kind, after.case.facts)
    now = replace(now, major=case.major or judged.major)
    _write(conn, after, now, grid, judged.level)
    _tell(conn, plan, now, after.case.subkind, judged.level, at)
    said = {"changes": differ, **said_of_level(judged, now.major), **({"to": unit} if unit != case.unit_id else {})}
    return now, said


def hand_over(conn: Connection, plan: Plan, row: Any, case: CaseState, who: Account, at: datetime) -> None:
    """What a hand-over asks for and writes beside the case itself.

    Raises: StoreError: there is no such unit. NotAllowed: not to this one (see `cases.handing`), or the person
    complained of works there: their own people do not judge it.
    """
    to = conn.execute(_Q["unit"], [case.unit_id]).fetchone()
    if to is None:
        raise StoreError(f"there is no unit {case.unit_id}", "choose one of the list")
    own = conn.execute(_Q["unit_of_account"], [who.actor.account_id]).fetchone()
    accused = {"person": row["accused"], "day": day_of(at), "path": to["path"]}
    own_people = row["accused"] is not None and conn.execute(_Q["works_on_path"], accused).fetchone()
    if own is None or own_people or not may_hand_to(_Unit(own), _Unit(to)):
        raise NotAllowed(f"{who.actor.account_id} may not hand case {case.case_id} to {case.unit_id}", "ask the county")
    conn.execute(_Q["hand_over"], {"case_id": case.case_id, "unit": case.unit_id})
    _tell(conn, plan, case, row["subkind"], row["severity"], at)


def _identified(conn: Connection, before: Content, to: AmendedParty) -> AmendedParty:
    """With number and name of vessels that were typed by one of them; those that stood there before stay."""
    was = before.parties.get(to.n or 0)
    known = was.vessels if was is not None else ()
    vessels = [vessel if vessel in known else _vessel(conn, vessel) for vessel in to.party.vessels]
    first = vessels[0] if vessels else PartyVessel()
    party = replace(to.party, mmsi=first.mmsi, ship_name=first.ship_name, more=tuple(vessels[1:]))
    return replace(to, party=party)


def _vessel(conn: Connection, said: PartyVessel) -> PartyVessel:
    mmsi = mmsi_of(conn, said.ship_name) if said.mmsi is None and said.ship_name else said.mmsi
    name = name_of(conn, mmsi) if mmsi is not None and not said.ship_name else said.ship_name
    return PartyVessel(mmsi, name)


class _Unit:
    """A row as a unit of the tree."""

    def __init__(self, row: Any) -> None:
        self.unit_id, self.level, self.path = str(row["unit_id"]), str(row["level"]), list[str](row["path"])


def _content(conn: Connection, case_id: str, row: Any) -> Content:
    parties: dict[int, Party] = {}
    for line in conn.execute(_Q["parties"], [case_id]):
        more = tuple(PartyVessel(**vessel) for vessel in line["more"])
        parties[line["n"]] = Party(
            more=more, **{name: line[name] for name in Party.__dataclass_fields__ if name != "more"}
        )
    said = ("subkind", "title", "description", "place", "lon", "lat", "happened_at", "amount", "grid_id")
    facts = known_facts(row["facts"])
    case = NewCase(
        Kind(row["kind"]), **{name: row[name] for name in said}, parties=tuple(parties.values()), facts=facts
    )
    return Content(case, parties)


def _led(
    conn: Connection, answerable: Answerable, before: NewCase, after: NewCase, row: Any, case: CaseState
) -> tuple[int, str]:
    """The grid and the unit that leads it: those it has, unless its place or time now lie in another grid.

    Whom a complaint goes to is no matter of its place.
    """
    same = (before.lon, before.lat, before.happened_at) == (after.lon, after.lat, after.happened_at)
    if same or after.lon is None or after.kind == Kind.COMPLAINT:
        return row["grid"], case.unit_id or ""
    grid, unit = answerable(conn, after, row["opened_at"])
    return (grid, unit) if grid != row["grid"] else (grid, case.unit_id or unit)


def _write(conn: Connection, after: Content, case: CaseState, grid: int, level: int) -> None:
    new = after.case
    texts = clean({n: getattr(new, n) for n in ("kind", "subkind", "title", "description", "place")})
    values = {
        **texts, **{n: getattr(new, n) for n in ("lon", "lat", "happened_at", "amount")}, "case_id": case.case_id,
        "grid": grid, "facts": Jsonb(asdict(new.facts)), "severity": level,
    }  # fmt: skip
    conn.execute(_Q["amend"], values)
    conn.execute(_Q["drop_parties"], [case.case_id])
    add_parties(conn, case.case_id, after.parties)
    end_codes(conn, case.case_id)


def _tell(conn: Connection, plan: Plan, case: CaseState, subkind: str, level: int, at: datetime) -> None:
    """Of a major matter: those who were not told before."""
    if case.major:
        send_reports(conn, plan.reports(hop_facts(conn, case, subkind, level), at))
