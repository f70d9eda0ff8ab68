"""A verdict on an alert that was wrong is taken back: it waits to be seen again, and what was said stays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from maritime_grid.cases.flow import NotAllowed
from maritime_grid.domain.alerts import Alert
from maritime_grid.domain.errors import UsageError
from maritime_grid.store.alert_acts import Alerts, NoSuchAlert
from maritime_grid.store.alert_reads import read_alert
from maritime_grid.store.errors import StoreError
from maritime_grid.store.writer import Store

from . import build
from .alert_build import AT, MINUTE, alert_commands, world_with_alerts
from .case_build import NOW, ask, reading_as


@pytest.fixture
def alerts(fresh_dsn: str) -> dict[str, Alert]:
    with Store.open(fresh_dsn) as store:
        return world_with_alerts(store, fresh_dsn)


@pytest.fixture
def acts(alerts: dict[str, Alert], fresh_dsn: str) -> Iterator[Alerts]:
    with alert_commands(fresh_dsn) as opened:
        yield opened


def state(dsn: str, alert_id: str) -> tuple[str, str | None, list[tuple[str, str]]]:
    with reading_as(dsn, "guard") as conn:
        view = read_alert(conn, alert_id, NOW)
    assert view
    return view.row.state, view.row.verdict, [(step.what, step.note) for step in view.log if step.what != "raise"]


def test_wrong_verdict_taken_back_makes_the_alert_one_that_nobody_has_seen(acts: Alerts, alerts, fresh_dsn: str):
    sos = alerts["sos"].alert_id
    acts.resolve(sos, "town1", "false", "误触", NOW)
    assert acts.reopen(sos, "guard", " 船东否认,\n确在下沉 ", NOW + MINUTE).by == "guard"
    log = [("acknowledge", ""), ("resolve", "false: 误触"), ("reopen", "船东否认, 确在下沉")]
    assert state(fresh_dsn, sos) == ("open", None, log)
    assert acts.acknowledge(sos, "town1", NOW + 2 * MINUTE).changed
    acts.resolve(sos, "guard", "true", "已救起四人", NOW + 3 * MINUTE)
    assert state(fresh_dsn, sos)[:2] == ("resolved", "true")
    assert ask(fresh_dsn, "select acts from mg.alert where alert_id = %s", [sos]) == [(5,)]


def test_verdict_on_what_is_over_is_taken_back_and_given_anew(acts: Alerts, alerts, fresh_dsn: str):
    silence = alerts["silence"]
    acts.resolve(silence.alert_id, "town1", "false", "误报", NOW)
    with Store.open(fresh_dsn) as store:
        store.commit(build.outcome(alerts=[replace(silence, active=False, cleared_at=AT + 1)], clock=AT + 1))
    assert state(fresh_dsn, silence.alert_id)[0] == "past"
    acts.reopen(silence.alert_id, "town1", "确曾失联", NOW)
    assert state(fresh_dsn, silence.alert_id)[:2] == ("over", None)
    acts.resolve(silence.alert_id, "town1", "true", "主机故障,已拖回", NOW)
    assert state(fresh_dsn, silence.alert_id)[:2] == ("past", "true")


def test_taking_back_needs_a_reason_a_verdict_and_the_right_to_close(acts: Alerts, alerts, fresh_dsn: str):
    sos, east = alerts["sos"].alert_id, alerts["east"].alert_id
    with pytest.raises(StoreError, match="is not closed"):
        acts.reopen(sos, "guard", "误判", NOW)
    acts.resolve(sos, "town1", "false", "误触", NOW)
    acts.resolve(east, "guard", "false", "误触", NOW)
    for reason in ("", " \n", "长" * 501):
        with pytest.raises(UsageError):
            acts.reopen(sos, "guard", reason, NOW)
    for who, fault in (("village1", NotAllowed), ("lin", NotAllowed), ("town2", NoSuchAlert), ("wall", NotAllowed)):
        with pytest.raises(fault):
            acts.reopen(sos, who, "误判", NOW)
    assert state(fresh_dsn, sos)[:2] == ("resolved", "false")
