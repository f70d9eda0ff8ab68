"""To which units a case may be handed over: the tree decides."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from maritime_grid.cases.handing import may_hand_to


@dataclass(frozen=True)
class Unit:
    unit_id: str
    level: str
    path: tuple[str, ...]


UNITS = {
    path[-1]: Unit(path[-1], level, path)
    for level, *path in (
        ("city", "C"), ("county", "C", "K1"), ("county", "C", "K2"), ("township", "C", "K1", "T1"),
        ("township", "C", "K1", "T2"), ("township", "C", "K2", "T3"), ("village", "C", "K1", "T1", "V1"),
        ("village", "C", "K1", "T1", "V2"), ("village", "C", "K1", "T2", "V3"),
    )
    for path in (tuple(path),)
}  # fmt: skip


@pytest.mark.parametrize(
    ("own", "to"),
    [
        ("C", {*UNITS}),
        ("K1", {"C", "K1", "T1", "T2", "V1", "V2", "V3"}),  # not another county: that goes through the city
        ("T1", {"K1", "T1", "T2", "V1", "V2"}),  # a township beside it, but not its villages, nor another county's
        ("V1", {"V1", "T1"}),  # a village collates, and does not route
    ],
)
def test_unit_hands_over_beneath_itself_one_level_up_and_a_township_to_those_of_its_county(own: str, to: set[str]):
    assert {unit_id for unit_id, unit in UNITS.items() if may_hand_to(UNITS[own], unit)} == to
