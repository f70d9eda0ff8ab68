"""Check characters of badges find what a tired eye gets wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maritime_grid.domain.badges import (
    ALPHABET,
    SERIAL_ALPHABET,
    SERIAL_LENGTH,
    check_character,
    number_of,
    tidy,
    well_formed,
)

draws = st.lists(st.integers(0, len(SERIAL_ALPHABET) - 1), min_size=SERIAL_LENGTH, max_size=SERIAL_LENGTH)
numbers = st.builds(number_of, st.integers(2020, 2099), draws)


def test_check_character_is_that_of_iso_7064_mod_37_36():
    assert check_character("A12425GABC1234002") == "M"  # example of the GRid handbook, which uses this system


@given(numbers)
def test_number_is_well_formed_and_holds_its_year(number: str):
    assert well_formed(number)
    assert len(number) == 2 + 2 + SERIAL_LENGTH + 1


@given(numbers, st.data())
def test_one_wrong_character_is_always_found(number: str, data: st.DataObject):
    place = data.draw(st.integers(0, len(number) - 1))
    wrong = data.draw(st.sampled_from([c for c in ALPHABET if c != number[place]]))
    assert not well_formed(number[:place] + wrong + number[place + 1 :])


def test_most_swaps_of_neighbours_are_found():
    found = tried = 0
    for first in ALPHABET:
        for second in ALPHABET:
            if first == second:
                continue
            number = f"ZS26{first}{second}"
            swapped = f"ZS26{second}{first}"
            tried += 1
            found += check_character(number) != check_character(swapped)
    assert tried == 1260
    assert found / tried > 0.97


@given(numbers)
def test_number_is_read_however_it_is_written(number: str):
    assert tidy(f" {number[:4].lower()}-{number[4:7]} {number[7:]}\n") == number
    assert tidy("".join(chr(ord(char) + 0xFEE0) for char in number.lower()) + "\u3000") == number  # full-width


@pytest.mark.parametrize("junk", ["", "1", "ZS26", "zs26", "ZS26!!!", "0" * 21, "' or 1=1", "ＺＳ２６"])
def test_junk_is_not_well_formed(junk: str):
    assert not well_formed(junk)


def test_serials_hold_no_letters_that_look_alike():
    assert not set("01IO") & set(SERIAL_ALPHABET)
    assert len(SERIAL_ALPHABET) == 32
