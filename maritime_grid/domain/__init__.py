"""Types of the field: grids, feeds, vessels, alerts, the engine's state and outcome. Pure: no clock, no I/O."""
