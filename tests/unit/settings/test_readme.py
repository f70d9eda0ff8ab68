"""The tables of both readmes are true: settings, commands, rules, links; and both say the same."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from maritime_grid.cli import COMMANDS
from maritime_grid.domain.alerts import RuleName
from maritime_grid.settings import load_settings

ROOT = Path(__file__).resolve().parents[3]
READMES = (ROOT / "README.md", ROOT / "README.zh-CN.md")
BOTH = pytest.mark.parametrize("path", READMES, ids=lambda path: path.name)


def table(path: Path, header: str) -> list[list[str]]:
    """Rows below the header line that begins with `header`."""
    lines = path.read_text(encoding="utf-8").splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith(f"| {header} |"))
    rows: list[list[str]] = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def setting(key: str) -> Any:
    value: Any = load_settings()
    for part in key.split("."):
        value = getattr(value, part)
    return list(value) if isinstance(value, tuple) else value


@BOTH
def test_settings_and_their_defaults_are_those_of_the_default_file(path: Path) -> None:
    rows = table(path, "setting" if path.name == "README.md" else "设置")
    assert len(rows) >= 15
    for key, default, *_ in rows:
        assert tomllib.loads(f"value = {default.strip('`')}")["value"] == setting(key.strip("`")), key


@BOTH
def test_commands_are_those_of_the_command_line(path: Path) -> None:
    rows = table(path, "command" if path.name == "README.md" else "命令")
    assert [row[0].strip("`") for row in rows] == list(COMMANDS)


@BOTH
def test_rules_are_those_of_the_engine(path: Path) -> None:
    rows = table(path, "rule" if path.name == "README.md" else "规则")
    assert {row[0].split("`")[1] for row in rows} == {rule.value for rule in RuleName}


@BOTH
def test_readme_stays_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 250


def test_both_readmes_have_the_same_parts() -> None:
    headings = [re.findall(r"^(#+) ", path.read_text(encoding="utf-8"), re.MULTILINE) for path in READMES]
    assert headings[0] == headings[1]
    settings = [[row[0] for row in table(READMES[0], "setting")], [row[0] for row in table(READMES[1], "设置")]]
    assert settings[0] == settings[1]


@pytest.mark.parametrize(
    "path", [*READMES, *sorted((ROOT / "docs").glob("*.md"))], ids=lambda path: path.name
)  # fmt: skip
def test_links_to_files_lead_somewhere(path: Path) -> None:
    targets = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8"))
    assert [t for t in targets if not (path.parent / t).exists()] == []
