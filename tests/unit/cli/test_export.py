"""What export writes: rows that a spreadsheet opens without harm, features that a map reads."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from argparse import ArgumentTypeError
from datetime import UTC, datetime
from pathlib import Path

import pytest

from maritime_grid.cli.export import destination, format_of, query_of, write_csv, write_geojson, write_xlsx
from maritime_grid.cli.times import instant
from maritime_grid.domain.errors import UsageError

T = datetime(2026, 5, 1, 4, tzinfo=UTC)


def test_csv_has_a_header_and_times_with_zone() -> None:
    out = io.StringIO()
    write_csv(out, ["t", "mmsi", "sog"], [(T, 412000001, None)])
    assert list(csv.reader(io.StringIO(out.getvalue()))) == [
        ["t", "mmsi", "sog"],
        ["2026-05-01T04:00:00+00:00", "412000001", ""],
    ]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1", "＋1", "－1", "＠A", "'=1"])
def test_text_that_a_spreadsheet_would_run_is_quoted(text: str) -> None:
    out = io.StringIO()
    write_csv(out, ["name"], [(text,)])
    assert next(iter(csv.reader(io.StringIO(out.getvalue().split("\n", 1)[1])))) == [f"'{text}"]


def test_negative_number_is_not_text_and_stays_a_number() -> None:
    out = io.StringIO()
    write_csv(out, ["lon"], [(-4.5,)])
    assert out.getvalue() == "lon\n-4.5\n"


def test_geojson_has_a_point_a_row_and_null_where_there_is_no_place() -> None:
    out = io.StringIO()
    write_geojson(out, ["t", "mmsi", "lon", "lat"], [(T, 1, 122.3, 29.9), (T, 2, None, None)])
    document = json.loads(out.getvalue())
    first, second = document["features"]
    assert first["geometry"] == {"type": "Point", "coordinates": [122.3, 29.9]}
    assert first["properties"] == {"t": "2026-05-01T04:00:00+00:00", "mmsi": 1}
    assert second["geometry"] is None


def test_no_rows_are_still_a_document() -> None:
    out = io.StringIO()
    write_geojson(out, ["t"], [])
    assert json.loads(out.getvalue())["features"] == []


def test_query_holds_only_numbers_and_times() -> None:
    query = query_of("alerts", T, instant("2026-05-02T00:00:00+08:00"), 412000001)
    assert query == (
        "select * from alert where raised_at >= '2026-05-01T04:00:00+00:00'"
        " and raised_at < '2026-05-01T16:00:00+00:00' and mmsi = 412000001 order by raised_at, mmsi"
    )


def test_time_without_a_zone_is_refused_with_the_mend() -> None:
    with pytest.raises(ArgumentTypeError, match="add Z"):
        instant("2026-05-01T04:00:00")
    with pytest.raises(ArgumentTypeError, match="ISO 8601"):
        instant("yesterday")
    assert instant("2026-05-01T04:00:00Z") == T


def test_format_follows_the_name_of_the_file() -> None:
    assert format_of(None) == "csv"
    assert format_of(Path("a.geojson")) == "geojson"
    assert format_of(Path("a.CSV")) == "csv"
    with pytest.raises(UsageError, match=r"\.ods"):
        format_of(Path("a.ods"))


def test_excel_file_has_beijing_times_numbers_and_text_that_is_never_a_formula() -> None:
    out = io.BytesIO()
    write_xlsx(out, ["t", "mmsi", "name", "detail"], [(T, 412000001, "=1+1", {"people": 3}), (None, 2, "浙普渔", None)])
    with zipfile.ZipFile(out) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        words = re.findall(r"<t[^>]*>(.*?)</t>", book.read("xl/sharedStrings.xml").decode())
    assert words == ["t (UTC+8)", "mmsi", "name", "detail", "=1+1", '{"people": 3}', "浙普渔"]
    cells = dict(re.findall(r'<c r="(\w+)"[^>]*><v>(.*?)</v>', sheet))
    noon = (T - datetime(1899, 12, 30, tzinfo=UTC)).days + 0.5  # 04:00 UTC, in days as Excel counts them
    assert (float(cells["A2"]), cells["B2"]) == (noon, "412000001")
    assert "<f>" not in sheet
    assert "A3" not in cells


def test_file_that_could_not_be_written_whole_is_not_there(tmp_path: Path) -> None:
    output = tmp_path / "out.csv"
    output.write_text("of yesterday")
    with pytest.raises(ZeroDivisionError), destination(output) as out:
        out.write(b"half")
        raise ZeroDivisionError
    assert [(f.name, f.read_text()) for f in tmp_path.iterdir()] == [("out.csv", "of yesterday")]
