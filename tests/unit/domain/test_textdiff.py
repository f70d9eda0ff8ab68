"""The difference of two texts: both can be read from it, and what stayed is not told as changed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from maritime_grid.domain.textdiff import Part, changed_parts

TEXT = st.text(st.sampled_from("出港前查看救生a1 ,.\nword"), max_size=40)


@given(TEXT, TEXT)
def test_without_what_is_new_it_is_the_old_text_and_without_what_is_gone_the_new(old: str, new: str):
    parts = changed_parts(old, new)
    assert "".join(p.text for p in parts if p.kind != "new") == old
    assert "".join(p.text for p in parts if p.kind != "gone") == new
    assert all(p.text for p in parts)


@given(TEXT)
def test_equal_texts_have_no_difference(text: str):
    assert changed_parts(text, text) == ([Part("same", text)] if text else [])


def test_chinese_is_compared_sign_by_sign_and_english_word_by_word():
    assert changed_parts("督促整改并复查。", "当场督促整改并复查。") == [
        Part("new", "当场"), Part("same", "督促整改并复查。"),
    ]  # fmt: skip
    assert changed_parts("within 3 days", "within 10 days") == [
        Part("same", "within "), Part("gone", "3"), Part("new", "10"), Part("same", " days"),
    ]  # fmt: skip


def test_changes_close_together_are_one():
    assert changed_parts("通导设备甲", "通信导航设备甲") == [
        Part("same", "通"), Part("gone", "导"), Part("new", "信导航"), Part("same", "设备甲"),
    ]  # fmt: skip
