"""What of the page of accounts is asked for, as its address says it: all of it comes from outside."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from .alert_query import plain_id

VIEWS = {"accounts": "accounts.edit", "log": "access_log.read", "archive": "archive.verify"}  # and the act of each
_NUMBER = re.compile(r"[1-9][0-9]{0,14}", re.ASCII)


@dataclass(frozen=True, slots=True)
class AdminQuery:
    """One view; `who` is the account shown whole, the others filter the log."""

    view: str = ""
    who: str = ""
    account: str = ""
    subject: str = ""
    before: int | None = None

    def parts(self) -> dict[str, object]:
        """For an address."""
        return asdict(self)


def read_query(asked: Mapping[str, Any]) -> AdminQuery:
    """What is none of its values is left out."""
    before = str(asked.get("before") or "")
    return AdminQuery(
        view=str(asked["view"]) if asked.get("view") in tuple(VIEWS) else "",
        who=plain_id(asked.get("who")),
        account=plain_id(asked.get("account")),
        subject=plain_id(asked.get("subject")),
        before=int(before) if _NUMBER.fullmatch(before) else None,
    )
