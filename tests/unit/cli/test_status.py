"""`status`: what is not counted is no nought."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from maritime_grid.cli.status import show

HEARD = datetime(2025, 6, 1, 4, 20, tzinfo=UTC)


@pytest.mark.parametrize(("count", "shown"), [(0, "-"), (None, "-"), (7, "7")])
def test_messages_of_an_hour_that_is_not_counted_are_not_said_to_be_none(
    count: int | None, shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    feed = {"name": "quay", "kind": "ais", "watched": True, "last_at": HEARD, "down_since": None, "hour_count": count}
    show({}, [feed])
    (row,) = [line for line in capsys.readouterr().out.splitlines() if "quay" in line]
    assert row.split("│")[-2].strip() == shown
