"""What changed between two texts, word by word: in Chinese sign by sign, since it has no blanks between words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

_WORD = re.compile(r"[^\W\d_\u2e80-\uffff]+|\d+(?:\.\d+)*|\s+|.", re.DOTALL)
_SHORT = 2  # what stays the same between two changes is told as changed where it is no longer than this

Kind = Literal["same", "gone", "new"]


@dataclass(frozen=True, slots=True)
class Part:
    """A run of text: in both, in the old one alone, or in the new one alone."""

    kind: Kind
    text: str


def changed_parts(old: str, new: str) -> list[Part]:
    """Both texts as one run of parts: without the new ones it is the old text, without those that are gone the new."""
    a, b = _WORD.findall(old), _WORD.findall(new)
    parts: list[Part] = []
    for op, i, j, k, n in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if op == "equal":
            parts.append(Part("same", "".join(a[i:j])))
            continue
        parts += [Part("gone", "".join(a[i:j]))] if j > i else []
        parts += [Part("new", "".join(b[k:n]))] if n > k else []
    return _joined(parts)


def _joined(parts: list[Part]) -> list[Part]:
    """Changes that lie close together as one, gone before new: two signs between them help no reader."""
    out: list[Part] = []
    gone, new = "", ""
    for n, part in enumerate(parts):
        if part.kind == "gone":
            gone += part.text
        elif part.kind == "new":
            new += part.text
        elif (gone or new) and len(part.text) <= _SHORT and n + 1 < len(parts):
            gone, new = gone + part.text, new + part.text
        else:
            out += _change(gone, new)
            out.append(part)
            gone, new = "", ""
    return [*out, *_change(gone, new)]


def _change(gone: str, new: str) -> list[Part]:
    return [*([Part("gone", gone)] if gone else []), *([Part("new", new)] if new else [])]
