"""Addresses of lists that anyone reads: work items, grids with who is in office, and what is none of them."""

from __future__ import annotations

from fastapi import FastAPI

from maritime_grid.settings import load_settings

from .desk import Desk
from .report.grids import PublicPlaces
from .report.items import PublicItems
from .words import Catalogues


def add_item_routes(server: FastAPI, desk: Desk, catalogues: Catalogues) -> None:
    """Register the addresses.

    Raises: SettingsError: the configuration is wrong, where the desk does not bring its limits of the public.
    """
    limits = desk.public or load_settings().public
    PublicItems(desk, catalogues, limits).register(server)
    PublicPlaces(desk, catalogues, limits).register(server)  # the last below /public: it answers for what is none
