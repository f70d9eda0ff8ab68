"""HTML made of escaped text: what is not `Markup` is text, whatever it holds."""

from __future__ import annotations

from html import escape

VOID = frozenset({"meta", "link", "input", "br", "img"})


class Markup(str):
    """Text that is HTML already. Only this module makes it."""

    __slots__ = ()


def el(tag: str, *children: str | None, **attributes: str | int | bool | None) -> Markup:
    """An element.

    Args:
        tag: its name.
        children: text, which is escaped, or Markup; None is left out.
        attributes: `_` stands for `-`, a trailing one is dropped (`class_`); True is a bare attribute, None and False
            are left out.
    """
    said = "".join(_attribute(name, value) for name, value in attributes.items())
    if tag in VOID:
        return Markup(f"<{tag}{said}>")
    return Markup(f"<{tag}{said}>{joined(*children)}</{tag}>")


def joined(*children: str | None) -> Markup:
    """Several as one."""
    return Markup("".join(c if isinstance(c, Markup) else escape(c) for c in children if c is not None))


def document(root: Markup) -> bytes:
    """A whole page."""
    return b"<!doctype html>" + root.encode()


def _attribute(name: str, value: str | int | bool | None) -> str:
    if value is None or value is False:
        return ""
    name = name.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'
