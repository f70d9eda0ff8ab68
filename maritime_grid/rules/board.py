"""The board of open alerts: one for one situation, raised once, kept, cleared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from maritime_grid.domain.alerts import Alert, AlertKey, Severity, alert_id


class Board:
    """Open alerts as a step of the engine finds and leaves them, and all that it changed on the way.

    Made new for each step from the state's alerts, which stay untouched.
    """

    def __init__(self, alerts: Mapping[AlertKey, Alert]) -> None:
        self.open = dict(alerts)
        self._changed: dict[str, Alert] = {}

    def raised(self, key: AlertKey, severity: Severity, at: int, **more: Any) -> Alert:
        """The open alert of this situation, raised now if there is none; a worse severity escalates it.

        Args:
            key: the situation.
            severity: as of this evidence.
            at: data time of the evidence, microseconds.
            more: further fields of `Alert`, taken when it is raised.
        """
        alert = self.open.get(key)
        if alert is None:
            alert = Alert(alert_id(key, at), key, severity, raised_at=at, last_at=at, active=True, **more)
            return self._put(alert)
        return self.kept(alert, at, severity)

    def kept(self, alert: Alert, at: int, severity: Severity | None = None, **more: Any) -> Alert:
        """The same alert with newer evidence; nothing changes where the evidence is no news."""
        worse = max(alert.severity, severity or alert.severity)
        newer = replace(alert, last_at=max(alert.last_at, at), severity=worse, **more)
        return alert if newer == alert else self._put(newer)

    def cleared(self, key: AlertKey, at: int) -> None:
        """The condition of this situation has ended, if it was open."""
        alert = self.open.pop(key, None)
        if alert:
            self._changed[alert.alert_id] = replace(alert, active=False, cleared_at=at)

    def _put(self, alert: Alert) -> Alert:
        self.open[alert.key] = alert
        self._changed[alert.alert_id] = alert
        return alert

    def changes(self) -> list[Alert]:
        """Every alert touched, as it stands now, in the order of first touch."""
        return list(self._changed.values())
