"""The alerts of a case on its page, on its map and in its dossier, to whom they are to be seen."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import BytesIO

import pytest

from dashboard.case_page import changing_parts, look, map_part, open_form, send_form
from dashboard.case_tracks import read_tracks
from dashboard.views.case_map import bounds_of
from maritime_grid.cases.kinds import Act
from maritime_grid.domain.alerts import alert_id
from maritime_grid.store.writer import Store
from tests.integration.store import build
from tests.integration.store.alert_build import AT, SILENCE, raised, world_with_alerts
from tests.integration.store.case_build import NOW

from .desks import DeskSite, desk_site
from .test_case_pages import WORDS, account, text


@dataclass(frozen=True)
class Opened:
    site: DeskSite
    case_id: str
    alert_id: str


@pytest.fixture
def opened(store: Store, store_dsn: str) -> Iterator[Opened]:
    alert_id = world_with_alerts(store, store_dsn)["sos"].alert_id
    with desk_site(store_dsn) as site:
        yield Opened(site, site.desk.alerts.open_case(alert_id, "town1", NOW).case_id, alert_id)


def shown(opened: Opened, who: str) -> str:
    return text(changing_parts(look(opened.site.desk, account(who), opened.case_id, WORDS), opened.site.desk)["alerts"])


def test_page_says_of_each_alert_what_who_where_since_and_leads_to_it(opened: Opened):
    said = shown(opened, "town1")
    for part in (WORDS("severity.emergency"), "求救", "浙普渔60001", "机舱进水", "30°12.00′N 122°42.00′E", "尚未解除"):
        assert part in said, part
    assert f"/alerts?alert={opened.alert_id}" in said


def test_alert_that_ended_says_until_when(opened: Opened, store: Store, store_dsn: str):
    ended = replace(raised(store_dsn)["sos"], active=False, cleared_at=round(NOW.timestamp() * 1e6))
    store.commit(build.outcome(alerts=[ended], clock=round(NOW.timestamp() * 1e6)))
    said = shown(opened, "town1")
    assert "尚未解除" not in said
    assert " 至 " in said


def test_alert_of_grids_of_others_gives_its_number_alone(opened: Opened):
    cases = opened.site.desk.cases
    cases.act(opened.case_id, 1, Act.COLLATE, "village1", {}, NOW)
    cases.act(opened.case_id, 2, Act.DISPATCH, "town1", {"body_id": "F"}, NOW)
    said = shown(opened, "fishery")
    assert opened.alert_id in said
    assert "机舱进水" not in said
    assert "/alerts" not in said
    assert "求救" not in text(map_part(opened.site.desk, account("fishery"), opened.case_id, WORDS))


def test_map_marks_the_alert_at_its_place_with_what_and_when_and_shows_it_whole(opened: Opened):
    drawn = text(map_part(opened.site.desk, account("town1"), opened.case_id, WORDS))
    assert '"className": "alert-mark"' in drawn
    assert "求救" in drawn
    assert "[30.2, 122.7]" in drawn
    case = look(opened.site.desk, account("town1"), opened.case_id, WORDS).opened.case
    bounds = bounds_of(case, read_tracks(opened.site.desk, account("town1"), case))
    assert bounds == [[30.2, 122.7], [30.2, 122.7]]


def test_dossier_holds_the_alerts_in_its_document_and_in_its_data(opened: Opened):
    answer = opened.site.browser("town1").get(f"/api/v1/cases/{opened.case_id}/dossier", params={"purpose": "上庭"})
    whole = zipfile.ZipFile(BytesIO(answer.content))
    document = whole.read("dossier.html").decode()
    assert "求救 · 浙普渔60001" in document
    assert "机舱进水" in document
    (alert,) = json.loads(whole.read("case.json"))["alerts"]
    assert (alert["alert_id"], alert["detail"]["people"]) == (opened.alert_id, 4)


def test_further_alert_is_chosen_from_a_list_in_words_and_then_stands_with_the_case(opened: Opened):
    desk, silence = opened.site.desk, alert_id(SILENCE, AT)
    form, version = open_form(desk, account("town1"), opened.case_id, "link_alert", WORDS)
    said = text(form)
    assert all(part in said for part in ("失联", "近岸网格一", "09:50", silence))
    assert f'"value": "{opened.alert_id}"' not in said
    sent = send_form(desk, account("town1"), opened.case_id, "link_alert", version, {"alert_id": silence}, WORDS)
    assert sent.done
    assert f"/alerts?alert={silence}" in shown(opened, "town1")
    log = text(changing_parts(look(desk, account("town1"), opened.case_id, WORDS), desk)["log"])
    assert "关联了告警" in log
    again = send_form(desk, account("town1"), opened.case_id, "link_alert", version, {"alert_id": silence}, WORDS)
    assert again.done
    assert "没有重复办理" in text(again.said)
    empty = open_form(desk, account("town1"), opened.case_id, "link_alert", WORDS)[0]
    assert "没有可以关联的告警" in text(empty)


@pytest.mark.parametrize(
    "typed", [{}, {"alert_id": ""}, {"alert_id": ["x"]}, {"alert_id": 7}, {"alert_id": "x" * 5000}]
)
def test_form_without_an_alert_asks_for_one(opened: Opened, typed: dict[str, object]):
    sent = send_form(opened.site.desk, account("town1"), opened.case_id, "link_alert", 1, typed, WORDS)
    assert not sent.done
    assert "请选择告警" in text(sent.said)


def test_alert_of_a_case_already_is_refused_in_words(opened: Opened):
    typed = {"alert_id": opened.alert_id}
    sent = send_form(opened.site.desk, account("town1"), opened.case_id, "link_alert", 1, typed, WORDS)
    assert not sent.done
    assert "已经关联" in text(sent.said)
