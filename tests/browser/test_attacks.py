"""XSS: an attack in every text that people and feeds can write, and all pages opened by those who see them."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Iterator
from io import BytesIO, StringIO

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser

from maritime_grid.domain.people_sheets import SHEETS
from tests.integration.conftest import fresh_database, migrated, plain_server, postgres, reachable_tmp
from tests.integration.web.attack_columns import HARMLESS, UNSEEN, held, text_columns
from tests.integration.web.attack_texts import numbers
from tests.integration.web.attack_world import World, attacked

from .attack_tour import Tour, further, untoured, visits

__all__ = ["migrated", "plain_server", "postgres", "reachable_tmp"]
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@pytest.fixture(scope="module")
def world(plain_server: str, migrated: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    for dsn in fresh_database(plain_server, migrated):
        with attacked(dsn, tmp_path_factory.mktemp("feeds")) as made:
            yield made


@pytest.fixture(scope="module")
def holding(world: World) -> dict[str, set[int]]:
    """Numbers of the attacks that stand in each column of the store."""
    return {column: numbers(held(world.site.dsn, column)) for column in text_columns(world.site.dsn)}


def test_every_text_column_of_the_store_is_attacked_or_cannot_be(holding: dict[str, set[int]]):
    assert len(holding) > 150
    new = [column for column, found in holding.items() if not found and column not in HARMLESS]
    mend = "put an attack through their door in attack_world, or name them in HARMLESS with the reason"
    assert not new, f"{mend}: {', '.join(new)}"
    assert [column for column, found in holding.items() if found and column in HARMLESS] == [], "they can be attacked"
    assert sorted(set(HARMLESS) - set(holding)) == [], "the store has no such columns any more"


@pytest.fixture(scope="module")
def tour(world: World, browser: Browser) -> Tour:
    """All pages, documents and files were looked at."""
    made = Tour(browser, world)
    planned = visits(world)
    for visit in planned:
        made.go(visit)
    for path in untoured(world.site, [visit.path for visit in planned]):
        for visit in further(path):
            made.go(visit)
    made.read(_dossier(world), "dossier.html")
    return made


@pytest.mark.needs_chromium
def test_nothing_that_people_or_feeds_write_runs_or_becomes_a_part_of_a_page(tour: Tour):
    assert len(tour.texts) > 20
    assert not tour.faults, "\n".join(tour.faults)


@pytest.mark.needs_chromium
def test_whatever_is_attacked_was_looked_at_where_it_shows(tour: Tour, holding: dict[str, set[int]]):
    seen = numbers("\n".join([*tour.texts, *(text for _, text in _files(tour.world))]))
    unseen = [column for column, found in holding.items() if found and not found & seen and column not in UNSEEN]
    assert not unseen, f"visit the page that shows them, or name them in UNSEEN with the reason: {', '.join(unseen)}"


def test_no_file_that_is_taken_away_holds_a_formula(world: World):
    files = _files(world)
    assert len(files) > 6
    for name, text in files:
        assert world.attacks.swallowed(text) == [], name


def _dossier(world: World) -> str:
    answer = world.site.browser("town1").get(
        f"/api/v1/cases/{world.dispute}/dossier", params={"purpose": world.attacks(190)}
    )
    whole = zipfile.ZipFile(BytesIO(answer.content))
    assert all(name.isascii() and ".." not in name and not name.startswith("/") for name in whole.namelist())
    return whole.read("dossier.html").decode()


def _files(world: World) -> list[tuple[str, str]]:
    """Every spreadsheet, by its name, as text; no cell of one is a formula."""
    county = world.site.browser("county")
    addresses = [
        *(f"/api/v1/cases/export.{ending}?lang={lang}" for ending in ("csv", "xlsx") for lang in ("zh", "en")),
        *(f"/api/v1/people/export.xlsx?purpose=x&sheet={name}" for name in SHEETS),
        f"/api/v1/grids/changes/{world.change - 1}/moved.xlsx",
    ]
    files = []
    for address in addresses:
        answer = county.get(address)
        assert answer.status_code == 200, (address, answer.text)
        rows = _csv(answer.content) if ".csv" in address else _xlsx(answer.content)
        assert len(rows) > 1, address
        files.append((address, "\n".join(str(cell) for row in rows for cell in row)))
    return files


def _csv(content: bytes) -> list[list[str]]:
    rows = list(csv.reader(StringIO(content.decode("utf-8-sig"))))
    assert [cell for row in rows for cell in row if cell.startswith(FORMULA)] == []
    return rows


def _xlsx(content: bytes) -> list[list[object]]:
    rows = list(load_workbook(BytesIO(content)).worksheets[0].iter_rows())
    assert {cell.data_type for row in rows for cell in row if cell.value is not None} == {"s"}
    return [[cell.value for cell in row] for row in rows]
