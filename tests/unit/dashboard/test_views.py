from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from dashboard.fleet import Fleet
from dashboard.views.assess import assess
from dashboard.views.card import age_text, card_children, card_rows
from dashboard.views.frame import HEADER, MAGIC, NOT_DRAWN, RECORD, FrameHead, pack
from dashboard.views.geo import label_point, places_geojson, short_name, tile_name
from dashboard.views.status import alert_json, detail_text, late_after_s, ms, shown_alerts, sort_alerts, zone_names
from dashboard.views.tiles import make_tiles
from dashboard.words import Catalogues
from maritime_grid.store.rows import GridFlow, VesselCard

from .reads_builder import AIS, NOON, PROHIBITED, alert, feed, options, sample_places, us, vessels

HEAD = FrameHead(rev=7, names_rev=2, epoch=1.0, clock_ms=5.0, newest_ms=math.nan, made_ms=6.0)


def test_a_frame_is_64_bytes_and_12_a_vessel():
    nan, zero = np.array([np.nan, 359.96]), np.zeros(2, np.int8)
    lon, lat = np.array([np.nan, 122.123456]), np.array([30.0, 29.9])
    state, severity = np.array([0, 4], np.int8), np.array([0, 3], np.int8)
    raw = pack(HEAD, lon, lat, course=nan, sog=np.array([np.nan, 102.2]), state=state, severity=severity)
    assert len(raw) == 64 + 24
    assert HEADER.unpack_from(raw)[:4] == (MAGIC, 2, 7.0, 2.0)
    rows = np.frombuffer(raw, RECORD, offset=64)
    assert rows["lon"].tolist() == [NOT_DRAWN, 122_123_456]
    assert rows["course"].tolist() == [65535, 0]
    assert rows["speed"].tolist() == [255, 204]
    assert rows["state"].tolist() == [0, 4 | 3 << 4]
    assert zero.sum() == 0


def test_tiles_count_every_vessel_once_and_stand_worst_first():
    late = us(NOON)
    fleet = Fleet()
    old = late - 3_600_000_000
    rows = [
        {"mmsi": 1, "grid": 3},
        {"mmsi": 2, "grid": 3, "t": old},
        {"mmsi": 3, "grid": 5},
        {"mmsi": 4, "grid": 0},
        {"mmsi": 5, "grid": 9, "t": old, "in_port": True},
    ]
    fleet.merge(vessels(rows))
    alerts = [alert("sos", 4, 3, grid=5), alert("silence", 2, 2, grid=3), alert("silence", 2, 8, grid=7, active=False)]
    judged = assess(fleet, [feed(AIS, "ais")], {}, alerts, late, options())
    tiles = make_tiles(sample_places(), fleet, judged, alerts, [GridFlow(3, 4, 2)])
    assert len(tiles) == 34
    assert [t.code for t in tiles[:2]] == [5, 3]
    by_code = {t.code: t for t in tiles}
    assert (by_code[3].now, by_code[3].silent, by_code[3].entered, by_code[3].left) == (1, 1, 4, 2)
    assert by_code[3].alerts == (0, 1, 0, 0)
    assert by_code[5].worst == 4
    assert by_code[7].worst == 0
    assert by_code[9].now == 1
    assert sum(t.now + t.silent for t in tiles) == 4
    assert {t.disputes for t in tiles} == {0}


def test_alerts_stand_worst_first_then_oldest_and_those_over_last():
    rows = [
        alert("silence", 2, 1),
        alert("sos", 4, 2, active=False),
        alert("zone_entry", 3, 3),
        alert("zone_entry", 3, 4, raised_at=NOON - timedelta(hours=1)),
    ]
    assert [a.mmsi for a in sort_alerts(rows)] == [4, 3, 1, 2]


def test_an_alert_that_is_over_leaves_the_wall_after_its_time_and_the_last_to_end_stands_first():
    over = [
        alert("silence", 2, h, active=False, cleared_at=NOON - timedelta(hours=h), raised_at=NOON - timedelta(days=h))
        for h in (13, 11, 1)
    ]
    old_but_active = alert("silence", 1, 99, raised_at=NOON - timedelta(days=30))
    assert [a.mmsi for a in shown_alerts([*over, old_but_active], NOON, 43_200)] == [99, 1, 11]


def test_an_alert_names_its_zone_in_both_languages():
    assert zone_names(PROHIBITED) == {"zh": "禁入区甲", "en": "Prohibited area A"}
    assert zone_names({"name_zh": "核心区"}) == {"zh": "核心区", "en": "核心区"}
    assert zone_names({"text": "MAYDAY"}) is None


def test_zones_that_alert_on_entry_are_told_apart():
    zones = places_geojson(sample_places(), "zone", ("prohibited",))["features"]
    guarded = {f["properties"]["kind"] for f in zones if f["properties"]["guarded"]}
    assert guarded == {"prohibited"}
    assert len(zones) > 20


