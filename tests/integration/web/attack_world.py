"""A small world in which everybody who can put text anywhere puts an attack there, by the door made for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx

from maritime_grid.cases.kinds import Act, Kind
from maritime_grid.domain.grid_change import ChangeAct
from maritime_grid.domain.items import Trigger
from maritime_grid.domain.people import Post, day_of
from maritime_grid.settings_model import PublicSettings
from maritime_grid.store.account_rows import NewAccount
from maritime_grid.store.case_changes import AmendedParty, Amendment
from maritime_grid.store.case_rows import NewCase, Party, PartyVessel
from maritime_grid.store.people import NewTerm, People
from maritime_grid.store.people_reads import people as list_people
from maritime_grid.store.registry import PlaceInput, RosterRow
from maritime_grid.store.rows import PortRow
from maritime_grid.store.writer import Store
from tests.integration.store import case_build as cb

from . import grid_world as gw
from .attack_feeds import BOAT, RADIO, SHIP, send_feeds
from .attack_sheets import STAFF, import_sheets
from .attack_texts import Attacks
from .desks import DeskSite, desk_site
from .forms import PASSWORD, fields
from .tracks import NETTER, TRAWLER, sail

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0" * 40
MALLORY = "mallory"  # an account with a hostile name and browser


@dataclass
class World:
    """The running desk over it, the attacks, and what pages are asked for."""

    site: DeskSite
    attacks: Attacks
    dispute: str = ""
    public_code: str = ""
    badge: str = ""
    person: int = 0
    change: int = 0
    alert: str = ""


@contextmanager
def attacked(dsn: str, folder: Path) -> Iterator[World]:
    """Over an empty, migrated store; `folder` is for recordings."""
    attacks = Attacks()
    cb.people(dsn)
    gw.grids(dsn)
    _places(dsn, attacks)
    import_sheets(dsn, attacks)
    sail(dsn, cb.NOW - timedelta(hours=1))
    with desk_site(dsn, own_wall=True, public=_patient()) as site:
        world = World(site, attacks)
        _grids(world)
        send_feeds(dsn, attacks, folder)
        site.clock.forward(minutes=10)
        for put in (_accounts, _staff, _items, _cases, _alerts, _public, _reads):
            put(world)
        yield world


def _patient() -> PublicSettings:
    """Who attacks without an account is to be refused for what is sent, not for how often."""
    often = dict.fromkeys(
        (name for name in PublicSettings.model_fields if name.endswith(("_burst", "_per_hour"))), 1_000_000
    )
    return PublicSettings.model_validate(cb.SETTINGS.public.model_dump() | often)


def _places(dsn: str, attacks: Attacks) -> None:
    """What an operator loads from files: ports, zones, the roster."""
    with Store.open(dsn) as store:
        store.save_ports(
            [PortRow(f"P{n}", attacks(), attacks(), attacks(), lon, 30.1) for n, lon in ((1, 122.1), (2, 122.9))]
        )
        zone = PlaceInput(
            "Z1", "zone", "reserve", attacks(200), gw.polygon(122.3, 30.15, 122.35, 30.2), name_en=attacks(200),
            county=attacks(), attributes={"note": attacks()},
        )  # fmt: skip
        store.save_places([zone], attacks(), attacks(), -(2**62))
        store.save_roster([RosterRow(NETTER, attacks(60), "fishing", "P1", attacks(60), {"name": attacks()})])


def _accounts(world: World) -> None:
    site, attacks = world.site, world.attacks
    assert site.desk.accounts
    new = NewAccount(MALLORY, "worker", "T1-V", name_shown=attacks(60))
    site.desk.accounts.add(new, PASSWORD, site.clock(), "root")
    with httpx.Client(base_url=site.address, trust_env=False, headers={"Origin": site.address}) as client:
        client.headers["User-Agent"] = attacks(200)
        form = fields(client.get("/login").text)
        assert client.post("/login", data=form | {"name": attacks(), "password": attacks(60)}).status_code == 401
        assert client.post("/login", data=form | {"name": MALLORY, "password": PASSWORD}).status_code == 303


def _staff(world: World) -> None:
    """A term with a telephone of one's own choice, and a badge that anybody may check."""
    site, attacks = world.site, world.attacks
    with site.desk.reads.as_account("town1") as conn:
        world.person = next(row.person_id for row in list_people(conn, limit=2_000) if row.staff_no == STAFF)
    with People(site.dsn, skills=frozenset({"diver"}), console=True) as people:
        people.save_member("D1", world.person, ["diver"], attacks(200), "town1", site.clock())
        today = day_of(site.clock())
        term = NewTerm(
            "G1", Post.ADVISOR, today - timedelta(days=9), world.person, work_phone=attacks(30), reason=attacks(200)
        )
        people.appoint(term, "town1", site.clock())
        world.badge = people.issue_badge(
            world.person, "G1", Post.ADVISOR, today + timedelta(days=99), "town1", site.clock()
        )


