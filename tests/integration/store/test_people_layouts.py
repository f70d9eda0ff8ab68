"""Units, people and their views on both layouts of the store, from the configured files."""

from __future__ import annotations

from datetime import UTC, date, datetime

import psycopg

from maritime_grid.cli.first_people import prepare_people, save_demo_people
from maritime_grid.domain.people import day_of
from maritime_grid.settings import load_settings
from maritime_grid.store import people_reads
from maritime_grid.store.registry import PlaceInput
from maritime_grid.store.writer import Store

SQUARE = {"type": "Polygon", "coordinates": [[[122, 30], [122.1, 30], [122.1, 30.1], [122, 30]]]}


def test_demonstration_fills_most_grids_and_leaves_some_gaps(store: Store, store_dsn: str):
    settings = load_settings()
    prepare_people(store_dsn, settings)
    save_demo_people(store_dsn, settings)
    with psycopg.connect(store_dsn, autocommit=True) as conn:
        grids = [row[0] for row in conn.execute("select grid_id from api.grid_lead")]
        places = [PlaceInput(grid, "grid", "inshore", grid, SQUARE) for grid in grids]
        store.save_places(places, filed_by="me", reason="test", valid_from=-(2**62))
        today = day_of(datetime.now(UTC))
        found = people_reads.completeness(conn, today, soon_days=30)
        assert len(found) == 34
        assert 5 <= sum(one.complete for one in found) <= 29
        assert any(one.ending for one in found)
        assert {post for one in found for post in one.missing} >= {"leader", "advisor", "coast_guard", "association"}
        assert not any(one.complete for one in people_reads.completeness(conn, date(2020, 1, 1), soon_days=30))
        assert all(contact.sample and "示例" in contact.name for contact in people_reads.contacts(conn))
