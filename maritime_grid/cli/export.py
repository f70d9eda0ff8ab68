"""`maritime-grid export`: positions, events or alerts as CSV or GeoJSON, for a stretch of time and a vessel."""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from maritime_grid.domain.errors import UsageError
from maritime_grid.store.query import read_only_query

from .store_option import add_store_options, settings_of, store_dsn
from .times import instant

# what, with the column of its time; views of the api schema
VIEWS = {"positions": ("position", "t"), "events": ("grid_event", "t"), "alerts": ("alert", "raised_at")}
FORMATS = ("csv", "geojson")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=VIEWS, help="what to write")
    parser.add_argument("--format", choices=FORMATS, help="default: as the name of --output ends, else csv")
    parser.add_argument("--output", type=Path, metavar="FILE", help="default: standard output")
    parser.add_argument("--since", type=instant, metavar="TIME", help="from this time on, ISO 8601 with zone")
    parser.add_argument("--until", type=instant, metavar="TIME", help="before this time")
    parser.add_argument("--mmsi", type=int, help="one vessel")
    add_store_options(parser)


def run(args: argparse.Namespace) -> int:
    settings = settings_of(args)
    form = args.format or format_of(args.output)
    query = query_of(args.what, args.since, args.until, args.mmsi)
    with store_dsn(args, settings) as dsn:
        columns, rows = read_only_query(dsn, query)
    with destination(args.output) as out:
        (write_csv if form == "csv" else write_geojson)(out, columns, rows)
    print(f"{len(rows)} {args.what}", file=sys.stderr)
    return 0


def format_of(output: Path | None) -> str:
    """Raises: UsageError: the name ends in neither."""
    if output is None:
        return "csv"
    ending = output.suffix.lower().lstrip(".")
    form = {"json": "geojson"}.get(ending, ending)
    if form not in FORMATS:
        raise UsageError(f"{output}: cannot write .{ending}", "name a .csv or .geojson file, or give --format")
    return form


def destination(output: Path | None) -> Any:
    """Raises: UsageError: the file cannot be made."""
    if output is None:
        return nullcontext(sys.stdout)
    try:
        return output.open("w", encoding="utf-8-sig" if output.suffix == ".csv" else "utf-8", newline="")
    except OSError as error:
        raise UsageError(f"{output}: {error.strerror}", "name a file that can be written") from None


def query_of(what: str, since: datetime | None, until: datetime | None, mmsi: int | None) -> str:
    """The query; its only variable parts are whole numbers and times of our own formatting."""
    view, time = VIEWS[what]
    conditions = [
        f"{time} >= '{since.astimezone(UTC).isoformat()}'" if since else "",
        f"{time} < '{until.astimezone(UTC).isoformat()}'" if until else "",
        f"mmsi = {mmsi:d}" if mmsi is not None else "",
    ]
    where = " and ".join(filter(None, conditions)) or "true"
    return f"select * from {view} where {where} order by {time}, mmsi"  # noqa: S608 (see the docstring)


def write_csv(out: TextIO, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([harmless(value) for value in row])


def harmless(value: object) -> object:
    """Text as a spreadsheet will not run it: a ship may call itself `=HYPERLINK(...)`."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{value}"
    return value


def write_geojson(out: TextIO, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """One feature a line; a row without a place has a null geometry."""
    out.write('{"type":"FeatureCollection","features":[')
    for n, row in enumerate(rows):
        out.write(("," if n else "") + "\n")
        out.write(json.dumps(feature(dict(zip(columns, row, strict=True))), ensure_ascii=False, default=_plain))
    out.write("\n]}\n")


def feature(row: dict[str, Any]) -> dict[str, Any]:
    lon, lat = row.pop("lon", None), row.pop("lat", None)
    point = None if lon is None or lat is None else {"type": "Point", "coordinates": [lon, lat]}
    return {"type": "Feature", "geometry": point, "properties": row}


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
