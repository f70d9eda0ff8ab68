"""Judgements of drawings in words: what the checks say, by whom and how much."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from shapely.geometry import box

from dashboard.views.grid_judged import judged_view, marks, reason_text
from dashboard.views.grid_trades import area_text, receivers, trade_list
from dashboard.words import Catalogues
from geofence.following import Trade
from geofence.load import Feature, Problem, check
from geofence.partition import gaps, ports_outside
from maritime_grid.store.grid_judging import Judged

ZH, EN = Catalogues().pick("zh"), Catalogues().pick("en")
NAMES = {"A": "东区", "B": "西区", "P1": "庙子湖渔港"}


def grid(name: str, *bounds: float, **properties: Any) -> Feature:
    ring = [list(corner) for corner in box(*bounds).exterior.coords]
    return Feature(Path("the proposal"), name, properties, {"type": "Polygon", "coordinates": [ring]})


A, B = grid("A", 122, 30, 122.5, 30.5, kind="inshore", port_ids=["P1"]), grid("B", 122.5, 30, 123, 30.5)
WIDE = grid("A", 122, 30, 122.6, 30.5)


def problems() -> list[Problem]:
    """One of each kind, as the judge tells them."""
    (overlap,) = check([WIDE, B], exclusive=True)
    (gap,) = gaps([A, B], [A])
    (port,) = ports_outside([A], {"P1": (123.5, 30.1)}, ("inshore",))
    return [overlap, gap, port]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (ZH, ["与西区重叠 533.46 平方公里", "平方公里海域不归任何网格", "渔港庙子湖渔港不在网格内"]),
        (
            EN,
            [
                "it overlaps 西区 by 533.46 km²",
                "km² that it held would be in no grid",
                "its port 庙子湖渔港 lies outside",
            ],
        ),
    ],
    ids=["zh", "en"],
)
def test_what_the_judge_says_is_told_in_words_with_names(words: Any, told: list[str]):
    said = [reason_text(p.reason, NAMES, words) for p in problems()]
    assert [part in text for part, text in zip(told, said, strict=True)] == [True] * 3, said


def test_reason_that_has_no_words_is_told_as_it_is():
    assert reason_text("a corner is out of range", NAMES, ZH) == "a corner is out of range"


def test_each_check_says_that_it_is_kept_or_what_breaks_it():
    overlap, gap, _ = problems()
    text = str(judged_view(Judged((overlap,), None), [], NAMES, ZH))
    assert [word in text for word in ("没有缺口", "渔港都在网格内", "没有重叠")] == [True, True, False]
    text = str(judged_view(Judged((gap,), None), [], NAMES, ZH))
    assert [word in text for word in ("没有缺口", "渔港都在网格内", "没有重叠")] == [False, True, True]


def test_fault_of_a_line_hides_checks_that_were_not_made():
    crossed = Problem(Path("x"), "A", (1.0, 2.0), "self-intersection", "mend it")
    text = str(judged_view(Judged((crossed,), None), [], NAMES, ZH))
    assert "边界线自己相交" in text
    assert "没有重叠" not in text


def test_areas_of_overlaps_and_gaps_are_on_the_map():
    kinds = [type(layer).__name__ for layer in marks(Judged(tuple(problems()), None), ZH)]
    assert kinds.count("GeoJSON") == 2
    assert kinds.count("CircleMarker") == 3


AREAS = [(0.0, "0 平方米"), (9_999.0, "9,999 平方米"), (10_000.0, "0.01 平方公里"), (5.3e9, "5,300.00 平方公里")]


@pytest.mark.parametrize(("m2", "said"), AREAS)
def test_area_is_told_in_the_unit_that_people_use(m2: float, said: str):
    assert area_text(m2, ZH) == said


def test_trades_are_summed_by_giver_and_taker():
    shape = box(0, 0, 1, 1)
    trades = [Trade("A", "B", 2e6, shape), Trade("B", "A", 1.5e6, shape), Trade("A", "B", 1e6, shape)]
    text = str(trade_list(trades, NAMES, ZH))
    assert text.count("东区 → 西区") == 1
    assert "3.00 平方公里" in text
    assert receivers(trades) == ["B", "A"]
    assert "新划入西区" in str(trade_list([Trade("", "B", 2e6, shape)], NAMES, ZH))
