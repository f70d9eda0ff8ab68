"""How soon a second screen shows who acknowledged an alert: two Chromium windows on a real dashboard process.

From the press on one screen until the row on the other says so: command, commit, notification, poll, list, drawing.
"""

from __future__ import annotations

import time
from contextlib import ExitStack
from datetime import UTC, datetime

import httpx
import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from maritime_grid.domain.alerts import Alert, AlertKey, RuleName, Severity
from maritime_grid.settings import load_settings
from maritime_grid.settings_access import load_access, login_rules
from maritime_grid.store.account_rows import NewAccount
from maritime_grid.store.accounts import Accounts
from maritime_grid.store.connect import connect
from maritime_grid.store.sessions import Origin, begin
from maritime_grid.store.writer import Store
from tests import needs
from tests.integration.store import build

from .latency_bench import FLAGS, child, wait_for
from .ports import free_port
from .stores import fresh_store

PRESSES, WARM = 45, 5  # as many as one page of the list holds, of which the first warm up
LOOK_S, PATIENCE_S = 0.02, 30.0
ROW = "document.querySelector('.al-row[data-id=\"{}\"]')"
WHO = {
    "guard": NewAccount("guard", "city", "ZS", name_shown="甲"),
    "town": NewAccount("town", "city", "ZS", name_shown="乙"),
}


def run() -> dict[str, float]:
    """Seconds over all presses but the first few."""
    chromium = str(needs.chromium())
    with ExitStack() as stack:
        _, dsn = stack.enter_context(fresh_store())
        alerts = _raise(dsn)
        port = free_port()
        stack.enter_context(child("-m", "dashboard", "--store", dsn, "--port", str(port)))
        url = f"http://127.0.0.1:{port}"
        wait_for(lambda: httpx.get(f"{url}/healthz", trust_env=False).status_code == 200)
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=chromium, headless=True, args=FLAGS)
        stack.callback(browser.close)
        first, second = (_open(browser, dsn, url, name) for name in WHO)
        for page in (first, second):
            _until(page, f"document.querySelectorAll('.al-row').length >= {len(alerts)}")
        took = np.array([_press(first, second, alert.alert_id) for alert in alerts][WARM:])
        return {f"ack_seen_p{p}_s": float(np.percentile(took, p)) for p in (50, 99)}


def _raise(dsn: str) -> list[Alert]:
    """Alerts outside all grids, and two accounts that see them."""
    settings, now = load_settings(), datetime.now(UTC)
    at = round(now.timestamp() * 1e6)
    keys = [AlertKey(RuleName.SILENCE, 412_000_000 + n) for n in range(PRESSES + WARM)]
    common = {"severity": Severity.ALARM, "raised_at": at, "last_at": at, "received_at": at, "lon": 122.6, "lat": 30.1}
    alerts = [build.alert(key=key, **common) for key in keys]
    with Store.open(dsn) as store:
        store.commit(build.outcome(alerts=alerts, clock=at))
    with Accounts(dsn, load_access(settings), login_rules(settings.access)) as accounts:
        for account in WHO.values():
            accounts.add(account, "", now, "bench")
    return alerts


def _open(browser: Browser, dsn: str, url: str, name: str) -> Page:
    context = browser.new_context(viewport={"width": 1920, "height": 1080})
    with connect(dsn, "bench") as conn:
        token = begin(conn, name, Origin(), datetime.now(UTC), whole=True)
    context.add_cookies([{"name": "mg", "value": token, "url": url}])
    page = context.new_page()
    page.goto(f"{url}/alerts")
    return page


def _press(first: Page, second: Page, alert_id: str) -> float:
    """Seconds from the press on one screen to the other's row."""
    row = ROW.format(alert_id)
    _until(first, f"{row}?.querySelector('button')")
    began = time.perf_counter()
    first.evaluate(f"{row}.querySelector('button').click()")
    _until(second, f"{row}?.dataset.state === 'seen'")
    took = time.perf_counter() - began
    _until(first, f"{row}?.dataset.state === 'seen'")
    return took


def _until(page: Page, expression: str) -> None:
    ends = time.perf_counter() + PATIENCE_S
    while not page.evaluate(f"Boolean({expression})"):
        assert time.perf_counter() < ends, f"not within {PATIENCE_S} s: {expression}"
        time.sleep(LOOK_S)
