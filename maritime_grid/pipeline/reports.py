"""Grid reports 网格上报 that come over MQTT become cases, and alerts by approved rules; what time does to cases is done
beside it.

A report is a case once, however often it is sent: its natural id is the key by which the case is filed. What cannot be
understood is kept in the quarantine with a reason.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, cast

from ingest.decode.values import RefusedError, place
from maritime_grid.cases.kinds import Kind
from maritime_grid.cases.severity import SeverityFacts
from maritime_grid.cases.titles import title_of
from maritime_grid.cases_settings import CaseSettings, configured_cases, plan_of
from maritime_grid.domain.errors import MaritimeGridError, UsageError
from maritime_grid.settings import Settings
from maritime_grid.store.alert_opening import open_by_rules
from maritime_grid.store.case_check import MOST_PARTIES, MOST_TEXT
from maritime_grid.store.case_rows import Filed, NewCase, Party
from maritime_grid.store.case_timers import TimersDone, run_timers
from maritime_grid.store.cases import Cases
from maritime_grid.store.connect import command_pool
from maritime_grid.store.errors import StoreError, StoreRefused, translated
from maritime_grid.store.grid_reports import WaitingReport, names_of, report_refused, report_taken, waiting_reports

from .finder import finder_of

log = logging.getLogger(__name__)
AT_ONCE = 100  # reports of one pass
UNKNOWN_VESSEL = "不明船舶"  # the other side of a dispute of which one vessel is known
FILED_BY_TERMINALS = frozenset(Kind) - {Kind.COMPLAINT}
_MOST_PEOPLE = 10_000
_MMSI_DIGITS = 9


class NoCase(StrEnum):
    """Why a report is no case, as the quarantine says it."""

    KIND = "unknown-case-kind"
    GRID = "unknown-grid"
    VALUE = "bad-case-value"
    UNSTORABLE = "unstorable"


class Unfit(ValueError):  # noqa: N818
    """A report that is no case."""

    def __init__(self, reason: NoCase) -> None:
        super().__init__(reason.value)
        self.reason = reason


class ReportsDesk:
    """What the errands of cases work with; the store is reached when it is first needed.

    Args:
        settings: of the product.
        dsn: the store.
    """

    def __init__(self, settings: Settings, dsn: str) -> None:
        self._words = configured_cases(settings)
        self._plan = plan_of(self._words)
        self._pool = command_pool(dsn)
        self._finder = finder = finder_of(dsn, settings)
        self._cases = Cases(self._pool.connection, self._plan, finder.grid_at, finder.zone_kinds_at)

    def close(self) -> None:
        self._pool.close()

    def file_reports(self, at: datetime) -> int:
        """Make cases of the reports that wait; how many were dealt with.

        Raises: StoreUnavailable: the rest waits. StoreError: that of the last that could not be filed, and waits.
        """
        with translated(), self._pool.connection() as conn:
            reports = waiting_reports(conn, AT_ONCE)
        fault: StoreError | None = None
        for report in reports:
            try:
                self._deal_with(report, at)
            except StoreError as error:  # an emergency further down the line does not wait for it
                fault = error
        if fault:
            raise fault
        return len(reports)

    def open_cases(self, at: datetime) -> int:
        """Open cases from alerts by the approved rules; how many. Raises: StoreUnavailable, StoreError."""
        finder = self._finder
        return open_by_rules(self._pool.connection, self._plan, finder.grid_at, finder.zone_kinds_at, at)

    def run_timers(self, at: datetime) -> TimersDone:
        """Escalate what is overdue, tell the next of what was not received. Raises: StoreUnavailable, StoreError."""
        return run_timers(self._pool.connection, self._plan, at)

    def _deal_with(self, report: WaitingReport, at: datetime) -> None:
        with translated(), self._pool.connection() as conn:
            try:
                filed = self._filed(report, lambda mmsi: names_of(conn, mmsi), at)
            except Unfit as error:
                report_refused(conn, report, error.reason, at)
            else:
                report_taken(conn, report, filed.case_id, at)

    def _filed(self, report: WaitingReport, names: Callable[[Sequence[int]], Mapping[int, str]], at: datetime) -> Filed:
        """Raises: Unfit: it never will be a case. StoreUnavailable, StoreError: it may be one later."""
        try:
            return self._cases.file(case_of(report, self._words, names), None, at)
        except UsageError as error:
            log.warning("a report of grid %s is no case: %s", report.grid_id, error)
            raise Unfit(NoCase.VALUE) from error
        except StoreRefused as error:
            log.warning("a report of grid %s cannot be stored: %s", report.grid_id, error)
            raise Unfit(NoCase.UNSTORABLE) from error
        except (Unfit, MaritimeGridError):
            raise
        except Exception as error:  # nobody thought of what it holds: the next report is not to wait for it
            log.exception("a report of grid %s cannot be made a case", report.grid_id)
            raise Unfit(NoCase.VALUE) from error


def case_of(report: WaitingReport, words: CaseSettings, names: Callable[[Sequence[int]], Mapping[int, str]]) -> NewCase:
    """The case that a report asks for.

    Args:
        report: as it was stored.
        words: kinds and subkinds as configured.
        names: of vessels by MMSI.

    Raises: Unfit.
    """
    body = cast("dict[str, Any]", report.body) if isinstance(report.body, dict) else {}
    if report.kind not in FILED_BY_TERMINALS:
        raise Unfit(NoCase.KIND)
    kind, note, place = Kind(report.kind), _text(body, "note", MOST_TEXT), _place(body)
    if place is None and not report.known_grid:
        raise Unfit(NoCase.GRID)
    subkind = _subkind(body, kind, words)
    parties = _parties(kind, _mmsi(body), names)
    shown = [party.ship_name or f"{party.mmsi:09d}" for party in parties if party.mmsi is not None]
    return NewCase(
        kind=kind,
        title=title_of(kind, words.kinds.of(kind).subkinds[subkind].zh if subkind else "", shown, note),
        subkind=subkind,
        description=note,
        place=_text(body, "place", 200),
        lon=place[0] if place else None,
        lat=place[1] if place else None,
        happened_at=report.t.astimezone(UTC),
        grid_id=report.grid_id if report.known_grid else None,
        parties=parties,
        facts=SeverityFacts(
            vessels=len(shown),
            **{name: _people(body, name) for name in ("dead_or_missing", "injured", "people_in_water", "crowd")},
        ),
        channel="mqtt",
        request_key=report.key,
    )


def _subkind(body: Mapping[str, Any], kind: Kind, words: CaseSettings) -> str:
    said = body.get("subkind") or ""
    if not isinstance(said, str) or (said and said not in words.kinds.of(kind).subkinds):
        raise Unfit(NoCase.VALUE)
    return said


def _place(body: Mapping[str, Any]) -> tuple[float, float] | None:
    """Longitude and latitude as the decoder reads them, which has checked them; None: not said."""
    try:
        lon, lat = place(body.get("lon"), body.get("lat"))
    except RefusedError:
        raise Unfit(NoCase.VALUE) from None
    return None if math.isnan(lon) else (lon, lat)


def _text(body: Mapping[str, Any], name: str, most: int) -> str:
    said = body.get(name) or ""
    if not isinstance(said, str):
        raise Unfit(NoCase.VALUE)
    return said[:most]


def _mmsi(body: Mapping[str, Any]) -> list[int]:
    said = body.get("mmsi")
    listed = cast("list[Any]", said) if isinstance(said, list) else [] if said is None else [said]
    if len(listed) > MOST_PARTIES or not all(map(_is_mmsi, listed)):
        raise Unfit(NoCase.VALUE)
    return list(dict.fromkeys(int(one) for one in listed))


def _is_mmsi(said: object) -> bool:
    text = str(said)
    return text.isascii() and text.isdigit() and len(text) <= _MMSI_DIGITS


def _parties(kind: Kind, mmsi: Sequence[int], names: Callable[[Sequence[int]], Mapping[int, str]]) -> tuple[Party, ...]:
    if kind != Kind.DISPUTE:
        sides = ["involved"] * len(mmsi)
    else:
        sides = ["claimant", "respondent", *["involved"] * len(mmsi)][: len(mmsi)]
    known = names(mmsi) if mmsi else {}
    parties = [Party(side, one, known.get(one, "")) for side, one in zip(sides, mmsi, strict=True)]
    if kind == Kind.DISPUTE and len(parties) == 1:
        parties.append(Party("respondent", ship_name=UNKNOWN_VESSEL))
    return tuple(parties)


def _people(body: Mapping[str, Any], name: str) -> int:
    said = body.get(name) or 0
    if not isinstance(said, int) or not 0 <= said <= _MOST_PEOPLE:
        raise Unfit(NoCase.VALUE)
    return said
