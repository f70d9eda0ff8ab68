"""Accounts by the command line, on a real embedded store, and the dashboard that they log in to."""

from __future__ import annotations

import re
import shutil
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from maritime_grid.pipeline.ports import Claims, http_ok
from maritime_grid.store.embedded import EmbeddedPostgres
from maritime_grid.store.passwords import matches

from .test_commands import ROOT, call, rows

PATIENCE_S = 120  # for a dashboard to load its libraries on a busy machine


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="mg-user-", dir="/var/tmp"))
    folder.chmod(0o755)
    with EmbeddedPostgres(folder / "data" / "store"):  # runs on, so that no command has to start it
        yield folder / "data"
    shutil.rmtree(folder, ignore_errors=True)


def user(data: Path, *words: object, given: str | None = None) -> subprocess.CompletedProcess[str]:
    return call("user", *words, "--data", data, given=given)


def said(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stderr
    return done.stdout


def refused(done: subprocess.CompletedProcess[str]) -> str:
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("maritime-grid: error: ")
    assert done.stderr.count("\n") == 1
    return done.stderr


def refused_after(done: subprocess.CompletedProcess[str]) -> str:
    """What it says in the end of a command that did a part of its work."""
    assert done.returncode == 2
    return done.stderr


def kept(data: Path, column: str, name: str) -> Any:
    with EmbeddedPostgres(data / "store") as server, psycopg.connect(server.dsn) as conn:
        return conn.execute(f"select {column} from mg.account where account_id = %s", [name]).fetchone()[0]


def test_password_that_nobody_gave_is_made_and_printed_once(data):
    out = said(user(data, "add", "boss", "--role", "operator", "--name", "王工"))
    password = re.search(r"^password: ([a-z2-9-]{23})$", out, re.MULTILINE)[1]
    assert re.search(r"database role mg_\d+_1", out)
    assert matches(kept(data, "password_hash", "boss"), password)
    listed = said(user(data, "list"))
    assert "王工" in listed
    assert password not in listed


def test_password_from_the_input_is_not_printed(data):
    out = said(user(data, "add", "wall-1", "--role", "wall", "--password-stdin", given="quay-of-shenjiamen\n"))
    assert "quay" not in out
    assert matches(kept(data, "password_hash", "wall-1"), "quay-of-shenjiamen")
    assert "no password" in refused(user(data, "add", "wall-2", "--role", "wall", "--password-stdin", given=""))
    assert "will not do" in refused(user(data, "add", "wall-2", "--role", "wall", "--password-stdin", given="short\n"))


def test_what_does_not_fit_is_refused_in_one_line(data):
    assert "works for a unit" in refused(user(data, "add", "w", "--role", "worker"))
    assert "there is no unit NONE" in refused(user(data, "add", "w1", "--role", "worker", "--unit", "NONE"))
    assert "works for a body" in refused(user(data, "add", "d1", "--role", "department"))
    assert "invalid choice" in refused(user(data, "add", "x1", "--role", "skipper"))
    assert "no login name" in refused(user(data, "add", "X 1", "--role", "wall"))
    for action in ("disable", "enable", "unlock", "passwd", "totp", "sessions"):
        assert "there is no account nobody" in refused(user(data, action, "nobody"))
    assert "no open session 99" in refused(user(data, "sessions", "--end", 99))


def test_account_is_disabled_enabled_and_given_anew_what_it_knows(data):
    said(user(data, "disable", "wall-1"))
    assert "disabled since" in said(user(data, "list"))
    said(user(data, "enable", "wall-1"))
    assert "disabled since" not in said(user(data, "list"))
    before = kept(data, "password_hash", "wall-1")
    out = said(user(data, "passwd", "wall-1"))
    assert matches(kept(data, "password_hash", "wall-1"), out.strip().removeprefix("password: "))
    assert kept(data, "password_hash", "wall-1") != before
    secret = re.search(r"^secret: ([A-Z2-7]{32})$", said(user(data, "totp", "boss")), re.MULTILINE)[1]
    assert kept(data, "totp_secret", "boss") == secret
    said(user(data, "totp", "boss", "--forget"))
    assert kept(data, "totp_secret", "boss") == ""


def test_account_is_given_another_role_and_what_is_not_given_stays(data):
    said(user(data, "add", "wang", "--role", "worker", "--unit", "ZS-PT-DJ-MZH", "--name", "王五", "--once"))
    assert "one-time password until" in said(user(data, "list"))
    assert said(user(data, "change", "wang", "--unit", "ZS-PT-DJ")) == "wang: worker, ZS-PT-DJ, 王五\n"
    assert said(user(data, "change", "wang", "--name", "王六")) == "wang: worker, ZS-PT-DJ, 王六\n"
    assert "nothing differs" in said(user(data, "change", "wang", "--role", "worker"))
    assert "a village works for a village" in refused(user(data, "change", "wang", "--role", "village"))
    assert "works for a body" in refused(user(data, "change", "wang", "--role", "department"))
    done = said(user(data, "change", "wang", "--role", "department", "--body", "ZS-PT-FISHERY"))
    assert done == "wang: department, ZS-PT-FISHERY, 王六\n"
    assert "nobody" in refused(user(data, "change", "nobody", "--name", "x"))


def test_last_operator_stays_one_and_locks_and_sessions_end(data):
    assert "make another one first" in refused(user(data, "disable", "boss"))
    assert "make another one first" in refused(user(data, "change", "boss", "--role", "wall"))
    assert said(user(data, "unlock", "wang")) == "wang may log in again\n"
    assert said(user(data, "sessions", "wang", "--end-all")) == "0 sessions of wang are ended\n"
    assert "no account is named" in refused(user(data, "sessions", "--end-all"))
    said(user(data, "passwd", "wang", "--once"))
    assert kept(data, "password_until is not null", "wang") is True
    said(user(data, "passwd", "wang"))
    assert kept(data, "password_until is not null", "wang") is False


def test_second_factors_are_sealed_under_the_key_of_the_settings(data, tmp_path, monkeypatch):
    own, former = tmp_path / "own.toml", tmp_path / "former"
    own.write_text('[access]\nsecret_key_env = "GRID_KEY"\n')
    secret = re.search(r"^secret: (.*)$", said(user(data, "totp", "wang")), re.MULTILINE)[1]
    assert kept(data, "totp_secret", "wang") == secret
    assert "GRID_KEY is missing or short" in refused(user(data, "reseal", "--config", own))
    monkeypatch.setenv("GRID_KEY", "k" * 40)
    said(user(data, "reseal", "--config", own))
    closed = kept(data, "totp_secret", "wang")
    assert secret not in closed
    monkeypatch.setenv("GRID_KEY", "s" * 40)
    assert "second factor of wang" in refused_after(user(data, "reseal", "--config", own))
    assert kept(data, "totp_secret", "wang") == closed
    former.write_text("k" * 40 + "\n")
    said(user(data, "reseal", "--config", own, "--former-key-file", former))
    assert kept(data, "totp_secret", "wang") not in {secret, closed}
    assert "holds no secret key" in refused(user(data, "reseal", "--former-key-file", tmp_path / "none"))
    said(user(data, "totp", "wang", "--forget"))


def test_who_typed_is_in_the_log_with_a_mark_that_no_account_has(data):
    with EmbeddedPostgres(data / "store") as server, psycopg.connect(server.dsn) as conn:
        who = conn.execute("select distinct account_id from mg.access_log").fetchall()
    assert all(name.startswith("cli") for (name,) in who)
    assert rows(data, "select 1 as n") == [{"n": "1"}]


@pytest.fixture
def port() -> Iterator[int]:
    """A port that nobody else who asks for one is given meanwhile."""
    with Claims() as claims:
        yield claims.free_port(0)


@contextmanager
def dashboard(dsn: str, port: int, *more: str) -> Iterator[None]:
    """The dashboard, once it answers; what it says on its standard error is in the message where it does not."""
    words = [sys.executable, "-m", "dashboard", "--store", dsn, "--port", str(port), *more]
    with tempfile.TemporaryFile() as says:
        child = subprocess.Popen(words, cwd=ROOT, stderr=says)
        try:
            scheme = "https" if more else "http"
            give_up = time.monotonic() + PATIENCE_S
            while not http_ok(f"{scheme}://127.0.0.1:{port}/healthz"):
                if child.poll() is not None or time.monotonic() > give_up:
                    says.seek(0)
                    raise AssertionError(f"nobody answers on {port}: {says.read().decode()}")
                time.sleep(0.2)
            yield
        finally:
            child.terminate()
            child.wait(timeout=PATIENCE_S)


class _Stays(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), _Stays)


