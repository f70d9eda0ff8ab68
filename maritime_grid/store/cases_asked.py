"""What is asked of cases beside their acts: a proposal, what a code tells, photos of the public, lines of the log."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from maritime_grid.cases.plan import Plan

from .case_ending import followed, holder_of
from .case_proposing import Proposal, Zones, propose
from .case_public import PhotoLimits, attach_photo, hold_report
from .case_steps import Connection
from .case_vessels import mmsi_of, name_of
from .errors import translated
from .queries import load_queries

_Q = load_queries("cases")

Locate = Callable[[float, float, datetime], str | None]  # the grid that holds lon, lat at that moment, by its id


class CasesAsked:
    """For any number of threads.

    Args:
        lend: the product's own connections (`connect.command_pool(dsn).connection`).
        plan: what the configuration says.
        locate: which grid holds a place.
        zones: kinds of the zones that hold a place.
    """

    def __init__(
        self, lend: Callable[[], AbstractContextManager[Connection]], plan: Plan, locate: Locate, zones: Zones
    ) -> None:
        self._lend, self._plan, self._locate, self._zones = lend, plan, locate, zones

    def check_photo(self, case_id: str, key: str, limits: PhotoLimits, at: datetime) -> None:
        """Raises: PhotoRefused: this report takes none from who has this key (see `case_public`)."""
        with translated(), self._lend() as conn, conn.transaction():
            hold_report(conn, case_id, key, limits, at)

    def attach_photo(self, case_id: str, key: str, facts: Mapping[str, Any], limits: PhotoLimits, at: datetime) -> int:
        """Put a photo to a report of the public; the entry of the case's log that has it.

        Args:
            case_id: the report.
            key: as the answer of its filing gave it.
            facts: name, sha256, media_type and content.
            limits: of the public.
            at: aware.

        Raises: PhotoRefused: it takes none. StoreError.
        """
        with translated(), self._lend() as conn, conn.transaction():
            return attach_photo(conn, self._plan, hold_report(conn, case_id, key, limits, at), facts, at)

    def propose(self, case_id: str) -> Proposal | None:
        """To whom the township may dispatch it, and why; None: there is no such case.

        The caller has read the case as the account that asks.
        """
        with translated(), self._lend() as conn:
            return propose(conn, self._plan, self._zones, case_id)

    def log_export(
        self, subject: str, fields: Sequence[str], lines: int | None, by: str, at: datetime, purpose: str = ""
    ) -> None:
        """Note in the access log that something was taken away as a file.

        Args:
            subject: what, such as `case:2026-000017` or `cases:list`.
            fields: columns of the file; of a dossier the personal data in it.
            lines: rows of the file; None: it is no table.
            by: account.
            at: aware.
            purpose: why, where it was asked for.
        """
        values = {
            "at": at, "by": by, "subject": subject, "fields": list(fields), "purpose": purpose.strip(), "lines": lines,
        }  # fmt: skip
        with translated(), self._lend() as conn:
            conn.execute(_Q["log_export"], values)

    def vessels_named(self, said: Sequence[str]) -> dict[int, str]:
        """Those that names or numbers mean, in their order, with their names: numbers are no secret to who may file."""
        with translated(), self._lend() as conn:
            found = [mmsi for one in said if (mmsi := mmsi_of(conn, one)) is not None]
            return {mmsi: name_of(conn, mmsi) for mmsi in found}

    def follow(self, code: str) -> dict[str, Any] | None:
        """What the holder of a code may know of the case it was given for: its steps without names or words, and the
        answer to the public; `n` is whose code it is (0: the reporter's). None: it is no code.
        """
        with translated(), self._lend() as conn:
            holder = holder_of(conn, code)
            return followed(conn, holder) if holder else None
