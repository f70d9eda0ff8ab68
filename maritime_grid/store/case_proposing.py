"""To which body a case is proposed: its facts as they stand, the rule that fits them, the body that this leads to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from maritime_grid.cases.kinds import Kind
from maritime_grid.cases.plan import Plan
from maritime_grid.cases.routing import CaseFacts, Route

from .case_steps import Connection, bodies_of, nearest
from .queries import load_queries

_Q = load_queries("cases")

Zones = Callable[[float, float, datetime], frozenset[str]]  # kinds of the zones that hold lon, lat at that moment


@dataclass(frozen=True, slots=True)
class Proposal:
    """To whom a case is proposed: the rule with its reason, the body that it leads to (None: there is none), others."""

    route: Route
    body_id: str | None
    joint: tuple[str, ...]


def propose(conn: Connection, plan: Plan, zones: Zones, case_id: str) -> Proposal | None:
    """None: there is no such case."""
    row = conn.execute(_Q["case_facts"], [case_id]).fetchone()
    if row is None:
        return None
    known = row["lon"] is not None
    facts = CaseFacts(
        kind=Kind(row["kind"]),
        subkind=row["subkind"],
        zones=zones(row["lon"], row["lat"], row["at"]) if known else None,
        county=row["county"],
        amount=None if row["amount"] is None else float(row["amount"]),
        classes=frozenset(r["vessel_class"] for r in conn.execute(_Q["classes"], [case_id])),
        major=row["major"],
        severity=row["severity"],
    )
    route = plan.route(facts)
    bodies = bodies_of(conn, row["unit_id"])
    joint = (b for c in route.joint if (b := nearest(bodies, c.name, route.level)))
    return Proposal(route, nearest(bodies, route.body.name, route.level), tuple(joint))
