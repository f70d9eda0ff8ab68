"""What each account is to see of each view of schema api: from the table of access and the small sea, in plain sets.

A view, function or column that is not named here fails the tests of `test_view_access`: think of who may see it first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from maritime_grid.domain.access import Access, Level

from .case_build import ACCOUNTS, UNITS
from .view_world import ALERTS, BASE, CASES, EVENTS, HOLDERS, HOPS, HOURS, KEPT, LED, NOW, POSITIONS, POSTS

Keys = set[Any]
PATHS = {unit: path for unit, _level, _parent, path in UNITS}
LEADERS = {"G1": "T1-V", "G2": "T2"}
CLOSED = {"closed", "withdrawn"}
PUBLIC_POSTS = {"leader", "full_time", "part_time", "advisor"}


@dataclass(frozen=True)
class Who:
    """An account under a table of access."""

    access: Access
    account_id: str
    role: str
    unit: str | None
    body: str | None
    person: int | None

    def may(self, act: str) -> bool:
        return self.access.may(self.role, act)

    def level(self, name: str) -> Level:
        return self.access.level(self.role, name)

    @property
    def sea(self) -> bool:
        return self.may("vessels.read_all")

    @property
    def units(self) -> set[str]:
        return {unit for unit, path in PATHS.items() if self.unit in path}

    @property
    def answers_for(self) -> set[str]:
        return LED.get(self.unit or "", set()) | POSTS.get(self.body or "", set())

    @property
    def grids(self) -> set[str]:
        return self.answers_for if self.may("vessels.read") else set()

    @property
    def alert_grids(self) -> set[str | None]:
        if not self.may("page.alerts"):
            return set()
        return {"G1", "G2", None} if self.may("alerts.read_all") else set(self.answers_for)

    @property
    def cases(self) -> set[str]:
        told = {case for case, _unit, body in HOPS if body and body == self.body}
        return {
            case
            for case, _k, _s, _g, unit, holder, joint, reporter, accused, _v, _a in CASES
            if self.may("case.read")
            and (unit in self.units or (self.body and self.body in {holder, *joint}) or reporter == self.account_id
                 or case in told)
            and not (accused and accused == self.person)
        }  # fmt: skip

    @property
    def vessels(self) -> set[int]:
        if not self.may("vessels.read"):
            return set()
        ports = {f"P{grid[1]}" for grid in self.grids} | ({"P1"} if "T1-V" in self.units else set())
        seated = {v for v, (_grid, port) in NOW.items() if port in ports}
        of_cases = {c[9] for c in CASES if c[0] in self.cases and c[2] not in CLOSED and c[9]}
        of_alerts = {v for _i, v, grid, _s, active in ALERTS if active and v and grid in self.alert_grids}
        return seated | of_cases | of_alerts

    @property
    def people(self) -> set[int]:
        theirs = {n for n, grid, _post, body, _until in HOLDERS if self._of_mine(grid, body)}
        theirs |= {n for n, unit in KEPT.items() if self.may("people.read") and unit in self.units}
        return theirs | ({self.person} if self.person in {h[0] for h in HOLDERS} else set())

    def _of_mine(self, grid: str, body: str | None) -> bool:
        return self.may("people.read") and (LEADERS[grid] in self.units or (bool(body) and body == self.body))

    def posts(self) -> Keys:
        rows = [*HOLDERS, (None, "G1", "association", "A", None)]
        return {(g, p, n) for n, g, p, body, _u in rows if self._of_mine(g, body) or (n and n == self.person)}

    def counted(self) -> Keys:
        """Grid, kind and number of the cases that the account may count."""
        seen = (c for c in CASES if c[2] not in CLOSED and (c[0] in self.cases or (self.sea and c[1] != "complaint")))
        return {(grid, kind, n) for (grid, kind), n in Counter((c[3], c[1]) for c in seen).items()}


def everyone(access: Access) -> dict[str, Who]:
    """All accounts of the small world."""
    return {a: Who(access, a, role, unit, body, person) for a, role, unit, body, person in ACCOUNTS}


@dataclass(frozen=True)
class View:
    """Columns that tell its rows, which rows come, and what each column holds: `open`, or a class of data."""

    key: str
    rows: Callable[[Who], Keys]
    open: str = ""
    classes: Mapping[str, str] = field(default_factory=dict)  # column: class

    @property
    def columns(self) -> set[str]:
        return {*self.open.split(), *self.classes}


def _all(*keys: Any) -> Callable[[Who], Keys]:
    return lambda _who: set(keys)


def _cases(*keys: Any) -> Callable[[Who], Keys]:
    rows = keys or tuple(c[0] for c in CASES)
    return lambda w: {row for row in rows if (row if isinstance(row, str) else row[0]) in w.cases}


def _if(act: str, *keys: Any) -> Callable[[Who], Keys]:
    return lambda w: set(keys) if w.may(act) else set()


def _items(w: Who) -> Keys:
    return {("1.1", 1), ("1.1", 2)} if w.may("items.edit") or w.may("items.approve") else set()


def _alert(w: Who) -> Keys:
    of_cases = {c[10] for c in CASES if c[0] in w.cases}
    mine = w.alert_grids
    return {i for i, v, grid, *_ in ALERTS if w.sea or grid in mine or v in w.vessels or i in of_cases}


def _my_alert(w: Who) -> Keys:
    return {i for i, _v, grid, *_ in ALERTS if grid in w.alert_grids}


def _vessel_now(w: Who) -> Keys:
    return {BASE + v for v, (grid, _p) in NOW.items() if w.sea or grid in w.grids or v in w.vessels}


def _contacts(w: Who) -> Keys:
    now = {(g, p, f"欧阳某{n}") for n, g, p, _b, until in HOLDERS if p in PUBLIC_POSTS and until is None}
    return now if w.level("name") != Level.NONE else set()


def _members(w: Who) -> Keys:
    served = {("T-1", 1): "T1", ("T-2", 3): "T2"}
    return {key for key, unit in served.items() if w.may("people.read") and any(unit in PATHS[u] for u in w.units)}


_PLACE = (
    "version name_zh name_en kind port_id valid_from valid_to geometry county port_ids sample drawn filed_at reason"
)
_PERSON = {name: name for name in ("name", "phone", "id_number", "address")}

VIEWS: Mapping[str, View] = {
    # vessels, and what the machine says of them
    "position": View("mmsi, extract(minute from t)::integer", lambda w: {
        (BASE + v, minute) for v, minute, grid in POSITIONS if w.sea or grid in w.grids or v in w.vessels
    }, "t received_at mmsi lon lat sog cog heading nav_status source grid_id implausible late"),
    "vessel": View("mmsi", _vessel_now, "mmsi name name_zh ship_name callsign imo ship_type length_m beam_m draught_m "
                   "destination transmitter vessel_class gear home_port updated_at"),
    "vessel_now": View("mmsi", _vessel_now, "mmsi t received_at lon lat sog cog heading nav_status source grid_id "
                       "in_port motion heard_at"),
    "grid_event": View("mmsi, extract(minute from t)::integer, grid_id", lambda w: {
        (BASE + v, minute, p) for v, minute, p in EVENTS if w.sea or p in w.grids or v in w.vessels
    }, "t mmsi grid_id kind layer lon lat confirmed_at"),
    "alert": View("alert_id", _alert, "alert_id rule severity mmsi place grid_id raised_at last_at cleared_at active "
                  "received_at repeats lon lat detail seen_at seen_by resolved_at resolution verdict"),
    "my_alert": View("alert_id", _my_alert, "alert_id rule level mmsi vessel_name place grid_id raised_at last_at "
                     "cleared_at active repeats lon lat detail heard_at seen_at seen_post_zh seen_post_en resolved_at "
                     "resolved_post_zh resolved_post_en verdict state",
                     {"seen_name": "name", "resolved_name": "name", "resolution": "words"}),
    "my_alert_log": View("alert_id", _my_alert, "alert_id at what level rev act post_zh post_en",
                         {"name": "name", "note": "words"}),
    # numbers and feeds
    "grid_hour": View("grid_id", lambda w: {g for g in HOURS if w.sea or g in w.grids},
                      "hour grid_id positions vessels"),
    "case_count": View("grid_id, kind, open", Who.counted, "grid_id kind open overdue"),
    "feed": View("name", _if("feeds.read", "ais-test"), "name kind watched last_at down_since hour_count"),
    "quarantine": View("seq", _if("quarantine.read", 0, 1), "received_at source reason seq", {"raw": "raw"}),
    # cases
    "case": View("case_id", _cases(), "case_id kind state grid_id alert_id opened_at closed_at version subkind place "
                 "lon lat happened_at unit_id channel severity major amount holder joint step_since due_at warn_at "
                 "paused asked_s extended_s extensions reopened rating escalated changed_at reporter facts priority "
                 "escalated_through",
                 {"title": "words", "description": "words"}),
    "case_log": View("case_id", _cases(), "case_id seq at who what n prev hash", {"detail": "words", "said": "words"}),
    "case_party": View("case_id", _cases(), "case_id n side mmsi ship_name gear set_first claim",
                       {"statement": "words", "person_name": "name", "phone": "phone", "id_number": "id_number"}),
    "case_vessel": View("case_id, mmsi", _cases(*((c[0], BASE + c[9]) for c in CASES if c[9])),
                        "case_id n k mmsi ship_name"),
    "case_attachment": View("case_id", _cases(), "case_id seq name sha256 media_type size"),
    "case_hop": View("case_id, to_unit, to_body", _cases(*HOPS),
                     "hop_id case_id to_unit to_body after sent_at due_at received_at received_by"),
    "case_alert": View("case_id, alert_id", _cases(*((c[0], c[10]) for c in CASES if c[10])), "case_id alert_id"),
    "case_step": View("case_id", _cases(), "case_id seq step since until due_at late_s unit_id body_id account_id"),
    "case_pause": View("case_id", _cases(), "case_id seq step_seq since latest_at ended_at cause account_id unit_id "
                       "body_id"),
    "case_escalation": View("case_id", _cases(), "case_id step_since unit_id at"),
    # people
    "person": View("person_id", lambda w: w.people, "person_id staff_no sample unit_id", _PERSON),
    "grid_post": View("grid_id, post, person_id", Who.posts, "post_id grid_id post since until person_id staff_no "
                      "body_id party_form unit_id sample",
                      {"name": "post_name", "work_phone": "work_phone", "phone": "phone"}),
    "grid_contact": View("grid_id, post, name", _contacts, "grid_id post sample",
                         {"name": "public_name", "work_phone": "work_phone"}),
    "team": View("team_id", _if("people.read", "T-1", "T-2"),
                 "team_id name_zh skills craft phone unit_ids paid terms lon lat sample members "
                 "member_skills member_craft", {"contact": "name"}),
    "team_member": View("team_id, person_id", _members, "team_id person_id since until skills craft", {"name": "name"}),
    "badge": View("person_id", lambda w: w.people & {1, 3}, "number person_id grid_id post issued expires revoked "
                  "revoked_reason", {"name_shown": "public_name"}),
    "training": View("person_id", lambda w: w.people & {1, 3},
                     "person_id staff_no course held_on hours result certificate_until", {"name": "name"}),
    # work items and changes of grids
    "item": View("version", _all(1), "item_id class version title text basis dropped in_force superseded sample "
                 "published_at"),
    "item_version": View("item_id, version", _items,
                         "item_id class version title text basis dropped state in_force sample"),
    "item_step": View("item_id, version", _items, "item_id version state at by remark"),
    "grid_change": View("change_id", _if("page.grids", 1), "change_id state unit_id features ended valid_from reason "
                        "impact proposed_by proposed_at"),
    "grid_change_log": View("change_id", _if("page.grids", 1), "change_id n at who what note"),
    # what everybody may know
    "unit": View("unit_id", _all(*PATHS), "unit_id level parent name_zh name_en path port_id sample mine"),
    "body": View("body_id", _all("F", "P", "G", "A", "FC", "M"),
                 "body_id kind unit_id name_zh name_en hotline sample competences"),
    "grid_lead": View("grid_id, unit_id", _all(*LEADERS.items()), "grid_id unit_id"),
    "name": View("id", _all(*PATHS, "F", "P", "G", "A", "FC", "M", "G1", "G2", "Z1"), "what id name_zh name_en"),
    "grid": View("grid_id", _all("G1", "G2"), f"grid_id {_PLACE}", {"filed_by": "name"}),
    "zone": View("zone_id", _all("Z1"), f"zone_id {_PLACE}", {"filed_by": "name"}),
    "port": View("port_id", _all("P1", "P2"), "port_id name_zh name_en county lon lat"),
}  # fmt: skip
