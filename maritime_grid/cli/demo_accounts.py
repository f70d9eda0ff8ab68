"""Accounts to try the demonstration with: one of each role round Dongji 东极, their passwords made for this folder."""

from __future__ import annotations

import json
import os
import secrets
from datetime import UTC, datetime
from pathlib import Path

from maritime_grid.settings import Settings
from maritime_grid.store.account_rows import NewAccount

from .prepare import open_accounts

FILE = "demo-accounts.json"  # in the data folder, for its owner alone
DEMO = (
    NewAccount("demo-worker", "worker", "ZS-PT-DJ-MZH", name_shown="演示网格员"),
    NewAccount("demo-village", "village", "ZS-PT-DJ-MZH", name_shown="演示村干部"),
    NewAccount("demo-township", "township", "ZS-PT-DJ", name_shown="演示乡镇"),
    NewAccount("demo-department", "department", body_id="ZS-PT-FISHERY", name_shown="演示渔业部门"),
    NewAccount("demo-guard", "coast_guard", body_id="ZS-PT-CCG", name_shown="演示海警"),
    NewAccount("demo-association", "association", body_id="ZS-PT-ASSOC", name_shown="演示商会"),
    NewAccount("demo-county", "county", "ZS-PT", name_shown="演示县区"),
    NewAccount("demo-city", "city", "ZS", name_shown="演示市级"),
    NewAccount("demo-operator", "operator", name_shown="演示运维"),
    NewAccount("demo-wall", "wall", name_shown="演示大屏"),
)


def save_demo_accounts(dsn: str, settings: Settings, folder: Path) -> Path | None:
    """The accounts, into a store without any; where their passwords stand, or None where there were accounts.

    The file holds, for roles with a second factor, the secret of its codes as well.
    """
    now = datetime.now(UTC)
    with open_accounts(dsn, settings) as accounts:
        if accounts.there_are_any():
            return None
        said: dict[str, dict[str, str]] = {}
        for new in DEMO:
            password = secrets.token_urlsafe(12)
            accounts.add(new, password, now, "maritime-grid")
            said[new.account_id] = {"role": new.role, "password": password}
            if accounts.access.roles[new.role].second_factor:
                said[new.account_id]["second_factor"] = accounts.new_second_factor(new.account_id, now, "maritime-grid")
    path = folder / FILE
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(said, file, ensure_ascii=False, indent=2)
    return path
