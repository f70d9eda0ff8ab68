"""Puts the login and the guard round an application."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime

from dash import Dash
from fastapi import FastAPI

from dashboard.known import utc
from dashboard.words import LANGUAGES, Catalogues
from maritime_grid.settings import load_settings
from maritime_grid.settings_access import client_secret, secret_key
from maritime_grid.settings_model import AccessSettings
from maritime_grid.store.accounts import Accounts

from .account import AccountPages
from .asked import AuthOptions, auth_options
from .guard import Guard
from .login import LoginPages
from .oidc import Issuer
from .outside import OutsideLogin


def guard(
    app: Dash,
    server: FastAPI,
    accounts: Accounts,
    options: AuthOptions,
    clock: Callable[[], int],
    catalogues: Catalogues,
) -> None:
    """From here on nothing is answered that the table of access does not allow.

    Args:
        app: with its callbacks; pages may add more.
        server: its ASGI application.
        accounts: who may log in.
        options: of [access].
        clock: ms since the epoch, UTC.
        catalogues: words of the screen.
    """

    def now() -> datetime:
        return utc(clock())

    pages = LoginPages(accounts, options, now, catalogues, options.outside)
    pages.register(server)
    AccountPages(pages).register(server)
    if options.issuer is not None:
        OutsideLogin(options.issuer, pages, options).register(server)
    server.add_middleware(
        Guard,
        accounts=accounts,
        options=options,
        now=now,
        callbacks=app.callback_map,
        refused_page=pages.refused,
        lines={400: _in_both(catalogues, "fault.sent"), 413: _in_both(catalogues, "fault.long")},
    )


def _in_both(catalogues: Catalogues, key: str) -> str:
    """A line in both languages: what was sent does not say which one its reader speaks."""
    return " · ".join(catalogues.pick(lang)(key) for lang in LANGUAGES)


def configured_auth(access: AccessSettings | None = None) -> AuthOptions:
    """Options of the configuration, with a key of this process where there is none: then it listens on loopback alone.

    Raises:
        SettingsError: the configuration is wrong, or the key cannot be read.
    """
    access = access or load_settings().access
    oidc = access.oidc
    issuer = Issuer(oidc.issuer, oidc.client_id, client_secret(oidc)) if oidc.issuer else None
    return auth_options(access, secret_key(access) or secrets.token_bytes(32), issuer)
