"""An ordinary day with long names, in which every page has something to show; and the visits that see all of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from typing import Any

from maritime_grid.cases.kinds import Act, Kind
from maritime_grid.cases.severity import SeverityFacts
from maritime_grid.domain.items import Trigger
from maritime_grid.domain.people import Post
from maritime_grid.store.case_timers import run_timers
from maritime_grid.store.connect import command_pool
from maritime_grid.store.people import People
from maritime_grid.store.writer import Store
from tests.integration.store import alert_build as ab
from tests.integration.store import build
from tests.integration.store import case_build as cb
from tests.integration.web import grid_world as gw
from tests.integration.web import people_world as pw
from tests.integration.web.desks import DeskSite, desk_site
from tests.integration.web.tracks import sail

from .test_report_page import picture

UNITS = {
    "C": ("舟山市", "Zhoushan"), "K": ("普陀区", "Putuo"), "T1": ("东极镇人民政府", "Dongji town"),
    "T1-V": ("庙子湖村民委员会", "Miaozihu village"), "T2": ("虾峙镇人民政府", "Xiazhi town"),
}  # fmt: skip
BODIES = {
    "F": ("普陀区海洋与渔业局渔政大队", "Putuo fishery administration"), "P": ("普陀公安分局", "Putuo police"),
    "G": ("舟山海警局东极工作站", "Coast guard, Dongji station"), "A": ("东极水产商会", "Dongji fishery association"),
    "FC": ("舟山市海洋与渔业局", "Zhoushan fishery bureau"), "M": ("舟山海事局", "Zhoushan maritime safety"),
}  # fmt: skip
MET = cb.NOW - timedelta(hours=3)
CASE, MAJOR = "2026-000001", "2026-000002"
TITLES = ("东极外网具被割断,双方对先下网一方说法不一", "庙子湖码头缆桩松动", "虾峙门商渔船碰撞", "嵊山渔获收购价格争议")


@dataclass(frozen=True, slots=True)
class Visit:
    """One page as one account (None: nobody), there when `ready` holds."""

    name: str
    account: str | None
    path: str
    ready: str


@dataclass
class LookWorld:
    """The running desk and what its pages are asked for."""

    site: DeskSite
    code: str = ""
    badge: str = ""
    sos: str = ""


@contextmanager
def looked_at(dsn: str) -> Iterator[LookWorld]:
    """Over an empty, migrated store."""
    cb.people(dsn)
    gw.grids(dsn)
    pw.staff(dsn)
    _names(dsn)
    sail(dsn, MET)
    with desk_site(dsn) as site:
        world = LookWorld(site)
        site.desk.accounts.set_password("lin", "nets-are-mended-here", site.clock(), "test")
        _alerts(world)
        _cases(world)
        _changes(world)
        _people(world)
        yield world


def _names(dsn: str) -> None:
    for table, key, names in (("unit", "unit_id", UNITS), ("body", "body_id", BODIES)):
        for one, (zh, en) in names.items():
            query = f"update mg.{table} set name_zh = %s, name_en = %s where {key} = %s returning 1"
            cb.ask(dsn, query, [zh, en, one])
    cb.ask(dsn, "update mg.person set name_zh = '陈大海' where person_id = %s returning 1", [pw.LEADER])
    cb.ask(dsn, "insert into mg.roster (mmsi, name_zh, vessel_class, home_port, gear) values "
           "(412000001, '浙普渔60001', 'fishing', 'P1', 'gill_net'), "
           "(412000002, '浙普渔60002', 'fishing', 'P1', 'trawl'), "
           "(412000003, '海巡0721', 'patrol', '', '') returning 1")  # fmt: skip


def _alerts(world: LookWorld) -> None:
    made = ab.raised(world.site.dsn)
    world.sos = made["sos"].alert_id
    with Store.open(world.site.dsn) as store:
        store.commit(build.outcome(alerts=list(made.values()), clock=ab.AT))
    alerts, at = world.site.desk.alerts, world.site.clock()
    alerts.acknowledge(made["silence"].alert_id, "town1", at)
    alerts.resolve(made["nowhere"].alert_id, "guard", "false", "手机联系船长,平安", at)


def _cases(world: LookWorld) -> None:
    cases, dsn = world.site.desk.cases, world.site.dsn
    cases.file(cb.dispute(title=TITLES[0], happened_at=MET, description="流刺网被拖网船割断。" * 12), "lin", MET)
    photo = picture(800, 600)
    kept = {
        "name": "被割断的网具.png",
        "sha256": sha256(photo).hexdigest(),
        "media_type": "image/png",
        "content": photo,
    }
    cases.act(CASE, None, Act.ATTACH, "lin", kept | {"media_type": "image/png"}, MET)
    cases.act(CASE, 2, Act.COLLATE, "village1", {"note": "双方都在码头"}, cb.NOW - cb.HOUR)
    grave = replace(cb.dispute(title=TITLES[2]), facts=SeverityFacts(people_in_water=1, injured=1))
    cases.file(grave, "lin", cb.NOW - cb.HOUR / 4)
    for n in range(10):
        new = cb.dispute(title=f"{TITLES[n % 4]}({n + 1})", happened_at=MET)
        new = replace(new, kind=Kind.HAZARD, subkind="quay") if n % 4 == 1 else new
        steps: tuple[tuple[Act, str, dict[str, Any]], ...] = (
            (Act.COLLATE, "village1", {}), (Act.DISPATCH, "town1", {"body_id": "F"}), (Act.ACCEPT, "fishery", {}),
            (Act.REPORT, "fishery", {"result": "双方和解,赔偿八千元"}),
            (Act.TELL, "town1", {"answer": "双方已和解,赔偿到位。", **cb.told(0, 1, 2)}),
        )  # fmt: skip
        at = cb.NOW - (14 - n) * 24 * cb.HOUR
        filed = cases.file(new, "lin", at)
        world.code = filed.code
        for v, (act, who, facts) in enumerate(steps[: n % 6], 1):
            cases.act(filed.case_id, v, act, who, facts, at + v * cb.HOUR)
    with command_pool(dsn) as pool:
        run_timers(pool.connection, cb.PLAN, world.site.clock())


def _changes(world: LookWorld) -> None:
    assert world.site.desk.grids
    world.site.desk.grids.propose(gw.MOVED, [], gw.TOMORROW, "渔港扩建,外侧水域划归一网格", "town1", world.site.clock())


def _people(world: LookWorld) -> None:
    """A badge, an item in force, and another that waits."""
    with People(world.site.dsn, console=True) as people:
        for n, title in enumerate(("出港前巡查渔船安全设备", "调解网具纠纷"), 1):
            item = {
                "item_id": f"3.{n}",
                "class": 3,
                "title": title,
                "text": "出港前查看救生、消防设备。" * 6,
                "basis": "第二十二条",
            }
            people.propose_item(item, "town1", world.site.clock())
        for trigger in (Trigger.REVIEW, Trigger.APPROVE, Trigger.PUBLISH):
            day = pw.TODAY if trigger is Trigger.PUBLISH else None
            people.move_item("3.1", 1, trigger, f"clerk {trigger}", world.site.clock(), in_force=day, remark="可行")
        until = pw.TODAY + timedelta(days=300)
        world.badge = people.issue_badge(pw.LEADER, "G1", Post.LEADER, until, "town1", world.site.clock())


def visits(world: LookWorld) -> list[Visit]:
    """Every page that people see, with something in it."""
    form, plain = "document.body.dataset.ready === 'yes'", "document.querySelector('main, form')"
    bodies = ("grids", "people", "items", "admin")
    grids, people, items, admin = (f"document.querySelector('#{name}-body {{}}')" for name in bodies)
    case = "document.querySelector('.timeline li') && document.querySelector('#case-map .leaflet-container')"
    person = f"view=people&person={pw.LEADER}"
    return [
        Visit("cases", "town1", "/cases", "document.querySelector('.cases tbody')"),
        Visit("cases-none", "shop", "/cases", "document.querySelector('.desk main .empty, .cases tbody')"),
        Visit("cases-board", "county", "/cases?view=board", "document.querySelector('.board-card')"),
        Visit("cases-late", "county", "/cases?view=late", "document.querySelector('.desk table, .desk .empty')"),
        Visit("case", "town1", f"/case/{CASE}", f"{case} && document.querySelector('.nearest')"),
        Visit("case-major", "county", f"/case/{MAJOR}", case),
        Visit("case-none", "town1", "/case/2026-999999", "document.querySelector('.desk .say, .desk .block')"),
        Visit(
            "alerts",
            "guard",
            f"/alerts?alert={world.sos}",
            "document.querySelector('.al-near tbody tr') && document.querySelector('.al-row')",
        ),
        Visit("alerts-none", "town2", "/alerts?state=past", "document.querySelector('.al-list > *')"),
        Visit("grids", "county", "/grids?grid=G1", grids.format(".grid-versions")),
        Visit("grids-changes", "county", "/grids?view=changes&change=1", grids.format(".grid-map path")),
        Visit("grids-propose", "town1", "/grids?view=propose", grids.format(".grid-map path")),
        Visit("people", "town1", "/people", people.format("table")),
        Visit("people-grid", "town1", "/people?grid=G1&do=appoint", people.format("#people-appoint-do")),
        Visit("people-list", "town1", "/people?view=people", people.format("table")),
        Visit("people-person", "town1", f"/people?{person}", people.format("table")),
        Visit("people-edit", "town1", f"/people?{person}&do=edit", people.format("#people-edit-do")),
        Visit("people-teams", "town1", "/people?view=teams", people.format("table")),
        Visit("people-team", "town1", "/people?view=teams&team=D1&do=member", people.format("#people-member-do")),
        Visit("people-badge", "town1", f"/people/badge?number={world.badge}", "document.querySelector('.face')"),
        Visit("items", "lin", "/items", items.format(".item-card")),
        Visit("items-work", "town1", "/items?view=work", items.format("table")),
        Visit("items-one", "city", "/items?view=work&item=3.2", items.format(".panel h2")),
        Visit("admin", "root", "/admin?who=lin", admin.format("table")),
        Visit("admin-log", "city", "/admin?view=log", admin.format("table")),
        Visit("admin-archive", "city", "/admin?view=archive", admin.format("#admin-verify")),
        Visit("account", "lin", "/account", plain),
        Visit("account-password", "lin", "/account/password", plain),
        Visit("account-factor", "lin", "/account/second-factor", plain),
        Visit("logout", "lin", "/logout", plain),
        Visit("login", None, "/login", plain),
        Visit("report", "lin", "/report", f"{form} && document.getElementById('who').textContent"),
        Visit("public-report", None, "/public/report", form),
        Visit("public", None, "/public", "document.querySelector('.ways')"),
        Visit("public-grids", None, "/public/grids", "document.querySelector('article')"),
        Visit("public-items", None, "/public/items", "document.querySelector('article')"),
        Visit("follow", None, f"/c/{world.code}", "document.querySelector('ol li')"),
        Visit("follow-none", None, "/c/", plain),
        Visit("badge-check", None, f"/public/badge?number={world.badge}", "document.querySelector('h1')"),
        Visit("badge-none", None, "/public/badge?number=ZS26-0000-0000", "document.querySelector('.state')"),
    ]
