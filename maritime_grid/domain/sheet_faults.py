"""All that can be wrong with a sheet: one table of what it is and how to mend it; pages say the same in their words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

LONGEST_VALUE = 60  # characters of a cell that a fault repeats

FAULTS: Mapping[str, tuple[str, str]] = {
    # cells
    "needed": ("nothing stands here", "fill it in"),
    "long": ("{n} characters", "give at most {most}"),
    "control": ("a control character stands here", "type the cell again"),
    "id": ("{value!r} is no id", "give letters, digits, dots and hyphens, at most 64"),
    "staff_no": ("{value!r} is no staff number", "give letters, digits, dots and hyphens, at most 32"),
    "masked": ("it is masked", "leave the whole column out, or write it in full"),
    "phone": ("{value!r} is no telephone number", "give digits, spaces and hyphens"),
    "identity": ("{value!r} is no identity card number", "give its 18 characters"),
    "day": ("{value!r} is no day", "give it as 2026-05-01"),
    "flag": ("{value!r} is neither", "give true or false, 是 or 否"),
    "number": ("{value!r} does not do", "give a number of {low} to {high}"),
    "choice": ("{value!r} is none of them", "give {known}"),
    # heads and lines
    "no_column": ("there is no such column", "there are {known}"),
    "column_twice": ("the column stands twice", "keep one"),
    "column_missing": ("the column is missing", "there are {known}"),
    "cells": ("there are more cells than columns", "quote cells that hold commas"),
    "line_twice": ("the same as line {line}", "give each once"),
    "differs": ("line {line} says something else of {staff}", "write the same in both"),
    # what a line names, and whether it makes sense
    "unit_kept": ("a unit keeps its level and its parent", "make a unit with another id"),
    "city_parent": ("a city has no parent", "leave it empty"),
    "city_twice": ("there is a city already", "hang the unit below it"),
    "parent": ("{value} is no {level}", "name the {level} above it"),
    "body_kept": ("a body keeps its kind", "make a body with another id"),
    "no_unit": ("there is no unit {value}", "see: maritime-grid units list"),
    "nobody": ("neither a person nor a body stands here", "give a staff number"),
    "name": ("nothing stands here", "give the name"),
    "post": ("nothing stands here", "a post has a grid, a name and a first day"),
    "until": ("it lies before {since}", "give the first day no longer in office"),
    "party_form": ("it is for party secretaries, and for them alone", "give branch or group with that post only"),
    "body_kind": ("{value} is no body of kind {kind}", "name the body that sends them"),
    "no_body": ("a {post} comes from no body", "leave it empty"),
    "no_grid": ("no unit leads a grid {value}", "import grid_leads first"),
    "no_staff": ("there is nobody with number {value}", "import people first"),
    "no_skill": ("there is no skill {value}", "use {known}, see people.skills"),
    "place": ("only one of lon and lat stands here", "give both, in degrees, or neither"),
    "badge_number": ("the check character of {value} is wrong", "read it again, or leave it empty for a new one"),
    "badge_kept": ("{value} is somebody else's, or for another post", "issue a new badge"),
    "expires": ("it is not after {issued}", "give the first day on which it is no longer valid"),
    "revoked": ("a badge is revoked on a day and for a reason", "give both or neither"),
    "item_kept": ("an item keeps its class", "drop it and make one with another id"),
    # the store
    "outside": ("{value} lies outside your jurisdiction", "leave it to them there"),
    "held": ("{said}", "end the other term first, by its column until"),
    "there": ("it stands there already ({said})", "change the line that it repeats"),
    "refused": ("{said}", "mend the line"),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a line, and the mend; line 1 holds the names of the columns.

    Attributes:
        line: number in the file.
        column: its name.
        kind: key of FAULTS.
        given: values of its words.
        value: what stands in the cell, cut to LONGEST_VALUE.
    """

    line: int
    column: str
    kind: str
    given: Mapping[str, object] = field(default_factory=dict[str, object])
    value: str = ""

    @property
    def what(self) -> str:
        return FAULTS[self.kind][0].format(**self.given)

    @property
    def mend(self) -> str:
        return FAULTS[self.kind][1].format(**self.given)

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.what}; {self.mend}"


class Wrong(ValueError):  # noqa: N818 (as the fault that it becomes)
    """A cell that will not do.

    Args:
        kind: key of FAULTS.
        given: values of its words.
    """

    def __init__(self, kind: str, **given: object) -> None:
        super().__init__(FAULTS[kind][0].format(**given))
        self.kind, self.given = kind, given


def cut(value: str) -> str:
    """A cell's text as a fault repeats it."""
    return value if len(value) <= LONGEST_VALUE else value[: LONGEST_VALUE - 1] + "…"
