"""Made-up people for the demonstration: posts, teams, badges and training, with gaps for the page that shows them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import count
from typing import Any

from maritime_grid.domain.badges import SERIAL_ALPHABET, SERIAL_LENGTH, number_of

Line = dict[str, Any]

SURNAMES = "陈王林张李周吴徐郑黄夏贺邵虞翁乐"
GIVEN = ("海生", "阿明", "国平", "小波", "建军", "雪芬", "志强", "银娣", "永潮", "爱珍", "东海", "渔歌", "浩然", "秀英")
BADGED = frozenset({"leader", "full_time"})
COUNTY_POSTS = (("department", "FISHERY"), ("coast_guard", "CCG"), ("association", "ASSOC"))

# Which of the grids, counted from 0, lack what: remainder by divisor
GAPS = {
    "leader": (9, 4), "advisor": (6, 1), "full_time": (13, 7), "party_secretary": (11, 6), "coast_guard": (7, 3),
    "association": (8, 5), "department": (17, 9), "village_worker": (10, 8),
}  # fmt: skip
PLACES = {"ZS-PT": (122.30, 29.94), "ZS-DH": (122.10, 30.00), "ZS-DS": (122.20, 30.24), "ZS-SS": (122.46, 30.73)}
ENDING = (5, 2)  # whose full-time worker's term ends within the month


def demo_sheets(leads: Sequence[tuple[str, str]], on: date) -> dict[str, list[Line]]:
    """Lines of sheets by their names, in order of need; the same for the same grids and day.

    Args:
        leads: grid_id and unit_id that leads it; units as in config/zhoushan/units.csv.
        on: today, Beijing time.
    """
    numbers = count(1)
    liaisons: dict[str, Line] = {}
    posts: list[Line] = []
    for n, (grid_id, unit_id) in enumerate(leads):
        posts += _grid(n, grid_id, unit_id, on, numbers, liaisons)
    staff = [line for line in posts if line["staff_no"]]
    return {
        "people": posts,
        "teams": list(_teams(staff)),
        "badges": list(_badges(staff, on)),
        "training": list(_training(staff, on)),
    }


def bodies_of(leads: Sequence[tuple[str, str]]) -> set[str]:
    """Ids of the bodies that the people of `demo_sheets` come from, those of the four counties of its teams too."""
    counties = {_county(unit_id) for _, unit_id in leads} | set(PLACES)
    return {f"{county}-{body}" for county in counties for _, body in COUNTY_POSTS}


def _county(unit_id: str) -> str:
    return "-".join(unit_id.split("-")[:2])


def _grid(
    n: int, grid_id: str, unit_id: str, on: date, numbers: Iterator[int], liaisons: dict[str, Line]
) -> Iterator[Line]:
    since = date(on.year - 1, 3, 1)
    until = on + timedelta(days=20) if n % ENDING[0] == ENDING[1] else None
    leader: Line | None = None
    for post in ("leader", "full_time", "part_time", "advisor", "village_worker"):
        person = _person(next(numbers))
        if _lacks(n, post):
            continue
        term = {"since": since, "until": until if post == "full_time" else None}
        line = person | {"grid_id": grid_id, "post": post} | term
        leader = line if post == "leader" else leader
        yield line
    if leader and not _lacks(n, "party_secretary"):
        form = "branch" if n % 2 else "group"
        yield leader | {"post": "party_secretary", "party_form": form, "work_phone": ""}
    county = _county(unit_id)
    for post, body in COUNTY_POSTS:
        body_id = f"{county}-{body}"
        liaison = liaisons.setdefault(body_id, _person(next(numbers)))
        if not _lacks(n, post):
            yield liaison | {"grid_id": grid_id, "post": post, "body_id": body_id, "since": since, "until": None}


def _lacks(n: int, post: str) -> bool:
    divisor, remainder = GAPS.get(post, (1, 1))
    return n % divisor == remainder


def _person(n: int) -> Line:
    name = SURNAMES[n % len(SURNAMES)] + GIVEN[n // len(SURNAMES) % len(GIVEN)]
    return {
        "staff_no": f"DEMO{n:04d}",
        "name_zh": f"{name}(示例)",
        "phone": f"1380000{n:04d}",
        "id_number": f"33090019000101{n:04d}",  # nobody alive was born in 1900
        "address": f"浙江省舟山市示例路{n}号",
        "sample": True,
        "work_phone": f"0580-0000{n:04d}",
    }


def _teams(staff: Sequence[Line]) -> Iterator[Line]:
    """One of each kind in each county's waters."""
    kinds = (
        ("TOW", "拖带救助队", ("tow", "transport"), "拖轮一艘", True),
        ("DIVE", "潜水清障队", ("diver", "mechanic"), "潜水装具四套", True),
        ("MED", "医疗急救队", ("medic", "counsellor"), "急救艇一艘", False),
        ("TALK", "老船长调解队", ("mediator", "lawyer"), "", False),
    )
    numbers = list(dict.fromkeys(line["staff_no"] for line in staff))
    for c, (county, (lon, lat)) in enumerate(PLACES.items()):
        for k, (code, name, skills, craft, paid) in enumerate(kinds):
            crew = numbers[(c * len(kinds) + k) * 3 :][:3]
            yield {
                "team_id": f"T-{county}-{code}", "name_zh": f"{name}(示例)", "skills": skills, "craft": craft,
                "contact": crew[0] if crew else None, "phone": f"0580-0001{c}{k:03d}", "unit_ids": (county,),
                "paid": paid, "terms": "费用事先商定" if paid else "", "lon": lon, "lat": round(lat + k * 0.01, 2),
                "members": tuple(crew), "sample": True,
            }  # fmt: skip


def _badges(staff: Sequence[Line], on: date) -> Iterator[Line]:
    issued = on - timedelta(days=60)
    for n, line in enumerate(one for one in staff if one["post"] in BADGED):
        draws = [n * 7 + place * 5 + n // 32 for place in range(SERIAL_LENGTH)]
        yield {
            "number": number_of(issued.year, [draw % len(SERIAL_ALPHABET) for draw in draws]),
            "staff_no": line["staff_no"], "grid_id": line["grid_id"], "post": line["post"],
            "name_shown": line["name_zh"], "issued": issued, "expires": issued + timedelta(days=730),
            "revoked": on if n % 12 == 11 else None, "revoked_reason": "示例:遗失" if n % 12 == 11 else "",
        }  # fmt: skip


def _training(staff: Sequence[Line], on: date) -> Iterator[Line]:
    courses = (("海上网格基础", 16.0), ("涉海纠纷调解", 8.0), ("海上应急处置", 8.0))
    people = list(dict.fromkeys(line["staff_no"] for line in staff if line["post"] in BADGED))
    for n, staff_no in enumerate(people):
        course, hours = courses[n % len(courses)]
        held = on - timedelta(days=30 + n % 200)
        result = "failed" if n % 15 == 14 else "passed"
        until = held + timedelta(days=365) if result == "passed" else None
        yield {
            "staff_no": staff_no, "course": course, "held_on": held, "hours": hours, "result": result,
            "certificate_until": until,
        }  # fmt: skip
