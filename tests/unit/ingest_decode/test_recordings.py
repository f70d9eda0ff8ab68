"""Real recordings, where they are at hand: counts by type, values, and the kinds of their times."""

from __future__ import annotations

import gzip
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ingest.batch import Batch, TimeKind
from ingest.packet import Packet
from tests import needs

from .build import decode_packets
from .compare import counts, fix_of, fixes_of, pyais_messages, refused_counts, same_fix, static_fields, static_of

START = 1_500_000_000_000_000
NAMES = (
    "amsa_australia_2012-01-27.nmea.gz", "amsa_exactearth_2012-01-31.txt", "amsa_exactearth_2012-02-01.txt",
    "amsa_exactearth_tagblock_2012-04-13.txt", "amsa_tagblock_2014-12-31.txt", "dma_stream_2010-06-11.txt",
    "gpsd_ais-nmea_2020-04-07.log", "gpsd_sample.aivdm", "libais_test.aivdm", "noaadata_uscg_2006-07-15.ais",
)  # fmt: skip
YEARS = {"amsa": (2012, 2014), "dma": (2010, 2010), "libais": (2010, 2010), "noaadata": (2006, 2006)}


def lines_of(path: Path) -> list[bytes]:
    raw = path.read_bytes()
    return (gzip.decompress(raw) if path.suffix == ".gz" else raw).splitlines(keepends=True)


def replay(lines: list[bytes], size: int = 4_000, form: str = "nmea") -> Batch:
    packets = [Packet(0, b"".join(lines[i : i + size])) for i in range(0, len(lines), size)]
    return decode_packets(packets, batches=len(packets), form=form, clock="recorded", start_us=START)


def is_cut_short(ours: dict[str, Any], theirs: dict[str, Any]) -> bool:
    """Whether only the last character of a name differs, of which the payload holds half."""
    name = ours["ship_name"]
    return bool(name) and {**ours, "ship_name": theirs["ship_name"]} == theirs and theirs["ship_name"][:-1] == name


def test_list_of_recordings_is_complete():
    assert {p.name for p in needs.recordings().iterdir()} >= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_counts_by_type_are_those_of_pyais_less_refusals(name: str):
    lines = lines_of(needs.recordings() / name)
    batch = replay(lines)
    theirs = counts(pyais_messages([line.strip() for line in lines]))
    ours = Counter(batch.messages) + refused_counts(batch.refusals)
    assert ours == theirs
    assert batch.lines == len(lines)
    assert batch.messages.total() > 90


@pytest.mark.parametrize("name", NAMES)
def test_every_position_and_static_report_is_one_of_pyais(name: str):
    lines = lines_of(needs.recordings() / name)
    bare = [
        line.split(b"*")[0] + b"*" + line.split(b"*")[1][:2] if line[:1] == b"!" and line.count(b"*") == 1 else line
        for line in lines
    ]
    batch, theirs = replay(lines), pyais_messages([line.strip() for line in bare])
    seen: dict[int, list[tuple[float, ...]]] = defaultdict(list)
    for fix in filter(None, map(fix_of, theirs)):
        seen[int(fix[0])].append(fix)
    strange = [f for f in fixes_of(batch) if not any(same_fix(f, g) for g in seen[int(f[0])])]
    assert strange == []
    known = [said for said in map(static_of, theirs) if said]
    odd = [s for s in map(static_fields, batch.statics) if s not in known]
    assert [s for s in odd if not any(is_cut_short(s, k) for k in known)] == []
    assert len(batch.positions) > 10


@pytest.mark.parametrize("name", NAMES)
def test_recording_cut_elsewhere_gives_the_same(name: str):
    lines = lines_of(needs.recordings() / name)[:3_000]
    one, many = replay(lines, size=10**6), replay(lines, size=37)
    assert all(same_fix(a, b) for a, b in zip(fixes_of(one), fixes_of(many), strict=True))
    assert one.positions.t.tolist() == many.positions.t.tolist()
    assert (one.refusals, one.statics, one.duplicates) == (many.refusals, many.statics, many.duplicates)


@pytest.mark.parametrize("name", NAMES)
def test_times_lie_in_the_year_of_the_recording(name: str):
    batch = replay(lines_of(needs.recordings() / name), form="auto")
    span = YEARS.get(name.split("_", maxsplit=1)[0])
    kinds = set(batch.positions.time_kind.tolist())
    if span is None:
        assert kinds <= {TimeKind.STEPPED, TimeKind.CLOCK}
        return
    years = batch.positions.t.astype("datetime64[us]").astype("datetime64[Y]").astype(int) + 1970
    assert ((years >= span[0]) & (years <= span[1])).all()
    assert TimeKind.RECEIVED not in kinds
    assert (batch.positions.received_at >= batch.positions.t).all()


def test_dma_stream_times_come_from_its_headers():
    batch = replay(lines_of(needs.recordings() / "dma_stream_2010-06-11.txt"))
    by_header = np.count_nonzero(batch.positions.time_kind == TimeKind.PGHP)
    assert by_header > 0.99 * len(batch.positions)
