"""Who may do what: roles 角色, acts, and how much of personal data each role sees (Art. 30). Pure.

The table itself stands in config/access.toml; the store holds the same rows for its own policies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What an account is."""

    WALL = "wall"  # 大屏: no person
    WORKER = "worker"  # 网格员
    VILLAGE = "village"  # 村(社区)
    TOWNSHIP = "township"  # 乡(镇)/街道
    DEPARTMENT = "department"  # 职能部门
    COAST_GUARD = "coast_guard"  # 海警
    ASSOCIATION = "association"  # 水产商会
    COUNTY = "county"  # 县(区)主管部门
    CITY = "city"  # 市主管部门
    OPERATOR = "operator"  # 运维


class Level(StrEnum):
    """How much of a class of personal data is shown."""

    FULL = "full"
    MASKED = "masked"
    NONE = "none"


FIELDS = ("name", "phone", "id_number", "address")
PAGES = ("wall", "alerts", "cases", "report", "grids", "people", "items", "admin")
ACTS = (
    "case.read", "case.file", "case.resolve", "case.collate", "case.dispatch", "case.accept", "case.return",
    "case.transfer", "case.join", "case.ask_extension", "case.grant_extension", "case.refuse_extension", "case.pause",
    "case.resume", "case.report", "case.report_part", "case.tell", "case.rate", "case.reopen", "case.withdraw",
    "case.comment", "case.attach", "case.amend", "case.hand_over", "case.assess", "case.link_alert", "case.mark_major",
    "case.issue_code", "case.receive_hop", "case.see_late",
    "alert.acknowledge", "alert.resolve", "alert.open_case",
    "people.read", "people.edit", "people.export", "personal.read",
    "grids.propose", "grids.approve", "grids.file", "items.edit", "items.approve",
    "accounts.edit", "access_log.read", "archive.verify",
    "vessels.read", "vessels.read_all", "alerts.read_all", "feeds.read", "quarantine.read",
)  # fmt: skip

# What an account of a role works for (Art. 5-7): a unit of one of these levels, or a body of this kind.
UNIT_LEVELS: Mapping[Role, tuple[str, ...]] = {
    Role.WORKER: ("village", "township"),
    Role.VILLAGE: ("village",),
    Role.TOWNSHIP: ("township",),
    Role.COUNTY: ("county",),
    Role.CITY: ("city",),
}
BODY_KINDS: Mapping[Role, str] = {
    Role.DEPARTMENT: "department",
    Role.COAST_GUARD: "coast_guard",
    Role.ASSOCIATION: "association",
}

_PERSONAL_ACTS = frozenset({"personal.read", "people.export"})


@dataclass(frozen=True, slots=True)
class RoleAccess:
    """One row of the table of access."""

    pages: tuple[str, ...]  # the first is where a login leads
    acts: frozenset[str]  # with `page.<name>` for each page
    fields: Mapping[str, Level]
    second_factor: bool
    idle_s: float | None  # a session ends so long after its last use; None: never
    absolute_s: float | None  # and so long after its login; None: never

    @property
    def reads_personal_data(self) -> bool:
        """Whether the role may see more of a person than a name."""
        open_fields = (field for field, level in self.fields.items() if field != "name" and level == Level.FULL)
        return any(open_fields) or not self.acts.isdisjoint(_PERSONAL_ACTS)


@dataclass(frozen=True, slots=True)
class Access:
    """The table of access, complete: a row for each role, a level for each field."""

    roles: Mapping[str, RoleAccess]  # by the word of a Role

    def may(self, role: str, act: str) -> bool:
        """Whether the role may do this; what the table does not name, nobody may."""
        row = self.roles.get(role)
        return row is not None and act in row.acts

    def level(self, role: str, field: str) -> Level:
        """How much of this class of personal data the role sees."""
        row = self.roles.get(role)
        return row.fields.get(field, Level.NONE) if row else Level.NONE
