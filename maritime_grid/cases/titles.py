"""The line by which a case is listed, made of what was filed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

from .kinds import Kind

LONGEST = 60  # characters; a phone shows two lines of 25
METRES_BELOW_NM, METRES_PER_NM = 0.1, 1852
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


def by_tracks_text(vessels: Sequence[str], t: datetime, distance_nm: float | None) -> str:
    """How a place by tracks is told: `两船最近处 05:02，0.3 海里`, or `浙普渔60001 船位 05:02`.

    Args:
        vessels: names or MMSI of the one, or the two.
        t: aware; told as Beijing's.
        distance_nm: between the two; None of one.
    """
    clock = f"{t.astimezone(timezone(timedelta(hours=8))):%H:%M}"
    if distance_nm is None:
        return f"{_line(vessels[0])} 船位 {clock}"
    distance = f"{distance_nm:.1f} 海里" if distance_nm >= METRES_BELOW_NM else f"{distance_nm * METRES_PER_NM:.0f} 米"
    return f"两船最近处 {clock}，{distance}"


def _line(text: str) -> str:
    """Printable, without breaks."""
    return "".join(char if char.isprintable() else " " for char in " ".join(text.split()))
