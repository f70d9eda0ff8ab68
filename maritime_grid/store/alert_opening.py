"""Cases opened from alerts by approved rules, without a person: each alert in a transaction of its own, once.

Whoever opens a case from an alert, a person or a rule, first locks the alert: the second finds the case of the first.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import datetime, timedelta

from maritime_grid.cases.from_alert import OpenRule, rule_for
from maritime_grid.cases.plan import Plan

from .alert_acts import case_of, note_act
from .case_proposing import Zones
from .case_steps import Connection
from .cases import Cases
from .cases_asked import Locate
from .errors import StoreError, translated
from .queries import load_queries

log = logging.getLogger(__name__)
_Q = load_queries("alert_acts")
LOOKS_BACK = timedelta(days=7)  # an alert that ingest raised later than that is for people
AT_ONCE = 100  # alerts of one pass
RULE = "alert"  # who it was, in the archive


def open_by_rules(
    lend: Callable[[], AbstractContextManager[Connection]], plan: Plan, locate: Locate, zones: Zones, at: datetime
) -> int:
    """Open the cases that are to be opened; how many were.

    An alert of which there is or was a case, or that somebody has closed, is left alone. One that has ended before
    anybody saw it still opens its case.

    Args:
        lend: the product's own connections.
        plan: what the configuration says.
        locate: which grid holds a place.
        zones: kinds of the zones that hold a place.
        at: aware.

    Raises: StoreUnavailable. StoreError: that of the last alert of which none could be opened; it is tried again.
    """
    if not plan.opening:
        return 0
    since = max(min(rule.in_force_from for rule in plan.opening), at - LOOKS_BACK)
    asked = {"rules": sorted({rule.rule for rule in plan.opening}), "since": since, "most": AT_ONCE}
    opened = 0
    fault: StoreError | None = None
    with translated(), lend() as conn:
        for row in conn.execute(_Q["unopened"], asked).fetchall():
            rule = rule_for(plan.opening, row["rule"], row["severity"], row["raised_at"])
            if rule is None:
                continue
            try:
                opened += _open(conn, Cases(lambda: nullcontext(conn), plan, locate, zones), row["alert_id"], rule, at)
            except StoreError as error:  # the next alert does not wait for it
                fault = error
    if fault:
        raise fault
    return opened


def _open(conn: Connection, cases: Cases, alert_id: str, rule: OpenRule, at: datetime) -> int:
    with translated(), conn.transaction():
        row = conn.execute(_Q["hold_unopened"], {"alert": alert_id}).fetchone()
        if row is None or conn.execute(_Q["case_of_alert"], [alert_id]).fetchone():
            return 0
        # without a key made of the alert: the code that follows the case comes of it, and ids of alerts can be guessed
        new = replace(case_of(row), by_rule=str(rule))
        filed = cases.file(new, None, at)
        note_act(conn, alert_id, "open_case", "", at, filed.case_id)
    log.info("case %s was opened from alert %s by rule %s", filed.case_id, alert_id, rule.rule_id)
    return 1
