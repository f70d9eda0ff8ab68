"""What the parts of both forms are made of."""

from __future__ import annotations

from collections.abc import Iterable

from .markup import Markup, el


def group(label: str, *children: Markup | None, only: Iterable[str] = (), hidden: bool = False, **more: str) -> Markup:
    """A part of the form; `only`: of which kinds it is."""
    return el("fieldset", el("legend", label), *children, data_only=" ".join(only) or None, hidden=hidden, **more)


def field(name: str, asked: str, longest: int, **more: str) -> Markup:
    return el("input", name=name, maxlength=longest, placeholder=asked, aria_label=asked, **more)
