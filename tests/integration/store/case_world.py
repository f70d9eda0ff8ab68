"""The store of the stories of cases: what comes to it, and whether it is as a model of a case says."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

import psycopg
from psycopg.rows import DictRow, class_row, dict_row

from maritime_grid.cases.chain import Entry, Verifier
from maritime_grid.cases.flow import OF_BODY
from maritime_grid.cases.kinds import OPEN_STEPS, Act, Kind
from maritime_grid.cases.severity import SeverityFacts, known_facts
from maritime_grid.store.account_roles import as_account
from maritime_grid.store.case_rows import NewCase
from maritime_grid.store.case_steps import Account, state_of
from maritime_grid.store.case_timers import TimersDone, run_timers
from maritime_grid.store.cases import Cases
from maritime_grid.store.connect import command_pool
from maritime_grid.store.queries import load_queries
from maritime_grid.store.writer import Store

from .alert_build import world_with_alerts
from .case_build import NOW, PLAN, dispute, locate, zones
from .case_facts import PLACES, Around
from .case_model import UNIT_OF, WHO, Model

FAR = NOW + timedelta(days=3650)
ALL = ("case_chain", "case_number", "blob", "access_log")  # tables that are of no one case
OF_CASE = ("case_file", "case_log", "case_step", "case_pause", "case_hop", "case_party", "party_vessel", "case_code",
           "case_attachment", "case_alert", "case_escalation")  # fmt: skip
TRACE = "select " + ", ".join(
    f"(select md5(string_agg(t::text, E'\\n' order by t::text)) from mg.{table} t{where}) as {table}"
    for tables, where in ((OF_CASE, " where %(id)s in ('', t.case_id)"), (ALL, ""))
    for table in tables
)
HOLD = load_queries("cases")["hold_case"]
BESIDE = """
select c.severity, c.facts, c.closed_at, c.changed_at, c.escalated, c.escalated_through, g.place_id as grid,
       mg.finite(c.warn_at) as warn_at, mg.finite(c.due_at) as due_at,
       array(select l.seq from mg.case_log l where l.case_id = c.case_id order by l.seq) as seqs
