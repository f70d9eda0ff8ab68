"""Commands on people and their posts; each is one transaction with its log."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from types import TracebackType
from typing import Any, Self

from psycopg import errors as pg

from maritime_grid.cases.flow import NotAllowed
from maritime_grid.domain.errors import UsageError
from maritime_grid.domain.people import Post

from .connect import command_pool
from .errors import StoreError, StoreRefused, translated
from .jsonrows import clean
from .people_rights import Connection, Rights, log_change, rights_of
from .queries import load_queries

_Q = load_queries("people")
EDIT = "people.edit"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody; all but the name may be empty. Telephone, identity number, address and note are personal data."""

    name_zh: str
    staff_no: str | None = None
    sample: bool = False
    phone: str = ""
    id_number: str = ""
    address: str = ""
    note: str = ""
    unit_id: str | None = None  # that keeps the record; None: the unit of the account that adds it


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


CHANGED = frozenset(f.name for f in fields(Person)) - {"staff_no", "sample"}


class PeopleActs:
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
    def _doing(self, by: str, act: str, *, snapshot: bool = False) -> Generator[tuple[Connection, Rights]]:
        with translated(), self._pool.connection() as conn, conn.transaction():
            if snapshot:
                conn.execute("set transaction isolation level repeatable read")
            rights = rights_of(conn, by, console=self._console)
            rights.need(act)
            yield conn, rights

    # people and posts

    def add_person(self, person: Person, by: str, at: datetime) -> int:
        """A person, with a staff number made where none is given; the number of the person."""
        if not person.name_zh.strip():
            raise UsageError("a person has a name", "give it")
        with self._doing(by, EDIT) as (conn, rights):
            unit_id = person.unit_id or _home(conn, rights)
            if unit_id:
                rights.need_units([unit_id])
            try:
                row = one(conn, "add_person", clean(asdict(person)) | {"unit_id": unit_id})
            except pg.UniqueViolation:
                raise StoreRefused(f"somebody has the number {person.staff_no}", "give another, or none") from None
            person_id = int(row["person_id"])
            conn.execute(_Q["number_person"], [person_id])
            log_change(conn, rights, at, "person.add", f"person:{person_id}")
            return person_id

    def change_person(self, person_id: int, changes: Mapping[str, str | None], by: str, at: datetime) -> None:
        """Other contact data of a person.

        Args:
            person_id: the person.
            changes: values of fields of Person by their names; those left out stay as they are.
            by: account, which must answer for the person, wherever he or she is or was in office.
            at: aware.
        """
        if not set(changes) <= CHANGED or not (changes.get("name_zh", "-") or "").strip():
            raise UsageError("a person has a name", "give it, and change nothing but contact data")
        with self._doing(by, EDIT) as (conn, rights):
            row = one(conn, "hold_person", [person_id])
            need_person(conn, rights, person_id, filter(None, [changes.get("unit_id")]))
            values = {**row, **clean(changes)}
            changed = [name for name, value in values.items() if value != row[name]]
            if changed:
                conn.execute(_Q["change_person"], values | {"person": person_id})
                log_change(conn, rights, at, "person.change", f"person:{person_id}", changed)

    def appoint(self, term: NewTerm, by: str, at: datetime) -> int:
        """Begin a term of office; its number. A grid has one leader and one secretary at a time."""
        with self._doing(by, EDIT) as (conn, rights):
            return _appoint(conn, term, rights, at)

    def end(self, post_id: int, until: date, by: str, at: datetime, reason: str = "") -> None:
        """End a term of office: `until` is the first day no longer in office; its own first day makes it void."""
        with self._doing(by, EDIT) as (conn, rights):
            row = one(conn, "hold_post", [post_id])
            rights.need_units([row["unit_id"]])
            if until < row["since"]:
                raise UsageError(f"this term began on {row['since']}", "give that day or a later one")
            _end(conn, post_id, until, reason, rights, at)

    def extend(self, post_id: int, until: date | None, by: str, at: datetime, reason: str = "") -> None:
        """Let a term of office run on: `until` is the first day no longer in office, None: without end."""
        with self._doing(by, EDIT) as (conn, rights):
            row = one(conn, "hold_post", [post_id])
            rights.need_units([row["unit_id"]])
            if row["until"] == row["since"]:
                raise UsageError("this term never held", "appoint anew")
            if row["until"] is None or (until is not None and until <= row["until"]):
                raise UsageError(f"this term runs until {row['until'] or 'further notice'}", "give a later day")
            try:
                _end(conn, post_id, until, reason, rights, at, act="post.extend")
            except pg.ExclusionViolation as error:
                raise StoreRefused(error.diag.message_primary or "the post is held", "end that term first") from None

    def set_work_phone(self, post_id: int, phone: str, by: str, at: datetime) -> None:
        """Another telephone of a post, for publication (Art. 21)."""
        with self._doing(by, EDIT) as (conn, rights):
            rights.need_units([one(conn, "hold_post", [post_id])["unit_id"]])
            conn.execute(_Q["phone_post"], {"post_id": post_id, "work_phone": clean(phone)})
            log_change(conn, rights, at, "post.change", f"post:{post_id}", ["work_phone"])

    def replace_leader(self, term: NewTerm, by: str, at: datetime) -> int:
        """Another leader from `term.since` on: whoever leads until then ends on that day. The number of the new term.

        Raises: UsageError: another leader is appointed for a later day already.
        """
        with self._doing(by, EDIT) as (conn, rights):
            rights.need_units([lead_of(conn, term.grid_id)])
            for row in conn.execute(_Q["leaders_from"], {"grid_id": term.grid_id, "since": term.since}).fetchall():
                if row["since"] >= term.since:
                    raise UsageError(f"a leader is appointed from {row['since']} on", "end that term first")
                _end(conn, row["post_id"], term.since, term.reason, rights, at)
            return _appoint(conn, term, rights, at)


