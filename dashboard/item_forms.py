"""The forms of the page of work items: their fields as a literal table, and what is read from them, fault by fault."""

from __future__ import annotations

import re
from collections.abc import Mapping

from maritime_grid.domain.items import ACTS, PROPOSE, Trigger

from .form_fields import Field, Filled

LONGEST_TEXT = 1_000
_NUMBER = re.compile(r"[1-9](?:\.[1-9][0-9]{0,2}){1,2}", re.ASCII)
_TITLE, _TEXT = Field("title", needed=True), Field("text", "long", LONGEST_TEXT, needed=True)
_BASIS, _REASON = Field("basis", longest=100), Field("reason", "long", 500, needed=True)
_REMARK, _OPINION = Field("remark", "long", 500), Field("remark", "long", 500, needed=True)
_BASE = Field("base", "hidden", 6)  # the newest version when the form was opened
_SEEN = Field("seen", "hidden", 20)  # `2 reviewed`: the version and its state at that moment

FORMS: Mapping[str, tuple[Field, ...]] = {
    "new": (Field("class", "choice", needed=True), Field("number", longest=9), _TITLE, _TEXT, _BASIS, _REASON),
    "change": (_TITLE, _TEXT, _BASIS, _REASON, _BASE),
    "drop": (_REASON, _BASE),
    "review": (_OPINION, _SEEN),
    "approve": (_REMARK, _SEEN),
    "publish": (Field("day", "day", needed=True), _REMARK, _SEEN),
    "reject": (_OPINION, _SEEN),
}
NEEDS: Mapping[str, str] = {**dict.fromkeys(("new", "change", "drop"), PROPOSE), **{t.value: ACTS[t] for t in Trigger}}


class ItemFilled(Filled):
    """A form of work items that was sent."""

    def odd(self, name: str, why: str) -> None:
        """A fault that only work items have."""
        self.faults.setdefault(name, f"items.fault.{why}")

    def number_of(self, class_no: int) -> str:
        """A number of a class, or "" where none was given."""
        said = self.text("number")
        if said and class_no and not (_NUMBER.fullmatch(said) and said.startswith(f"{class_no}.")):
            self.odd("number", "number")
        return said

    def base(self) -> int:
        """The version that the form was opened on; 0 where it says none."""
        said = str(self._given.get("base") or "")
        return int(said) if re.fullmatch(r"[1-9][0-9]{0,4}", said, re.ASCII) else 0

    def seen(self) -> tuple[int, str]:
        """Version and state that the form was opened on; 0 where it says none."""
        said = re.fullmatch(r"([1-9][0-9]{0,4}) ([a-z]{1,12})", str(self._given.get("seen") or ""), re.ASCII)
        return (int(said[1]), said[2]) if said else (0, "")
