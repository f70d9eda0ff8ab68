"""Commands on people, their posts, badges and all that is kept in sheets; each is one transaction with its log."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime
from types import TracebackType
from typing import Any, Self

from psycopg import errors as pg

from maritime_grid.domain.errors import UsageError
from maritime_grid.domain.items import ACTS, PROPOSE, Trigger
from maritime_grid.domain.people import Post, day_of
from maritime_grid.domain.people_sheets import SHEETS
from maritime_grid.domain.sheets import Parsed, Record, Sheet

from . import items, sheets
from .books import BOOKS, new_number
from .connect import command_pool
from .errors import StoreError, StoreRefused, translated
from .jsonrows import clean
from .people_rights import Connection, Rights, log_change, rights_of
from .queries import load_queries
from .sheets import Loaded

_Q = load_queries("people")
_SHEETS = load_queries("sheets")
EDIT = "people.edit"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody; all but the name may be empty. The last four are personal data."""

    name_zh: str
    staff_no: str | None = None
    sample: bool = False
    phone: str = ""
    id_number: str = ""
    address: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class NewTerm:
    """A term of office to begin: from `since` until before `until`, days of Beijing time."""

    grid_id: str
    post: Post
    since: date
    person_id: int | None = None
    body_id: str | None = None
    party_form: str | None = None  # branch or group, of a party secretary
    work_phone: str = ""
    until: date | None = None
    reason: str = ""


class _Undo(Exception):  # noqa: N818 (no error: the way out of a transaction)
    """Takes the transaction back."""


