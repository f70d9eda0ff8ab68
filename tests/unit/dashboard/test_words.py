from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from dashboard.pages import wall
from dashboard.words import LANGUAGES, Catalogues, read_words
from ingest.batch import Reason
from maritime_grid.domain.alerts import RuleName, Severity
from maritime_grid.domain.mmsi import DEVICES
from maritime_grid.domain.world import FeedKind

HERE = Path(__file__).resolve().parents[3] / "dashboard"
SCRIPTS = sorted((HERE / "assets").glob("*.js"))
SHOWN = [path for folder in ("pages", "views", "auth") for path in (HERE / folder).glob("*.py")]
CHINESE = re.compile(r"[\u3000-\u9fff\uff00-\uffef]")
TABLES = {lang: read_words(lang).table for lang in LANGUAGES}


def keys_in_python(path: Path) -> set[str]:
    return {
        node.args[0].value
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "words"
        and node.args and isinstance(node.args[0], ast.Constant)
    }  # fmt: skip


def keys_in_script(path: Path) -> set[str]:
    return set(re.findall(r"MG\.word\('([^']+)'", path.read_text("utf-8")))


def test_both_languages_have_the_same_keys_and_places_for_values():
    zh, en = TABLES["zh_CN"], TABLES["en"]
    assert zh.keys() == en.keys()
    assert len(zh) > 70
    for key in zh:
        assert set(re.findall(r"\{\w+\}", zh[key])) == set(re.findall(r"\{\w+\}", en[key])), key


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_word_asked_for_is_in_the_catalogue(lang):
    asked = set().union(*map(keys_in_python, SHOWN), *map(keys_in_script, SCRIPTS))
    assert len(asked) > 30
    assert asked - TABLES[lang].keys() == set()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_rule_severity_and_feed_kind_has_a_word(lang):
    keys = [f"rule.{r.value}" for r in RuleName] + [f"severity.{s.name.lower()}" for s in Severity]
    keys += [f"kind.{k.value}" for k in FeedKind] + [f"event.{k}" for k in ("enter", "exit", "cross", "dwell")]
    keys += [f"banner.why.{why}" for why in ("dead", "store", "stale", "empty", "clock", "paint")]
    keys += [f"device.{name}" for name in DEVICES.values()] + ["banner.clock", "banner.paint"]
    assert [k for k in keys if k not in TABLES[lang]] == []
    assert Reason.CHECKSUM  # reasons are machine words, shown to operators only


def test_no_chinese_stands_in_the_scripts():
    for path in SCRIPTS:
        assert not CHINESE.search(path.read_text("utf-8")), path.name


def test_no_literal_text_stands_in_a_layout():
    """What a component gets as its text comes from words(), or has no letters."""
    found: list[str] = []
    for path in SHOWN:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            is_html = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
            if not is_html or getattr(node.func.value, "id", "") != "html":
                continue
            texts = list(node.args[:1]) + [k.value for k in node.keywords if k.arg in {"title", "children"}]
            found += [
                f"{path.name}: {t.value}"
                for t in texts
                if isinstance(t, ast.Constant) and isinstance(t.value, str) and re.search(r"[^\W\d_]", t.value)
            ]
    assert found == []


@pytest.mark.parametrize(
    ("asked", "lang"),
    [(None, "zh_CN"), ("en", "en"), ("zh-CN", "zh_CN"), ("zh", "zh_CN"), ("xx", "zh_CN"), (["en", "en"], "zh_CN")],
)
def test_an_unknown_language_gets_chinese(asked, lang):
    assert Catalogues().pick(asked).lang == lang


@pytest.mark.parametrize(("asked", "lang"), [(None, "en"), ("xx", "en"), ("zh", "zh_CN")])
def test_the_language_of_the_settings_is_that_of_who_asks_for_none(asked, lang):
    assert Catalogues("en").pick(asked).lang == lang


def test_the_wall_is_sent_every_word_that_its_scripts_ask_for_and_none_of_the_pages_of_people():
    sent = {key for key in TABLES["zh_CN"] if wall.is_ours(key)}
    scripts = [path for path in SCRIPTS if path.name < "70"]
    asked = set().union(*map(keys_in_script, scripts)) & TABLES["zh_CN"].keys()
    assert len(asked) > 25
    assert asked - sent == set()
    assert {"case.kind.dispute", "login.title", "alerts.acknowledge"}.isdisjoint(sent)
