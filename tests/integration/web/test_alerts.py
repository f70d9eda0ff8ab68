"""The page of alerts over a real store: who gets it, what each sees and may do, and what comes from outside."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from maritime_grid.domain.alerts import Alert
from maritime_grid.store.writer import Store
from tests.integration.store import case_build as cb
from tests.integration.store.alert_build import world_with_alerts

from .desks import DeskSite, desk_site

SEES = {
    "lin": {"sos", "silence"}, "village1": {"sos", "silence"}, "town1": {"sos", "silence"}, "town2": {"east"},
    "county": {"sos", "silence", "east"}, "city": {"sos", "silence", "east", "nowhere"}, "fishery": set(),
    "police": set(), "guard": {"sos", "silence", "east", "nowhere"}, "shop": set(), "wall": set(),
}  # fmt: skip
FIELDS = ("severity", "rule", "grid", "state")


@pytest.fixture
def alerts(fresh_dsn: str) -> dict[str, Alert]:
    with Store.open(fresh_dsn) as store:
        return world_with_alerts(store, fresh_dsn)


@pytest.fixture
def desk(alerts: dict[str, Alert], fresh_dsn: str) -> Iterator[DeskSite]:
    with desk_site(fresh_dsn) as running:
        yield running


def call(client: Any, outputs: list[str], inputs: Any, state: Any, changed: str) -> Any:
    """What Dash's own script would send for a callback of ours."""
    body = {
        "output": f"..{'...'.join(outputs)}..",
        "outputs": [dict(zip(("id", "property"), name.split("."), strict=True)) for name in outputs],
        "inputs": inputs, "state": state, "changedPropIds": [changed],
    }  # fmt: skip
    return client.post("/_dash-update-component", json=body)


def prop(name: str, value: Any) -> dict[str, Any]:
    id_, what = name.split(".")
    return {"id": id_, "property": what, "value": value}


def listed(client: Any, **asked: Any) -> Any:
    fields = [prop(f"alq-{name}.value", asked.get(name, "")) for name in FIELDS]
    more = [prop("alq-page.data", asked.get("page", 1)), prop("alq-chosen.data", "")]
    turns, done = prop("alq-every.n_intervals", 0), prop("alq-done.data", None)
    state = [prop("alq-seen.data", None), prop("alq-lang.data", "zh_CN")]
    outputs = ["alq-list.children", "alq-seen.data", "alq-address.data", "alq-grid.options"]
    return call(client, outputs, [*fields, *more, turns, done], state, "alq-state.value")


def press(client: Any, event: Any) -> Any:
    outputs = ["alq-say.children", "alq-done.data", "alq-go.data", "alq-reason.value", "alq-reopen-why.value"]
    return call(client, outputs, [prop("alq-press.data", event)], [prop("alq-lang.data", "zh_CN")], "alq-press.data")


def shown(client: Any, alert_id: Any) -> Any:
    outputs = [
        "alq-detail.children",
        "alq-layers.children",
        "alq-map.viewport",
        "alq-form.hidden",
        "alq-reopen-form.hidden",
    ]
    inputs = [prop("alq-chosen.data", alert_id), prop("alq-seen.data", None)]
    return call(client, outputs, inputs, [prop("alq-lang.data", "zh_CN")], "alq-chosen.data")


def test_each_account_gets_the_page_and_in_it_its_own_alerts_alone(desk: DeskSite, alerts: dict[str, Alert]):
    for who, names in SEES.items():
        client = desk.browser(who)
        assert client.get("/alerts").status_code == 200, who
        client.headers["X-CSRFToken"] = client.cookies.get("mg_csrf") or ""
        answer = listed(client)
        assert answer.status_code == 200, (who, answer.text)
        for name, alert in alerts.items():
            assert (alert.alert_id in answer.text) == (name in names), (who, name)
            detail = shown(client, alert.alert_id)
            assert (f"{alert.key.mmsi:09d}" in detail.text) == (name in names), (who, name)
    assert desk.browser("root").get("/alerts").status_code == 403
    assert listed(desk.browser("root")).status_code == 403
    assert desk.browser().get("/alerts", follow_redirects=False).status_code == 303
    assert listed(desk.browser()).status_code in {401, 403}


