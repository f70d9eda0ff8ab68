"""The fleet as columns: who the vessels are, what they carry, and where they stand at the start.

Every identity is made up. Numbers lie in the ranges of China (MID 412, 413), names follow the pattern of the coast.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from ingest.batch import F64, I8, I64

from .plane import KNOT
from .routes import SeaPlan


class Kind(IntEnum):
    FISHING = 0
    CARGO = 1
    TANKER = 2
    FERRY = 3
    PATROL = 4


class Gear(IntEnum):
    NONE = 0
    TRAWL = 1  # 拖网: long lines back and forth
    PAIR_TRAWL = 2  # 双拖: two boats, one net
    GILL_NET = 3  # 刺网: drifts with the stream
    POT = 4  # 蟹笼: hauls stop and go
    HOOK = 5  # 钓具


class Phase(IntEnum):
    MOORED = 0
    LEAVING = 1  # from the berth to the quay end of the route
    OUT = 2
    WORKING = 3  # on the ground: fishing, anchored, patrolling
    TO_GATE = 4  # from the ground to the sea end of the route
    BACK = 5
    BERTHING = 6
    ORDERED = 7  # an incident steers


class Transmitter(IntEnum):
    NONE = 0
    CLASS_A = 1
    CLASS_B_CS = 2
    CLASS_B_SO = 3


CLASS_NAMES = {Kind.FISHING: "fishing", Kind.CARGO: "merchant", Kind.TANKER: "merchant", Kind.FERRY: "ferry",
               Kind.PATROL: "patrol"}  # fmt: skip
GEAR_NAMES = {Gear.NONE: "", Gear.TRAWL: "trawl", Gear.PAIR_TRAWL: "pair_trawl", Gear.GILL_NET: "gill_net",
              Gear.POT: "pot", Gear.HOOK: "hook"}  # fmt: skip
SHIP_TYPES = {Kind.FISHING: 30, Kind.CARGO: 70, Kind.TANKER: 80, Kind.FERRY: 60, Kind.PATROL: 55}
KIND_SHARES = (0.84, 0.075, 0.035, 0.02, 0.03)  # fishing boats first; the rest by eye of the strait's traffic
GEAR_SHARES = (0.30, 0.14, 0.26, 0.22, 0.08)  # trawl to hook
CRUISE_KN = {Kind.FISHING: (7.5, 10.5), Kind.CARGO: (10.0, 15.0), Kind.TANKER: (10.0, 14.0), Kind.FERRY: (14.0, 22.0),
             Kind.PATROL: (10.0, 16.0)}  # fmt: skip
WORK_KN = {Gear.NONE: (6.0, 10.0), Gear.TRAWL: (3.0, 4.5), Gear.PAIR_TRAWL: (3.0, 4.2), Gear.GILL_NET: (1.6, 2.6),
           Gear.POT: (3.0, 4.5), Gear.HOOK: (0.4, 1.0)}  # fmt: skip
# hours at work and hours in port, least and most
WORK_H = {Kind.FISHING: (5.0, 18.0), Kind.CARGO: (1.0, 5.0), Kind.TANKER: (1.0, 5.0), Kind.FERRY: (0.2, 0.6),
          Kind.PATROL: (4.0, 9.0)}  # fmt: skip
PORT_H = {Kind.FISHING: (6.0, 34.0), Kind.CARGO: (3.0, 14.0), Kind.TANKER: (3.0, 14.0), Kind.FERRY: (0.3, 1.2),
          Kind.PATROL: (4.0, 12.0)}  # fmt: skip
COUNTY_NAMES = {"普陀区": ("浙普渔", "ZHEPUYU"), "定海区": ("浙定渔", "ZHEDINGYU"), "岱山县": ("浙岱渔", "ZHEDAIYU"),
                "嵊泗县": ("浙嵊渔", "ZHESHENGYU")}  # fmt: skip


@dataclass(slots=True, eq=False)
class Fleet:
    """One row a vessel, arrays of shape (n,); what a step moves is overwritten in place."""

    mmsi: I64
    name_zh: list[str]
    ship_name: list[str]  # as transmitted: Latin letters
    kind: I8
    gear: I8
    home: I64  # home of the sea plan
    transmitter: I8
    beidou: NDArray[np.bool_]
    length_m: F64
    beam_m: F64
    cruise: F64  # m/s
    work: F64  # m/s
    across: F64  # share of the route's width, [-1, 1]
    partner: I64  # leader of a pair trawler's mate, -1 none
    actor: NDArray[np.bool_]  # held back for an incident
    berth: F64  # (n, 2) metres
    xy: F64  # (n, 2)
    velocity: F64  # (n, 2) m/s over the last step
    course: F64  # degrees true, kept while stopped
    phase: I8
    route: I64
    along: F64  # metres from home on the route
    until: I64  # end of the phase's stay, microseconds
    hold_until: I64  # stopped at work until
    target: F64  # (n, 2) metres
    lane: F64  # (n, 2) unit vector of the work
    middle: F64  # (n, 2) middle of the work
    leg: I64  # counter of the work's legs
    speed: F64  # m/s ordered

    def __len__(self) -> int:
        return len(self.mmsi)


def make_fleet(plan: SeaPlan, count: int, rng: Generator) -> Fleet:
    """`count` vessels, all moored; `settle` puts them to sea."""
    kind = _kinds(count)
    gear, partner = _gears(kind, rng)
    home = _homes(plan, kind, rng)
    mates = np.flatnonzero(partner >= 0)
    home[mates] = home[partner[mates]]
    names, latin = _names(plan, kind, home)
    cruise = _draw(CRUISE_KN, kind, rng) * KNOT
    work = _draw(WORK_KN, gear, rng) * KNOT
    for values in (cruise, work):
        values[mates] = values[partner[mates]]
    berth = _berth(plan, home, rng)
    length = np.where(kind == Kind.FISHING, rng.uniform(24, 46, count), rng.uniform(60, 240, count))
    length[kind >= Kind.FERRY] = rng.uniform(28, 70, int((kind >= Kind.FERRY).sum()))
    n = count
    return Fleet(
        mmsi=_mmsi(kind, n), name_zh=names, ship_name=latin, kind=kind, gear=gear, home=home,
        transmitter=_transmitters(kind, rng), beidou=(kind == Kind.FISHING) & (rng.random(n) < 0.9),
        length_m=np.asarray(np.round(length), np.float64), beam_m=np.asarray(np.round(length / 5.5), np.float64),
        cruise=cruise, work=work, across=rng.uniform(-1, 1, n), partner=partner, actor=np.zeros(n, np.bool_),
        berth=berth, xy=berth.copy(), velocity=np.zeros((n, 2)), course=np.floor(rng.uniform(0, 360, n)),
        phase=np.zeros(n, np.int8), route=choose_routes(plan, kind, gear, home, rng), along=np.zeros(n),
        until=np.zeros(n, np.int64), hold_until=np.zeros(n, np.int64), target=berth.copy(),
        lane=np.zeros((n, 2)), middle=berth.copy(), leg=np.zeros(n, np.int64), speed=np.zeros(n),
    )  # fmt: skip


def choose_routes(plan: SeaPlan, kind: I8, gear: I8, home: I64, rng: Generator) -> I64:
    """A route for the next trip of each vessel; trawlers go beyond the ban where their port has such a ground."""
    out = np.zeros(len(kind), np.int64)
    trawler = (gear == Gear.TRAWL) | (gear == Gear.PAIR_TRAWL)
    wants = np.select([kind == Kind.FERRY, (kind == Kind.CARGO) | (kind == Kind.TANKER)], [2, 1], 0)
    group = home * 8 + wants * 2 + trawler
    pick = rng.random(len(kind))
    for code in np.unique(group):
        rows = np.flatnonzero(group == code)
        routes = plan.routes_of(int(home[rows[0]]), ("ground", "gate", "quay")[wants[rows[0]]])
        beyond = routes[plan.grounds.trawl[plan.routes.ground[routes]]]
        routes = beyond if trawler[rows[0]] and len(beyond) else routes
        out[rows] = routes[(pick[rows] * len(routes)).astype(np.int64)]
    return out


def _kinds(count: int) -> I8:
    """Kinds in blocks, fishing boats first, at least one of each from 40 vessels on."""
    ends = np.round(np.cumsum(KIND_SHARES) * count).astype(int)
    return np.searchsorted(ends, np.arange(count), side="right").clip(0, 4).astype(np.int8)


def _gears(kind: I8, rng: Generator) -> tuple[I8, I64]:
    """Gear of each vessel and, for the second of a pair of trawlers, the row of the first."""
    gear = np.zeros(len(kind), np.int8)
    fishing = np.flatnonzero(kind == Kind.FISHING)
    gear[fishing] = rng.choice(np.arange(1, 6), size=len(fishing), p=GEAR_SHARES)
    partner = np.full(len(kind), -1, np.int64)
    pairs = fishing[gear[fishing] == Gear.PAIR_TRAWL]
    if len(pairs) % 2:
        gear[pairs[-1]] = Gear.TRAWL
        pairs = pairs[:-1]
    partner[pairs[1::2]] = pairs[::2]
    return gear, partner


def _homes(plan: SeaPlan, kind: I8, rng: Generator) -> I64:
    ports, terminals = len(plan.chart.ports), len(plan.berths) - len(plan.chart.ports)
    weight = 1.0 / (1.0 + np.arange(ports) % 8)  # some ports are larger than others
    home = rng.choice(ports, size=len(kind), p=weight / weight.sum())
    merchant = (kind == Kind.CARGO) | (kind == Kind.TANKER)
    home[merchant] = ports + rng.integers(0, terminals, int(merchant.sum()))
    return home.astype(np.int64)


def _berth(plan: SeaPlan, home: I64, rng: Generator) -> F64:
    out = np.empty((len(home), 2))
    pick, radius, angle = rng.random(len(home)), rng.random(len(home)), rng.uniform(0, 2 * np.pi, len(home))
    for h in np.unique(home):
        rows = np.flatnonzero(home == h)
        berths = plan.berths[h][(pick[rows] * len(plan.berths[h])).astype(np.int64)]
        shift = berths[:, 2] * radius[rows]
        out[rows] = berths[:, :2] + np.column_stack([np.cos(angle[rows]), np.sin(angle[rows])]) * shift[:, None]
    return out


def _names(plan: SeaPlan, kind: I8, home: I64) -> tuple[list[str], list[str]]:
    chinese: list[str] = []
    latin: list[str] = []
    for row, (k, h) in enumerate(zip(kind.tolist(), home.tolist(), strict=True)):
        if k == Kind.FISHING:
            zh, en = COUNTY_NAMES.get(plan.chart.ports[h].county, ("浙渔", "ZHEYU"))
        else:
            zh, en = {
                Kind.CARGO: ("示例货", "DEMO CARGO "), Kind.TANKER: ("示例油", "DEMO TANKER "),
                Kind.FERRY: ("示例客渡", "DEMO FERRY "), Kind.PATROL: ("示例巡", "DEMO PATROL "),
            }[Kind(k)]  # fmt: skip
        number = f"{(row * 37 + 10_007) % 90_000 + 10_000:05d}" if row < 90_000 else f"{row:06d}"
        chinese.append(zh + number)
        latin.append((en + number)[:20])
    return chinese, latin


def _mmsi(kind: I8, count: int) -> I64:
    """412 for fishing boats, 413 for the rest; the block 9 of the last six digits is not handed out to ships."""
    first = np.where(kind == Kind.FISHING, 412_000_000, 413_000_000)
    return first + (900_000 if count < 100_000 else 0) + np.arange(count)


def _transmitters(kind: I8, rng: Generator) -> I8:
    fishing = rng.choice(
        [Transmitter.CLASS_B_CS, Transmitter.CLASS_B_SO, Transmitter.CLASS_A], size=len(kind), p=[0.80, 0.12, 0.08]
    )
    return np.where(kind == Kind.FISHING, fishing, Transmitter.CLASS_A).astype(np.int8)


def _draw(table: dict[Kind, tuple[float, float]] | dict[Gear, tuple[float, float]], of: I8, rng: Generator) -> F64:
    """A uniform draw for each row between the limits of its kind or gear."""
    limits = np.array([pair for _, pair in sorted(table.items())])
    return limits[of, 0] + (limits[of, 1] - limits[of, 0]) * rng.random(len(of))
