"""The table of access from its file, the secret key, and the rule by which the dashboard may listen elsewhere.

Everything wrong in them is a `SettingsError` of one line that names the file, the key and the mend.
"""

from __future__ import annotations

import os
import tomllib
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, model_validator

from .domain.access import ACTS, FIELDS, PAGES, Access, Level, Role, RoleAccess
from .domain.errors import SettingsError
from .domain.login import LoginRules
from .settings import home
from .settings_model import AccessSettings, OidcSettings, Section, Settings

LEAST_KEY = 32  # characters: as many bits as the tokens that it signs

Seconds = Annotated[float, Field(ge=0)]


class FieldLevels(Section):
    """How much a role sees of each class of personal data."""

    name: Literal["full", "masked", "none"]
    phone: Literal["full", "masked", "none"]
    id_number: Literal["full", "masked", "none"]
    address: Literal["full", "masked", "none"]


class RoleRow(Section):
    """One section of config/access.toml."""

    pages: Annotated[tuple[str, ...], Field(min_length=1)]
    acts: tuple[str, ...]
    fields: FieldLevels
    second_factor: bool
    idle_s: Seconds
    absolute_s: Seconds

    @model_validator(mode="after")
    def _known(self) -> RoleRow:
        for words, known, what in ((self.pages, PAGES, "page"), (self.acts, ACTS, "act")):
            unknown = next((word for word in words if word not in known), None)
            if unknown is not None:
                raise ValueError(f"there is no {what} {unknown}; known are {', '.join(known)}")
        if "wall" in self.pages and "vessels.read_all" not in self.acts:
            raise ValueError("page wall shows every vessel; add the act vessels.read_all, or take the page away")
        if self.access.reads_personal_data and not self.second_factor:
            raise ValueError("it may read personal data; set second_factor = true, or take that away")
        return self

    @property
    def access(self) -> RoleAccess:
        return RoleAccess(
            pages=self.pages,
            acts=frozenset(self.acts) | {f"page.{page}" for page in self.pages},
            fields={name: Level(getattr(self.fields, name)) for name in FIELDS},
            second_factor=self.second_factor,
            idle_s=self.idle_s or None,
            absolute_s=self.absolute_s or None,
        )


def load_access(settings: Settings) -> Access:
    """The table of access that the settings name.

    Raises:
        SettingsError: the file cannot be read, a role is missing, or a word is unknown.
    """
    path = home() / settings.access.table
    table = _read(path)
    missing = next((role for role in Role if role not in table), None)
    if missing:
        raise SettingsError(f"{path}: role {missing} is missing", f"add a section [{missing}]")
    strange = next((word for word in table if word not in list(Role)), None)
    if strange:
        raise SettingsError(f"{path}: there is no role {strange}", f"known are {', '.join(Role)}")
    return Access({str(role): _row(path, role, table[role]) for role in Role})


def _row(path: Path, role: Role, values: object) -> RoleAccess:
    try:
        return RoleRow.model_validate(values).access
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in (role, *fault["loc"]))
        said = {"extra_forbidden": "is no column of the table", "missing": "is missing"}.get(
            fault["type"], fault["msg"].removeprefix("Value error, ")
        )
        raise SettingsError(f"{path}: {key}: {said}") from None


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: {error}", "mend it there") from None
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}", "name a readable file as access.table") from None


def secret_key(access: AccessSettings) -> bytes | None:
    """The key that the operator gave; None without one.

    Raises:
        SettingsError: it cannot be read, or is short.
    """
    if access.secret_key_env:
        where, text = access.secret_key_env, os.environ.get(access.secret_key_env, "")
    elif access.secret_key_file:
        where, text = access.secret_key_file, _first_line(Path(access.secret_key_file))
    else:
        return None
    if len(text.strip()) < LEAST_KEY:
        raise SettingsError(f"the secret key of {where} is missing or short", f"put {LEAST_KEY} characters there")
    return text.strip().encode()


def client_secret(oidc: OidcSettings) -> str | None:
    """Our secret at the issuer; None for a public client.

    Raises:
        SettingsError: one is named and cannot be read.
    """
    if not oidc.client_secret_env and not oidc.client_secret_file:
        return None
    named = oidc.client_secret_env or oidc.client_secret_file
    text = os.environ.get(named, "") if oidc.client_secret_env else _first_line(Path(named))
    if not text.strip():
        raise SettingsError(f"the client secret of {named} is missing", "put it there")
    return text.strip()


def _first_line(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").partition("\n")[0]
    except (OSError, UnicodeDecodeError):
        return ""


def login_rules(access: AccessSettings) -> LoginRules:
    return LoginRules(**{name: getattr(access, name) for name in LoginRules.__dataclass_fields__})


def is_loopback(host: str) -> bool:
    """Whether an address to listen on is reached from this machine alone."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def refuse_open_bind(host: str, access: AccessSettings) -> None:
    """The dashboard listens elsewhere than on the loopback only with a secret key, and TLS or a trusted proxy.

    Raises:
        SettingsError: something of that is missing.
    """
    key = secret_key(access)
    if is_loopback(host):
        return
    if key is None:
        raise SettingsError(
            f"dashboard.host {host} is no loopback address and there is no secret key",
            "set access.secret_key_file or access.secret_key_env, or listen on 127.0.0.1",
        )
    if not access.tls_cert_file and not access.trusted_proxies:
        raise SettingsError(
            f"dashboard.host {host} is no loopback address and nothing says who speaks TLS",
            "set access.tls_cert_file and access.tls_key_file, or access.trusted_proxies",
        )
