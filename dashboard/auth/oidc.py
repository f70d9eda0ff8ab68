"""OpenID Connect: what is asked of the other server, and what of its answer is believed.

Authorization code with PKCE. Source: OpenID Connect Core 1.0 section 3.1, RFC 7636, RFC 9700.
"""

from __future__ import annotations

import hmac
import json
import secrets
import threading
import time
import urllib.error
import urllib.request
from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import quote, urlencode

import jwt

from maritime_grid.domain.errors import MaritimeGridError

from .cookies import WAY_S

ALGORITHMS = ["RS256", "ES256"]
_KEPT_S = 3600  # what the issuer says of itself
_KEYS_EVERY_S = 60  # an unknown key makes us ask again, so often at most
_TIMEOUT_S = 10
_MOST = 2**20  # bytes of an answer
_LEEWAY_S = 60


class OidcError(MaritimeGridError):
    """The other server does not answer, or its answer is not to be believed. Exit code 2."""


@dataclass(frozen=True, slots=True)
class Way:
    """What the browser carries from our button to its way back, signed."""

    state: str
    nonce: str
    verifier: str
    back: str  # path of the page that was asked for, or empty
    lang: str
    until: int  # seconds since the epoch

    def sealed(self, key: bytes) -> str:
        body = urlsafe_b64encode(json.dumps(asdict(self)).encode()).decode()
        return f"{body}.{_signature(body, key)}"


def new_way(back: str, lang: str, now_s: float) -> Way:
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    return Way(state, nonce, verifier, back, lang, int(now_s) + WAY_S)


def opened_way(sealed: str, key: bytes, now_s: float) -> Way | None:
    """The way that we sealed; None where we did not, or too long ago."""
    body, _, signature = sealed.partition(".")
    if not hmac.compare_digest(_signature(body, key).encode(), signature.encode()):
        return None
    way = Way(**json.loads(urlsafe_b64decode(body)))
    return way if now_s <= way.until else None


def _signature(body: str, key: bytes) -> str:
    return hmac.new(key, b"oidc:" + body.encode(), sha256).hexdigest()


class Issuer:
    """The other server, for any number of threads.

    Args:
        address: as it writes it itself.
        client_id: ours there.
        client_secret: ours there; None for a public client.
    """

    def __init__(self, address: str, client_id: str, client_secret: str | None) -> None:
        self._address, self._client_id, self._client_secret = address, client_id, client_secret
        self._lock = threading.Lock()
        self._said: dict[str, Any] = {}
        self._keys: dict[str, Any] = {}
        self._said_at = self._keys_at = -float("inf")

    def login_address(self, way: Way, redirect: str) -> str:
        """Where the browser goes. Raises: OidcError: the server does not answer."""
        challenge = urlsafe_b64encode(sha256(way.verifier.encode()).digest()).decode().rstrip("=")
        query = {
            "response_type": "code", "client_id": self._client_id, "redirect_uri": redirect, "scope": "openid",
            "state": way.state, "nonce": way.nonce, "code_challenge": challenge, "code_challenge_method": "S256",
        }  # fmt: skip
        address = str(self._discovered()["authorization_endpoint"])
        return address + ("&" if "?" in address else "?") + urlencode(query)

    def subject(self, code: str, way: Way, redirect: str) -> str:
        """Who came back: the issuer, a blank, and the subject there.

        Raises:
            OidcError: the server does not answer, or its token is not for us, not of it, old, or of another login.
        """
        form = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": redirect, "client_id": self._client_id,
            "code_verifier": way.verifier,
        }  # fmt: skip
        answer = _asked(str(self._discovered()["token_endpoint"]), urlencode(form).encode(), self._basic())
        claims = self._claims(str(answer.get("id_token", "")))
        if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), way.nonce.encode()):
            raise OidcError("the token is of another login", "log in again")
        if isinstance(claims["aud"], list) and claims.get("azp") != self._client_id:
            raise OidcError("the token was given to another", "log in again")
        return f"{self._address} {claims['sub']}"

    def _claims(self, token: str) -> dict[str, Any]:
        try:
            key = self._key(str(jwt.get_unverified_header(token).get("kid", "")))
            return jwt.decode(
                token, key.key, algorithms=[key.algorithm_name] if key.algorithm_name in ALGORITHMS else [],
                audience=self._client_id, issuer=self._address, leeway=_LEEWAY_S,
                options={"require": ["exp", "iat", "iss", "aud", "sub"]},
            )  # fmt: skip
        except jwt.PyJWTError as error:
            raise OidcError(f"the token of {self._address} is not to be believed: {error}", "log in again") from None

    def _key(self, kid: str) -> jwt.PyJWK:
        with self._lock:
            if kid not in self._keys and time.monotonic() - self._keys_at > _KEYS_EVERY_S:
                found = _asked(str(self._discovered_unlocked()["jwks_uri"])).get("keys", [])
                self._keys = {str(key.get("kid", "")): key for key in found if key.get("use", "sig") == "sig"}
                self._keys_at = time.monotonic()
            key = self._keys.get(kid)
        if key is None:
            raise OidcError(f"{self._address} signs with a key that it does not name", "log in again")
        return jwt.PyJWK.from_dict(key)

    def _discovered(self) -> dict[str, Any]:
        with self._lock:
            return self._discovered_unlocked()

    def _discovered_unlocked(self) -> dict[str, Any]:
        if time.monotonic() - self._said_at > _KEPT_S:
            said = _asked(f"{self._address.rstrip('/')}/.well-known/openid-configuration")
            needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
            secure = self._address.partition("://")[0] + "://"
            if said.get("issuer") != self._address or any(not str(said.get(n)).startswith(secure) for n in needed):
                raise OidcError(f"what {self._address} says of itself does not fit", "check access.oidc.issuer")
            self._said, self._said_at = said, time.monotonic()
        return self._said

    def _basic(self) -> dict[str, str]:
        if self._client_secret is None:
            return {}
        pair = f"{quote(self._client_id, safe='')}:{quote(self._client_secret, safe='')}"
        return {"Authorization": f"Basic {b64encode(pair.encode()).decode()}"}


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A code or secret goes where it was meant to go, and nowhere else."""

    def redirect_request(self, *_: Any, **__: Any) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        return None


_OPENER = urllib.request.build_opener(_NoRedirect)


def _asked(address: str, form: bytes | None = None, headers: dict[str, str] | None = None) -> dict[str, Any]:
    """A JSON object. Raises: OidcError: there is none."""
    request = urllib.request.Request(address, form, {"Accept": "application/json"} | (headers or {}))  # noqa: S310
    try:
        with _OPENER.open(request, timeout=_TIMEOUT_S) as answer:
            found = json.loads(answer.read(_MOST))
    except (OSError, urllib.error.URLError, ValueError) as error:
        raise OidcError(f"{address} gives no answer: {error}", "check access.oidc, and that server") from None
    if not isinstance(found, dict):
        raise OidcError(f"{address} gives another answer than was asked for", "check access.oidc, and that server")
    return found  # pyright: ignore[reportUnknownVariableType]  (its values are looked at one by one)
