"""The columns' encoder against pyais, bit for bit."""

from __future__ import annotations

import numpy as np
import pyais
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maritime_grid.simulate.encode import PositionColumns, encode_positions, tag_blocks
from maritime_grid.simulate.messages import spoiled

REPORT = st.fixed_dictionaries(
    {
        "mmsi": st.integers(1, 999_999_999),
        "lon": st.floats(-180, 180),
        "lat": st.floats(-90, 90),
        "sog": st.integers(0, 1022).map(lambda v: v / 10),
        "cog": st.integers(0, 3599).map(lambda v: v / 10),
        "heading": st.integers(0, 359),
        "second": st.integers(0, 60),
        "nav_status": st.integers(0, 15),
        "class_a": st.booleans(),
        "cs": st.booleans(),
        "channel_b": st.booleans(),
    }
)


def columns(reports: list[dict]) -> PositionColumns:
    dtypes = {"lon": float, "lat": float, "sog": float, "cog": float, "heading": float,
              "class_a": bool, "cs": bool, "channel_b": bool}  # fmt: skip
    return PositionColumns(**{k: np.array([r[k] for r in reports], dtypes.get(k, np.int64)) for k in REPORT_KEYS})


REPORT_KEYS = list(PositionColumns.__dataclass_fields__)


def by_pyais(r: dict) -> bytes:
    data = {"mmsi": r["mmsi"], "lon": r["lon"], "lat": r["lat"], "speed": r["sog"], "course": r["cog"],
            "heading": r["heading"], "second": r["second"]}  # fmt: skip
    if r["class_a"]:
        data |= {"type": 1, "status": r["nav_status"], "turn": -128, "maneuver": 0}
    else:
        data |= {"type": 18, "cs": r["cs"], "dsc": True, "band": True, "msg22": True}
    return pyais.encode_dict(data, sentence_type="VDM", radio_channel="B" if r["channel_b"] else "A")[0].encode()


@given(st.lists(REPORT, min_size=1, max_size=20))
@settings(deadline=None, max_examples=60)
def test_encoded_columns_are_what_pyais_makes_of_each_row(reports: list[dict]) -> None:
    assert encode_positions(columns(reports)) == [by_pyais(r) for r in reports]


def test_nan_goes_out_as_the_not_available_code() -> None:
    report = {"mmsi": 412000001, "lon": np.nan, "lat": np.nan, "sog": np.nan, "cog": np.nan, "heading": np.nan,
              "second": 60, "nav_status": 15, "class_a": True, "cs": False, "channel_b": False}  # fmt: skip
    told = pyais.decode(encode_positions(columns([report]))[0])
    assert (told.lon, told.lat, told.speed, told.course, told.heading) == (181.0, 91.0, 102.3, 360.0, 511)


def test_tag_block_carries_station_and_milliseconds_and_a_checksum_that_fits() -> None:
    (tag,) = tag_blocks(np.array([1_792_202_400_123_999]))
    assert tag == b"\\s:sim,c:1792202400123*" + tag[-3:]
    body = tag[1 : tag.index(b"*")]
    assert int(tag[-3:-1], 16) == np.bitwise_xor.reduce(np.frombuffer(body, np.uint8))


@pytest.mark.parametrize("sentence", [b"!AIVDM,1,1,,A,15M67F0000G?Uf6E`FepT@3n00Sa,0*73"])
def test_a_spoiled_sentence_differs_in_its_checksum_only(sentence: bytes) -> None:
    assert spoiled(sentence)[:-2] == sentence[:-2]
    assert spoiled(sentence)[-2:] != sentence[-2:]
