"""Forms of plain pages, as a browser sends them."""

from __future__ import annotations

import re
from html import unescape

PASSWORD = "quay-of-shenjiamen"


def fields(page: str) -> dict[str, str]:
    """Hidden fields of the form of a page."""
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page)
    return {name: unescape(value) for name, value in found}
