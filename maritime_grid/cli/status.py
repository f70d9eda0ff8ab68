"""`maritime-grid status`: what is in the store, and how the feeds are."""

from __future__ import annotations

import argparse
import json
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

from maritime_grid.cases_settings import configured_cases
from maritime_grid.store.query import read_only_query
from maritime_grid.store.reads import Reads

from .store_option import add_store_options, settings_of, store_dsn
from .tables import print_table

# the api schema is a door for everyone; for its figures this command goes through it like any other reader
FIGURES = """
select (select count(*) from grid where valid_to is null) as grids,
       (select count(*) from zone where valid_to is null) as zones,
       (select count(*) from vessel_now) as vessels,
       (select count(*) from grid_event) as events,
       (select count(*) from alert where active) as active_alerts,
       (select count(*) from quarantine) as refused,
       (select max(heard_at) from vessel_now) as newest
"""
UNLISTED = "holidays of {year} are not listed and count as working days; list them in a file of cases.files, [hours]"
FEEDS = "select name, kind, watched, last_at, down_since, hour_count from feed order by name"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON object instead of tables")
    add_store_options(parser)


def run(args: argparse.Namespace) -> int:
    settings = settings_of(args)
    unlisted = configured_cases(settings).hours.calendar.unlisted_year(datetime.now(UTC))
    with store_dsn(args, settings) as dsn:
        names, rows = read_only_query(dsn, FIGURES)
        feed_names, feed_rows = read_only_query(dsn, FEEDS)
        with closing(Reads(dsn)) as reads:
            processes = {name: {"age_s": age_s, **left} for name, left, age_s in reads.statuses()}
            refusals = [{"feed": feed, "reason": reason, "count": n} for feed, reason, n in reads.refusals()]
    figures: dict[str, Any] = dict(zip(names, rows[0], strict=True))
    feeds: list[dict[str, Any]] = [dict(zip(feed_names, row, strict=True)) for row in feed_rows]
    if args.json:
        whole = {**figures, "feeds": feeds, "processes": processes, "refusals": refusals, "unlisted_year": unlisted}
        print(json.dumps(whole, default=str))
        return 0
    show(figures, feeds)
    show_work(processes, refusals)
    if unlisted:
        print(UNLISTED.format(year=unlisted))
    return 0


def show(figures: dict[str, Any], feeds: list[dict[str, Any]]) -> None:
    for name, value in figures.items():
        print(f"{name.replace('_', ' '):<14} {'-' if value is None else value}")
    rows = [
        (
            feed["name"],
            feed["kind"],
            "yes" if feed["watched"] else "no",
            f"{feed['last_at']:%Y-%m-%d %H:%M:%S}" if feed["last_at"] else "never",
            f"down since {feed['down_since']:%H:%M}" if feed["down_since"] else "up",
            feed["hour_count"] or "-",  # an hour that the feed was not up for from its beginning is not counted
        )
        for feed in feeds
    ]
    print_table(("feed", "kind", "watched", "last data (UTC)", "state", "messages this hour"), rows)


def show_work(processes: dict[str, dict[str, Any]], refusals: list[dict[str, Any]]) -> None:
    """What the processes left of themselves last, and what was refused."""
    keys = "store_up", "lag_p50_s", "lag_p99_s", "spool_packets", "spool_dropped"
    rows = [(name, f"{p['age_s']:.0f}", *(p.get(key) for key in keys)) for name, p in sorted(processes.items())]
    if rows:
        print_table(("process", "said s ago", *(key.replace("_", " ") for key in keys)), rows)
    if refusals:
        print_table(("feed", "refused because", "count"), [tuple(r.values()) for r in refusals])
