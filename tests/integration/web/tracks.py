"""Two boats whose ways cross: a gill netter that drifts, a trawler that passes close by, silent for an hour before."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np

from maritime_grid.store.writer import Store
from tests.integration.store import build

NETTER, TRAWLER = 412000001, 412000002


def sail(dsn: str, met_at: datetime) -> None:
    """Fixes each three minutes, five hours before to an hour after the moment at which they are nearest."""
    with Store.open(dsn) as store:
        feed = store.add_feed("ais-udp", "ais", True)
        minutes = np.arange(-300, 61, 3)
        t = np.array([round((met_at + timedelta(minutes=int(m))).timestamp() * 1e6) for m in minutes], np.int64)
        drift = (122.7 + minutes * 1e-4, 30.2 + minutes * 5e-5)
        heard = (minutes < -150) | (minutes > -90)
        passing = ((122.702 + minutes * 2.6e-3)[heard], (30.2 + np.sin(minutes / 90) * 0.05)[heard])
        for mmsi, times, (lon, lat) in ((NETTER, t, drift), (TRAWLER, t[heard], passing)):
            rows = build.positions(len(times), t=times, received_at=times, mmsi=mmsi, lon=lon, lat=lat, source=feed)
            store.commit(build.outcome(positions=rows, clock=int(times[-1])))
