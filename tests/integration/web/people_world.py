"""Over `grid_world`: a leader whose term ends soon, a worker, a coast guard, and two service teams."""

from __future__ import annotations

from datetime import timedelta

from maritime_grid.domain.people import Post, day_of
from maritime_grid.store.people import NewTerm, People, Person
from tests.integration.store import case_build as cb

TODAY = day_of(cb.NOW)
PHONE = "13812345678"
LEADER = 8  # number of the person: case_build made seven


def staff(dsn: str) -> None:
    """Put them into the store."""
    with People(dsn, skills=frozenset({"diver", "tow"}), console=True) as people:
        leader = people.add_person(
            Person("陈<b>大海</b>", phone=PHONE, id_number="330902198001011234", address="庙子湖 1 号"), "test", cb.NOW
        )
        assert leader == LEADER
        worker = people.add_person(Person("林小渔", phone="13987654321"), "test", cb.NOW)
        since = TODAY - timedelta(days=300)
        soon = TODAY + timedelta(days=20)
        terms = [
            NewTerm("G1", Post.LEADER, since, leader, work_phone="05806091234", until=soon),
            NewTerm("G1", Post.FULL_TIME, since, worker, work_phone="05806095678"),
            NewTerm("G1", Post.COAST_GUARD, since, body_id="G"),
        ]
        for term in terms:
            people.appoint(term, "test", cb.NOW)
        team = {"skills": ("diver",), "unit_ids": ("T1",), "phone": "05806090000", "craft": "橡皮艇 2 艘"}
        people.save("teams", {"team_id": "D1", "name_zh": "东极潜水队", **team}, "test", cb.NOW)
        people.save("teams", {"team_id": "W1", "name_zh": "青浜拖带队", **team, "skills": ("tow",)}, "test", cb.NOW)
