"""Live reports of before the days that are kept."""

from __future__ import annotations

from collections import Counter

import numpy as np

from ingest.batch import POSITION_DTYPES, Batch, Positions, Reason
from maritime_grid.pipeline.aged import DAY_US, without_aged

NOW = 1_790_000_000_000_000


def reports(t: np.ndarray) -> Positions:
    n = len(t)
    columns = {name: np.zeros(n, dtype) for name, dtype in POSITION_DTYPES.items()}
    return Positions(**columns | {"t": t, "received_at": np.full(n, NOW), "mmsi": np.full(n, 412000001)})


def test_position_from_before_the_days_that_are_kept_goes_to_quarantine_and_the_rest_stays() -> None:
    batch = Batch(positions=reports(NOW - np.array([0, 59, 61, 3_000]) * DAY_US), lines=4)
    kept = without_aged(batch, 60)
    assert kept.positions.t.tolist() == [NOW, NOW - 59 * DAY_US]
    assert [(r.reason, r.received_at) for r in kept.refusals] == [(Reason.BAD_TIME, NOW)] * 2
    assert "mmsi 412000001 at" in kept.refusals[0].raw
    assert (kept.lines, kept.messages) == (4, Counter())


def test_where_positions_are_kept_for_ever_a_year_is_the_bound() -> None:
    batch = Batch(positions=reports(NOW - np.array([365, 367]) * DAY_US))
    assert len(without_aged(batch, 0)) == 1
    fresh = Batch(positions=reports(np.array([NOW])))
    assert without_aged(fresh, 60) is fresh
