"""The page of a case whose vessels nobody knows by number, and of one that was marked major by hand."""

from __future__ import annotations

import pytest

from dashboard.case_tracks import tracks_of
from dashboard.views.case_head import head
from dashboard.views.case_map import case_map
from dashboard.views.case_story import parties
from maritime_grid.store.case_rows import PartyRow, PartyVessel

from .test_case_views import NOW, WORDS, case, row, text, told


def party(n: int, mmsi: int | None, name: str) -> PartyRow:
    side = "claimant" if n == 1 else "respondent"
    vessels = [PartyVessel(mmsi, name)] if mmsi is not None or name else []
    return PartyRow(n, side, mmsi, name, "", None, "", "", None, None, None, vessels=vessels)


@pytest.mark.parametrize(
    ("vessels", "said"),
    [
        ([(None, "浙普渔25409"), (None, "不明船舶")], "case.no_vessel_known"),
        ([(412000001, "浙普渔25409"), (None, "不明船舶")], "case.no_tracks"),
        ([(None, "")], "case.no_tracks"),
        ([], "case.no_tracks"),
    ],
)  # fmt: skip
def test_map_says_whether_nobody_was_heard_or_nobody_is_identified(vessels, said):
    opened = case(parties=[party(n, *vessel) for n, vessel in enumerate(vessels, 1)])
    shown = text(case_map(opened.case, tracks_of([], NOW, {}), WORDS))
    assert WORDS(said) in shown
    assert ("未识别船舶" in shown) == (said == "case.no_vessel_known")


def test_party_without_a_number_is_called_unidentified_and_one_with_it_is_not():
    opened = case(parties=[party(1, 412000001, "浙普渔25409"), party(2, None, "浙普渔25410")])
    shown = text(parties(opened, told(), may_read=False))
    assert "浙普渔25409 · 412000001" in shown and "浙普渔25410 · 未识别船舶" in shown
    assert shown.count("未识别船舶") == 1


@pytest.mark.parametrize(("major", "severity", "is_told"), [(True, 1, False), (False, 1, True), (True, 2, True)])
def test_ordinary_is_not_said_beside_major(major, severity, is_told):
    shown = text(head(case(row=row(major=major, severity=severity)), told()))
    assert (f"level level{severity}" in shown) == is_told
    assert ("pill major" in shown) == major
