"""Parts of the lean pages without a server: escaping, words, rates, what a file is, titles."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dashboard.report
from dashboard.attachments import one_type_of
from dashboard.report.chart import land
from dashboard.report.follow import SHOWN, code_of, follow_page
from dashboard.report.form import PublicReport, StaffReport
from dashboard.report.limits import Buckets, Rate, network_key
from dashboard.report.markup import document, el
from dashboard.report.page import PUBLIC, STAFF, manifest, report_page
from dashboard.words import LANGUAGES, read_words
from maritime_grid.cases.kinds import Act, Kind, Step
from maritime_grid.cases.titles import LONGEST, title_of
from maritime_grid.cases_settings import load_case_settings

from .test_words import CHINESE, keys_in_python

HERE = Path(dashboard.report.__file__).parent
SCRIPTS = sorted((HERE / "static").glob("*.js"))
SETTINGS = load_case_settings()
FIELDS = {*StaffReport.model_fields, *PublicReport.model_fields} - {"request_key", "kind", "ticket"}
REFUSED = {"fault": FIELDS - {"dead_or_missing", "injured", "people_in_water", "crowd"}, "photo": {"size", "type"}}
NASTY = "\"'><script>alert(1)</script>&amp;<img src=x onerror=1>"


class Seen(HTMLParser):
    """Elements and texts of a page."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(page.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


@given(text=st.text() | st.just(NASTY))
def test_text_stays_text_in_elements_and_attributes(text: str):
    seen = Seen(document(el("p", text, title=text)))
    assert seen.tags == ["p"]
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\0" not in text and not any(0xD800 <= ord(char) < 0xE000 for char in text):
        assert seen.text.replace("\r\n", "\n").replace("\r", "\n") == plain
        told = [value for _, value in seen.attributes if value is not None]
        assert [value.replace("\r\n", "\n").replace("\r", "\n") for value in told] == [plain]


@pytest.mark.parametrize("form", [STAFF, PUBLIC])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_form_has_no_script_of_its_own_and_no_style_in_its_elements(form, lang):
    seen = Seen(report_page(form, read_words(lang), SETTINGS))
    names = {name for name, _ in seen.attributes}
    assert "style" not in names
    assert not [name for name in names if name.startswith("on")]
    assert seen.tags.count("script") == 1
    assert "data-build" not in names
    for kind in form.kinds:
        assert ("value", kind) in seen.attributes
    if lang == "en":
        assert not CHINESE.search(seen.text.replace("中文", ""))


@pytest.mark.parametrize("form", [STAFF, PUBLIC])
def test_every_field_has_a_name_for_who_hears_the_page_and_nothing_can_be_sent_without_the_scripts(form):
    page = report_page(form, read_words("zh_CN"), SETTINGS).decode()
    fields = re.findall(r"<(?:input|select|textarea)[^>]*>", page)
    bare = [
        field for field in fields if not re.search(r'aria-label="|aria-hidden|type="(?:radio|checkbox|file)"', field)
    ]
    assert fields and bare == []
    assert re.search(r'<button id="send"[^>]* disabled', page)


def test_edges_of_fields_and_rings_of_focus_can_be_seen_in_sunlight():
    lean, login = ((HERE / "static/report.css").read_text("utf-8"), (HERE.parent / "auth/login.css").read_text("utf-8"))
    for sheet, rule in ((lean, "input:not"), (login, "\ninput {")):
        assert "border: 1px solid var(--edge)" in sheet[sheet.index(rule) :].split("}")[0]
    assert "outline: 3px solid var(--ink)" in lean
    pairs = [(colour(lean, "edge"), "#f2f5f7"), (colour(lean, "edge"), "#ffffff"), (colour(lean, "ink"), "#f2f5f7")]
    pairs += [(colour(login, "edge"), colour(login, ground)) for ground in ("panel", "ground")]
    assert min(contrast(*pair) for pair in pairs) >= 3  # WCAG 2.2, 1.4.11
    assert contrast(colour(lean, "soft"), "#f2f5f7") >= 4.5


def colour(sheet: str, name: str) -> str:
    found = re.search(rf"--{name}: (#[0-9a-f]{{6}})", sheet)
    assert found, name
    return found[1]


