"""A demonstration fleet on real geometry: boats, merchant ships, their transmitters and their troubles.

Holds the chart and its sea routes, the vessels as columns, the encoders, the script of incidents and its truth.
Refuses to touch the store or the engine: what it makes goes in by the same doors as real feeds, and every vessel of it
is marked as a sample.
"""

from .chart import Chart, ChartError
from .incidents import Incident, demo_script, full_script
from .live import LiveOptions
from .plan_cache import sea_plan
from .record import record
from .scenario import Emission, RosterEntry, Scenario

__all__ = [
    "Chart",
    "ChartError",
    "Emission",
    "Incident",
    "LiveOptions",
    "RosterEntry",
    "Scenario",
    "demo_script",
    "full_script",
    "record",
    "sea_plan",
]
