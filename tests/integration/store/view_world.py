"""A small sea for the views: of everything something within the reach of each account and something beyond it.

Vessels are named by the last digits of their MMSI. G1 leans on port P1 and is led by village T1-V, G2 on P2 by township
T2; departments F has a post in G2, association A one in G1, department P none.
"""

from __future__ import annotations

from typing import Any, cast

import psycopg

from .case_build import ACCOUNTS, people

BASE = 412_000_000
AT = "2026-05-06 01:00Z"
POSTS = {"A": {"G1"}, "F": {"G2"}}  # body: grids that it staffs today; F left G1 long ago
LED = {"C": {"G1", "G2"}, "K": {"G1", "G2"}, "T1": {"G1"}, "T1-V": {"G1"}, "T2": {"G2"}}

# vessel: grid where it is now (None: in none), home port
NOW = {
    1: ("G1", ""), 2: ("G2", ""), 3: (None, "P1"), 4: (None, "P2"), 5: (None, ""), 6: (None, ""), 7: (None, ""),
    8: (None, ""), 9: (None, ""), 10: (None, ""),
}  # fmt: skip
# positions: vessel, minute, grid at that time
POSITIONS = [(v, 30, grid) for v, (grid, _port) in NOW.items()] + [(1, 0, "G2"), (7, 1, "G1"), (9, 2, "G2")]
# events: vessel, minute, grid or zone
EVENTS = [(1, 5, "G1"), (2, 5, "G2"), (7, 6, "G1"), (3, 7, "Z1"), (7, 8, "Z1"), (5, 9, "G2")]
# alerts: id, vessel (0 none), grid, severity, active
ALERTS = [
    ("sos", 8, "G1", 4, True), ("silent", 2, "G2", 3, True), ("nowhere", 7, None, 4, True), ("own", 3, None, 2, True),
    ("of-case", 10, None, 2, False), ("feed", 0, None, 2, True), ("past", 9, "G1", 2, False),
]  # fmt: skip
# cases: id, kind, state, grid, unit, holder, joint, reporter, accused, vessel, alert
CASES = [
    ("2026-000001", "dispute", "handling", "G1", "T1-V", "F", [], "lin", None, 5, "of-case"),
    ("2026-000002", "dispute", "closed", "G1", "T1-V", "F", [], "lin", None, 6, None),
    ("2026-000003", "hazard", "dispatched", "G2", "T2", "P", [], "", None, 9, None),
    ("2026-000004", "complaint", "received", "G1", "T1-V", None, [], "", 1, None, None),
    ("2026-000005", "service", "handling", None, "C", "M", ["F"], "shop", None, None, None),
    ("2026-000006", "emergency", "received", "G2", "T2", None, [], "", None, None, None),
]
HOPS = [("2026-000006", None, "G"), ("2026-000003", "T2", None)]
HOURS = ["G1", "G2", None]

# people: everything personal of number n is recognised wherever it turns up
HOLDERS = [  # person, grid, post, body, until
    (1, "G1", "leader", None, None), (2, "G1", "advisor", None, "2025-06-01"), (3, "G2", "leader", None, None),
    (4, "G2", "department", "F", None), (4, "G1", "department", "F", "2025-06-01"),
    (7, "G1", "party_secretary", None, None), (5, "G2", "part_time", None, "2025-06-01"),
    (6, "G2", "part_time", None, "2025-06-01"),
]  # fmt: skip
KEPT = {7: "T2"}  # person: unit that keeps the record, besides the posts
PEOPLE = range(1, 8)


def name(n: int) -> str:
    return f"欧阳某{n}"


def phone(n: int) -> str:
    return f"1390580770{n}"


def id_number(n: int) -> str:
    return f"33090319700101770{n}"


def address(n: int) -> str:
    return f"浙江省舟山市普陀区某某路{n}号"


