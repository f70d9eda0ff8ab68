"""What an MMSI says of its bearer. Source: ITU-R M.585-9."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ingest.batch import I64

SAR_AIRCRAFT = 111
DEVICES = {970: "AIS-SART", 972: "MOB", 974: "EPIRB-AIS"}


def is_vessel(mmsi: I64) -> NDArray[np.bool_]:
    """True for ships (MID first) and craft of a parent ship (98MID). Shape (n,)."""
    return ((mmsi >= 200_000_000) & (mmsi < 800_000_000)) | (mmsi // 10_000_000 == 98)


def is_traffic(mmsi: I64) -> NDArray[np.bool_]:
    """True for all that may be where it must not be, whatever its MMSI: vessels, handhelds, wrong and made-up numbers.

    False for coast stations (00), aids to navigation (99), SAR aircraft (111) and devices (97). Shape (n,).
    """
    fixed = (mmsi < 10_000_000) | (mmsi // 10_000_000 == 99)
    return ~fixed & (mmsi // 10_000_000 != 97) & (mmsi // 1_000_000 != SAR_AIRCRAFT)


def is_device(mmsi: I64) -> NDArray[np.bool_]:
    """True for distress devices: 970 SART, 972 MOB, 974 EPIRB. Shape (n,)."""
    return np.isin(mmsi // 1_000_000, list(DEVICES))


def device_name(mmsi: int) -> str | None:
    return DEVICES.get(mmsi // 1_000_000)
