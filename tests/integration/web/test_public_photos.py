"""Photos of the public: of the report that was just filed, and of nothing else; disputes and emergencies of anyone."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Any
from uuid import uuid4

import httpx
import pytest

from dashboard.report.photos import OF_ONE
from maritime_grid.cases.kinds import Act
from maritime_grid.store.archive import verify
from maritime_grid.store.case_public import photo_key
from tests.integration.store import case_build as cb
from tests.integration.store.case_build import ask

from .attack_calls import dump
from .attack_world import PNG
from .desks import DeskSite, desk_site
from .test_attacks_files import TWO

LIMITS = cb.SETTINGS.public
HERE = {"lon": 122.7, "lat": 30.2}


@pytest.fixture
def desk(fresh_dsn: str) -> Iterator[DeskSite]:
    cb.people(fresh_dsn)
    with desk_site(fresh_dsn) as running:
        yield running


@pytest.fixture
def often(fresh_dsn: str) -> Iterator[DeskSite]:
    """Lets an address send as much as it likes."""
    cb.people(fresh_dsn)
    much = {name: 1_000_000 for name in type(LIMITS).model_fields if name.endswith(("_burst", "_per_hour"))}
    with desk_site(fresh_dsn, public=LIMITS.model_copy(update=much)) as running:
        yield running


def file(desk: DeskSite, **changes: Any) -> httpx.Response:
    anyone = desk.browser()
    ticket = anyone.get("/public/ticket").json()["ticket"]
    desk.clock.forward(seconds=10)
    form = {"request_key": str(uuid4()), "kind": "hazard", "note": "码头护栏断了", "ticket": ticket, **HERE}
    return anyone.post("/public/report", json={**form, **changes})


def put(desk: DeskSite, filed: dict[str, Any], content: Any = PNG, **headers: str) -> httpx.Response:
    named = {"X-Case": filed["case_id"], "X-Photo-Key": filed["photo_key"], "X-Name": "a.png"}
    return desk.browser().post("/public/photo", content=content, headers=named | headers)


def test_photo_of_the_public_is_put_once_to_the_report_just_filed_and_its_handlers_see_it(desk: DeskSite):
    filed = file(desk).json()
    digest = {"X-SHA256": sha256(PNG).hexdigest()}
    answers = [put(desk, filed, **digest) for _ in range(2)]
    assert [(a.status_code, a.json()) for a in answers] == [(200, {"seq": 2})] * 2
    assert ask(desk.dsn, "select who, what from mg.case_log where seq = 2") == [("public", "attach")]
    got = desk.browser("village1").get(f"/api/v1/cases/{filed['case_id']}/attachments/2")
    assert (got.status_code, got.content) == (200, PNG)
    assert desk.browser("town2").get(f"/api/v1/cases/{filed['case_id']}/attachments/2").status_code == 404
    assert verify(desk.dsn).faults == ()


def test_form_that_is_sent_again_is_told_the_same_key_and_others_cannot_make_it(desk: DeskSite):
    own = str(uuid4())
    first, again = file(desk, request_key=own), file(desk, request_key=own)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    key = first.json()["photo_key"]
    assert len(key) == 43 and own not in key and key != file(desk).json()["photo_key"]
    shown = [desk.browser().get(f"/c/{first.json()['code']}").text, str(ask(desk.dsn, "select * from api.case_log"))]
    shown.append(str(ask(desk.dsn, 'select * from api."case"')))
    assert not any(secret in text for text in shown for secret in (key, own))


def test_photo_comes_to_no_report_but_its_own_nor_late_nor_after_its_end_and_all_refusals_look_alike(often: DeskSite):
    filed, other = file(often).json(), file(often).json()
    staff_key = str(uuid4())
    sent = {"request_key": staff_key, "kind": "service", "note": "要一张表", **HERE}
    staff = often.browser("lin").post("/api/v1/cases", json=sent).json()
    key, case_id = filed["photo_key"], filed["case_id"]
    wrong = [
        {"photo_key": other["photo_key"]}, {"photo_key": key[:-1] + ("A" if key[-1] != "A" else "B")},
        {"photo_key": photo_key("")}, {"photo_key": ""}, {"photo_key": "' or 1=1 --"}, {"photo_key": "x" * 9_000},
        {"photo_key": filed["code"]}, {"case_id": other["case_id"]}, {"case_id": "2026-999999"}, {"case_id": ""},
        {"case_id": "../2026-000001"}, {"case_id": f"{case_id} "[:-1] + "'"},
        {"case_id": staff["case_id"], "photo_key": photo_key(staff_key)},  # of an account: it has its own way
    ]  # fmt: skip
    before, told = dump(often.dsn, "session"), set[tuple[int, str]]()
    for changes in wrong:
        answer = put(often, {**filed, **changes})
        told.add((answer.status_code, answer.json()["field"]))
    assert told == {(422, "key")}
    for name in ("lin", "village1"):  # a session adds nothing
        answer = often.browser(name).post("/public/photo", content=PNG, headers={"X-Case": case_id, "X-Photo-Key": "x"})
        assert answer.status_code == 422
    assert dump(often.dsn, "session") == before
    often.clock.forward(minutes=LIMITS.photo_minutes + 1)
    assert put(often, filed).json()["field"] == "key"
    assert dump(often.dsn, "session") == before


def test_report_that_was_ended_takes_no_photo(desk: DeskSite):
    filed = file(desk).json()
    desk.desk.cases.act(filed["case_id"], 1, Act.WITHDRAW, "town1", {"reason": "误报"}, desk.clock())
    assert put(desk, filed).json()["field"] == "key"
    assert ask(desk.dsn, "select count(*) from mg.blob") == [(0,)]


def test_page_of_another_site_puts_no_photo(desk: DeskSite):
    filed = file(desk).json()
    assert put(desk, filed, Origin="http://evil.example").status_code == 403
    assert ask(desk.dsn, "select count(*) from mg.blob") == [(0,)]


def test_only_whole_pictures_of_a_bounded_size_are_taken(often: DeskSite):
    filed, most = file(often).json(), LIMITS.photo_max_mib << 20
    before = dump(often.dsn, "session")

    def endless() -> Iterator[bytes]:
        yield PNG
        for _ in range(most // 65_536 + 2):
            yield b"\0" * 65_536

    wrong = {
        **TWO,
        "PDF": b"%PDF-1.7\n" + b"\0" * 60,
        "sound": b"ID3" + b"\0" * 60,
        "film": b"\0\0\0\x18ftypmp42" + b"\0" * 60,
    }
    for what, content in wrong.items():
        assert put(often, filed, content).status_code == 422, what
    assert put(often, filed, PNG, **{"X-SHA256": "0" * 64}).json()["field"] == "whole"
    assert put(often, filed, PNG + b"\0" * most).json()["field"] == "size"
    assert put(often, filed, endless()).json()["field"] == "size"
    assert dump(often.dsn, "session") == before
    assert put(often, filed, PNG + b"\0" * (most - len(PNG))).status_code == 200


def test_report_takes_so_many_photos_and_no_more_and_those_of_staff_do_not_count(often: DeskSite):
    filed, most = file(often).json(), LIMITS.photo_max_count
    where = f"/api/v1/cases/{filed['case_id']}/attachments"
    assert often.browser("village1").post(where, content=PNG + b"staff", headers={"X-Name": "b.png"}).status_code == 201
    told = [put(often, filed, PNG + bytes([n])).status_code for n in range(most + 1)]
    assert told == [200] * most + [422]
    assert put(often, filed, PNG + b"more").json()["field"] == "count"


def test_photos_of_one_address_are_held_to_a_rate_which_holds_up_no_report(desk: DeskSite):
    filed = file(desk).json()
    answers = [put(desk, filed | {"photo_key": "x"}) for _ in range(LIMITS.photo_burst + 1)]
    assert {a.status_code for a in answers[:-1]} == {422}
    assert answers[-1].status_code == 429 and int(answers[-1].headers["retry-after"]) > 0
    assert file(desk).status_code == 201


def test_photos_that_never_end_hold_up_no_report_and_no_more_are_read_than_a_few(often: DeskSite):
    """So many as are read of one address hang in the middle; a report is filed all the same."""
    filed, inner = file(often).json(), list[httpx.Response]()

    def slow(left: int) -> Iterator[bytes]:
        yield PNG
        if left:
            put(often, filed, slow(left - 1))
        else:
            tried = (put(often, filed, PNG + b"late") for _ in range(99))  # the last of them may be on its way still
            inner.append(next(answer for answer in tried if answer.status_code == 503))
            inner.append(file(often))
        yield bytes([left])

    put(often, filed, slow(OF_ONE - 1))
    assert [answer.status_code for answer in inner] == [503, 201]
    assert put(often, filed, PNG + b"after").status_code == 200


def test_dispute_of_anyone_names_the_vessels_of_both_sides(desk: DeskSite):
    sent = {"kind": "dispute", "subkind": "gear", "vessel": "浙普渔60001", "other_vessel": "不明", "name": "王大海"}
    filed = file(desk, **sent)
    assert filed.status_code == 201
    parties = "select side, ship_name, person_name from mg.case_party order by n"
    assert ask(desk.dsn, parties) == [("claimant", "浙普渔60001", "王大海"), ("respondent", "不明", "")]
    assert file(desk, kind="dispute", other_vessel="浙岱渔1").status_code == 201  # who writes need not say who they are
    assert ask(desk.dsn, "select distinct unit_id from mg.case_file") == [("T1-V",)]


def test_emergency_of_anyone_is_a_major_matter_and_told_at_once(desk: DeskSite):
    assert file(desk, kind="emergency", subkind="overboard", vessel="浙普渔60001").status_code == 201
    assert ask(desk.dsn, "select kind, major, unit_id, channel from mg.case_file") == [
        ("emergency", True, "T1-V", "public")
    ]
    assert ask(desk.dsn, "select count(*) > 0 from mg.case_hop") == [(True,)]
    assert ask(desk.dsn, "select side, ship_name from mg.case_party") == [("involved", "浙普渔60001")]
