"""A scenario: one fleet, one script, one seed. `step` moves it on and says what was sent meanwhile.

Same seed, start, vessels, script and steps: same bytes. It reads no clock; whoever runs it says how far to go.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from maritime_grid.domain.errors import UsageError

from .encode import encode_positions, tag_blocks
from .fleet import CLASS_NAMES, GEAR_NAMES, Gear, Kind, make_fleet
from .incidents import Incident, demo_script
from .messages import spoiled, static_sentences, tagged, vms_payload
from .motion import settle, step
from .radio import Fixes, Stretch, ais_fixes, columns_of, due_statics, make_radio, vms_fixes
from .routes import SeaPlan
from .season import closed_until
from .stage import Stage
from .staging import stage
from .work import Sea

LEAST_VESSELS = 100
AT_SEA_SHARE = 0.45  # of the fishing boats at the start
REPEATED_SHARE, REPEATED_S = 0.03, (0.2, 8.0)  # of AIS positions heard again through a second receiver
LATE_SHARE, LATE_S = 0.003, (60.0, 1200.0)  # of AIS positions delivered late
SPOILED_SHARE = 0.0005  # of AIS positions with a broken checksum
VMS_REPEATED_SHARE, VMS_REPEATED_S = 0.02, (1.0, 60.0)
VMS_LATE_SHARE = 0.03
SECOND_US = 1_000_000


class Emission(NamedTuple):
    """What was sent in a step, each list by time. Times are microseconds since the epoch, UTC."""

    udp: list[tuple[int, bytes]]  # time of delivery, AIVDM with TAG block, no line end
    mqtt: list[tuple[int, str, bytes]]  # time of delivery, topic below the root, payload


@dataclass(frozen=True, slots=True)
class RosterEntry:
    """A vessel for the sample roster."""

    mmsi: int
    name_zh: str
    vessel_class: str  # fishing, merchant, ferry, patrol
    home_port: str  # port_id, "" for ships from elsewhere
    gear: str
    sample: bool = True


class Scenario:
    """A fleet under way. Start it, call `step` again and again, read `truth` at any time."""

    def __init__(
        self, plan: SeaPlan, *, seed: int, start: int, vessels: int = 1200, script: Sequence[Incident] | None = None
    ) -> None:
        """start: microseconds since the epoch, UTC.

        Raises:
            UsageError: too few vessels for a fleet, or for the script.
        """
        if vessels < LEAST_VESSELS:
            raise UsageError(f"{vessels} vessels make no fleet", f"give simulate.vessels = {LEAST_VESSELS} or more")
        rng = np.random.default_rng(seed)
        self.plan, self.start, self.now = plan, start, start
        self._rng = rng
        self._closed_until = closed_until(start)
        self.fleet = make_fleet(plan, vessels, rng)
        self.radio = make_radio(self.fleet, start, rng)
        self._pending: list[tuple[int, int, str, bytes]] = []  # delivery time, order, topic ("" is AIS), bytes
        self._count = 0
        self._statics: dict[int, list[bytes]] = {}
        incidents = demo_script(vessels) if script is None else script
        self._stage = Stage(self._sea(), self.fleet, self.radio)
        stage(self._stage, incidents)
        settle(self._sea(), self.fleet, AT_SEA_SHARE)

    @property
    def truth(self) -> list[dict[str, Any]]:
        """One record an incident begun so far: kind, mmsi, start, end, place, expect."""
        return self._stage.truth

    def roster(self) -> list[RosterEntry]:
        """Every vessel once; a number worn by two hulls stands for the first."""
        fleet, ports = self.fleet, self.plan.chart.ports
        entries: dict[int, RosterEntry] = {}
        for row, (mmsi, home) in enumerate(zip(fleet.mmsi.tolist(), fleet.home.tolist(), strict=True)):
            kind, gear = Kind(int(fleet.kind[row])), Gear(int(fleet.gear[row]))
            port = ports[home].port_id if home < len(ports) else ""
            entries.setdefault(mmsi, RosterEntry(mmsi, fleet.name_zh[row], CLASS_NAMES[kind], port, GEAR_NAMES[gear]))
        return [entries[mmsi] for mmsi in sorted(entries)]

    def step(self, dt_s: float) -> Emission:
        """Move on by `dt_s` seconds, 0 < dt_s <= 60.

        Raises:
            ValueError: a step of another length; positions are straight lines within a step.
        """
        if not 0 < dt_s <= 60:
            raise ValueError(f"a step of {dt_s} s; between 0 and 60 s are simulated at once")
        t1 = self.now + round(dt_s * SECOND_US)
        self._stage.play(t1)
        xy0, course = self.fleet.xy.copy(), self.fleet.course.copy()
        step(self._sea(), self.fleet, dt_s)
        turn = np.abs((self.fleet.course - course + 180.0) % 360.0 - 180.0) / dt_s
        stretch = Stretch(self.now, t1, xy0, self.fleet.xy, turn)
        self._send_ais(stretch)
        self._send_vms(stretch)
        for t, topic, content in self._stage.take():
            for line in [content] if topic else tagged(t, [content]):
                self._post(t, topic, line)
        self.now = t1
        return self._deliver(t1)

    def _sea(self) -> Sea:
        return Sea(self.plan, self._closed_until, self.now, self._rng)

    def _send_ais(self, stretch: Stretch) -> None:
        rng, plane = self._rng, self.plan.chart.plane
        fixes = ais_fixes(self.fleet, self.radio, stretch, plane, rng)
        sentences = encode_positions(columns_of(self.fleet, fixes, rng.random(len(fixes.t)) < 0.5))
        chance, delay = rng.random(len(fixes.t)), rng.random(len(fixes.t))
        chance[self.radio.lost_share[fixes.row] == 0.0] = 0.5  # no loss: nor repeated, late or spoiled
        tags = tag_blocks(fixes.t)
        for k, (t, tag, sentence) in enumerate(zip(fixes.t.tolist(), tags, sentences, strict=True)):
            line = tag + sentence
            if chance[k] < REPEATED_SHARE:
                again = t + _between(REPEATED_S, delay[k])
                self._post(again, "", tagged(again, [sentence])[0])
            elif chance[k] < REPEATED_SHARE + LATE_SHARE:
                self._post(t + _between(LATE_S, delay[k]), "", line)
                continue
            elif chance[k] > 1.0 - SPOILED_SHARE:
                line = tag + spoiled(sentence)
            self._post(t, "", line)
        rows, times = due_statics(self.radio, stretch, self.fleet)
        for row, t in zip(rows.tolist(), times.tolist(), strict=True):
            if row not in self._statics:
                self._statics[row] = static_sentences(self.fleet, row)
            for line in tagged(t, self._statics[row]):
                self._post(t, "", line)

    def _send_vms(self, stretch: Stretch) -> None:
        fixes = vms_fixes(self.fleet, self.radio, stretch, self.plan.chart.plane, self._rng)
        chance, delay = self._rng.random(len(fixes.t)), self._rng.random(len(fixes.t))
        for k, (t, mmsi) in enumerate(zip(fixes.t.tolist(), self.fleet.mmsi[fixes.row].tolist(), strict=True)):
            topic, content = f"vessel/{mmsi}/position", _vms(fixes, k, t, mmsi)
            if chance[k] < VMS_REPEATED_SHARE:
                self._post(t + _between(VMS_REPEATED_S, delay[k]), topic, content)
            late = chance[k] > 1.0 - VMS_LATE_SHARE
            self._post(t + _between(LATE_S, delay[k]) if late else t, topic, content)

    def _post(self, t: int, topic: str, content: bytes) -> None:
        self._count += 1
        heapq.heappush(self._pending, (t, self._count, topic, content))

    def _deliver(self, until: int) -> Emission:
        out = Emission([], [])
        while self._pending and self._pending[0][0] < until:
            t, _, topic, content = heapq.heappop(self._pending)
            if topic:
                out.mqtt.append((t, topic, content))
            elif not self._stage.ais_is_out(t):
                out.udp.append((t, content))
        return out


def _between(limits: tuple[float, float], share: float) -> int:
    """Microseconds."""
    return round((limits[0] + (limits[1] - limits[0]) * share) * SECOND_US)


def _vms(fixes: Fixes, k: int, t: int, mmsi: int) -> bytes:
    lon, lat = fixes.lonlat[k].tolist()
    return vms_payload(t, mmsi, (lon, lat), float(fixes.sog[k]), float(fixes.cog[k]))
