"""Forged callbacks and forms: from roles without the page, about what is not theirs, of shapes that no page sends."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

import dashboard
from dashboard.auth.table import WALL, need_of_module
from dashboard.report.form import PublicReport, StaffReport
from dashboard.report.form import Vessel as VesselForm
from maritime_grid.cases.kinds import Act
from maritime_grid.domain.grid_change import ChangeAct
from maritime_grid.settings_access import load_access
from tests.integration.store import case_build as cb

from . import grid_world as gw
from .attack_calls import CALLBACK, Call, Slot, calls, dump, posts, send, told_nothing
from .attack_columns import held
from .attack_texts import numbers
from .attack_values import honest, keys_of
from .attack_world import MALLORY, World, report

SECRET = ("case_file.title", "case_file.description", "case_party.claim", "case_party.statement", "case_party.phone",
          "case_party.person_name", "case_attachment.name", "alert.resolution", "sos_report.note",
          "access_log.purpose")  # fmt: skip
ACCESS = load_access(cb.SETTINGS)
ACTS = [*Act, *ChangeAct, "disable", "enable", "password", "second_factor", "sessions", "acknowledge", "open_case",
        "resolve"]  # fmt: skip
TEXTS = ["\ud800", "a\0b", "'; drop table mg.case_file; --", "%_\\", "字" * 20_000, "{0.__class__} %s $1", "\u202e"]
REFUSED = {400, 401, 403, 404, 409, 413, 415, 422}


@pytest.fixture(scope="module")
def clients(world: World) -> dict[str, httpx.Client]:
    return {name: world.site.browser(name) for name, *_ in cb.ACCOUNTS}


@pytest.fixture
def unchanged(world: World) -> Iterator[None]:
    """Whatever the test does, the store stays as it is; refused looks and checks of the archive are logged."""
    before, log = dump(world.site.dsn, "access_log"), _log(world)
    yield
    assert dump(world.site.dsn, "access_log") == before
    assert {act for _, act in _log(world)[len(log) :]} <= {"read_refused", "archive_verified"}


def _log(world: World) -> list[tuple[Any, ...]]:
    return cb.ask(world.site.dsn, "select n, act from mg.access_log order by n")


def test_callback_of_a_page_is_refused_to_every_role_without_it(world: World, clients, unchanged):
    refused = 0
    for call in calls(world.site.app):
        need = need_of_module(call.module)
        assert need, f"{call.output} is registered in {call.module}, which is no page of the table"
        for name, role, *_ in cb.ACCOUNTS:
            if need == WALL or ACCESS.may(role, need):
                continue
            answer = send(clients[name], call.body(_theirs(world), keys_of(world, "disable")))
            assert (answer.status_code, told_nothing(answer)) == (403, True), (name, call.output)
            refused += 1
        if need != WALL:
            assert send(world.site.browser(), call.body(_theirs(world), keys_of(world))).status_code == 401
    assert refused > 60


def _theirs(world: World) -> Any:
    """Values of a page that is looked at by somebody else, all buttons pressed."""
    by_name = {
        "case-of": {"id": world.dispute, "lang": "zh_CN"},
        "case-form-of": {"act": "comment", "version": 1},
        "grids-upload": gw.sent(gw.MOVED), "grids-valid-from": "2026-06-01", "grids-ending": [],
        "admin-name": "mallory2", "admin-role": "city", "admin-unit": "C", "admin-shown": "x",
        "people-post": "advisor", "people-person": world.person, "people-since": "2026-05-06", "people-until": "",
        "people-last": "2026-05-06", "people-term": 1,
        "alq-press": {"act": "resolve", "id": world.alert, "verdict": "false", "reason": "x"},
        "alq-chosen": world.alert,
        "grids-reason": "",  # proposing is theirs to do: not so without a reason
    }  # fmt: skip
    return lambda slot: by_name.get(slot.name, honest(world, slot))


def test_ids_of_what_is_not_theirs_change_nothing_and_tell_nothing(world: World, clients, unchanged):
    fill, secret = _theirs(world), {n for column in SECRET for n in numbers(held(world.site.dsn, column))}
    assert len(secret) > 20
    for name in ("town2", "shop"):
        for call in calls(world.site.app):
            patterns = [slot for slot in (*call.inputs, *call.state) if slot.keys]
            for act in (
                ACTS if any("act" in slot.keys for slot in patterns) or call.output.find("case-") >= 0 else ACTS[:1]
            ):
                keys = keys_of(world, str(act))

                def of(slot: Slot, act: str = str(act), keys: Any = keys) -> Any:
                    if slot.prop == "id":
                        return slot.whole(keys)
                    return {"act": act, "version": 20} if slot.name == "case-form-of" else fill(slot)

                answer = send(clients[name], call.body(of, keys))
                assert answer.status_code in {200, 204, *REFUSED}, (name, call.output, answer.text[:300])
                assert told_nothing(answer)
                assert not numbers(answer.text) & secret, (name, call.output)


def test_case_numbers_that_are_guessed_look_like_those_that_are_not_there(world: World, clients):
    for path in ("/api/v1/cases/{}/attachments/2", "/api/v1/cases/{}/dossier?purpose=x"):
        told = set()
        for guess in (world.dispute, "2026-000001", "2026-999999", "2027-000001", "2026-00000_", "%25"):
            answer = clients["town2"].get(path.format(guess))
            told.add((answer.status_code, answer.text.replace(guess.replace("%25", "%"), "ID")))
        assert len(told) == 1, told
        assert told.pop()[0] == 404


@pytest.mark.parametrize("wrong", TEXTS, ids=lambda text: repr(text)[:20])
def test_hostile_text_is_no_fault_in_any_field_of_any_page(world: World, clients, unchanged, wrong):
    for call in calls(world.site.app):
        for fill in _texts_put(call, wrong, _harmless(world)):
            answer = send(clients["county"], call.body(fill, keys_of(world) | {"act": wrong[:99], "hop": wrong[:99]}))
            assert answer.status_code in {200, 204, *REFUSED}, (call.output, wrong[:30], answer.text[:300])
            assert told_nothing(answer), (call.output, answer.text[:200])


def _texts_put(call: Call, text: str, honest: Any) -> Iterator[Any]:
    """Values with the text in every field at once, then in each alone; of what pages keep, in all that is text."""

    def put(value: Any) -> Any:
        kept = (
            {name: text if isinstance(part, str) else part for name, part in value.items()}
            if isinstance(value, dict)
            else 0
        )
        return kept or (text if isinstance(value, str) else value)

    yield lambda slot: put(honest(slot))
    for one in (*call.inputs, *call.state):
        yield lambda slot, one=one: put(honest(slot)) if slot == one else honest(slot)


def _harmless(world: World) -> Any:
    """Values with which nothing is pressed."""
    theirs = _theirs(world)
    return lambda slot: None if slot.prop == "n_clicks" or slot.name == "alq-press" else theirs(slot)


LISTS: list[Any] = [
    None, [], {}, "x", 1, [{}], [None], [[]], [{"id": "x", "property": "y", "value": 1}], [{"id": {}, "property": []}],
]  # fmt: skip


def test_callbacks_with_other_inputs_than_their_own_are_refused(world: World, clients, unchanged):
    for call, part, shape in product(calls(world.site.app), ("inputs", "state"), LISTS):
        if shape == [] and not getattr(call, part):
            continue
        body = call.body(_harmless(world), keys_of(world)) | {part: shape}
        answer = send(clients["county"], body)
        none_of_a_pattern = shape == [[]] and answer.status_code in {200, 204}
        assert none_of_a_pattern or answer.status_code in REFUSED, (call.output, part, shape, answer.status_code)
    for raw in (b"", b"[]", b"null", b"{}", b'{"output": []}', b'{"output": {}}', b"\xff", b"[" * 50_000, b'"x"'):
        answer = clients["county"].post(CALLBACK, content=raw, headers={"Content-Type": "application/json"})
        assert (answer.status_code, told_nothing(answer)) == (400, True), raw[:20]


# ------------------------------------------------------------------------------------------------------------- forms
FORMS = {"/api/v1/cases": StaffReport, "/public/report": PublicReport}
OTHERS = {  # attacked elsewhere: what they take, and where
    CALLBACK: "the callbacks above", "/api/v1/cases/{case_id}/attachments": "test_attacks_files",
    **dict.fromkeys(("/login", "/login/code", "/logout"), "the plain forms below"),
    **dict.fromkeys(("/account/password", "/account/second-factor", "/account/sessions"), "the plain forms below"),
    "/_dash-ws-callback": "refused to all", "/api/v1/people/import": "test_people_import",
    "/c/{code}": "test_follow_judge",
    "/public/photo": "test_public_photos",
}  # fmt: skip
NEVER: list[Any] = [{"a": 1}, [[1]], 10**400, "x" * 150_000]  # what no field takes


def test_every_address_that_changes_something_is_attacked(world: World):
    new = set(posts(world.site.app)) - set(FORMS) - set(OTHERS)
    assert new == set(), "attack them: name their form in FORMS, or in OTHERS the test that does"


def _form(world: World, model: type) -> dict[str, Any]:
    if model is StaffReport:
        return report(world.attacks)
    ticket = world.site.browser().get("/public/ticket").json()["ticket"]
    return {"request_key": str(uuid4()), "kind": "service", "note": "要一张表", "ticket": ticket, "website": ""}


@pytest.mark.parametrize("path", FORMS)
def test_form_with_a_field_of_no_form_or_a_value_of_no_field_is_refused_whole(world: World, clients, unchanged, path):
    model = FORMS[path]
    sent = _form(world, model)
    extra = (
        "case_id",
        "reporter",
        "unit_id",
        "state",
        "severity",
        "accused",
        "channel",
        "__proto__",
        "title",
        "x" * 999,
    )
    wrong = [{**sent, name: value} for name, value in product(model.model_fields, NEVER)]
    wrong += [{**sent, name: "x"} for name in extra]
    wrong += [{k: v for k, v in sent.items() if k != name} for name, f in model.model_fields.items() if f.is_required()]
    if model is StaffReport:
        first, second = sent["vessels"]
        wrong += [{**sent, "vessels": [{**first, n: v}, second]} for n, v in product(VesselForm.model_fields, NEVER)]
        wrong += [{**sent, "vessels": [{**first, name: "x"}, second]} for name in ("side", "phone", "owner", "n")]
    client = clients["lin"] if model is StaffReport else None
    for body in wrong:
        answer = (client or world.site.browser()).post(
            path, content=json.dumps(body), headers={"Content-Type": "application/json"}
        )
        assert answer.status_code in {422, 429}, (path, str(body)[:200], answer.text)
        assert told_nothing(answer)


def test_grids_of_others_and_ids_of_no_grid_cannot_be_filed_to(world: World, clients, unchanged):
    for grid_id in ("G9", "%", "' or 1=1 --", "Z1", "x" * 101):
        body = report(world.attacks) | {"grid_id": grid_id, "lon": None, "lat": None}
        assert clients["lin"].post("/api/v1/cases", json=body).status_code in REFUSED, grid_id


def test_plain_forms_bear_any_field_and_any_text(world: World):
    """Those of the login and of one's own account, whatever they ask for: their fields are found in the source."""
    code = "".join(path.read_text("utf-8") for path in (Path(dashboard.__file__).parent / "auth").glob("*.py"))
    names = {*re.findall(r"""form(?:\.get\(|\[)["'](\w+)["']""", code), "role", "account_id", "x" * 200} - {"csrf"}
    assert {"name", "password", "next", "code", "ticket"} <= names
    plain = [path for path, where in OTHERS.items() if where == "the plain forms below"]
    own = ("account", "session", "access_log", "login_address")
    before = dump(world.site.dsn, *own)
    for path, text in product(plain, [*TEXTS[1:], "", "1", "on", "disable", "x" * 70_000]):
        for sent in (dict.fromkeys(names, text), {name: [text, text] for name in names}, {}):
            answer = world.site.browser(MALLORY).post(path, data=sent)
            assert answer.status_code < 500 and told_nothing(answer), (path, text[:20], answer.text[:300])
    assert dump(world.site.dsn, *own) == before
    others = "select count(*) from mg.access_log where account_id not in ('?', %s) and act like 'login%%'"
    assert cb.ask(world.site.dsn, others, [MALLORY]) == [(0,)]
