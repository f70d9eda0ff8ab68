"""The dossier of a case: whole, checkable by anyone, logged, and nobody's who may not read the case."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from typing import Any

import pytest

from maritime_grid.cases.chain import Entry, entry_hash
from maritime_grid.cases.kinds import Act
from tests.integration.store.case_build import HOUR, NOW, ask, dispute, people

from .desks import DeskSite, desk_site

PHOTO = b"\xff\xd8\xff\xe0 a photo"
HOSTILE = '<script>alert(1)</script>"&'


@pytest.fixture
def site(fresh_dsn: str) -> Iterator[DeskSite]:
    people(fresh_dsn)
    with desk_site(fresh_dsn) as opened:
        cases = opened.desk.cases
        cases.file(dispute(title=f"网具纠纷{HOSTILE}", description=HOSTILE), "lin", NOW)
        cases.act("2026-000001", 1, Act.COLLATE, "village1", {}, NOW + HOUR)
        facts = {
            "sha256": sha256(PHOTO).hexdigest(),
            "name": "../../网.jpg",
            "media_type": "image/jpeg",
            "content": PHOTO,
        }
        cases.act("2026-000001", None, Act.ATTACH, "lin", facts, NOW + HOUR)
        cases.act("2026-000001", None, Act.COMMENT, "town1", {"note": HOSTILE}, NOW + HOUR)
        yield opened


def taken(site: DeskSite, who: str, **query: str) -> zipfile.ZipFile:
    answer = site.browser(who).get("/api/v1/cases/2026-000001/dossier", params={"purpose": "上庭", **query})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    assert 'filename="2026-000001.zip"' in answer.headers["content-disposition"]
    return zipfile.ZipFile(BytesIO(answer.content))


def entry_of(row: dict[str, Any]) -> Entry:
    prev, hashed = bytes.fromhex(row["prev"]), bytes.fromhex(row["hash"])
    return Entry(**{**row, "at": datetime.fromisoformat(row["at"]), "prev": prev, "hash": hashed})


def test_dossier_holds_document_data_attachments_and_a_chain_that_anyone_can_check(site: DeskSite):
    whole = taken(site, "town1")
    assert whole.namelist() == [
        "README.txt", "attachments/0003.jpg", "case.json", "chain.json", "dossier.html", "tracks.csv",
    ]  # fmt: skip
    assert whole.read("attachments/0003.jpg") == PHOTO
    entries = [entry_of(row) for row in json.loads(whole.read("chain.json"))]
    assert [entry.seq for entry in entries] == [1, 2, 3, 4]
    assert all(entry.hash == entry_hash(entry) for entry in entries)
    assert {f.name for f in fields(Entry)} == set(json.loads(whole.read("chain.json"))[0])
    data = json.loads(whole.read("case.json"))
    assert (data["row"]["case_id"], len(data["parties"]), len(data["log"])) == ("2026-000001", 2, 4)


def test_document_shows_what_people_wrote_as_text_and_personal_data_by_level(site: DeskSite):
    page = taken(site, "town1").read("dossier.html").decode()
    assert "<script" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&amp;") >= 3
    assert "浙普渔60001" in page
    assert "138****5678" in page
    assert "13812345678" not in page
    assert "上庭" in page
    english = taken(site, "town1", lang="en").read("dossier.html").decode()
    assert "What happened" in english


def test_dossier_taken_is_in_the_access_log_with_its_purpose(site: DeskSite):
    taken(site, "lin")
    log = ask(site.dsn, "select account_id, subject, fields, lines, purpose from mg.access_log where act = 'export'")
    assert log == [("lin", "case:2026-000001", ["name", "phone", "attachments"], None, "上庭")]
    assert site.browser("lin").get("/api/v1/cases/2026-000001/dossier").status_code == 400


@pytest.mark.parametrize(
    ("who", "status"), [("town2", 404), ("fishery", 404), ("root", 403), ("wall", 403), (None, 401)]
)
def test_who_may_not_read_the_case_gets_no_dossier_and_learns_nothing(site: DeskSite, who: str | None, status: int):
    answer = site.browser(who).get("/api/v1/cases/2026-000001/dossier", params={"purpose": "看看"})
    assert answer.status_code == status
    absent = site.browser(who).get("/api/v1/cases/2026-999999/dossier", params={"purpose": "看看"})
    assert absent.text.replace("2026-999999", "2026-000001") == answer.text
    assert ask(site.dsn, "select 1 from mg.access_log where act = 'export'") == []
