"""A wrong verdict on /alerts is taken back on one desk and rings again on the other."""

from __future__ import annotations

import pytest

from .desk_browser import fresh_dsn, migrated, open_desk, plain_server, postgres, reachable_tmp
from .test_alerts_page import ROW, alerts, desk, ready

__all__ = ["alerts", "desk", "fresh_dsn", "migrated", "open_desk", "plain_server", "postgres", "reachable_tmp"]
pytestmark = pytest.mark.needs_chromium


def test_alert_closed_by_mistake_comes_back_to_every_desk_as_one_nobody_has_seen(desk, open_desk, alerts):
    sos = alerts["sos"].alert_id
    guard, town = open_desk("guard", "/alerts", 1920, 1080), open_desk("town1", "/alerts")
    ready(guard, 4)
    ready(town, 2)
    desk.desk.alerts.resolve(sos, "town1", "false", "误触", desk.clock())
    guard.wait(f"{ROW.format(sos)}?.dataset.state === 'resolved'", 60)
    guard.page.locator(f'.al-row[data-id="{sos}"]').click()
    guard.wait("!document.getElementById('alq-reopen-form').hidden", 60)
    assert guard.page.locator("#alq-form").is_hidden()
    guard.page.locator("#alq-reopen").click()
    guard.wait("document.querySelector('#alq-say .say.bad')", 60)  # no reason, no way back
    guard.page.locator("#alq-reopen-why").fill("船东否认,确在下沉")
    guard.shot("alerts-reopen-1920")
    guard.page.locator("#alq-reopen").click()
    town.wait(f"{ROW.format(sos)}?.dataset.state === 'open'", 60)
    guard.wait("document.getElementById('alq-reopen-form').hidden && !document.getElementById('alq-form').hidden", 60)
    guard.wait("document.querySelector('.al-log').innerText.includes('撤销核实：船东否认,确在下沉')", 60)
    assert "误报，误触" in guard.text(".al-log")
    assert guard.errors == town.errors == []
