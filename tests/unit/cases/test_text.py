from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maritime_grid.cases.text import QUERY_LIMIT, TEXT_LIMIT, fold, grams, query_grams

CLOSE = st.text(st.sampled_from("浙普渔嵊３3412aAé́ſßｱﾞ가각ᄀ々𠀀 ,-，"), max_size=12)
TEXTS = st.text(max_size=30) | CLOSE
FOUND = (
    ("413", "浙普渔 MMSI 412413001"),
    ("3001", "412413001"),
    ("1", "12"),
    ("普渔", "浙普渔12345"),
    ("浙普渔12345", "船名:浙普渔12345,船长王某"),
    ("渔", "浙普渔12345"),
    ("浙普渔１２３４５", "浙普渔12345"),
    ("PU YU", "zhe pu yu 01"),
    ("cafes", "Les Cafés"),
    ("e\u0301", "e"),
    ("网具 嵊山", "嵊山以东网具被割"),
)
NOT_FOUND = (
    ("渔普", "浙普渔"),
    ("413", "414 135"),
    ("普渔", "普陀渔港"),
    ("东极", "东福山"),
)


@pytest.mark.parametrize(("query", "text"), FOUND)
def test_query_finds_the_text_that_holds_it(query: str, text: str) -> None:
    assert query_grams(query)
    assert set(query_grams(query)) <= set(grams(text))


@pytest.mark.parametrize(("query", "text"), NOT_FOUND)
def test_query_passes_by_a_text_without_it(query: str, text: str) -> None:
    assert not set(query_grams(query)) <= set(grams(text))


@given(TEXTS, TEXTS, TEXTS)
def test_every_text_that_holds_the_query_has_its_keys(before: str, query: str, after: str) -> None:
    assert set(query_grams(query)) <= set(grams(before + query + after))


@given(TEXTS, TEXTS)
def test_characters_fold_alike_alone_and_together(a: str, b: str) -> None:
    assert fold(a + b) == fold(a) + fold(b)


@given(TEXTS)
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.lists(TEXTS, max_size=4))
def test_keys_are_sorted_and_each_stands_once(texts: list[str]) -> None:
    found = grams(*texts)
    assert list(found) == sorted(set(found))
    assert set(found) == {key for text in texts for key in grams(text)}
    assert all(1 <= len(key) <= 3 for key in found)


def test_keys_are_those_of_han_pairs_and_runs_of_three() -> None:
    assert grams("渔船A12") == tuple(sorted(("渔", "船", "渔船", "a", "1", "2", "a1", "12", "a12")))
    assert query_grams("渔船A123") == ("123", "a12", "渔船")


def test_no_key_spans_two_texts() -> None:
    assert "普渔" not in grams("浙普", "渔船")


def test_query_without_letters_has_no_keys() -> None:
    assert query_grams(" ,。!\u0301") == ()


def test_endless_text_and_query_are_cut() -> None:
    assert grams("一" * TEXT_LIMIT + "二") == ("一", "一一")
    assert query_grams("一" * QUERY_LIMIT + "二") == ("一一",)


def test_many_texts_have_one_limit_together_and_the_first_come_first() -> None:
    assert grams("一", *["一" * (TEXT_LIMIT // 2)] * 2, "二") == ("一", "一一")
    assert "二" in grams("一" * (TEXT_LIMIT - 1), "二三")
    assert "三" not in grams("一" * (TEXT_LIMIT - 1), "二三")
