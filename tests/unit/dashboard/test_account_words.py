"""Everything that can be said of an account has its words in both languages."""

from __future__ import annotations

import ast
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dashboard.auth.account import DONE
from dashboard.auth.account_html import TOLD
from dashboard.views.admin_log import purpose_of
from dashboard.words import LANGUAGES, Catalogues, read_words
from maritime_grid.domain.access import ACTS, BODY_KINDS, UNIT_LEVELS, Level, Role
from maritime_grid.domain.login import PasswordFault
from maritime_grid.store.access_log import LogEntry

ROOT = Path(__file__).resolve().parents[3]
SOURCES = [ROOT / "maritime_grid" / "store" / name for name in ("accounts.py", "account_checks.py")]


def kinds() -> set[str]:
    """Faults of accounts that are raised with a kind of their own."""
    calls = [node for path in SOURCES for node in ast.walk(ast.parse(path.read_text("utf-8")))]
    return {
        str(call.args[0].value)
        for call in calls
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "AccountFault"
        and isinstance(call.args[0], ast.Constant)
    }  # fmt: skip


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_fault_act_level_and_role_of_accounts_has_a_word(lang):
    assert len(kinds()) > 10
    assert set(TOLD) <= set(ACTS)
    keys = [f"admin.fault.{kind}" for kind in kinds()]
    keys += [f"{page}.fault.password_{fault}" for page in ("admin", "account") for fault in PasswordFault]
    keys += [f"account.fault.{kind}" for kind in ("again", "wrong", "locked", "new_code", "over", "needed")]
    keys += [f"account.act.{act}" for act in TOLD] + [f"account.done.{done}" for done in DONE]
    keys += [f"account.level.{level}" for level in Level] + [f"role.{role}" for role in Role]
    keys += [f"role.{level}" for levels in UNIT_LEVELS.values() for level in levels]
    keys += [f"role.{kind}" for kind in BODY_KINDS.values()]
    assert [key for key in keys if key not in read_words(lang).table] == []


def test_change_of_an_account_is_told_in_the_reader_s_words():
    entry = LogEntry(
        1, datetime(2026, 5, 6, tzinfo=UTC), "root", "", "account_changed", "account:lin", [],
        "role worker > department, unit_id T1-V > -, name_shown 林 > 林, 一",
    )  # fmt: skip
    words = Catalogues().pick(None)
    assert purpose_of(entry, words) == "角色 网格员 > 职能部门, 辖区单位 T1-V > -, 显示名称 林 > 林, 一"
    assert purpose_of(replace(entry, act="read", purpose="role of it"), words) == "role of it"
