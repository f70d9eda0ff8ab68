"""What all sections of the configuration are made of: texts and numbers within their bounds, and the frozen section."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field

Name = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]
Word = Annotated[str, Field(pattern=r"\S")]  # an empty one would stand in every text
Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]
Count = Annotated[int, Field(gt=0)]
Days = Annotated[int, Field(ge=0)]
PortNumber = Annotated[int, Field(gt=0, lt=65536)]


def with_good_port(url: str) -> str:
    """The address itself. Raises: ValueError: its port is none."""
    try:
        good = urlsplit(url).port != 0
    except ValueError:
        good = False
    if not good:
        raise ValueError("its port is no number of 1 to 65535")
    return url


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
