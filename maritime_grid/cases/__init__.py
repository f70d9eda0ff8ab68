"""Cases 网格事项 as pure steps: the flow, its clocks, routing, severity, the chain of the archive.

No clock, no I/O: time and rows come in, what is to be written goes out. `maritime_grid.store` holds what was done.
"""