SECRETS = {  # class of data: the words of it, anywhere
    "name": [name(n) for n in (*PEOPLE, 8)], "phone": [phone(n) for n in (*PEOPLE, 8)],
    "id_number": [id_number(n) for n in (*PEOPLE, 8)], "address": [address(n) for n in PEOPLE],
    "work_phone": [f"0580-77{n}" for n in PEOPLE], "raw": ["!AIVDM,raw-line"], "report": ["a report of 欧阳"],
    "words": ["告知如下"],
}  # fmt: skip


def fill(dsn: str) -> None:
    """The world of `case_build.people` with all of the above."""
    people(dsn)
    with psycopg.connect(dsn, autocommit=True) as conn, conn.cursor() as cur:
        _places(cur)
        codes: dict[Any, int] = {None: 0, **dict(cur.execute("select place_id, code from mg.place").fetchall())}
        _vessels(cur, codes)
        _alerts(cur, codes)
        _staff(cur)
        _cases(cur, codes)
        _rest(cur, codes)


def _places(cur: psycopg.Cursor) -> None:
    cur.execute("update mg.place set port_ids = array['P' || right(place_id, 1)]")
    cur.execute("insert into mg.place (place_id, layer, kind, name_zh, name_en, county, port_ids, sample, attributes) "
                "values ('Z1', 'zone', 'prohibited', '禁渔区', '', '', '{}', true, '{}')")  # fmt: skip
    cur.execute(
        "insert into mg.place_version (code, version, valid_from, valid_to, fence, facts, filed_by, filed_at, reason) "
        "select code, 1, '-infinity', 'infinity', jsonb_build_object('type', 'Polygon', 'coordinates', to_jsonb(array["
        "  array[array[110 + code, 30], array[111 + code, 30], array[111 + code, 31], array[110 + code, 30]]])), "
        "jsonb_build_object('name_zh', name_zh, 'kind', kind, 'port_ids', to_jsonb(port_ids), 'attributes', "
        "attributes), %s, now(), 'test' from mg.place",
        [name(1)],
    )
    cur.execute("insert into mg.port values ('P1', '港一', '', '', 122, 30), ('P2', '港二', '', '', 123, 30)")
    cur.execute("update mg.unit set port_id = 'P1' where unit_id = 'T1-V'")


def _vessels(cur: psycopg.Cursor, codes: dict[Any, int]) -> None:
    cur.execute("insert into mg.feed (name, kind, watched) values ('ais-test', 'ais', true)")
    cur.execute("insert into mg.feed_state values (1, now(), 0, '-infinity', '{}', 1, 1)")
    cur.executemany(
        "insert into mg.roster (mmsi, name_zh, vessel_class, home_port, gear) values (%s, %s, 'fishing', %s, '')",
        [(BASE + v, f"浙普渔{v:05d}", port) for v, (_grid, port) in NOW.items()],
    )
    cur.executemany(
        "insert into mg.vessel_static (mmsi, t, ship_name) values (%s, now(), %s)",
        [(BASE + v, f"PUYU {v:05d}") for v in NOW],
    )
    cur.executemany(
        "insert into mg.vessel_state values (%s, %s, now(), 122.5, 30, 5, 90, 90, 0, 1, 1, now(), 0, now(), "
        "'-infinity', '-infinity', 'NaN', 'NaN', 0, %s, false, 1, 1)",
        [(BASE + v, AT, codes[grid]) for v, (grid, _port) in NOW.items()],
    )
    cur.execute("select mg.make_day(date '2026-05-06')")
    cur.executemany(
        "insert into mg.position values (%s::timestamptz + %s * interval '1 minute', now(), %s, 1225000000, 300000000, "
        '50, 900, 90, %s, 1, 0::"char", 1::"char")',
        [(AT, minute, BASE + v, codes[grid]) for v, minute, grid in POSITIONS],
    )
    cur.executemany(
        "insert into mg.grid_event (t, confirmed_at, mmsi, place, kind, lon, lat, rev) "
        "values (%s::timestamptz + %s * interval '1 minute', now(), %s, %s, 1, 122.5, 30, 1)",
        [(AT, minute, BASE + v, codes[place]) for v, minute, place in EVENTS],
    )


