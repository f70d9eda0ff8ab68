"""The engine: one pure step, `advance(state, batch, world) -> (state, outcome)`, from reports to events and alerts.

Refuses to read a clock, to do I/O, and to depend on how a feed was cut into batches or split by MMSI.
"""

from .advance import advance, advance_vessels, empty_state, watch_feeds

__all__ = ["advance", "advance_vessels", "empty_state", "watch_feeds"]
