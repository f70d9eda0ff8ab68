"""OpenID Connect: what is asked of the other server, and what of its answer is believed.

Authorization code with PKCE. Source: OpenID Connect Core 1.0 section 3.1, RFC 7636, RFC 9700.
"""

from __future__ import annotations

import hmac
import json
import secrets
import time
from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any, cast
from urllib.parse import quote, urlencode

import jwt

from .cookies import WAY_S
from .elsewhere import TIMEOUT_S, Clock, OidcError, Remembered, asked

ALGORITHMS = ["RS256", "ES256"]
_KEPT_S = 3600  # what the issuer says of itself
_KEYS_EVERY_S = 60  # an unknown key makes us ask again, so often at most
_LEEWAY_S = 60


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
        clock: seconds that only grow.
        timeout_s: how long it may take to answer.
    """

    def __init__(
        self,
        address: str,
        client_id: str,
        client_secret: str | None,
        *,
        clock: Clock = time.monotonic,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self._address, self._client_id, self._client_secret = address, client_id, client_secret
        self._timeout_s = timeout_s
        self._said, self._keys = Remembered(self._discover, clock), Remembered(self._ask_keys, clock)

    def login_address(self, way: Way, redirect: str) -> str:
        """Where the browser goes. Raises: OidcError: the server does not answer."""
        challenge = urlsafe_b64encode(sha256(way.verifier.encode()).digest()).decode().rstrip("=")
        query = {
            "response_type": "code", "client_id": self._client_id, "redirect_uri": redirect, "scope": "openid",
            "state": way.state, "nonce": way.nonce, "code_challenge": challenge, "code_challenge_method": "S256",
        }  # fmt: skip
        address = str(self._said.get(_KEPT_S)["authorization_endpoint"])
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
        where = str(self._said.get(_KEPT_S)["token_endpoint"])
        answer = asked(where, urlencode(form).encode(), self._basic(), self._timeout_s)
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
        keys = self._keys.get(float("inf"))
        if kid not in keys:
            keys = self._keys.get(_KEYS_EVERY_S)
        if kid not in keys:
            raise OidcError(f"{self._address} signs with a key that it does not name", "log in again")
        return jwt.PyJWK.from_dict(keys[kid])

    def _ask_keys(self) -> dict[str, Any]:
        found: Any = asked(str(self._said.get(_KEPT_S)["jwks_uri"]), timeout_s=self._timeout_s).get("keys")
        keys = (
            [cast("dict[str, Any]", key) for key in found if isinstance(key, dict)] if isinstance(found, list) else []
        )
        return {str(key.get("kid", "")): key for key in keys if key.get("use", "sig") == "sig"}

    def _discover(self) -> dict[str, Any]:
        where = f"{self._address.rstrip('/')}/.well-known/openid-configuration"
        said = asked(where, timeout_s=self._timeout_s)
        needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        secure = self._address.partition("://")[0] + "://"
        if said.get("issuer") != self._address or any(not str(said.get(n)).startswith(secure) for n in needed):
            raise OidcError(f"what {self._address} says of itself does not fit", "check access.oidc.issuer")
        return said

    def _basic(self) -> dict[str, str]:
        if self._client_secret is None:
            return {}
        pair = f"{quote(self._client_id, safe='')}:{quote(self._client_secret, safe='')}"
        return {"Authorization": f"Basic {b64encode(pair.encode()).decode()}"}