def test_acts_are_the_commands_and_a_hidden_alert_is_none(desk: DeskSite, alerts: dict[str, Alert]):
    town, lin = desk.browser("town1"), desk.browser("lin")
    east, sos = alerts["east"].alert_id, alerts["sos"].alert_id
    for act in ("acknowledge", "open_case", "resolve"):
        hidden = press(town, {"act": act, "id": east, "at": 1, "verdict": "true", "reason": "x"})
        absent = press(town, {"act": act, "id": "none", "at": 1, "verdict": "true", "reason": "x"})
        assert hidden.text.replace(east, "none") == absent.text
        assert "没有这条告警" in hidden.text
        assert "没有" not in press(lin, {"act": act, "id": sos, "at": 1, "verdict": "true", "reason": "x"}).text
    assert cb.ask(desk.dsn, "select count(*) from mg.alert where seen_at is not null") == [(0,)]
    assert "已确认" in press(town, {"act": "acknowledge", "id": sos, "at": 2}).text
    again = press(desk.browser("guard"), {"act": "acknowledge", "id": sos, "at": 3}).text
    assert "名town1（单位T1） 已于 10:00 确认" in again
    for client in (town, desk.browser("city")):
        opened = press(client, {"act": "open_case", "id": sos, "at": 4}).json()["response"]
        assert opened["alq-go"]["data"] == "/case/2026-000001"


def test_case_that_one_may_not_read_is_told_by_the_unit_that_has_it(desk: DeskSite, alerts: dict[str, Alert]):
    event = {"act": "open_case", "id": alerts["silence"].alert_id, "at": 1}
    assert "2026-000001" in press(desk.browser("town1"), event).text
    told = press(desk.browser("guard"), event).text
    assert "已由单位T1-V立案" in told
    assert "2026-000001" not in told


@pytest.mark.parametrize(
    "event",
    [
        None, 7, [], {}, {"act": "drop", "id": "x"}, {"act": ["acknowledge"], "id": {"a": 1}},
        {"act": "resolve", "id": "' or 1=1 --", "verdict": "true", "reason": "x"},
        {"act": "acknowledge", "id": "x" * 10_000}, {"act": "acknowledge", "id": "a\u0000b"},
        {"act": "resolve", "id": "x", "verdict": {"a": 1}, "reason": ["y"] * 9_000},
    ],
)  # fmt: skip
def test_nothing_that_a_browser_makes_up_does_anything(desk: DeskSite, event: Any):
    answer = press(desk.browser("guard"), event)
    assert answer.status_code in {200, 204, 400}, answer.text
    assert cb.ask(desk.dsn, "select count(*) from mg.alert where acts > 0") == [(0,)]
    assert cb.ask(desk.dsn, "select count(*) from mg.case_file") == [(0,)]


@pytest.mark.parametrize(
    "asked",
    [
        {"grid": "' or true --"}, {"grid": "G1\u0000"}, {"rule": "sos' --"}, {"state": ["open"]}, {"page": "x"},
        {"page": -4}, {"severity": "EMERGENCY"}, {"grid": "x" * 5_000}, {"severity": {"a": 1}},
    ],
)  # fmt: skip
def test_filters_that_make_no_sense_give_a_list_and_no_error(desk: DeskSite, asked: dict[str, Any]):
    answer = listed(desk.browser("guard"), **asked)
    typed = all(isinstance(value, int if name == "page" else str) and value != -4 for name, value in asked.items())
    assert answer.status_code == (200 if typed else 400), answer.text
    assert desk.browser("guard").get("/alerts", params={k: str(v) for k, v in asked.items()}).status_code == 200


def test_what_vessels_say_stays_text(desk: DeskSite, alerts: dict[str, Alert]):
    markup = "<script>alert(1)</script>"
    cb.ask(desk.dsn, "update mg.roster set name_zh = %s returning 1", [markup])
    cb.ask(desk.dsn, "update mg.alert set detail = jsonb_build_object('note', %s::text) returning 1", [markup])
    client = desk.browser("town1")
    for answer in (listed(client), shown(client, alerts["sos"].alert_id)):
        assert answer.headers["x-content-type-options"] == "nosniff"
        found: list[Any] = []
        _gather(answer.json(), found)
        assert markup in " ".join(found)


def _gather(value: Any, found: list[Any]) -> None:
    """Texts that stand as children of components: there the browser shows them as they are."""
    if isinstance(value, dict):
        assert "dangerously_allow_html" not in value
        children = value.get("children")
        found += [children] if isinstance(children, str) else [c for c in children or () if isinstance(c, str)]
        for part in value.values():
            _gather(part, found)
    elif isinstance(value, list):
        for part in value:
            _gather(part, found)
