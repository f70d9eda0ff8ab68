"""The chain of the archive: whatever is altered, taken away or moved is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maritime_grid.cases.chain import GENESIS, Entry, Head, Verifier, entry_hash, said_of

T0 = datetime(2026, 5, 1, 8, tzinfo=UTC)


def chained(bare: list[tuple[str, str]]) -> list[Entry]:
    """An archive of (case, text) pairs, tied entry by entry."""
    entries, prev, lengths = [], GENESIS, dict[str, int]()
    for n, (case_id, said) in enumerate(bare, 1):
        lengths[case_id] = lengths.get(case_id, 0) + 1
        at = T0 + timedelta(microseconds=n)
        entry = Entry(n, case_id, lengths[case_id], at, "lin", "comment", said_of({"note": said}), prev, b"")
        entries.append(replace(entry, hash=entry_hash(entry)))
        prev = entries[-1].hash
    return entries


def faults(entries: list[Entry], whole: list[Entry], seals: tuple[Head, ...] = ()) -> list[str]:
    verifier = Verifier(seals)
    found = [fault for entry in entries for fault in verifier.check(entry)]
    head = Head(whole[-1].n, whole[-1].hash) if whole else Head(0, GENESIS)
    versions = {e.case_id: e.seq for e in whole}
    return [*found, *verifier.finish(head, versions)]


archives = st.lists(st.tuples(st.sampled_from("ABC"), st.text(max_size=20)), min_size=3, max_size=30).map(chained)


@given(archives)
def test_untouched_archive_is_whole(archive: list[Entry]):
    assert faults(archive, archive) == []


@given(archives, st.data())
def test_one_changed_field_of_any_entry_is_found(archive: list[Entry], data: st.DataObject):
    k = data.draw(st.integers(0, len(archive) - 1))
    entry = archive[k]
    changed = data.draw(
        st.sampled_from(
            [
                replace(entry, said=entry.said + " "),
                replace(entry, who="wang"),
                replace(entry, what="rate"),
                replace(entry, at=entry.at + timedelta(microseconds=1)),
                replace(entry, hash=bytes(32)),
                replace(entry, prev=bytes([255]) * 32),
                replace(entry, case_id=entry.case_id + "x"),
            ]
        )
    )
    assert faults([*archive[:k], changed, *archive[k + 1 :]], archive)


@given(archives, st.data())
def test_removed_entry_is_found_wherever_it_stood(archive: list[Entry], data: st.DataObject):
    k = data.draw(st.integers(0, len(archive) - 1))
    assert any("missing" in fault for fault in faults([*archive[:k], *archive[k + 1 :]], archive))


@given(archives, st.data())
def test_swapped_pair_is_found(archive: list[Entry], data: st.DataObject):
    k = data.draw(st.integers(0, len(archive) - 2))
    swapped = [*archive[:k], archive[k + 1], archive[k], *archive[k + 2 :]]
    assert faults(swapped, archive)


@given(archives, st.data())
def test_archive_rewritten_from_an_entry_on_is_found_by_a_seal_alone(archive: list[Entry], data: st.DataObject):
    k = data.draw(st.integers(0, len(archive) - 1))
    bare = [(e.case_id, "forged" if e.n == k + 1 else e.said) for e in archive]
    forged = chained(bare)
    assert faults(forged, forged) == []
    sealed = Head(archive[-1].n, archive[-1].hash)
    assert faults(forged, forged, (sealed,))


def test_facts_that_are_no_json_are_refused():
    with pytest.raises(ValueError, match="JSON"):
        said_of({"x": float("nan")})
