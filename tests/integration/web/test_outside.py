"""Logging in by another server: a real one of ours, which can be told to lie."""

from __future__ import annotations

import json
import time
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from maritime_grid.store.account_rows import NewAccount
from tests.unit.dashboard.serving import serving

from .conftest import Clock, Site, auth, fields, site

KEYS = {"RS256": rsa.generate_private_key(65537, 2048), "ES256": ec.generate_private_key(ec.SECP256R1())}
JWK = {"RS256": jwt.algorithms.RSAAlgorithm, "ES256": jwt.algorithms.ECAlgorithm}
STRANGER = rsa.generate_private_key(65537, 2048)


@dataclass
class Provider:
    """The other server. `claims` go over the right ones; `algorithm` signs, with `key` or the one that it names."""

    address: str = ""
    subject: str = "wang-1"
    algorithm: str = "RS256"
    claims: dict[str, Any] = field(default_factory=dict)
    key: Any = None
    kid: str | None = None
    logins: dict[str, dict[str, str]] = field(default_factory=dict)  # by code
    answers: list[int] = field(default_factory=list)

    def login(self, address: str) -> str:
        """As a person who agrees there: the address that the browser is led back to."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert query["code_challenge_method"] == "S256"
        assert (query["client_id"], query["response_type"], query["scope"]) == ("grid", "code", "openid")
        code = f"code-{len(self.logins)}"
        self.logins[code] = query
        return f"{query['redirect_uri']}?{httpx.QueryParams({'code': code, 'state': query['state']})}"

    def token(self, query: dict[str, str]) -> str:
        now = int(time.time())
        claims = {
            "iss": self.address, "aud": "grid", "sub": self.subject, "nonce": query["nonce"], "iat": now,
            "exp": now + 300,
        } | self.claims  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.algorithm == "none":
            return jwt.encode(claims, None, "none", headers={"kid": "RS256"})
        if self.algorithm == "HS256":  # signed with what everyone knows: the public key
            head = {"alg": "HS256", "typ": "JWT", "kid": "RS256"}
            return jwt.encode(claims, "x" * 64, "HS256", headers=head)
        key = self.key or KEYS[self.algorithm]
        return jwt.encode(claims, key, self.algorithm, headers={"kid": self.kid or self.algorithm})

    def app(self) -> FastAPI:
        server = FastAPI()

        @server.get("/.well-known/openid-configuration")
        def discovery() -> dict[str, str]:
            return {
                "issuer": self.address, "authorization_endpoint": f"{self.address}/authorize",
                "token_endpoint": f"{self.address}/token", "jwks_uri": f"{self.address}/keys",
            }  # fmt: skip

        @server.get("/keys")
        def keys() -> dict[str, Any]:
            named = ((name, json.loads(JWK[name].to_jwk(key.public_key()))) for name, key in KEYS.items())
            return {"keys": [jwk | {"kid": name, "use": "sig", "alg": name} for name, jwk in named]}

        @server.post("/token")
        async def token(request: Request) -> Response:
            form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
            basic = b64decode(request.headers["authorization"].removeprefix("Basic ")).decode()
            query = self.logins.pop(form["code"], None)
            challenge = urlsafe_b64encode(sha256(form["code_verifier"].encode()).digest()).decode().rstrip("=")
            good = query and query["code_challenge"] == challenge and query["redirect_uri"] == form["redirect_uri"]
            self.answers.append(200 if good and basic == "grid:of-a-test" else 400)
            if self.answers[-1] != 200:
                return JSONResponse({"error": "invalid_grant"}, 400)
            return JSONResponse({"id_token": self.token(query), "token_type": "Bearer", "access_token": "x"})

        del discovery, keys, token
        return server


@pytest.fixture
def provider() -> Iterator[Provider]:
    made = Provider()
    with serving(made.app()) as made.address:
        yield made


@pytest.fixture
def web(dsn: str, provider: Provider, tmp_path) -> Iterator[Site]:
    (tmp_path / "secret").write_text("of-a-test\n")
    oidc = {"issuer": provider.address, "client_id": "grid", "client_secret_env": "", "label": "统一认证",
            "client_secret_file": str(tmp_path / "secret")}  # fmt: skip
    with site(dsn, Clock(), auth(open_wall="never", oidc=oidc)) as running:
        name = f"w{running.address.rpartition(':')[2]}"
        subject = f"{provider.address} wang-1"
        new = NewAccount(name, "worker", "ZS-PT-DJ-M", oidc_subject=subject)
        running.accounts.add(new, "", running.clock(), by="test")
        yield running


def gone(web: Site, browser: httpx.Client, back: str = "") -> str:
    """Address at the other server to which the button leads."""
    answer = browser.get("/login/oidc", params={"next": back} if back else {})
    assert answer.status_code == 303, answer.text
    way = next(c for c in answer.headers.get_list("set-cookie") if c.startswith("mg_way="))
    assert "SameSite=Lax" in way
    assert "HttpOnly" in way
    return answer.headers["location"]


def test_person_whom_the_other_server_knows_is_logged_in_where_it_wanted(web, provider):
    browser = web.browser()
    assert "统一认证" in browser.get("/login").text
    answer = browser.get(provider.login(gone(web, browser, "/cases?tab=map")))
    assert answer.status_code == 200
    assert 'content="0;url=/cases?tab=map"' in answer.text
    assert "SameSite=Strict" in next(c for c in answer.headers.get_list("set-cookie") if c.startswith("mg="))
    assert browser.get("/cases").status_code == 200
    assert provider.answers == [200]


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_both_kinds_of_signature_are_taken(web, provider, algorithm):
    provider.algorithm = algorithm
    browser = web.browser()
    assert browser.get(provider.login(gone(web, browser))).status_code == 200


def test_token_that_is_not_right_in_any_way_logs_nobody_in(web, provider):
    lies: list[dict[str, Any]] = [
        {"algorithm": "none"}, {"algorithm": "HS256"}, {"key": STRANGER}, {"kid": "unknown"}, {"subject": "stranger"},
        *({"claims": c} for c in (
            {"iss": "https://evil.example"}, {"aud": "other"}, {"aud": ["grid", "other"]}, {"nonce": "of-another"},
            {"nonce": None}, {"exp": 1}, {"exp": None}, {"sub": None}, {"iat": None},
            {"aud": ["grid", "other"], "azp": "other"},
        )),
    ]  # fmt: skip
    for lie in lies:
        browser = web.browser()
        address = provider.login(gone(web, browser))
        right = {name: getattr(provider, name) for name in lie}
        for name, value in lie.items():
            setattr(provider, name, value)
        answer = browser.get(address)
        for name, value in right.items():
            setattr(provider, name, value)
        assert answer.status_code == 401, lie
        assert "mg" not in browser.cookies, lie
        assert browser.get("/cases").status_code == 303
    assert len(provider.answers) == len(lies)


def test_way_back_that_is_not_the_way_out_logs_nobody_in(web, provider):
    browser, other = web.browser(), web.browser()
    address = provider.login(gone(web, browser))
    assert other.get(address).status_code == 401  # a foreign browser led to our way back
    provider.login(gone(web, other))
    assert other.get(address).status_code == 401  # with a way of its own
    for wrong in (address.replace("state=", "state=x"), address.split("&")[0], address.replace("code=", "other=")):
        assert browser.get(wrong).status_code == 401
    for cookie in ("", "x", "x.y", browser.cookies["mg_way"] + "x"):
        assert web.browser(Cookie=f"mg_way={cookie}").get(address).status_code == 401
    assert provider.answers == []
    assert browser.get(address).status_code == 200
    assert browser.get(address).status_code == 401  # the way was used


def test_way_is_open_for_ten_minutes(web, provider):
    browser = web.browser()
    address = provider.login(gone(web, browser))
    web.clock.forward(601)
    assert browser.get(address).status_code == 401


def test_role_with_a_second_factor_needs_ours_besides(web, provider):
    name = f"o{web.address.rpartition(':')[2]}"
    web.accounts.add(NewAccount(name, "operator", oidc_subject=f"{provider.address} boss"), "", web.clock(), by="test")
    provider.subject = "boss"
    browser = web.browser()
    answer = browser.get(provider.login(gone(web, browser)))
    assert "/login/code" in answer.text
    assert "mg" not in browser.cookies
    page = browser.get("/login/code").text
    web.secrets[name] = page.split("<code>")[1].split("</code>")[0].replace(" ", "")
    assert fields(page)["csrf"]
    assert web.enter_code(browser, name).headers["location"] == "/admin"


def test_account_without_a_password_has_none_that_is_empty(web):
    name = f"w{web.address.rpartition(':')[2]}"
    for password in ("", " ", "x"):
        assert web.login(web.browser(), name, password).status_code == 401


def test_server_that_is_away_or_another_is_said(dsn, provider):
    for issuer in ("http://127.0.0.1:9", provider.address + "/"):
        oidc = {"issuer": issuer, "client_id": "grid", "client_secret_env": "", "client_secret_file": "", "label": "x"}
        with site(dsn, Clock(), auth(oidc=oidc)) as web:
            answer = web.browser().get("/login/oidc?lang=en")
            assert (answer.status_code, "outside login failed" in answer.text) == (401, True)


def test_without_an_issuer_there_is_no_way_outside(dsn):
    with site(dsn, Clock()) as web:
        assert "/login/oidc" not in web.browser().get("/login").text
        assert "mg_way" not in web.browser().get("/login/oidc").headers.get("set-cookie", "")