def _items(world: World) -> None:
    with People(world.site.dsn, console=True) as people:
        for n, trigger in enumerate((Trigger.REVIEW, Trigger.APPROVE, Trigger.PUBLISH)):
            day = day_of(world.site.clock()) if trigger is Trigger.PUBLISH else None
            by = f"clerk{n}"
            remark = world.attacks()
            people.move_item("9.9", 1, trigger, by, world.site.clock(), in_force=day, remark=remark)
        attacks = world.attacks
        draft = {"item_id": "9.9", "class": 9, "title": attacks(), "text": attacks(), "basis": attacks()}
        people.propose_item(draft, "clerk0", world.site.clock(), base=1, remark=attacks())


def _grids(world: World) -> None:
    """One change from a hostile file to its filing, in force at once, and one that waits."""
    site, attacks = world.site, world.attacks
    assert site.desk.grids
    number = site.desk.grids.propose(_file(attacks), [], site.clock(), attacks(500), "town1", site.clock())
    for act, who in ((ChangeAct.APPROVE, "county"), (ChangeAct.FILE, "city")):
        site.desk.grids.act(number, act, who, attacks(500), site.clock())
    world.change = site.desk.grids.propose(_file(attacks), [], gw.TOMORROW, attacks(500), "town1", site.clock())


def _file(attacks: Attacks) -> list[dict[str, Any]]:
    """The grids of `grid_world.MOVED` under other names, and one of a kind that nobody knows."""
    more = gw.feature("G3", 123, 30, 123.4, 30.5, ports=("P2",))
    more["properties"]["kind"] = attacks(60)
    features = [*gw.MOVED, more]
    names = ("name_zh", "name_en", "county")
    return [{**f, "properties": {**f["properties"], **{name: attacks(200) for name in names}}} for f in features]


def report(attacks: Attacks, **changes: Any) -> dict[str, Any]:
    """The form at the quay, with an attack wherever it takes text."""
    vessel = {"name": attacks(60), "gear": attacks(60), "says": attacks(), "person": attacks(60)}
    others = {**vessel, "name": attacks(60), "set_first": True, "says": attacks(), "person": attacks(60)}
    return {
        "request_key": str(uuid4()), "kind": "dispute", "subkind": "gear", "note": attacks(), "place": attacks(200),
        "lon": 122.55, "lat": 30.2, "vessels": [{**others, "mmsi": NETTER}, {**vessel, "mmsi": TRAWLER}], **changes,
    }  # fmt: skip


