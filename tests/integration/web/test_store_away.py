"""A dashboard whose store was stopped under it."""

from __future__ import annotations

import time

from maritime_grid.store.account_rows import NewAccount
from maritime_grid.store.embedded import EmbeddedPostgres
from maritime_grid.store.writer import Store

from .conftest import auth, site
from .forms import PASSWORD

GIVEN_UP_S = 4  # as MG.get of the wall's script


def test_wall_is_answered_while_its_page_still_waits_though_the_store_is_gone(reachable_tmp, clock):
    """Its page must say that the store is away, not the server; other pages come back by themselves."""
    with EmbeddedPostgres(reachable_tmp / "stopped", settings={"fsync": "off"}) as server:
        with Store.open(server.dsn) as store:
            store.migrate()
        with site(server.dsn, clock, auth(open_wall="never")) as web:
            web.accounts.write_table()
            web.accounts.add(NewAccount("wall", "wall"), PASSWORD, clock(), by="test")
            wall = web.logged_in("wall")
            assert wall.get("/").status_code == 200
            server.stop()
            began = time.monotonic()
            for _ in range(6):
                assert wall.get("/api/v1/wall/status.json").status_code == 200
            assert time.monotonic() - began < 6 * GIVEN_UP_S
            stranger = web.browser(Cookie="mg=of-a-stranger")
            gone = stranger.get("/cases")
            assert (gone.status_code, 'http-equiv="refresh"' in gone.text) == (503, True)
            server.start()
            for _ in range(200):
                if stranger.get("/cases").status_code == 303:
                    break
                time.sleep(0.1)
            assert wall.get("/").status_code == 200
