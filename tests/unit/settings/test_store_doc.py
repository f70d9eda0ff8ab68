"""The page of the store names what its named queries use."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
DOC = (ROOT / "docs" / "store.md").read_text(encoding="utf-8")
STORE = ROOT / "maritime_grid" / "store"
SOURCES = [*STORE.glob("sql/*.sql"), *STORE.glob("migrations/*.sql"), *STORE.glob("*.py")]


def test_every_channel_and_every_advisory_lock_is_named():
    text = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    channels = set(re.findall(r"pg_notify\('(mg_\w+)'", text))
    locks = set(re.findall(r"advisory\w*\((\d{7})", text))
    assert channels == {"mg_commit", "mg_world", "mg_alert", "mg_case"}
    assert locks >= {"7201001", "7201002", "7201003", "7201004"}
    assert {name for name in channels if f"`{name}`" not in DOC} == set()
    assert {number for number in locks if number not in DOC} == set()
