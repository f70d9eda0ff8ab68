"""The engine: one pure step, `advance(state, batch, world) -> (state, outcome)`, from reports to events and alerts.

Refuses to read a clock, to do I/O, and to depend on how a feed was cut into batches or split by MMSI.
"""

from .advance import advance, empty_state

__all__ = ["advance", "empty_state"]