def contrast(one: str, other: str) -> float:
    """Of two colours. Source: WCAG 2.2, contrast ratio."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_word_of_the_lean_pages_is_in_the_catalogue(lang):
    table = read_words(lang).table
    asked = set().union(*(keys_in_python(path) for path in HERE.glob("*.py")))
    asked |= {f"follow.state.{step}" for step in Step} | {f"follow.did.{what}" for what in SHOWN}
    said = "\n".join(path.read_text("utf-8") for path in SCRIPTS)
    scripted = set(re.findall(r"words\['([^']+)'\]", said)) | set(re.findall(r"words\.(\w+)", said))
    scripted |= {"missing.kind", "missing.vessels", "missing.note", "missing.when", "mend_first", "photo.unreadable"}
    scripted |= {"waiting", "waiting_login", "place.failed", "place.forbidden", "place.no_vessel", "place.none"}
    scripted |= {f"{kind}.{why}" for kind, reasons in REFUSED.items() for why in (*reasons, "other")}
    asked |= {f"report.js.{key}" for key in scripted} | {
        f"report.js.session.{s}" for s in ("out", "refused", "offline")
    }
    assert len(asked) > 80
    assert asked - table.keys() == set()


def test_no_chinese_stands_in_the_scripts_but_marks_between_names():
    for path in SCRIPTS:
        assert not CHINESE.search(re.sub("[、：]", "", path.read_text("utf-8"))), path.name


def test_scripts_never_make_html_of_text():
    for path in SCRIPTS:
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", path.read_text("utf-8"))


def test_steps_told_to_the_public_are_acts():
    assert set(SHOWN) <= {act.value for act in Act}


def test_page_of_a_case_shows_steps_without_what_was_said():
    case = {"case_id": NASTY, "state": "received", "title": "secret", "steps": [], "answer": NASTY}
    page = follow_page(read_words("en"), case, "")
    assert b"secret" not in page and b"<script>" not in page


@given(st.text(max_size=30))
def test_code_is_ten_letters_of_base32_or_none(typed: str):
    found = code_of(typed)
    assert found is None or re.fullmatch(r"[A-Z2-7]{10}", found)


def test_code_is_taken_as_people_write_it():
    assert code_of(" igwq-swmu ka") == "IGWQSWMUKA"
    assert code_of("1GWQSWMU0A") == "IGWQSWMUOA"
    assert code_of("１ｇｗｑ－ｓｗｍｕ　０ａ") == "IGWQSWMUOA"  # as a Chinese keyboard writes it


def test_manifest_installs_the_form_and_nothing_wider():
    said = json.loads(manifest(read_words("zh_CN")))
    assert (said["scope"], said["start_url"]) == ("/report", "/report")
    for icon in said["icons"]:
        size = int(icon["sizes"].partition("x")[0])
        data = (HERE / "static" / icon["src"].rpartition("/")[2]).read_bytes()
        assert data[:8] == b"\x89PNG\r\n\x1a\n" and int.from_bytes(data[16:20]) == size


# ---------------------------------------------------------------------------------------------- rates
EACH, WHOLE = Rate(3, 60), Rate(5, 600)


def test_bucket_gives_its_burst_and_then_its_rate():
    buckets = Buckets(EACH, WHOLE)
    assert [buckets.take("a", 0) for _ in range(3)] == [0, 0, 0]
    assert buckets.take("a", 0) == pytest.approx(60)
    assert buckets.take("a", 59) > 0
    assert buckets.take("a", 60) == 0


def test_one_address_leaves_the_others_their_own_but_not_more_than_all_have():
    buckets = Buckets(EACH, WHOLE)
    for _ in range(4):
        buckets.take("a", 0)
    assert [bool(buckets.take(key, 0)) for key in ("b", "c", "d")] == [False, False, True]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 500)), max_size=60))
def test_no_more_is_given_than_the_rates_allow(asks: list[tuple[str, float]]):
    buckets, at, given_to = Buckets(EACH, WHOLE), 0.0, []
    for key, step in asks:
        at += step
        if not buckets.take(key, at):
            given_to.append((key, at))
    for key in "abc":
        assert sum(k == key for k, _ in given_to) <= EACH.burst + at * EACH.per_hour / 3600 + 1e-6
    assert len(given_to) <= WHOLE.burst + at * WHOLE.per_hour / 3600 + 1e-6


def test_network_of_an_address_counts():
    assert network_key("2001:db8:1:2:3:4:5:6") == network_key("2001:db8:1:2::9") != network_key("2001:db8:1:3::9")
    assert network_key("192.0.2.7") == "192.0.2.7"
    assert network_key("testclient") == "testclient"


# ---------------------------------------------------------------------------------------------- files and titles
@given(st.binary(max_size=300))
def test_bytes_of_anything_are_none_or_a_type_that_is_taken_and_never_with_markup_at_their_head(content: bytes):
    assert one_type_of(content) in {None, *SETTINGS.attachments.types}
    assert one_type_of(content + b"<html>") is None


@pytest.mark.parametrize(
    ("kind", "word", "vessels", "note", "title"),
    [
        (Kind.DISPUTE, "网具纠纷", ["浙普渔60001", "412000002"], "x", "网具纠纷：浙普渔60001、412000002"),
        (Kind.HAZARD, "", [], "缆绳\n横在航道", "隐患：缆绳 横在航道"),
        (Kind.EMERGENCY, "", [], " ", "应急事件"),
        (Kind.DISPUTE, "碰撞", ["a", "b", "c", "d"], "", "碰撞：a、b、c等"),
    ],
)
def test_title_says_what_and_who_in_a_line(kind, word, vessels, note, title):
    assert title_of(kind, word, vessels, note) == title


@given(st.sampled_from(list(Kind)), st.lists(st.text(max_size=60), max_size=5), st.text(max_size=200))
def test_title_is_one_printable_line_that_is_not_too_long(kind, vessels, note):
    title = title_of(kind, "", vessels, note)
    assert title.strip() and title.isprintable() and len(title) <= LONGEST


def test_land_of_the_chart_is_that_of_the_map(tmp_path: Path):
    hole = [[122.31, 30.11], [122.32, 30.11], [122.32, 30.12], [122.31, 30.11]]
    first = [[122.3, 30.1], [122.40004, 30.1], [122.4, 30.2], [122.3, 30.1]]
    second = [[-1, -2], [0, 0], [1, -2], [-1, -2]]
    one, two = {"type": "Polygon", "coordinates": [first, hole]}, {"type": "MultiPolygon", "coordinates": [[second]]}
    path = tmp_path / "land.geojson"
    path.write_text(json.dumps({"features": [{"geometry": one}, {"geometry": two}]}))
    read = [np.cumsum(np.reshape(steps, (-1, 2)), axis=0) / 10_000 for steps in json.loads(land(path).raw)]
    assert [ring.tolist() for ring in read] == [[first[0], [122.4, 30.1], *first[2:]], second]