def _alerts(cur: psycopg.Cursor, codes: dict[Any, int]) -> None:
    cur.executemany(
        "insert into mg.alert (alert_id, rule, mmsi, place, severity, raised_at, last_at, active, received_at, "
        "repeats, grid, lon, lat, detail, rev) "
        "values (%s, 'silence', %s, %s, %s, %s, %s, %s, now(), 0, %s, 122.5, 30, '{}', 1)",
        [
            (i, BASE + v if v else 0, i if not v else "", severity, AT, AT, active, codes[grid])
            for i, v, grid, severity, active in ALERTS
        ],
    )
    cur.execute(
        "update mg.alert set seen_at = now(), seen_by = 'guard', resolved_at = now(), resolved_by = 'guard', "
        "verdict = 'false', resolution = %s where alert_id = 'past'",
        [SECRETS["words"][0]],
    )
    cur.executemany(
        "insert into mg.alert_log (alert_id, at, what, severity, rev, act, who, note) "
        "values (%s, now(), 'resolve', 2, 1, 1, 'guard', %s)",
        [(i, SECRETS["words"][0]) for i, *_ in ALERTS],
    )


def _staff(cur: psycopg.Cursor) -> None:
    cur.execute("update mg.account set name_shown = %s", [name(8)])
    cur.executemany(
        "update mg.person set name_zh = %s, phone = %s, id_number = %s, address = %s, staff_no = %s "
        "where person_id = %s",
        [(name(n), phone(n), id_number(n), address(n), f"S{n}", n) for n in PEOPLE],
    )
    cur.executemany("update mg.person set unit_id = %s where person_id = %s", [(u, n) for n, u in KEPT.items()])
    cur.executemany(
        "insert into mg.post (grid_id, post, person_id, body_id, party_form, work_phone, since, until) "
        "values (%s, %s, %s, %s, %s, %s, '2025-01-01', %s)",
        [
            (grid, post, n, body, "branch" if post == "party_secretary" else None, f"0580-77{n}", until)
            for n, grid, post, body, until in HOLDERS
        ],
    )
    cur.execute("insert into mg.post (grid_id, post, body_id, since) values ('G1', 'association', 'A', '2025-01-01')")
    cur.execute("insert into mg.team (team_id, name_zh, skills, contact_id, unit_ids) values "
                "('T-1', '队', '{tow}', 1, '{T1}'), ('T-2', '队', '{tow}', 3, '{T2}')")  # fmt: skip
    cur.execute(
        "insert into mg.team_member (team_id, person_id, since) "
        "values ('T-1', 1, '2025-01-01'), ('T-2', 3, '2025-01-01')"
    )
    cur.executemany(
        "insert into mg.badge (number, person_id, grid_id, post, name_shown, issued, expires) "
        "values (%s, %s, %s, 'leader', %s, '2025-01-01', '2030-01-01')",
        [(f"BADGE{n}", n, grid, name(n)) for n, grid in ((1, "G1"), (3, "G2"))],
    )
    cur.execute(
        "insert into mg.training values (1, '救护', '2025-02-01', 8, 'passed'), (3, '救护', '2025-02-01', 8, 'passed')"
    )
    cur.execute("insert into mg.item values ('1.1', 1)")
    cur.execute("insert into mg.item_version values "
                "('1.1', 1, '走访', '走访', '', false, 'published', '2025-01-01', true), "
                "('1.1', 2, '走访', '走访渔船和船员', '', false, 'proposed', null, false)")  # fmt: skip
    cur.execute(
        "insert into mg.item_step values ('1.1', 1, 'published', now(), 'city', ''), "
        "('1.1', 2, 'proposed', now(), 'town1', '')"
    )


