"""The archive of cases: nobody alters it by the front door, and who does it by the back door is found out."""

from __future__ import annotations

import re
from collections.abc import Callable

import psycopg
import pytest

from maritime_grid.cases.flow import NotAllowed
from maritime_grid.cases.kinds import Act
from maritime_grid.cli import main
from maritime_grid.store.archive import Archive, log_verified, seal, verify
from maritime_grid.store.case_timers import run_timers
from maritime_grid.store.connect import command_pool

from .case_build import ACCOUNTS, HOUR, NOW, PLAN, ask, commands, dispute, people
from .view_world import logins

PHOTO = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"  # of "hello"


@pytest.fixture
def archive_dsn(fresh_dsn: str) -> str:
    """Three cases of some steps each, the second with an attachment."""
    people(fresh_dsn)
    with commands(fresh_dsn) as cases:
        ids = [cases.file(dispute(), "lin", NOW).case_id for _ in range(3)]
        for n in range(4):
            for case_id in ids:
                cases.act(case_id, None, Act.COMMENT, "town1", {"note": f"第 {n} 次"}, NOW + n * HOUR)
        facts = {"sha256": PHOTO, "name": "a.jpg", "media_type": "image/jpeg", "content": b"hello"}
        cases.act(ids[1], None, Act.ATTACH, "lin", facts, NOW + 5 * HOUR)
    return fresh_dsn


def test_who_attached_a_file_stands_in_the_archive_beside_its_name(archive_dsn: str):
    ((said,),) = ask(archive_dsn, "select detail from api.case_log where what = 'attach'")
    assert (said["name"], said["file"]) == ("名lin", "a.jpg")


def forced(dsn: str, *statements: str) -> None:
    """As who owns the server may: past the triggers that keep the archive."""
    with psycopg.connect(dsn) as conn:
        conn.execute("set session_replication_role = replica")
        for statement in statements:
            conn.execute(statement)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    "statement",
    [
        "update mg.case_log set said = '{}' where n = 3",
        "delete from mg.case_log where n = 16",
        "truncate mg.case_log",
        "update mg.blob set content = 'x'",
        "delete from mg.case_attachment",
        "delete from mg.access_log",
    ],
)
def test_archive_refuses_every_change_even_of_the_product_itself(archive_dsn: str, statement: str):
    with (
        psycopg.connect(archive_dsn) as conn,
        pytest.raises(psycopg.errors.InsufficientPrivilege, match="only ever added"),
    ):
        conn.execute(statement)  # pyright: ignore[reportArgumentType]


def test_numbers_and_hashes_are_the_stores_own_whatever_is_given(archive_dsn: str):
    with psycopg.connect(archive_dsn, autocommit=True) as conn:
        columns = "case_id, seq, at, who, what, said, n, prev, hash"
        values = "'2026-000001', 6, now(), 'x', 'y', '{}', 99, '', ''"
        conn.execute(f"insert into mg.case_log ({columns}) values ({values})")  # pyright: ignore[reportArgumentType]
        row = conn.execute("select n from mg.case_log order by n desc limit 1").fetchone()
    assert row == (17,)
    assert verify(archive_dsn).faults == ("case 2026-000001: 6 entries, and it stands at version 5",)


@pytest.mark.parametrize(
    ("statements", "told"),
    [
        (["update mg.case_log set said = replace(said, '第 2', '第 3') where n = 10"], "entry 10 .*content"),
        (["update mg.case_log set at = at + interval '1 microsecond' where n = 5"], "entry 5 .*content"),
        (["delete from mg.case_log where n = 7"], "entry 7 is missing"),
        (["delete from mg.case_log where n > 14"], "entries 15 to 16 are missing"),
        (
            [f"delete from mg.case_{name} where case_id = '2026-000003'" for name in ("log", "party", "file")],
            "missing",
        ),
        (
            ["update mg.case_log set n = n + 1000 where n in (4, 5)",
             "update mg.case_log set n = case n when 1004 then 5 else 4 end where n > 1000"],
            "not tied|content",
        ),
        (["update mg.blob set content = 'hullo'"], f"attachment {PHOTO}"),
        (["delete from mg.case_attachment"], "attachment of step 6 is missing"),
        (["update mg.case_file set version = 9 where case_id = '2026-000001'"], "5 entries, .* at version 9"),
        (["update mg.case_file set state = 'closed' where case_id = '2026-000001'"], "stands at closed, .* received"),
        (["update mg.case_file set rating = 5 where case_id = '2026-000001'"], "no entry gives the rating 5"),
    ],
    ids=["text", "time", "middle", "last", "case", "swapped", "content", "attachment", "version", "step", "rating"],
)  # fmt: skip
def test_whatever_is_changed_by_force_is_found(archive_dsn: str, statements: list[str], told: str):
    assert verify(archive_dsn).faults == ()
    forced(archive_dsn, *statements)
    assert any(re.search(told, fault) for fault in verify(archive_dsn).faults)


