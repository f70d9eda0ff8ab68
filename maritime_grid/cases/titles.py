"""The line by which a case is listed, made of what was filed."""

from __future__ import annotations

from collections.abc import Sequence

from .kinds import Kind

LONGEST = 60  # characters; a phone shows two lines of 25
KINDS = {
    Kind.DISPUTE: "涉海纠纷",
    Kind.HAZARD: "隐患",
    Kind.EMERGENCY: "应急事件",
    Kind.SERVICE: "服务需求",
    Kind.COMPLAINT: "投诉举报",
}


def title_of(kind: Kind, subkind_word: str, vessels: Sequence[str], note: str) -> str:
    """What it is, and which vessels or the first words of the note: `网具纠纷：浙普渔60001、浙普渔60002`.

    Args:
        kind: of the case.
        subkind_word: as configured, or empty.
        vessels: names or MMSI, in the order of the parties.
        note: what happened, in the words of who files it.
    """
    what = subkind_word or KINDS[kind]
    about = "、".join(_line(name) for name in vessels[:3]) + ("等" if len(vessels) > 3 else "")
    about = about or _line(note)
    title = f"{what}：{about}" if about else what
    return title if len(title) <= LONGEST else title[: LONGEST - 1] + "…"


def _line(text: str) -> str:
    """Printable, without breaks."""
    return "".join(char if char.isprintable() else " " for char in " ".join(text.split()))
