"""Addresses of work items beside their page: the public list."""

from __future__ import annotations

from fastapi import FastAPI

from maritime_grid.settings import load_settings

from .desk import Desk
from .report.items import PublicItems
from .words import Catalogues


def add_item_routes(server: FastAPI, desk: Desk, catalogues: Catalogues) -> None:
    """Register the addresses.

    Raises: SettingsError: the configuration is wrong, where the desk does not bring its limits of the public.
    """
    PublicItems(desk, catalogues, desk.public or load_settings().public).register(server)
