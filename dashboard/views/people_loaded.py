"""What a sheet would do, or did: counts, each fault with its line and mend, the first changes as old and new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dash import html
from dash.development.base_component import Component

from dashboard.pages.shell import say
from dashboard.words import Words
from maritime_grid.domain.sheet_faults import Fault
from maritime_grid.domain.sheets import Sheet
from maritime_grid.store.sheet_loading import Loaded, ShownChange, ShownField

from .people_parts import Cell, whole

MOST_FAULTS = 100
DO = "people-sheet-do"
COUNTS = ("new", "changed", "same", "refused")
WORDS = {"changed": "changed_n"}  # `changed` says that a file was
ARROW = " → "


def loaded_view(sheet: Sheet, loaded: Loaded, words: Words, *, again: bool) -> list[Component]:
    """The judgement with the button that agrees to it.

    Args:
        sheet: what was sent.
        loaded: what it does.
        words: the language.
        again: a press came too late for what was shown: the store has changed, and this is the new judgement.
    """
    n = loaded.new + loaded.changed
    if loaded.done:
        done = words("people.import.done", new=loaded.new, changed=loaded.changed)
        return [say(done, "good", id="people-sheet-done"), _counts(loaded, words)]
    parts: list[Component] = [say(words("people.import.again"), "warn")] if again else []
    if loaded.faults:
        parts.append(say(words("people.import.faults", n=loaded.refused), "bad"))
    elif n == 0:
        parts.append(say(words("people.import.nothing"), "note"))
    parts.append(_counts(loaded, words))
    if loaded.faults:
        parts += _faults(sheet, loaded.faults, words)
    elif n:
        button = html.Button(words("people.import.do", n=n), id=DO, type="button", className="primary")
        parts.append(html.Div([button, html.Small(words("people.import.do.hint"))], className="row sheet-do"))
    if loaded.shown:
        parts += _changes(sheet, loaded.shown, n, words)
    return parts


def _counts(loaded: Loaded, words: Words) -> Component:
    counts = [(name, getattr(loaded, name)) for name in COUNTS]
    tiles = [
        html.Div(
            [html.Strong(f"{n}"), html.Span(words(f"people.import.{WORDS.get(name, name)}"))], className=_tone(name, n)
        )
        for name, n in counts
    ]
    return html.Div(tiles, className="sheet-counts")


def _tone(name: str, n: int) -> str:
    return f"sheet-count {name}" if n else "sheet-count"


def column_word(sheet: Sheet, name: str, words: Words) -> str:
    """The column as the file names it; in English its name alone."""
    column = sheet.column(name)
    return f"{column.zh} {name}" if column and words.is_chinese else name


def _faults(sheet: Sheet, faults: Sequence[Fault], words: Words) -> list[Component]:
    lines: list[list[Cell]] = [
        [
            f"{fault.line}", column_word(sheet, fault.column, words), html.Code(fault.value) if fault.value else "",
            said(fault, "fault", words), said(fault, "mend", words),
        ]
        for fault in faults[:MOST_FAULTS]
    ]  # fmt: skip
    more = len(faults) - MOST_FAULTS
    return [
        html.H3(words("people.import.faults.head")),
        _table(("line", "column", "value", "fault", "mend"), lines, words),
        *([html.P(words("people.import.more", n=more), className="soft")] if more > 0 else []),
    ]


def said(fault: Fault, part: str, words: Words) -> str:
    """What is wrong (`fault`) or the mend (`mend`), in the reader's words."""
    given = {name: "" if value is None else value for name, value in fault.given.items()}
    if given.get("value") == "nothing":
        given["value"] = words("people.import.empty")
    for name in ("level", "kind", "post"):
        if name in given:
            given[name] = words.get(f"people.import.word.{given[name]}", f"{given[name]}")
    text = words(f"people.{part}_sheet.{fault.kind}")
    return text.format(**given)


def _changes(sheet: Sheet, shown: Sequence[ShownChange], n: int, words: Words) -> list[Component]:
    lines: list[list[Cell]] = [
        [
            f"{change.line}",
            " · ".join(part for part in change.key if part),
            html.Span(words(f"people.import.{'new' if change.is_new else 'changed_n'}"), className=_kind(change)),
            html.Ul([_field(sheet, field, change.is_new, words) for field in change.fields]),
        ]
        for change in shown
    ]
    more = n - len(shown)
    return [
        html.H3(words("people.import.changes.head")),
        _table(("line", "about", "kind", "fields"), lines, words),
        *([html.P(words("people.import.more", n=more), className="soft")] if more > 0 else []),
    ]


def _kind(change: ShownChange) -> str:
    return "pill ok" if change.is_new else "pill warning"


def _field(sheet: Sheet, field: ShownField, is_new: bool, words: Words) -> Component:
    """`old → new`; of a new line what it says; what the account may not see is named and not shown."""
    new = _value(field.new, words)
    name = html.Strong(column_word(sheet, field.name, words))
    if is_new:
        return html.Li([name, " ", html.Ins(new)])
    old = _value(field.old, words)
    same = html.Small(f" {words('people.import.hidden_part')}") if field.old == field.new else None
    return html.Li([part for part in (name, " ", html.Del(old), ARROW, html.Ins(new), same) if part is not None])


def _value(value: str | None, words: Words) -> str:
    if value is None:
        return words("people.import.hidden")
    return value or words("people.import.empty")


def _table(names: Sequence[str], lines: Sequence[Sequence[Cell]], words: Words) -> Component:
    heads: Mapping[str, str] = {name: words(f"people.import.col.{name}") for name in names}
    head = html.Thead(html.Tr([html.Th(heads[name]) for name in names]))
    body = [
        html.Tr(
            [
                html.Td(whole(cell), **{"data-label": heads[name]})  # pyright: ignore[reportArgumentType]
                for name, cell in zip(names, line, strict=True)
            ]
        )
        for line in lines
    ]
    return html.Div(html.Table([head, html.Tbody(body)], className="list people sheet-lines"), className="sheet-scroll")
