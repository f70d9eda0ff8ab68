from __future__ import annotations

from pathlib import Path

import pytest

from maritime_grid.simulate.chart import Chart
from maritime_grid.simulate.routes import SeaPlan, plan_sea

AREA = Path(__file__).resolve().parents[3] / "config" / "zhoushan"
START = 1_792_202_400_000_000  # 2026-10-17T02:00:00Z: no season is closed
SUMMER = 1_781_661_600_000_000  # 2026-06-17T02:00:00Z: every gear but hook and line stays in port


@pytest.fixture(scope="session")
def plan() -> SeaPlan:
    return plan_sea(Chart.load(AREA))
