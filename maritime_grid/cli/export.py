"""`maritime-grid export`: positions, events or alerts as CSV, Excel or GeoJSON, for a stretch of time and a vessel."""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from io import BytesIO, TextIOWrapper
from pathlib import Path
from typing import Any, BinaryIO, TextIO
from zoneinfo import ZoneInfo

import xlsxwriter

from maritime_grid.domain.errors import UsageError
from maritime_grid.store.query import read_only_query

from .sheet_files import runs
from .store_option import add_store_options, settings_of, store_dsn
from .times import instant

# what, with the column of its time; views of the api schema
VIEWS = {"positions": ("position", "t"), "events": ("grid_event", "t"), "alerts": ("alert", "raised_at")}
FORMATS = ("csv", "xlsx", "geojson")
_TAME = {"strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": True}  # text stays text
BEIJING = ZoneInfo("Asia/Shanghai")
MOST_ROWS = 1_048_575  # of a sheet of Excel, less its heading


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
    if form == "xlsx" and len(rows) > MOST_ROWS:
        raise UsageError(f"{len(rows):,} rows are more than a sheet of Excel has", "ask for less, or write a .csv")
    with destination(args.output) as out:
        writer_of(form, args.output)(out, columns, rows)
    print(f"{len(rows)} {args.what}", file=sys.stderr)
    return 0


def format_of(output: Path | None) -> str:
    """Raises: UsageError: the name ends in neither."""
    if output is None:
        return "csv"
    ending = output.suffix.lower().lstrip(".")
    form = {"json": "geojson"}.get(ending, ending)
    if form not in FORMATS:
        raise UsageError(f"{output}: cannot write .{ending}", "name a .csv, .xlsx or .geojson file, or give --format")
    return form


@contextmanager
def destination(output: Path | None) -> Generator[BinaryIO]:
    """Standard output, or a file that is there when it is whole.

    Raises: UsageError: the file cannot be made.
    """
    if output is None:
        yield sys.stdout.buffer
        return
    part = output.with_name(f"{output.name}.part")
    try:
        with part.open("wb") as file:
            yield file
        part.replace(output)
    except OSError as error:
        raise UsageError(f"{output}: {error.strerror}", "name a file that can be written") from None
    finally:
        part.unlink(missing_ok=True)


def writer_of(form: str, output: Path | None) -> Callable[[BinaryIO, Sequence[str], Sequence[Sequence[Any]]], None]:
    """How a format is written; a CSV file says by its first bytes that it is UTF-8, or Excel shows Chinese wrongly."""
    if form == "xlsx":
        return write_xlsx
    write, encoding = (write_csv, "utf-8-sig" if output else "utf-8") if form == "csv" else (write_geojson, "utf-8")

    def as_text(out: BinaryIO, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        text = TextIOWrapper(out, encoding=encoding, newline="", write_through=True)
        write(text, columns, rows)
        text.detach()

    return as_text


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
    writer.writerow([harmless(name) for name in columns])
    for row in rows:
        writer.writerow([harmless(value) for value in row])


def harmless(value: object) -> object:
    """Text as a spreadsheet will not run it: a ship may call itself `=HYPERLINK(...)`."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict | list):
        return _text(value)
    return f"'{value}" if isinstance(value, str) and runs(value) else value


def write_xlsx(out: BinaryIO, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """One sheet with a heading that stays and can be filtered; times by Beijing's clock, as Excel knows no zones."""
    with BytesIO() as whole:
        book = xlsxwriter.Workbook(whole, _TAME | {"in_memory": True})
        sheet = book.add_worksheet()
        times = {n for row in rows for n, value in enumerate(row) if isinstance(value, datetime)}
        heading, clock = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        for n, name in enumerate(columns):
            sheet.write_string(0, n, f"{name} (UTC+8)" if n in times else name, heading)
        for r, row in enumerate(rows, 1):
            for n, value in enumerate(row):
                if isinstance(value, datetime):
                    sheet.write_datetime(r, n, value.astimezone(BEIJING).replace(tzinfo=None), clock)
                elif value is not None:
                    sheet.write(r, n, value if isinstance(value, bool | int | float | str) else _text(value))
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(len(rows), 1), len(columns) - 1)
        sheet.autofit()
        book.close()
        out.write(whole.getvalue())


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


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
