"""A sheet that somebody sends: judged by a dry run first, then taken in by one press, if it is still what was shown.

What a press agrees to is signed: account, sheet, hash of the file, and what it would do. Where any of it is another by
then, as where the store has changed, nothing is done and the new judgement is shown.
"""

from __future__ import annotations

import hmac
import json
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import PurePath
from urllib.parse import unquote

from dash.development.base_component import Component

from maritime_grid.cli.sheet_files import ENDINGS, SheetFileFault, read_bytes
from maritime_grid.domain.errors import MaritimeGridError
from maritime_grid.domain.people_sheets import SHEETS
from maritime_grid.domain.sheets import Sheet, parse
from maritime_grid.store.books import BOOKS
from maritime_grid.store.sheet_loading import Loaded

from .auth import Account, needs
from .desk import Desk
from .faults import fault
from .pages.shell import say
from .people_desk import commands
from .views.people_loaded import loaded_view
from .views.people_sheets import LIMITS, file_fault
from .words import Words

AGREED_S = 1800  # how long a judgement may be agreed to
AT_ONCE = 2  # files that are worked on; others are asked to wait
LONGEST_NAME = 80

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Sent:
    """A file as it came.

    Attributes:
        sheet: key of SHEETS.
        name: of the file.
        content: bytes.
        agreed: what its sender was given with the judgement that it agrees to; empty: judge it.
    """

    sheet: str
    name: str
    content: bytes
    agreed: str = ""

    @property
    def sha256(self) -> str:
        return sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class Told:
    """What came of a file: for the page, and for programs."""

    view: list[Component]
    agreed: str = ""  # to be sent with the same file to take it in
    done: bool = False
    refused: bool = False  # the file was not even judged


@dataclass(slots=True)
class Importing:
    """Of one server; `_key` signs what was shown, and ends with the process: then a file is judged again."""

    desk: Desk
    _key: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    _working: threading.BoundedSemaphore = field(default_factory=lambda: threading.BoundedSemaphore(AT_ONCE))

    def take(self, account: Account, sent: Sent, words: Words, progress: Progress) -> Told:
        """Judge a file, or take it in where that is agreed to and still the same."""
        if not self._working.acquire(blocking=False):
            return Told([say(words("people.import.busy"), "warn")], refused=True)
        try:
            return self._taken(account, sent, words, progress)
        except SheetFileFault as error:
            return Told([file_fault(error, words)], refused=True)
        except MaritimeGridError as error:
            return Told([fault(error, words)], refused=True)
        finally:
            self._working.release()

    def _taken(self, account: Account, sent: Sent, words: Words, progress: Progress) -> Told:
        name = plain(sent.name)
        parsed = parse(SHEETS[sent.sheet], read_bytes(sent.content, ending_of(name), name, LIMITS))
        now, by = self.desk.now(), account.account_id

        def still(mark: str) -> bool:
            return self._is_agreed(sent, by, mark, now)

        loaded = commands(self.desk).load(
            sent.sheet, parsed, by, now, dry_run=not sent.agreed, file=sent.sha256, if_still=still, progress=progress,
        )  # fmt: skip
        again = bool(sent.agreed) and not loaded.done
        view = loaded_view(SHEETS[sent.sheet], loaded, words, again=again)
        return Told(view, self._agreeable(sent, by, loaded, now), done=loaded.done)

    def _agreeable(self, sent: Sent, by: str, loaded: Loaded, now: datetime) -> str:
        if loaded.done or loaded.faults or not (loaded.new or loaded.changed):
            return ""
        until = int(now.timestamp()) + AGREED_S
        return f"{until}.{self._signed(sent, by, loaded.mark, until)}"

    def _is_agreed(self, sent: Sent, by: str, mark: str, now: datetime) -> bool:
        until, _, signed = sent.agreed.partition(".")
        if not (until.isascii() and until.isdigit() and len(until) < 12 and signed.isascii()):
            return False
        return int(until) >= now.timestamp() and hmac.compare_digest(signed, self._signed(sent, by, mark, int(until)))

    def _signed(self, sent: Sent, by: str, mark: str, until: int) -> str:
        said = json.dumps([by, sent.sheet, sent.sha256, mark, until]).encode()
        return hmac.new(self._key, said, sha256).hexdigest()


def sheet_for(name: str) -> tuple[Account, Sheet] | None:
    """The account that asks and the sheet that it may change; None: there is no such sheet.

    Raises: AccessRefused.
    """
    if name not in SHEETS:
        return None
    return needs(BOOKS[name].act), SHEETS[name]


def plain(name: str) -> str:
    """The name of a file as it is shown, without its folders: percent-encoded UTF-8 as it came."""
    said = PurePath(unquote(name, errors="replace").replace("\\", "/")).name
    return "".join(c for c in said if c.isprintable())[-LONGEST_NAME:] or "?"


def ending_of(name: str) -> str:
    """Raises: SheetFileFault: it is of no kind that is read."""
    ending = PurePath(name).suffix.lower()
    if ending not in ENDINGS:
        raise SheetFileFault(name, "ending", ending=ending or "-")
    return ending
