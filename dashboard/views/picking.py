"""A list to pick from, with the words of its own parts in the language of the page: its library has them in English."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import dcc
from dash.development.base_component import Component

from dashboard.words import Words

PARTS = (
    "select_all",
    "deselect_all",
    "selected_count",
    "search",
    "clear_search",
    "clear_selection",
    "no_options_found",
)


def dropdown(words: Words, options: Sequence[dict[str, Any]], value: Any, **more: Any) -> Component:
    """A `dcc.Dropdown`; further arguments are its own."""
    labels = {part: words(f"pick.{part}") for part in PARTS}
    return dcc.Dropdown(list(options), value, labels=labels, **more)  # pyright: ignore[reportArgumentType]
