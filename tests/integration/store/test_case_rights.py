"""Every account at every step with every act of the flow: allowed where the table of access and its nearness say so."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from maritime_grid.cases.flow import TABLE, CaseError, Near
from maritime_grid.cases.kinds import Act, Step
from maritime_grid.settings_access import load_access
from maritime_grid.store.case_changes import AmendedParty, Amendment
from maritime_grid.store.case_steps import NoSuchCase
from maritime_grid.store.writer import Store

from .alert_build import world_with_alerts
from .case_build import ACCOUNTS, NOW, PLAN, SETTINGS, ask, commands, dispute, told

CASE = "2026-000001"
PHOTO = b"\xff\xd8\xff photo"
NEAR = {  # how each account stands to the case below
    "lin": {Near.REPORTER, Near.LEADS}, "village1": {Near.LEADS}, "town1": {Near.LEADS}, "county": {Near.LEADS},
    "city": {Near.LEADS}, "fishery": {Near.HOLDS}, "guard": {Near.JOINED}, "police": {Near.TOLD},
    "town2": set(), "shop": set(), "root": set(), "wall": set(),
}  # fmt: skip
FACTS: dict[str, Any] = {
    "party": 2, "code": "ABCDEFGHIJ", "result": "和解", "reason": "因故", "cause": "weather",
    "note": "说明", "seconds": 3600, "rating": 5, "hop": f"{CASE}/body/P",
    "name": "网.jpg", "sha256": sha256(PHOTO).hexdigest(), "media_type": "image/jpeg", "content": PHOTO,
}  # fmt: skip


def stand(conn: psycopg.Connection[Any], step: Step, act: Act) -> int:
    """The case as it stands when the act makes sense; its version."""
    conn.execute("delete from mg.case_hop where to_body is distinct from 'P'")
    conn.execute("update mg.case_hop set received_at = null, received_by = null")
    conn.execute("delete from mg.case_pause")
    conn.execute("delete from mg.case_alert")
    row = conn.execute(
        "update mg.case_file set state = %s, unit_id = 'T1-V', reporter = 'lin', holder = 'F', joint = '{G}', "
        "major = false, pauses = %s, asked_s = %s, extensions = 0, extended_s = 0 where case_id = %s returning version",
        [
            step, Jsonb([[NOW.isoformat(), None]] if act == Act.RESUME else []),
            60 if act in {Act.GRANT_EXTENSION, Act.REFUSE_EXTENSION} else None, CASE,
        ],
    ).fetchone()  # fmt: skip
    assert row
    return int(row[0])


def amendment(description: str) -> Amendment:
    parties = tuple(AmendedParty(n, party) for n, party in enumerate(dispute().parties, 1))
    said = ("kind", "title", "subkind", "place", "lon", "lat", "happened_at", "amount", "facts")
    values = {name: getattr(dispute(), name) for name in said}
    return Amendment(**values, description=description, parties=parties)


def test_each_account_may_do_what_its_role_and_its_nearness_allow_and_nothing_else(fresh_dsn: str):
    with Store.open(fresh_dsn) as store:
        sos = world_with_alerts(store, fresh_dsn)["sos"].alert_id
    ask(fresh_dsn, "insert into mg.post (body_id, post, grid_id, since) "
                   "values ('F', 'department', 'G1', '2026-01-01') returning 1")  # fmt: skip
    access = load_access(SETTINGS)
    done = {"allowed": 0, "refused": 0, "hidden": 0}
    roomy = replace(PLAN, attachments=replace(PLAN.attachments, max_count=10_000))
    with commands(fresh_dsn, roomy) as cases, psycopg.connect(fresh_dsn, autocommit=True) as conn:
        cases.file(dispute(), "lin", NOW)
        hop = "insert into mg.case_hop (hop_id, case_id, to_body, sent_at, due_at) values (%s, %s, 'P', %s, %s)"
        conn.execute(hop, [FACTS["hop"], CASE, NOW, NOW])
        for (step, act), way in TABLE.items():
            for who, role, *_ in ACCOUNTS:
                version = stand(conn, step, act)
                facts = FACTS | {
                    "body_id": "M",
                    "injured": version,
                    "unit_id": "T1",
                    "alert_id": sos,
                    **told(*([1, 2] if who == "lin" else [0, 1, 2])),
                    "amendment": amendment(f"第{version}次补充"),
                }
                near, may = NEAR[who], f"case.{act}" in access.roles[role].acts
                allowed = bool(near & way.by) and may
                if act == Act.RECEIVE_HOP:
                    allowed = allowed and who == "police"  # the report was sent to it alone
                try:
                    cases.act(CASE, version, act, who, facts, NOW)
                    outcome = "allowed"
                except NoSuchCase:
                    outcome = "hidden"
                except CaseError:
                    outcome = "refused"
                expected = "allowed" if allowed else "refused" if near else "hidden"
                assert outcome == expected, (step, act, who)
                done[outcome] += 1
    assert min(done.values()) > 50, done