def get(address: str) -> tuple[int, str, str]:
    """Status, target of a redirection, text."""
    try:
        with _OPENER.open(address, timeout=PATIENCE_S) as answer:
            return answer.status, "", answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers.get("location", ""), error.read().decode()


def test_dashboard_on_the_loopback_shows_the_wall_at_once_and_asks_for_a_login_elsewhere(data, port):
    with EmbeddedPostgres(data / "store") as server, dashboard(server.dsn, port):
        assert get(f"http://127.0.0.1:{port}/")[0] == 200
        assert get(f"http://127.0.0.1:{port}/people")[:2] == (303, "/login?next=/people")
        assert get(f"http://127.0.0.1:{port}/api/v1/people")[0] == 401
        assert "登录" in get(f"http://127.0.0.1:{port}/login")[2]


def test_dashboard_listens_nowhere_else_without_key_and_tls_or_proxy(data, tmp_path, monkeypatch):
    own = tmp_path / "own.toml"
    own.write_text("")
    words = [sys.executable, "-m", "dashboard", "--store", "host=/none dbname=x", "--host", "0.0.0.0", "--config", own]

    def fault() -> str:
        done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 2
        assert done.stderr.count("\n") == 1
        return done.stderr

    assert "no secret key" in fault()
    monkeypatch.setenv("GRID_KEY", "k" * 40)
    own.write_text('[access]\nsecret_key_env = "GRID_KEY"\n')
    assert "nothing says who speaks TLS" in fault()
    own.write_text('[access]\nsecret_key_env = "GRID_KEY"\ntls_cert_file = "/none/c"\ntls_key_file = "/none/k"\n')
    assert "access.tls_cert_file /none/c" in fault()
    for command in ("up", "dashboard"):
        own.write_text('[dashboard]\nhost = "0.0.0.0"\n')
        folder = tmp_path / command
        done = call(command, "--data", folder, "--config", own)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr


