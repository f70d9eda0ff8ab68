"""The pages and addresses of people: there where the dashboard has a desk."""

from __future__ import annotations

from dash import Dash
from fastapi import FastAPI

from .case_routes import add_case_routes
from .desk import Desk
from .grid_routes import add_grid_routes
from .item_routes import add_item_routes
from .options import DashboardSettings
from .pages import admin, alerts, case, cases, grids, items, people
from .people_routes import add_people_routes
from .report.serving import add_report_pages
from .words import Catalogues

PAGES = (cases, case, alerts, grids, people, items, admin)


def add_desk_routes(server: FastAPI, desk: Desk, catalogues: Catalogues) -> None:
    """Addresses beside the pages."""
    add_report_pages(server, desk, catalogues)
    add_case_routes(server, desk, catalogues)
    add_grid_routes(server, desk, catalogues)
    add_people_routes(server, desk, catalogues)
    add_item_routes(server, desk, catalogues)


def register_desk(app: Dash, desk: Desk, catalogues: Catalogues, settings: DashboardSettings) -> None:
    """Put the pages with their callbacks into `app`."""
    for page in PAGES:
        page.register(app, desk, catalogues, settings)
