"""Keys of Chinese and Latin text for searching: what a query asks for is always among the keys of what holds it.

Han characters give themselves and their pairs; letters and digits give runs of up to three, so that the last digits
of an MMSI or the middle of a ship's name find it. Characters are folded one by one (compatibility forms, case,
accents), never by their neighbours: a word folds alike alone and in a text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

TEXT_LIMIT = 20_000  # characters that are keyed of all texts together: a log has no end, a row has
QUERY_LIMIT = 200
_HAN = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(rf"(?P<han>[{_HAN}]+)|[^\W_{_HAN}]+")
_PAIR, _TRIPLE = 2, 3


def fold(text: str) -> str:
    """Text as it is compared: 浙普渔１２３ and ABC become 浙普渔123 and abc, é becomes e."""
    return "".join(map(_folded, text))


def grams(*texts: str) -> tuple[str, ...]:
    """All keys of the texts, sorted, each once; no key spans two texts.

    Args:
        texts: keyed in their order, together up to TEXT_LIMIT characters.
    """
    keys: set[str] = set()
    left = TEXT_LIMIT
    for text in texts:
        for run, longest in _runs(fold(text[:left])):
            keys.update(*(_cut(run, n) for n in range(1, longest + 1)))
        left -= min(left, len(text))
    return tuple(sorted(keys))


def query_grams(query: str) -> tuple[str, ...]:
    """The keys that every text holding the query has, sorted; empty where the query has no letter or digit."""
    keys: set[str] = set()
    for run, longest in _runs(fold(query[:QUERY_LIMIT])):
        keys.update(_cut(run, min(longest, len(run))))
    return tuple(sorted(keys))


def _cut(run: str, n: int) -> Iterator[str]:
    return (run[i : i + n] for i in range(len(run) - n + 1))


def _runs(folded: str) -> Iterator[tuple[str, int]]:
    """Runs of one class of character, with the length of their longest keys; what lies between has none."""
    return ((run.group(), _PAIR if run.lastgroup == "han" else _TRIPLE) for run in _RUN.finditer(folded))


@lru_cache(maxsize=20_000)
def _folded(char: str) -> str:
    """One character, without its marks: they join with what stands before them, and a query may begin between."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", char).casefold())
    return "".join(c for c in plain if not unicodedata.combining(c))
