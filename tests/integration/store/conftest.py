"""What tests of cases share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from maritime_grid.store.cases import Cases

from .case_build import commands, people


@pytest.fixture
def cases(fresh_dsn: str) -> Iterator[Cases]:
    """Commands on the small world of cases, in which nothing has happened."""
    people(fresh_dsn)
    with commands(fresh_dsn) as opened:
        yield opened