def test_receipts_and_escalations_that_were_changed_are_found(fresh_dsn: str):
    people(fresh_dsn)
    with commands(fresh_dsn) as cases, command_pool(fresh_dsn) as pool:
        case_id = cases.file(dispute(), "lin", NOW).case_id
        cases.act(case_id, 1, Act.MARK_MAJOR, "county", {}, NOW)
        hop = f"{case_id}/unit/T1"
        cases.act(case_id, None, Act.RECEIVE_HOP, "town1", {"hop": hop}, NOW + HOUR)
        run_timers(pool.connection, PLAN, NOW + 6 * HOUR)
    assert verify(fresh_dsn).faults == ()
    forced(
        fresh_dsn, f"update mg.case_hop set received_at = received_at - interval '50 minutes' where hop_id = '{hop}'"
    )
    forced(fresh_dsn, "delete from mg.case_escalation")
    told = "\n".join(verify(fresh_dsn).faults)
    assert f"no entry says that the report {hop} was received then" in told
    assert "the receipt of step 3 is not kept" in told
    assert "the escalation of step" in told


def test_archive_rewritten_whole_is_found_by_a_seal_kept_elsewhere(archive_dsn: str):
    kept = seal(archive_dsn)
    forced(
        archive_dsn,
        "update mg.case_log set said = '{}' where n = 2",
        """do $$ declare e mg.case_log; p bytea := decode(repeat('00', 32), 'hex'); begin
          for e in select * from mg.case_log order by n loop
            e.prev := p;
            p := sha256(p || convert_to(
              mg.case_entry_text(e.n, e.case_id, e.seq, e.at, e.who, e.what, e.said), 'UTF8'));
            update mg.case_log set prev = e.prev, hash = p where n = e.n;
          end loop;
          update mg.case_chain set hash = p;
        end $$""",
    )
    assert verify(archive_dsn).faults == ()
    assert verify(archive_dsn, [kept]).faults == (
        "entry 16 (case 2026-000002, step 6): it is not the entry that was sealed",
    )


def test_command_says_what_it_found_and_ends_with_2(archive_dsn: str, capsys: pytest.CaptureFixture[str]):
    run: Callable[..., int] = lambda *words: main(["archive", *words, "--store", archive_dsn])  # noqa: E731
    assert run("verify") == 0
    said = capsys.readouterr().out
    assert said.startswith("16 entries of 3 cases: whole; seal 16:")
    assert run("seal") == 0
    mark = capsys.readouterr().out.strip()
    assert mark in said
    assert run("verify", "--seal", mark) == 0
    forced(archive_dsn, "delete from mg.case_log where n = 7")
    capsys.readouterr()
    assert run("verify") == 2
    out, err = capsys.readouterr()
    assert "entry 7 is missing" in out
    assert err.startswith("maritime-grid: error: the archive has")
    with pytest.raises(SystemExit, match="2"):
        run("verify", "--seal", "7:xyz")


# by accounts


def test_account_without_the_act_verifies_nothing_and_reads_nothing_of_the_archive(archive_dsn: str):
    """Neither by the store, nor as its role's own login."""
    entries = ask(archive_dsn, "select count(*) from mg.access_log where act = 'archive_verified'")
    may = {name for name, role, *_ in ACCOUNTS if role in ("operator", "county", "city")}
    with command_pool(archive_dsn) as pool:
        archive = Archive(archive_dsn, pool.connection)
        for name, *_ in (*ACCOUNTS, ("nobody",)):
            if name in may:
                assert archive.verify(name, NOW).faults == ()
                continue
            with pytest.raises(NotAllowed):
                archive.verify(name, NOW)
    logged = ask(archive_dsn, "select count(*), count(distinct account_id) from mg.access_log "
                              "where act = 'archive_verified'")  # fmt: skip
    assert logged == [(entries[0][0] + len(may), len(may))]
    for dsn in logins(archive_dsn).values():
        with psycopg.connect(dsn, autocommit=True) as conn:
            for table in ("case_log", "case_chain", "blob", "case_attachment", "access_log"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    conn.execute(f"select count(*) from mg.{table}")  # pyright: ignore[reportArgumentType]
            conn.execute("set default_transaction_read_only = off")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                conn.execute(
                    "insert into mg.access_log (account_id, act, subject) values ('x', 'archive_verified', '')"
                )


def test_verification_is_logged_with_who_when_and_what_was_found(archive_dsn: str):
    with command_pool(archive_dsn) as pool:
        found = Archive(archive_dsn, pool.connection).verify("county", NOW)
    log_verified(archive_dsn, found, "cli:op", NOW)
    said = f"{found.entries} entries of {found.cases} cases, 0 faults; seal {found.head.n}:{found.head.hash.hex()}"
    logged = ask(archive_dsn, "select account_id, at, subject, purpose from mg.access_log "
                              "where act = 'archive_verified' order by n desc limit 2")  # fmt: skip
    assert logged == [(who, NOW, f"archive:{found.head.n}", said) for who in ("cli:op", "county")]
