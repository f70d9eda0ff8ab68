"""What must hold before an account is made or changed: who may, what its role works for, and that an operator is left.

Each check runs in the transaction of the caller's change.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import TupleRow, class_row

from maritime_grid.domain.access import BODY_KINDS, UNIT_LEVELS, Access, Role
from maritime_grid.domain.errors import UsageError
from maritime_grid.domain.login import LEAST_LETTERS, LONGEST_PASSWORD, LoginRules, PasswordFault, password_fault

from .queries import load_queries

_Q = load_queries("accounts")
EDIT = "accounts.edit"
LIST = "see: maritime-grid user list"

Connection = psycopg.Connection[TupleRow]


class AccountFault(UsageError):  # noqa: N818
    """An account cannot be made or changed like that. Exit code 2.

    Args:
        kind: what is wrong, for the words of a screen.
        what: as for every error.
        mend: likewise.
        values: of those words.
    """

    def __init__(self, kind: str, what: str, mend: str, **values: object) -> None:
        super().__init__(what, mend)
        self.kind, self.values = kind, values


@dataclass(frozen=True, slots=True)
class Standing:
    """What an account is before a change."""

    role: str
    unit_id: str | None
    body_id: str | None
    person_id: int | None
    name_shown: str
    enabled: bool


def check_password(password: str, account_id: str, rules: LoginRules, *, old: str | None = None) -> None:
    """A new password by the rules, and another than `old`. Raises: AccountFault."""
    fault = password_fault(password, account_id, rules) or (PasswordFault.SAME if password == old else None)
    if fault is None:
        return
    said = {
        PasswordFault.SHORT: f"it has {len(password)} characters, and {rules.password_min} are needed",
        PasswordFault.LONG: f"it is longer than {LONGEST_PASSWORD} characters",
        PasswordFault.PLAIN: f"it has fewer than {LEAST_LETTERS} different letters, or holds the name of the account",
        PasswordFault.SAME: "it is the old one",
    }
    raise AccountFault(
        f"password_{fault}", f"the password will not do: {said[fault]}", "choose another", least=rules.password_min
    )


def check_place(conn: Connection, role: str, unit_id: str | None, body_id: str | None, person_id: int | None) -> None:
    """The unit, body and person are there, and the first two are what the role works for. Raises: AccountFault."""
    _check_unit(conn, role, unit_id)
    _check_body(conn, role, body_id)
    if person_id is not None and not value_of(conn, "has_person", person_id):
        raise AccountFault(
            "no_person", f"there is no person {person_id}", "see: maritime-grid people export", given=person_id
        )


def _check_unit(conn: Connection, role: str, unit_id: str | None) -> None:
    levels = UNIT_LEVELS.get(Role(role), ())
    if levels and not unit_id:
        raise AccountFault(
            "needs_unit", f"a {role} works for a unit", f"give one of level {' or '.join(levels)} with --unit",
            role=role, levels=levels,
        )  # fmt: skip
    if not unit_id:
        return
    level = value_of(conn, "unit_level", unit_id)
    if level is None:
        raise AccountFault(
            "no_unit", f"there is no unit {unit_id}", "see: maritime-grid sql 'select * from unit'", given=unit_id
        )
    if levels and level not in levels:
        raise AccountFault(
            "other_unit", f"{unit_id} is a {level}", f"a {role} works for a {' or '.join(levels)}",
            role=role, levels=levels, given=unit_id,
        )  # fmt: skip


def _check_body(conn: Connection, role: str, body_id: str | None) -> None:
    kind = BODY_KINDS.get(Role(role))
    if kind and not body_id:
        raise AccountFault(
            "needs_body", f"a {role} works for a body", f"give one of kind {kind} with --body", role=role, body=kind
        )
    if not body_id:
        return
    found = value_of(conn, "body_kind", body_id)
    if found is None:
        raise AccountFault(
            "no_body", f"there is no body {body_id}", "see: maritime-grid sql 'select * from body'", given=body_id
        )
    if kind and found != kind:
        raise AccountFault(
            "other_body", f"{body_id} is a {found}", f"a {role} works for a {kind}", role=role, body=kind, given=body_id
        )


def check_actor(conn: Connection, access: Access, account_id: str, by: str) -> Standing:
    """What the account is, held until the transaction ends, if `by` may change it.

    Who acts by an account needs the right to keep accounts at this very moment, and may not touch its own: nobody makes
    himself more. Who acts without one (the command line) is held by the rights of its machine.

    Raises: AccountFault: there is no such account, or `by` may not.
    """
    conn.execute(_Q["hold_accounts"])
    standing = standing_of(conn, account_id)
    if standing is None:
        raise AccountFault("no_account", f"there is no account {account_id}", LIST, given=account_id)
    if by == account_id:
        raise AccountFault(
            "own", "nobody changes their own account here", "ask another operator, or use maritime-grid user"
        )
    check_right(conn, access, by)
    return standing


def check_right(conn: Connection, access: Access, by: str) -> None:
    """Raises: AccountFault: `by` is an account that may not keep accounts, or not any more."""
    actor = standing_of(conn, by)
    if actor is not None and not _keeps(actor, access):
        raise AccountFault("not_allowed", f"{by} may not change accounts", "ask an operator")


def keep_an_operator(conn: Connection, access: Access, before: Standing) -> None:
    """After a change: where it took the right to keep accounts from the last who had it, it must not stand.

    Raises: AccountFault.
    """
    if not _keeps(before, access):
        return
    roles = [role for role, row in access.roles.items() if EDIT in row.acts]
    if not value_of(conn, "any_of_roles", roles):
        raise AccountFault("last_operator", "it is the last account that keeps accounts", "make another one first")


def standing_of(conn: Connection, account_id: str) -> Standing | None:
    with conn.cursor(row_factory=class_row(Standing)) as cur:
        return cur.execute(_Q["standing"], [account_id]).fetchone()


def value_of(conn: Connection, query: str, key: object) -> Any:
    row = conn.execute(_Q[query], [key]).fetchone()
    return row[0] if row else None


def _keeps(standing: Standing, access: Access) -> bool:
    return standing.enabled and access.may(standing.role, EDIT)
