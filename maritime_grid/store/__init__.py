"""The store: PostgreSQL with or without TimescaleDB, and our own embedded one.

Holds all SQL and the only use of psycopg. `writer.Store` writes, `reads.Reads` reads, `embedded.EmbeddedPostgres`
runs a server in a folder, `maintenance.run_maintenance` takes care. Knows no clock: times come in.
"""
