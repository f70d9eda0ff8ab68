"""Pages of cases name grids, bodies and whom people work for in the language of the page, where it has a name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dashboard.case_export import line
from dashboard.views.case_list import case_line
from dashboard.views.case_log import person_text
from dashboard.views.case_parts import grid_name, holder, holder_name
from dashboard.words import Catalogues
from maritime_grid.store.case_desk import Worker

from .test_case_views import case, row, text, told

ENGLISH = replace(told(), words=Catalogues().pick("en"))
NAMED = row(
    state="handling", grid_name="近岸", grid_en="Inshore", holder="F", holder_name="渔业局", holder_en="Fishery Office"
)


def test_names_are_those_of_the_language_of_the_page():
    assert [grid_name(NAMED, t) for t in (told(), ENGLISH)] == ["近岸", "Inshore"]
    assert [holder_name(NAMED, t) for t in (told(), ENGLISH)] == ["渔业局", "Fishery Office"]
    assert [holder(NAMED, t) for t in (told(), ENGLISH)] == ["渔业局", "Fishery Office"]


@pytest.mark.parametrize("name", ["Inshore", "Fishery Office"])
def test_lists_and_their_files_hold_the_names_of_the_page(name: str):
    assert name in text(case_line(NAMED, ENGLISH))
    assert name in line(NAMED, ENGLISH)


def test_name_in_chinese_stands_where_there_is_no_other():
    assert grid_name(row(grid_en=None), ENGLISH) == "近岸"
    assert holder_name(replace(NAMED, holder_en=""), ENGLISH) == "渔业局"
    assert grid_name(row(grid_name=None), ENGLISH) == ""


def test_person_works_for_what_the_page_calls_it():
    people = {
        "li": Worker("li", "李四", "department", "渔业局", "Fishery Office"),
        "he": Worker("he", "何五", "village", "某村"),
    }
    opened = replace(case(), people=people)
    assert "渔业局" in person_text("li", opened, told())
    assert "Fishery Office" in person_text("li", opened, ENGLISH)
    assert "某村" in person_text("he", opened, ENGLISH)
