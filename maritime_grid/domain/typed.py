"""What people type by hand, before it is read."""

from __future__ import annotations

from unicodedata import normalize


def narrow(typed: str) -> str:
    """Full-width letters, digits and signs of a Chinese keyboard as the plain ones that they stand for.

    Source: Unicode Standard Annex 15, form NFKC, which also `mg.name_fold` of the store begins with.
    """
    return normalize("NFKC", typed)
