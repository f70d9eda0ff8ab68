"""Whatever can be wrong with a sheet or its file is told in both languages, with the values that it has."""

from __future__ import annotations

import re

import pytest

from dashboard.views.people_loaded import COUNTS, WORDS
from dashboard.views.people_sheets import ORDER, TOLD
from dashboard.words import LANGUAGES, read_words
from maritime_grid.cli.sheet_files import FAULTS as FILE_FAULTS
from maritime_grid.domain.people import Post
from maritime_grid.domain.people_sheets import BODY_KINDS, LEVELS, SHEETS
from maritime_grid.domain.sheet_faults import FAULTS

VALUE = re.compile(r"\{(\w+)")
TABLES = {lang: read_words(lang).table for lang in LANGUAGES}


def values_in(text: str) -> set[str]:
    return set(VALUE.findall(text))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    ("faults", "what", "mend"),
    [(FAULTS, "people.fault_sheet", "people.mend_sheet"), (FILE_FAULTS, "people.file", "people.filemend")],
    ids=["lines", "files"],
)
def test_every_fault_has_its_words_and_asks_for_no_value_that_it_has_not(lang, faults, what, mend):
    for kind, texts in faults.items():
        given = values_in(" ".join(texts))
        assert values_in(TABLES[lang][f"{what}.{kind}"]) <= given, kind
        assert values_in(TABLES[lang][f"{mend}.{kind}"]) <= given, kind


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_sheet_and_word_made_of_data_is_in_the_catalogue(lang):
    assert set(ORDER) == set(SHEETS)
    keys = [f"people.sheet.{name}" for name in SHEETS]
    keys += [f"people.import.{WORDS.get(name, name)}" for name in COUNTS] + [f"people.import.{name}" for name in TOLD]
    named = {*LEVELS, *(kind for kind in BODY_KINDS if kind in tuple(Post)), *Post}
    keys += [f"people.import.word.{name}" for name in named]
    keys += ["admin.did.preview", "admin.did.archive_verified", "admin.archive.logged"]
    assert [key for key in keys if key not in TABLES[lang]] == []