def _home(conn: Connection, rights: Rights) -> str | None:
    """The unit of the account; None at the machine."""
    row = None if rights.units is None else conn.execute(_Q["home_unit"], [rights.by]).fetchone()
    return row["unit_id"] if row else None


def need_person(conn: Connection, rights: Rights, person_id: int, more: Iterable[str] = ()) -> None:
    """Raises: NotAllowed: somebody else answers for this person too. StoreError: there is none."""
    one(conn, "person_exists", [person_id])
    units = [row["unit_id"] for row in conn.execute(_Q["units_of_person"], {"person": person_id})]
    if not rights.covers(units):  # which units these are is not theirs to know who may not act there
        raise NotAllowed(f"{rights.by} does not answer for all of this person's units", "ask the level above")
    rights.need_units(more)


def _appoint(conn: Connection, term: NewTerm, rights: Rights, at: datetime) -> int:
    rights.need_units([lead_of(conn, term.grid_id)])
    if term.person_id is not None:
        # else a unit could read the file of anybody by appointing them
        need_person(conn, rights, term.person_id)
    try:
        post_id = int(
            one(conn, "add_post", clean(asdict(term)) | {"since": term.since, "until": term.until})["post_id"]
        )
    except pg.ExclusionViolation as error:
        raise StoreRefused(error.diag.message_primary or "the post is held", "end that term first") from None
    log_change(conn, rights, at, "post.appoint", f"post:{post_id}")
    return post_id


def _end(
    conn: Connection, post_id: int, until: date | None, reason: str, rights: Rights, at: datetime,
    act: str = "post.end",
) -> None:  # fmt: skip
    conn.execute(_Q["end_post"], {"post_id": post_id, "until": until, "reason": clean(reason)})
    log_change(conn, rights, at, act, f"post:{post_id}", ["until", "reason"])


def lead_of(conn: Connection, grid_id: str) -> str:
    """The unit that leads a grid. Raises: StoreError: none does."""
    row = conn.execute(_Q["lead_unit"], [grid_id]).fetchone()
    if row is None:
        raise StoreError(f"no unit leads a grid {grid_id}", "import grid_leads first")
    return str(row["unit_id"])


def one(conn: Connection, query: str, params: Any) -> dict[str, Any]:
    """The row of a query. Raises: StoreError: there is none."""
    row = conn.execute(_Q[query], params).fetchone()
    if row is None:
        raise StoreError("what this is about is not there", "look it up in the list")
    return row
