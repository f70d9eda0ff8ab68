"""What people see: Dash pages, JSON and binary endpoints, metrics.

Holds the wall and its server. Reads through `maritime_grid.store.reads` alone; no SQL, no rules, no import of
`ingest` or `geofence`. All words come from the catalogues in `locale/`.
"""
