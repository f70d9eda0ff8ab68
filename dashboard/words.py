"""Words of the screen, from the gettext catalogues in `locale/`, compiled in memory at start."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from babel.messages.pofile import read_po

LOCALE = Path(__file__).parent / "locale"
LANGUAGES = ("zh_CN", "en")


@dataclass(frozen=True, slots=True)
class Words:
    """One language: dotted key to text; `{name}` stands for a value."""

    lang: str
    table: dict[str, str]
    is_default: bool = True  # whoever asks for none gets this one

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
    """All languages, read once; `default` is for those who ask for none."""

    def __init__(self, default: str = LANGUAGES[0]) -> None:
        self._default = default
        self._words = {lang: replace(read_words(lang), is_default=lang == default) for lang in LANGUAGES}

    def pick(self, lang: object) -> Words:
        """The words of `?lang=`; anything unknown gets the default, `zh` and `zh-CN` mean zh_CN.

        Asked twice (`?lang=en&lang=en`) it comes as a list: unknown too.
        """
        asked = lang.replace("-", "_") if isinstance(lang, str) else ""
        for known, words in self._words.items():
            if asked in {known, known.split("_")[0]}:
                return words
        return self._words[self._default]