@pytest.mark.parametrize(("hour", "late_s"), [(100_000, 8.0), (3_600, 10.0), (60, 600.0), (0, 600.0)])
def test_a_feed_is_late_by_its_own_pace_within_bounds(hour, late_s):
    assert late_after_s(hour, options()) == late_s


def test_a_distress_text_is_one_short_line():
    assert detail_text({"text": "MAYDAY\n\nMAYDAY  " + "x" * 500}).startswith("MAYDAY MAYDAY xxx")
    assert len(detail_text({"text": "x" * 500})) == 120
    assert detail_text({"text": 5, "gap_s": 3}) == ""


def test_an_alert_says_in_words_what_its_detail_means():
    low = alert("feed_health", 1, 0, place="tower-low", detail={"feed": "tower", "hour_count": 9, "mean": 900})
    quiet = alert("feed_health", 1, 0, place="tower-low", detail={"feed": "tower-low"})  # a feed of that name
    said = [(a["feed"], a["low"]) for a in map(alert_json, (low, quiet, alert("sos", 4)))]
    assert said == [("tower", True), ("tower-low", False), ("", False)]
    beacon = alert_json(alert("distress_device", 4, 972_000_001, detail={"device": "MOB", "text": "MOB ACTIVE"}))
    assert (beacon["device"], beacon["text"]) == ("MOB", "MOB ACTIVE")
    assert [alert_json(alert("silence", 1, detail={"in_port": x}))["in_port"] for x in (True, False, "x")] == [
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("name", "short", "tile"),
    [
        ("桃花-登步-蚂蚁近岸网格(示例)", "桃花-登步-蚂蚁近岸", "桃花近岸"),
        ("北部外海网格1(示例)", "北部外海1", "北部外海1"),
        ("Taohua-Dengbu-Mayi inshore (sample)", "Taohua-Dengbu-Mayi inshore", "Taohua"),
        ("Liuheng-Fodu nearshore (sample)", "Liuheng-Fodu nearshore", "Liuheng near"),
        ("网格", "网格", "网格"),
    ],
)
def test_names_are_short_where_room_is_short(name, short, tile):
    assert short_name(name) == short
    assert tile_name(name) == tile


def test_a_label_lies_in_the_widest_part_and_lines_have_one_too():
    shape_of_l = [[0, 0], [10, 0], [10, 1], [1, 1], [1, 10], [0, 10], [0, 0]]
    lon, lat = label_point({"type": "Polygon", "coordinates": [shape_of_l]})
    assert lon < 1.2 or lat < 1.2
    assert label_point({"type": "LineString", "coordinates": [[0, 0], [2, 2]]}) in {(0.0, 0.0), (2.0, 2.0), (1.0, 1.0)}


CARD = VesselCard(
    1234, "<img src=x onerror=alert(1)>", None, None, None, None, None, "P01", 3, NOON, NOON,
    122.0, 30.0, 6.24, 7.4, None, 0, "ais-udp", "B",
)  # fmt: skip


def test_a_card_shows_nine_digits_units_and_age():
    zh = Catalogues().pick(None)
    rows = card_rows(CARD, zh, {3: "东极近岸"}, {"P01": "沈家门渔港"}, NOON + timedelta(seconds=90))
    values = [value for _, value in rows]
    assert values == ["000001234", "沈家门渔港", "东极近岸", "6.2 节", "007°", "1 分", "ais-udp · B 类"]


@pytest.mark.parametrize(
    ("grid", "lon", "text"),
    [(0, None, "位置不明"), (0, 122.0, "网格外"), (3, None, "东极近岸"), (77, 122.0, "区域 77")],
)
def test_a_card_says_outside_all_grids_only_of_a_vessel_whose_position_is_known(grid, lon, text):
    rows = card_rows(replace(CARD, grid=grid, lon=lon), Catalogues().pick(None), {3: "东极近岸"}, {}, NOON)
    assert dict(rows)["所在网格"] == text


def test_a_cards_age_is_that_of_the_fix_and_the_browser_can_count_it_on():
    card = replace(CARD, received_at=NOON + timedelta(hours=1))
    parts = card_children(card, Catalogues().pick(None), {}, {}, NOON + timedelta(hours=1))[1].children
    counted = {part.children: part.to_plotly_json()["props"].get("data-since") for part in parts}
    assert counted["1 时 00 分"] == str(ms(NOON))
    assert sum(value is not None for value in counted.values()) == 1


def test_a_hostile_name_goes_into_the_card_as_text():
    head = card_children(CARD, Catalogues().pick("en"), {}, {}, NOON)[0]
    assert head.children[0].children == "<img src=x onerror=alert(1)>"


@pytest.mark.parametrize(
    ("seconds", "text"), [(-5, "0 s"), (59, "59 s"), (61, "1 min"), (3_660, "1 h 01 min"), (2e5, "2 d")]
)
def test_ages_are_told_in_the_largest_unit(seconds, text):
    assert age_text(seconds, Catalogues().pick("en")) == text
