"""Words of the screen, from the gettext catalogues in `locale/`, compiled in memory at start."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from babel.messages.pofile import read_po

LOCALE = Path(__file__).parent / "locale"
LANGUAGES = ("zh_CN", "en")  # the first is the default


@dataclass(frozen=True, slots=True)
class Words:
    """One language: dotted key to text; `{name}` stands for a value."""

    lang: str
    table: dict[str, str]

    def __call__(self, key: str, **values: object) -> str:
        """The text of `key`.

        Raises:
            KeyError: the catalogue lacks the key; a test holds that no page asks for such a key.
        """
        text = self.table[key]
        return text.format(**values) if values else text

    def get(self, key: str, default: str) -> str:
        """For keys made of data (a rule's name, a feed's kind): the data itself where it is unknown."""
        return self.table.get(key, default)

    @property
    def is_chinese(self) -> bool:
        return self.lang.startswith("zh")


def read_words(lang: str) -> Words:
    """The catalogue of `lang`; a key without text is left out, so that its use fails loudly."""
    with (LOCALE / lang / "LC_MESSAGES" / "dashboard.po").open("rb") as file:
        catalog = read_po(file, locale=lang, abort_invalid=True)
    return Words(lang, {str(m.id): str(m.string) for m in catalog if m.id and m.string})


class Catalogues:
    """All languages, read once."""

    def __init__(self) -> None:
        self._words = {lang: read_words(lang) for lang in LANGUAGES}

    def pick(self, lang: str | None) -> Words:
        """The words of `?lang=`; anything unknown gets the default, `zh` and `zh-CN` mean zh_CN."""
        asked = (lang or "").replace("-", "_")
        for known, words in self._words.items():
            if asked in {known, known.split("_")[0]}:
                return words
        return self._words[LANGUAGES[0]]