def _cases(cur: psycopg.Cursor, codes: dict[Any, int]) -> None:
    words = SECRETS["words"][0]
    for case_id, kind, state, grid, unit, holder, joint, reporter, accused, vessel, alert in CASES:
        cur.execute(
            "insert into mg.case_file (case_id, kind, title, state, grid, unit_id, holder, joint, reporter, accused, "
            "opened_at, description, grams) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, '{告知}')",
            [case_id, kind, words, state, codes[grid], unit, holder, joint, reporter, accused, AT, words],
        )
        cur.execute(
            "insert into mg.case_party (case_id, n, side, mmsi, person_name, phone, id_number, statement) "
            "values (%s, 1, 'claimant', %s, %s, %s, %s, %s)",
            [case_id, vessel and BASE + vessel, name(8), phone(8), id_number(8), words],
        )
        cur.execute(
            "insert into mg.case_log (case_id, seq, at, who, what, said) values (%s, 1, %s, 'lin', 'file', %s)",
            [case_id, AT, '{"note": "告知如下"}'],
        )
        cur.execute(
            "insert into mg.case_step (case_id, seq, step, since, due_at, unit_id, body_id) "
            "values (%s, 1, 'received', %s, %s, %s, %s)",
            [case_id, AT, AT, unit, holder],
        )
        cur.execute(
            "insert into mg.case_pause (case_id, seq, step_seq, since, latest_at, cause, account_id) "
            "values (%s, 2, 1, %s, %s, 'weather', 'town1')",
            [case_id, AT, AT],
        )
        cur.execute("insert into mg.case_escalation values (%s, %s, 'C', %s)", [case_id, AT, AT])
        cur.execute(
            "insert into mg.blob values (sha256(%s), 'image/png', %s, %s)",
            [case_id.encode(), len(case_id), case_id.encode()],
        )
        cur.execute(
            "insert into mg.case_attachment (case_id, seq, sha256, name) values (%s, 1, sha256(%s), 'net.png')",
            [case_id, case_id.encode()],
        )
        if alert:
            cur.execute("insert into mg.case_alert values (%s, %s)", [case_id, alert])
    cur.executemany(
        "insert into mg.case_hop (hop_id, case_id, to_unit, to_body, sent_at, due_at) "
        "values (%s || coalesce(%s, %s), %s, %s, %s, now(), now())",
        [(c, unit, body, c, unit, body) for c, unit, body in HOPS],
    )


def _rest(cur: psycopg.Cursor, codes: dict[Any, int]) -> None:
    cur.executemany(
        "insert into mg.grid_hour values (%s, '2026-05-06 01:00Z', 5, 2)", [(codes[grid],) for grid in HOURS]
    )
    cur.execute(
        "insert into mg.quarantine (received_at, source, seq, reason, raw) values (%s, 1, 1, 'checksum', %s), "
        "(%s, 1, 0, 'unknown-case-kind', %s)",
        [AT, SECRETS["raw"][0], AT, SECRETS["report"][0]],
    )
    impact = (
        f'{{"vessels": [[{BASE + 1}, "G1", "G2"], [{BASE + 7}, "", "Z9"]], "ports": [], '
        '"cases": [["2026-000001", "G1", "G2"], ["2026-000004", "G1", "G2"]]}'
    )
    cur.execute(
        "insert into mg.grid_change (state, unit_id, features, ended, valid_from, reason, impact, proposed_by, "
        "proposed_at) values ('proposed', 'K', '[]', '{}', now(), 'test', %s, 'town1', now())",
        [impact],
    )
    cur.execute("insert into mg.grid_change_log (change_id, n, at, who, what) values (1, 1, now(), 'town1', 'propose')")


def logins(dsn: str) -> dict[str, str]:
    """A login of its own for the database role of each account; account: DSN."""
    made: dict[str, str] = {}
    with psycopg.connect(dsn, autocommit=True) as conn:
        for account_id, role in conn.execute(
            "select account_id, mg.role_name(number)::text from mg.account"
        ).fetchall():
            conn.execute(cast("Any", f"alter role {role} login password 'of-a-test'"))
            made[account_id] = psycopg.conninfo.make_conninfo(dsn, user=role, password="of-a-test")
    assert set(made) == {account[0] for account in ACCOUNTS}
    return made
