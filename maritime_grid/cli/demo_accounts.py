"""Accounts to try the demonstration with: one of each role round Dongji 东极, their passwords made for this folder."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Set
from datetime import UTC, datetime
from pathlib import Path

from maritime_grid.settings import Settings
from maritime_grid.store.account_rows import NewAccount

from .prepare import open_accounts

Entry = dict[str, str]
BY = "maritime-grid"
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
    """The accounts, into a store without any; where their passwords stand, or None where there was nothing to make.

    The file holds, for roles with a second factor, the secret of its codes as well. It is written before the account
    that it opens, so that after an interruption at any moment the next start can make what is missing.
    """
    now, path = datetime.now(UTC), folder / FILE
    with open_accounts(dsn, settings) as accounts:
        there = {row.account_id for row in accounts.all()}
        said = _kept(path, there) if there else {n.account_id: _entry(n) for n in DEMO}
        factors = {new.account_id for new in DEMO if accounts.access.roles[new.role].second_factor}
        lacks = {name for name in factors & said.keys() if "second_factor" not in said[name]} | (said.keys() - there)
        _write(path, said) if lacks else None
        for new in DEMO:
            entry = said.get(new.account_id)
            if entry is None or new.account_id not in lacks:
                continue
            if new.account_id not in there:
                accounts.add(new, entry["password"], now, BY)
            if new.account_id in factors:
                entry["second_factor"] = accounts.new_second_factor(new.account_id, now, BY)
                _write(path, said)
    return path if lacks else None


def _entry(new: NewAccount) -> Entry:
    return {"role": new.role, "password": secrets.token_urlsafe(12)}


def _kept(path: Path, there: Set[str]) -> dict[str, Entry]:
    """What the file says; nothing where it is gone, or where somebody has made other accounts."""
    if not path.exists() or not there <= {new.account_id for new in DEMO}:
        return {}
    return json.loads(path.read_text(encoding="utf-8"))


def _write(path: Path, said: dict[str, Entry]) -> None:
    """Whole or not at all, for its owner alone."""
    part = path.with_name(f"{path.name}.part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(said, file, ensure_ascii=False, indent=2)
    part.replace(path)
