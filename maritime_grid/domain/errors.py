"""Errors that people can mend: one line saying what, where and how, and the exit code of the command."""

from __future__ import annotations

from typing import ClassVar


class MaritimeGridError(Exception):
    """Base of every expected failure; the command line prints it in one line and leaves with `exit_code`.

    Args:
        what: what is wrong and where (file, line, key, address).
        mend: what to do about it, as an order ("give ...", "start ..."); empty where nothing can be done.
    """

    exit_code: ClassVar[int] = 2

    def __init__(self, what: str, mend: str = "") -> None:
        super().__init__(what, mend)
        self.what = what
        self.mend = mend

    def __str__(self) -> str:
        text = f"{self.what}; {self.mend}" if self.mend else self.what
        return " ".join(text.split())


class UsageError(MaritimeGridError):
    """Wrong use or wrong input. Exit code 2."""


class SettingsError(MaritimeGridError):
    """A wrong setting in a file or in the environment. Exit code 2."""


class ServiceUnavailableError(MaritimeGridError):
    """A needed service cannot be reached. Exit code 3."""

    exit_code: ClassVar[int] = 3
