"""Times on the command line."""

from __future__ import annotations

import argparse
from datetime import datetime


def instant(text: str) -> datetime:
    """An ISO 8601 time with a zone.

    Raises:
        ArgumentTypeError: no such time, or no zone.
    """
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is no ISO 8601 time; give 2026-05-01T04:00:00Z") from None
    if value.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text} has no zone; add Z or +08:00")
    return value
