"""Alerts in the small world of cases: an emergency and a silence in G1, one in G2, one outside all grids."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from maritime_grid.domain.alerts import Alert, AlertKey, RuleName, Severity
from maritime_grid.store.alert_acts import Alerts
from maritime_grid.store.connect import command_pool
from maritime_grid.store.writer import Store

from . import build
from .case_build import NOW, PLAN, ask, locate, people, zones

AT = round(NOW.timestamp() * 1e6) - 600 * build.SECOND  # ten minutes before
VESSEL, DEVICE = 412000001, 972000001
SOS = AlertKey(RuleName.SOS, VESSEL)
SILENCE = AlertKey(RuleName.SILENCE, 412000002)
EAST = AlertKey(RuleName.DISTRESS_DEVICE, DEVICE)
NOWHERE = AlertKey(RuleName.SILENCE, 412000009)
MINUTE = timedelta(minutes=1)


def raised(dsn: str) -> dict[str, Alert]:
    """The alerts by a word each, as the engine would raise them."""
    codes = dict(ask(dsn, "select place_id, code from mg.place"))
    east = {"lon": 123.5, "lat": 30.1, "grid": codes["G2"], "detail": {"device": "MOB"}}
    common = {"raised_at": AT, "last_at": AT, "received_at": AT}
    return {
        "sos": build.alert(key=SOS, severity=Severity.EMERGENCY, lon=122.7, lat=30.2, grid=codes["G1"],
                           detail={"note": "机舱进水", "people": 4}, **common),
        "silence": build.alert(key=SILENCE, severity=Severity.ALARM, lon=122.6, lat=30.1, grid=codes["G1"], **common),
        "east": build.alert(key=EAST, severity=Severity.EMERGENCY, **east, **common),
        "nowhere": build.alert(key=NOWHERE, lon=122.5, lat=32.0, grid=0, **common),
    }  # fmt: skip


def world_with_alerts(store: Store, dsn: str) -> dict[str, Alert]:
    """Units, accounts, grids, a vessel with a name, and the alerts committed by the engine."""
    people(dsn)
    ask(dsn, "insert into mg.roster (mmsi, name_zh, vessel_class, home_port, gear) "
             "values (%s, '浙普渔60001', 'fishing', '', '') returning 1", [VESSEL])  # fmt: skip
    alerts = raised(dsn)
    store.commit(build.outcome(alerts=list(alerts.values()), clock=AT))
    return alerts


@contextmanager
def alert_commands(dsn: str) -> Iterator[Alerts]:
    with command_pool(dsn) as pool:
        yield Alerts(pool.connection, PLAN, locate, zones)