def test_dashboard_speaks_tls_itself(data, port, tmp_path, monkeypatch):
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", cert, "-days", "2",
         "-subj", "/CN=grid.example"], check=True, capture_output=True,
    )  # fmt: skip
    monkeypatch.setenv("GRID_KEY", "k" * 40)
    own = tmp_path / "own.toml"
    own.write_text(f'[access]\nsecret_key_env = "GRID_KEY"\ntls_cert_file = "{cert}"\ntls_key_file = "{key}"\n')
    with (
        EmbeddedPostgres(data / "store") as server,
        dashboard(server.dsn, port, "--host", "0.0.0.0", "--config", str(own)),
    ):
        trusting = ssl.create_default_context(cafile=str(cert))
        trusting.check_hostname = False  # the certificate is of grid.example, as after a tunnel
        with httpx.Client(base_url=f"https://127.0.0.1:{port}", verify=trusting, trust_env=False) as browser:
            form = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', browser.get("/login").text))
            password = said(user(data, "passwd", "wall-1")).strip().removeprefix("password: ")
            answer = browser.post(
                "/login",
                data=form | {"name": "wall-1", "password": password},
                headers={"Origin": f"https://127.0.0.1:{port}"},
            )
            assert answer.headers["location"] == "/"
            session = next(c for c in answer.headers.get_list("set-cookie") if c.startswith("__Host-mg="))
            assert "Secure" in session
            assert browser.get("/").status_code == 200
            assert browser.get("/cases").status_code == 403