class People:
    """Commands, for any number of threads, on the product's own connections.

    Every command takes `by`, the account that does it, and `at`, an aware moment. It raises NotAllowed where the
    account may not do it or not there, StoreRefused where the store will not have it, StoreUnavailable.

    Args:
        dsn: the store.
        skills: what teams may be said to do, people.skills of the settings.
        console: somebody at the machine does it: `by` is a name for the record, and all is allowed.
    """

    def __init__(self, dsn: str, *, skills: frozenset[str] = frozenset(), console: bool = False) -> None:
        self._pool = command_pool(dsn)
        self._skills, self._console = skills, console

    def close(self) -> None:
        self._pool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def _doing(self, by: str, act: str) -> Generator[tuple[Connection, Rights]]:
        with translated(), self._pool.connection() as conn, conn.transaction():
            rights = rights_of(conn, by, console=self._console)
            rights.need(act)
            yield conn, rights

    # people and posts

    def add_person(self, person: Person, by: str, at: datetime) -> int:
        """A person, with a staff number made where none is given; the number of the person."""
        if not person.name_zh.strip():
            raise UsageError("a person has a name", "give it")
        with self._doing(by, EDIT) as (conn, rights):
            person_id = int(_one(conn, "add_person", clean(asdict(person)))["person_id"])
            conn.execute(_Q["number_person"], [person_id])
            log_change(conn, rights, at, "person.add", f"person:{person_id}")
            return person_id

    def appoint(self, term: NewTerm, by: str, at: datetime) -> int:
        """Begin a term of office; its number. A grid has one leader and one secretary at a time."""
        with self._doing(by, EDIT) as (conn, rights):
            return _appoint(conn, term, rights, at)

    def end(self, post_id: int, until: date, by: str, at: datetime, reason: str = "") -> None:
        """End a term of office: `until` is the first day no longer in office; its own first day makes it void."""
        with self._doing(by, EDIT) as (conn, rights):
            row = _one(conn, "hold_post", [post_id])
            rights.need_units([row["unit_id"]])
            if until < row["since"]:
                raise UsageError(f"this term began on {row['since']}", "give that day or a later one")
            _end(conn, post_id, until, reason, rights, at)

    def replace_leader(self, term: NewTerm, by: str, at: datetime) -> int:
        """Another leader from `term.since` on: whoever leads until then ends on that day. The number of the new term.

        Raises: UsageError: another leader is appointed for a later day already.
        """
        with self._doing(by, EDIT) as (conn, rights):
            rights.need_units([_lead(conn, term.grid_id)])
            for row in conn.execute(_Q["leaders_from"], {"grid_id": term.grid_id, "since": term.since}).fetchall():
                if row["since"] >= term.since:
                    raise UsageError(f"a leader is appointed from {row['since']} on", "end that term first")
                _end(conn, row["post_id"], term.since, term.reason, rights, at)
            return _appoint(conn, term, rights, at)

    # badges

    def issue_badge(self, person_id: int, grid_id: str, post: Post, expires: date, by: str, at: datetime) -> str:
        """A badge for somebody in office, from the day of `at` on; its number, which nobody can guess."""
        day = day_of(at)
        with self._doing(by, EDIT) as (conn, rights):
            rights.need_units([_lead(conn, grid_id)])
            name = _one(conn, "person_exists", [person_id])["name_zh"]
            values = {"person_id": person_id, "grid_id": grid_id, "post": post, "issued": day, "expires": expires}
            if not conn.execute(_Q["holds_post"], values).fetchone():
                raise UsageError(f"this person is not {post} of {grid_id} on {day}", "appoint first")
            if expires <= day:
                raise UsageError(f"a badge that expires on {expires} never holds", "give a later day")
            number = new_number(day.year)
            conn.execute(_Q["add_badge"], values | {"number": number, "name_shown": name})
            log_change(conn, rights, at, "badge.issue", f"badge:{number}")
            return number

    def revoke_badge(self, number: str, reason: str, by: str, at: datetime) -> None:
        """Revoke a badge from the day of `at` on."""
        if not reason.strip():
            raise UsageError("a badge is revoked for a reason", "give it")
        with self._doing(by, EDIT) as (conn, rights):
            row = _one(conn, "revoke_badge", {"number": number, "reason": clean(reason), "day": day_of(at)})
            rights.need_units([row["unit_id"]])
            log_change(conn, rights, at, "badge.revoke", f"badge:{number}", ["revoked", "revoked_reason"])

    # work items

    def propose_item(self, values: Mapping[str, Any], by: str, at: datetime) -> int:
        """A new version of a work item, see `items.propose`; its number."""
        with self._doing(by, PROPOSE) as (conn, rights):
            try:
                return items.propose(conn, {"basis": "", "dropped": False, "sample": False, **values}, rights, at)
            except pg.UniqueViolation:
                raise StoreRefused("a version of this item is under way", "bring it on or reject it first") from None

    def move_item(
        self, item_id: str, version: int, trigger: Trigger, by: str, at: datetime, *,
        in_force: date | None = None, remark: str = "",
    ) -> str:  # fmt: skip
        """Bring a version of a work item on, see `items.move`; the state that it came to."""
        with self._doing(by, ACTS[trigger]) as (conn, rights):
            return items.move(conn, item_id, version, trigger, rights, at, in_force=in_force, remark=remark)

    # sheets

    def load(
        self, name: str, parsed: Parsed, by: str, at: datetime, *, dry_run: bool = False, publish: bool = False
    ) -> Loaded:
        """Take in a sheet: all of it, or nothing where a line is refused.

        Args:
            name: of the sheet, a key of SHEETS.
            parsed: its lines.
            by: account.
            at: aware.
            dry_run: only tell what would happen.
            publish: work items straight to the public, as at the very first load.
        """
        book = BOOKS[name]
        loaded = Loaded(0, 0, 0)
        try:
            with self._doing(by, book.act) as (conn, rights):
                loading = sheets.begin(conn, name, rights, at, self._skills, publish=publish)
                loaded = sheets.load(conn, loading, book, parsed.records)
                faults = tuple(sorted((*parsed.faults, *loaded.faults), key=lambda f: f.line))
                loaded = Loaded(loaded.new, loaded.changed, loaded.same, faults)
                if faults or dry_run:
                    raise _Undo
        except _Undo:
            pass
        return loaded

    def save(self, name: str, values: Mapping[str, Any], by: str, at: datetime) -> None:
        """One line of a sheet, by its columns; those left out stay as they are.

        Raises: UsageError: it is refused.
        """
        loaded = self.load(name, Parsed([Record(1, values)]), by, at)
        if loaded.faults:
            fault = loaded.faults[0]
            raise UsageError(f"{fault.column}: {fault.what}", fault.mend)

    def rows(self, name: str, by: str, at: datetime, purpose: str = "") -> tuple[list[str], list[list[Any]]]:
        """Columns and lines of a sheet, as `load` takes them, of the jurisdiction of the account.

        Personal data are among them only with a purpose, and that is logged.
        """
        sheet = SHEETS[name]
        personal = [c.name for c in sheet.columns if c.personal and purpose.strip()]
        columns = [c.name for c in sheet.columns if not c.personal or c.name in personal]
        with self._doing(by, "people.export") as (conn, rights):
            loading = sheets.begin(conn, name, rights, at, self._skills)
            lines = [row for row in loading.old.values() if _readable(row, loading)]
            if personal:
                values = {"at": at, "by": by, "subject": f"sheet:{name}", "fields": personal, "purpose": purpose[:500]}
                conn.execute(_SHEETS["log_export"], values)
        return columns, [[row[column] for column in columns] for row in lines]

    def is_empty(self, what: str) -> bool:
        """Whether there are no "units", "bodies", "grid_leads", "items" or "people" at all."""
        with translated(), self._pool.connection() as conn:
            return bool(_one(conn, f"no_{what}", [])["empty"])


