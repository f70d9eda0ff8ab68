"""Grid reports over a real broker, sent again and with ingest killed in between: each becomes one case."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from maritime_grid.store.embedded import EmbeddedPostgres
from tests.integration.transports.conftest import Broker, connected

from .live import Site, new_database, server, wait_for
from .test_live import BROKERS

GRIDS = (
    '\n[[feeds]]\nname = "grids"\nkind = "other"\nurl = "broker"\nformat = "maritime-grid"\ntopics = ["mg/v1/grid/#"]\n'
)


@pytest.fixture(scope="module")
def postgres() -> Iterator[EmbeddedPostgres]:
    with server() as made:
        yield made


@pytest.fixture(params=BROKERS)
def site(request: pytest.FixtureRequest, postgres: EmbeddedPostgres, tmp_path: Path) -> Iterator[Site]:
    broker: Broker = request.param(tmp_path)
    broker.start()
    made = Site(new_database(postgres, f"mg_reports_{os.getpid()}"), broker, tmp_path, more=GRIDS)
    yield made
    if made.alive():
        made.kill()
    broker.stop()


def test_grid_report_sent_again_and_again_is_one_case_even_when_ingest_is_killed(site: Site):
    ((grid_id,),) = site.rows("select place_id from mg.place where layer = 'grid' order by place_id limit 1")
    site.start().wait_ready()
    client = connected(site.broker, "grid-terminal", "tester")
    client.loop_start()

    def say(**body: object) -> None:
        client.publish(f"mg/v1/grid/{grid_id}/report", json.dumps(body), 1).wait_for_publish(10)

    dispute = {"t": "2026-05-06T02:00:00Z", "kind": "dispute", "subkind": "gear", "mmsi": [412000001, 412000002]}
    say(**dispute, note="网被割断")
    assert wait_for(lambda: site.rows("select 1 from mg.case_file"), 30), site.log()
    say(**dispute, note="网被割断")
    site.kill()
    say(**dispute, note="网被割断")
    say(t="2026-05-06T02:05:00Z", kind="gossip", note="x")
    say(t="2026-05-06T02:06:00Z", kind="hazard", note="浮标漂走")
    site.start()
    assert wait_for(lambda: site.rows("select count(*) from mg.case_file")[0][0] >= 2, 60), site.log()
    assert wait_for(lambda: site.rows("select count(*) from mg.grid_report where taken_at is null")[0][0] == 0, 30)
    client.disconnect()
    client.loop_stop()
    cases = site.rows('select kind, subkind, grid_id, channel from api."case" order by case_id')
    assert cases == [("dispute", "gear", grid_id, "mqtt"), ("hazard", None, grid_id, "mqtt")]
    assert site.rows("select reason from api.quarantine") == [("unknown-case-kind",)]