def _cases(world: World) -> None:
    site, attacks = world.site, world.attacks
    lin = site.browser("lin")
    hazard = lin.post("/api/v1/cases", json=report(attacks, kind="hazard", subkind="quay"))
    assert hazard.status_code == 201
    facts = {"result": attacks(), "answer": attacks()}
    site.desk.cases.act(hazard.json()["case_id"], 1, Act.RESOLVE, "village1", facts, site.clock())
    filed = site.desk.cases.file(_dispute(attacks), MALLORY, site.clock())
    world.dispute = filed.case_id
    answer = lin.post(
        f"/api/v1/cases/{filed.case_id}/attachments", content=PNG, headers={"X-Name": quote(f"{attacks(80)}.png")}
    )
    assert answer.status_code == 201, answer.text
    steps: tuple[tuple[Act, str, dict[str, Any]], ...] = (
        (Act.COMMENT, MALLORY, {"note": attacks()}),
        (Act.MARK_MAJOR, "town1", {"note": attacks()}),
        (Act.AMEND, "town1", {"amendment": _amendment(attacks), "form": "0", "note": attacks()}),
        (Act.HAND_OVER, "village1", {"unit_id": "T1", "reason": attacks()}),
        (Act.HAND_OVER, "town1", {"unit_id": "T1-V", "reason": attacks()}),
        (Act.COLLATE, "village1", {"note": attacks()}),
        (Act.DISPATCH, "town1", {"body_id": "F", "note": attacks()}),
        (Act.TRANSFER, "town1", {"body_id": "P", "reason": attacks()}),
        (Act.RETURN, "police", {"reason": attacks()}),
        (Act.DISPATCH, "town1", {"body_id": "F"}),
        (Act.JOIN, "town1", {"body_id": "G", "note": attacks()}),
        (Act.ACCEPT, "fishery", {"note": attacks()}),
        (Act.ASK_EXTENSION, "fishery", {"seconds": 3600, "reason": attacks()}),
        (Act.REFUSE_EXTENSION, "town1", {"reason": attacks()}),
        (Act.PAUSE, "fishery", {"cause": "other", "reason": attacks()}),
        (Act.RESUME, "fishery", {"note": attacks()}),
        (Act.REPORT_PART, "guard", {"result": attacks()}),
        (Act.REPORT, "fishery", {"result": attacks(), "answer": attacks()}),
        (
            Act.TELL,
            "town1",
            {
                "note": attacks(),
                "told": [{"n": 0, "reason": attacks(200)}, *({"n": n, "means": "phone"} for n in (1, 2, 3))],
            },
        ),
        (Act.REOPEN, "town1", {"reason": attacks()}),
    )
    for act, who, facts in steps:
        with site.desk.reads.as_account("city") as conn:
            (version,) = conn.execute('select version from api."case" where case_id = %s', [filed.case_id]).fetchone()
        site.desk.cases.act(filed.case_id, version, act, who, facts, site.clock())


def _dispute(attacks: Attacks) -> NewCase:
    """With all that the forms of today do not ask for: what a command takes, a form of tomorrow may send."""
    parties = tuple(
        Party(side, mmsi, attacks(60), attacks(60), True, attacks(), attacks(), attacks(60), attacks(60), attacks(60))
        for side, mmsi in (("claimant", NETTER), ("respondent", TRAWLER), ("involved", SHIP), ("witness", RADIO))
    )
    return NewCase(
        Kind.DISPUTE, attacks(120), "gear", attacks(), attacks(200), 122.55, 30.2, cb.NOW - timedelta(hours=1),
        parties=parties, amount=Decimal(8000),
    )  # fmt: skip


def _amendment(attacks: Attacks) -> Amendment:
    """All that was filed, said anew, with a further vessel of each party."""
    filed = _dispute(attacks)
    parties = (replace(party, more=(PartyVessel(None, attacks(60)),)) for party in filed.parties)
    said = ("kind", "title", "subkind", "description", "place", "lon", "lat", "happened_at", "amount", "facts")
    values = {name: getattr(filed, name) for name in said}
    return Amendment(**values, parties=tuple(AmendedParty(n, party) for n, party in enumerate(parties, 1)))


def _alerts(world: World) -> None:
    site, attacks = world.site, world.attacks
    (world.alert,) = cb.ask(site.dsn, "select alert_id from mg.alert where mmsi = %s", [BOAT])[0]
    site.desk.alerts.acknowledge(world.alert, "guard", site.clock())
    site.desk.alerts.open_case(world.alert, "guard", site.clock())
    site.desk.alerts.resolve(world.alert, "guard", "true", attacks(500), site.clock())


def _public(world: World) -> None:
    site, attacks = world.site, world.attacks
    anyone = site.browser()
    ticket = anyone.get("/public/ticket").json()["ticket"]
    site.clock.forward(seconds=30)
    form = {"request_key": str(uuid4()), "kind": "complaint", "note": attacks(), "about": attacks(200),
            "name": attacks(60), "phone": "0580 123", "place": attacks(200), "ticket": ticket}  # fmt: skip
    filed = anyone.post("/public/report", json=form)
    assert filed.status_code == 201, filed.text
    world.public_code = filed.json()["code"]


def _reads(world: World) -> None:
    """Purposes that the access log keeps."""
    site, attacks = world.site, world.attacks
    town = site.browser("town1")
    where = f"/api/v1/cases/{world.dispute}/dossier"
    assert town.get(where, params={"purpose": attacks(190)}).status_code == 200
    assert town.get("/api/v1/people/export.xlsx", params={"purpose": attacks(190)}).status_code == 200