from mg.case_file c left join mg.place g on g.code = c.grid and g.layer = 'grid' where c.case_id = %s"""


@dataclass
class World:
    """The store, its commands, and a connection of each account that reads as its role.

    Attributes:
        done: how often each act was done.
    """

    conn: psycopg.Connection[DictRow]
    cases: Cases
    lend: Any
    readers: Mapping[str, psycopg.Connection[Any]]
    verifier: Verifier = field(default_factory=Verifier)
    done: Counter[Act] = field(default_factory=Counter[Act])
    marks: Iterator[int] = field(default_factory=itertools.count)

    def rows(self, query: str, params: Sequence[Any] | Mapping[str, Any] = ()) -> list[DictRow]:
        return self.conn.execute(query, params).fetchall()  # pyright: ignore[reportArgumentType]

    def read_as(self, name: str, query: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """As the role of an account, of this moment."""
        with as_account(self.readers[name], name) as conn:
            return conn.execute(query, params).fetchall()  # pyright: ignore[reportArgumentType]

    def trace(self, model: Model | None = None) -> DictRow:
        """Of everything that is kept of a case, or of all."""
        return self.rows(TRACE, {"id": model.case.case_id if model else ""})[0]

    def run_timers(self, at: datetime) -> TimersDone:
        return run_timers(self.lend, PLAN, at)

    def around(self, model: Model, who: Account, at: datetime) -> Around:
        """What an account sees beside a case."""
        units, body = who.actor.units, who.actor.body_id
        theirs = [hop.hop_id for hop in model.hops.values() if hop.hop_id not in model.receipts
                  and (hop.to_unit in units or (body and hop.to_body == body))]  # fmt: skip
        taken = {row["alert_id"] for row in self.rows(
            "select alert_id from mg.case_alert join mg.case_file c using (case_id) "
            "where c.state = any (%s) or c.case_id = %s", [sorted(OPEN_STEPS), model.case.case_id])}  # fmt: skip
        seen = self.read_as(who.actor.account_id, "select alert_id from api.my_alert order by 1")
        return Around(
            f"第{next(self.marks)}次", at, UNIT_OF[who.actor.account_id], theirs,
            [one for (one,) in seen if one not in taken],
            model.facts.injured, model.channel, model.sides, sorted(set(Kind) - {Kind.COMPLAINT}),
        )  # fmt: skip

    def check(self, model: Model, at: datetime) -> None:
        """The case stands in the store as in the model, with its clock, its steps, its reports."""
        case, case_id = model.case, model.case.case_id
        (held,) = self.rows(HOLD, [case_id])
        stored = state_of(held)
        assert sorted(stored.told) == list(case.told)
        assert state_of(held | {"told": case.told}) == case
        (row,) = self.rows(BESIDE, [case_id])
        assert row["seqs"] == list(range(1, case.version + 1))
        assert (row["warn_at"], row["due_at"]) == model.times
        assert (row["severity"], known_facts(row["facts"])) == (model.judged.level, model.facts)
        assert row["grid"] == model.grid
        assert (row["closed_at"] is None) == model.is_open
        assert row["escalated_through"] == model.been
        assert row["escalated"] == (model.been[-1] if model.been else None)
        self._check_steps(model, at)
        self._check_reports(model)

    def _check_steps(self, model: Model, at: datetime) -> None:
        rows = self.rows("select * from mg.case_step where case_id = %s order by seq", [model.case.case_id])
        ends = [since for _, _, since in model.past[1:]] + [None]
        told = [(*one, end) for one, end in zip(model.past, ends, strict=True) if one[1] in OPEN_STEPS]
        assert [(row["seq"], row["step"], row["since"], row["until"]) for row in rows] == told
        if not model.is_open:
            return
        now = rows[-1]
        assert now["due_at"] == model.times[1]
        assert now["body_id"] == (model.case.holder if model.case.step in OF_BODY else None)
        late_s = now["late_s"] + max(0, (at - now["due_at"]).total_seconds())
        if model.late is not None:
            assert abs(late_s - model.late.total_seconds()) < 1, (late_s, model.late)
        query = "select since, ended_at, latest_at from mg.case_pause where case_id = %s and step_seq = %s order by seq"
        pauses = self.rows(query, [model.case.case_id, now["seq"]])
        assert tuple((row["since"], row["ended_at"]) for row in pauses) == model.case.pauses
        until = PLAN.pause_until(model.case)
        assert until is None or pauses[-1]["latest_at"] == until

    def _check_reports(self, model: Model) -> None:
        rows = self.rows("select * from mg.case_hop where case_id = %s", [model.case.case_id])
        assert {row["hop_id"]: (row["after"], row["sent_at"], row["due_at"]) for row in rows} == {
            hop.hop_id: (hop.after, hop.sent_at, hop.due_at) for hop in model.hops.values()
        }
        received = {r["hop_id"]: (r["received_at"], r["received_by"]) for r in rows if r["received_at"]}
        assert received == model.receipts

    def check_readers(self, models: Sequence[Model]) -> None:
        """Each account reads the cases that are its to read, and no others."""
        ids = [model.case.case_id for model in models]
        for name in self.readers:
            read = {
                one for (one,) in self.read_as(name, 'select case_id from api."case" where case_id = any (%s)', [ids])
            }
            who = WHO[name]
            assert read == {m.case.case_id for m in models if "case.read" in who.may and m.shows(who)}, name

    def check_archive(self) -> None:
        """What was added since the last time is chained to what was there."""
        query = "select n, case_id, seq, at, who, what, said, prev, hash from mg.case_log where n > %s order by n"
        with self.conn.cursor(row_factory=class_row(Entry)) as cur:
            entries = cur.execute(query, [self.verifier.head.n]).fetchall()
        assert [fault for entry in entries for fault in self.verifier.check(entry)] == []

    def put_away(self) -> None:
        """Nothing of the cases that there are happens any more, whatever time it is in the next story."""
        self.run_timers(FAR)
        self.conn.execute("delete from mg.case_alert")


@contextmanager
def opened(dsn: str) -> Generator[World]:
    """The world on an empty store."""
    with Store.open(dsn) as store:
        world_with_alerts(store, dsn)
    with ExitStack() as stack:
        conn = stack.enter_context(psycopg.Connection[DictRow].connect(dsn, autocommit=True, row_factory=dict_row))
        conn.execute("set timezone = 'UTC'")
        lend = stack.enter_context(command_pool(dsn)).connection
        readers = {name: stack.enter_context(psycopg.connect(dsn, autocommit=True)) for name in WHO}
        yield World(conn, Cases(lend, PLAN, locate, zones), lend, readers)


def filing(die: Random, who: str | None) -> NewCase:
    """A case that somebody files; None: the public."""
    kind = die.choice([Kind.DISPUTE, Kind.DISPUTE, *Kind])
    lon, lat = die.choice([*PLACES, (None, None)])
    facts = SeverityFacts(injured=die.choice([0, 0, 1, 4]), people_in_water=die.choice([0, 0, 0, 1]),
                          amount_yuan=die.choice([0, 0, 2_000_000.0]))  # fmt: skip
    of_kind: dict[str, Any] = {"subkind": die.choice(["", *sorted(PLAN.subkinds[kind])])}
    if kind != Kind.DISPUTE:
        of_kind["parties"] = die.choice([(), dispute().parties])
    if kind == Kind.COMPLAINT:
        of_kind["accused"] = die.choice([None, 1, 2, 3, 4, 6])
    return dispute(
        kind=kind, title="一起事项", lon=lon, lat=lat, grid_id=die.choice([None, "G1", "G2"]) if lon is None else None,
        facts=facts, marked_major=die.random() < 0.2, channel="account" if who else "public", **of_kind,
    )  # fmt: skip


ABSURD: Mapping[str, Sequence[Any]] = {
    "body_id": ["NONE", "F"], "unit_id": ["NONE", "T1"], "seconds": [0, -1, 10**12, "60"], "rating": [0, 6, "5"],
    "hop": ["2026-999999/unit/T1"], "joint": [["NONE"], ["F", "F"], "F"], "cause": ["sleep"], "alert_id": ["none"],
    "told": [[], [{"n": 1, "means": "pigeon"}], [{"n": 9, "means": "phone"}], "all"], "answer": ["长" * 1001],
    "party": [9, -1, "0"], "code": ["abc"], "content": [b"else"], "sha256": ["00"], "media_type": ["text/html"],
    "injured": [-1, "3", 10**9],
}  # fmt: skip


def spoilt(facts: Mapping[str, Any], die: Random) -> dict[str, Any]:
    """The same facts with one of them missing, empty or absurd."""
    name = die.choice(sorted(facts))
    blank = [] if name == "content" else ["", None]
    return {**facts, name: die.choice([*blank, *ABSURD.get(name, [])])}
