"""Tables on the console: wide where nobody's window limits them, and nothing cut off."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

WIDTH = 200  # of a pipe or file


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], console: Console | None = None) -> None:
    """Prints rows; cells are text as it is, None is empty."""
    table = Table()
    for name in columns:
        table.add_column(Text(name), overflow="fold")
    for row in rows:
        table.add_row(*(Text("" if value is None else str(value)) for value in row))
    out = console or Console()
    if not out.is_terminal and console is None:
        out = Console(width=WIDTH)
    out.print(table)
