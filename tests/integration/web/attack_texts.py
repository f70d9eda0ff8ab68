"""Texts that attack whoever shows them. Each bears a number, by which it is known again wherever it comes out."""

from __future__ import annotations

import re
from collections.abc import Iterator

MARK = re.compile(r'=\?(\d+)\\?"')  # its beginning; in JSON with a backslash
ESCAPED = re.compile(r"=\?\d+&(?:quot|#34)")  # where text was escaped once too often
_MASKED = re.compile(r">?\*")  # personal data of which the reader is given the beginning
_LONG = (
    '=?{n}"><img src="//attack.example/{n}" onerror="X({n})"><svg onload=X({n})><script>X({n})</script><b>'
    "<a href=\"javascript:X({n})\">'-X({n})-'</a>{{{{X({n})}}}}${{X({n})}}{{0.__class__}}%s[a](javascript:X({n}))"
)
_SHAPES = (  # the longest that has room is taken; X tells that a script ran
    _LONG,
    "=?{n}\"><img src=x{n} onerror=X({n})>'{{{{X({n})}}}}",
    '=?{n}"><IMG ONERROR=X>',
    '=?{n}"><B>',
    '=?{n}"<B',
    '=?{n}"<',
)
INJECTED = (
    "(() => { const said = []; for (const n of document.querySelectorAll('*')) for (const a of n.attributes) {"
    "if (/^on/.test(a.name) || /^\\s*javascript:/i.test(a.value) || a.value.startsWith('//attack.example'))"
    " said.push(n.outerHTML.slice(0, 200)); } return said; })()"
)  # elements that no page of ours has


class Attacks:
    """Makes texts, and judges what became of them."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def __call__(self, longest: int = 1_000) -> str:
        """A new one of at most so many characters."""
        n = len(self.made)
        shapes = (shape.format(n=n) for shape in _SHAPES)
        self.made.append(next(text for text in shapes if len(text) <= longest))
        return self.made[n]

    def swallowed(self, shown: str) -> list[str]:
        """Places of a text where an attack begins to show and does not go on as it was written: markup took it.

        What is too long for its place may end early, but not before its first tag shows as text.
        """
        return [*self._broken(shown), *(shown[m.start() :][:80] for m in ESCAPED.finditer(shown))]

    def _broken(self, shown: str) -> Iterator[str]:
        for mark in MARK.finditer(shown):
            text = self.made[int(mark[1])]
            if _MASKED.match(shown, mark.end()):
                continue
            least = text[: text.index("<") + 2].replace('"', '\\"' if "\\" in mark[0] else '"')
            if not shown.startswith(least, mark.start()):
                yield shown[mark.start() :][:80]


def numbers(text: str) -> set[int]:
    """Of the attacks that are in it."""
    return {int(mark[1]) for mark in MARK.finditer(text)}