def sheet_named(name: str) -> Sheet:
    """Raises: UsageError: there is no such sheet."""
    if name not in SHEETS:
        raise UsageError(f"there is no sheet {name}", f"use {', '.join(SHEETS)}")
    return SHEETS[name]


def _readable(row: Mapping[str, Any], loading: sheets.Loading) -> bool:
    """Whether a line is within the jurisdiction; people who are in no grid are the concern of who is at the machine."""
    units = BOOKS[loading.sheet.name].units(dict(row), dict(row), loading)
    placed = bool(units) or loading.sheet.name not in ("people", "training")
    return loading.rights.units is None or (placed and loading.rights.covers(units))


def _appoint(conn: Connection, term: NewTerm, rights: Rights, at: datetime) -> int:
    # where else he or she is in office counts too: else a unit could read the file of anybody by appointing them
    elsewhere = [row["unit_id"] for row in conn.execute(_Q["units_of_person"], [term.person_id])]
    rights.need_units([_lead(conn, term.grid_id), *elsewhere])
    try:
        post_id = int(
            _one(conn, "add_post", clean(asdict(term)) | {"since": term.since, "until": term.until})["post_id"]
        )
    except pg.ExclusionViolation as error:
        raise StoreRefused(error.diag.message_primary or "the post is held", "end that term first") from None
    log_change(conn, rights, at, "post.appoint", f"post:{post_id}")
    return post_id


def _end(conn: Connection, post_id: int, until: date, reason: str, rights: Rights, at: datetime) -> None:
    conn.execute(_Q["end_post"], {"post_id": post_id, "until": until, "reason": clean(reason)})
    log_change(conn, rights, at, "post.end", f"post:{post_id}", ["until", "reason"])


def _lead(conn: Connection, grid_id: str) -> str:
    row = conn.execute(_Q["lead_unit"], [grid_id]).fetchone()
    if row is None:
        raise StoreError(f"no unit leads a grid {grid_id}", "import grid_leads first")
    return str(row["unit_id"])


def _one(conn: Connection, query: str, params: Any) -> dict[str, Any]:
    row = conn.execute(_Q[query], params).fetchone()
    if row is None:
        raise StoreError("what this is about is not there", "look it up in the list")
    return row
