"""Every command of `maritime-grid` with the own database login of every account instead of the store's user.

Commands act for whoever is at the machine, with all rights of the store's user; none acts for an account. So an account
that holds the address of the store and a login of its own must come no further by them than by SQL.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from maritime_grid.cli import COMMANDS, build_parser, main
from maritime_grid.cli.prepare import prepare_store
from maritime_grid.domain.errors import MaritimeGridError
from maritime_grid.store.reads import Reads

from .case_build import SETTINGS, ask
from .test_view_access import WHO, World, world
from .view_world import SECRETS, logins

__all__ = ["world"]

NO_STORE = {("broker",), ("grids", "validate")}
SERVE = {("up",), ("ingest",), ("dashboard",)}  # they run until they are stopped; all begin by preparing or reading
READ = {("units", "list"), ("people", "check")}  # through views, as whoever asks: the rows of the account
# with arguments that the store's own user could use; {file} is a sheet, {recording} has a line of NMEA
REFUSED: dict[tuple[str, ...], list[str]] = {
    ("migrate",): [],
    ("replay",): ["{recording}"],
    ("grids", "load"): ["--by", "x"],
    ("grids", "retire"): ["G1"],
    ("grids", "history"): [],
    ("people", "import"): ["units", "{sheet}"],
    ("people", "export"): ["people", "--output", "{out}", "--purpose", "x"],
    ("user", "add"): ["thief", "--role", "operator"],
    ("user", "list"): [],
    ("user", "disable"): ["city"],
    ("user", "enable"): ["city"],
    ("user", "change"): ["city", "--name", "x"],
    ("user", "unlock"): ["city"],
    ("user", "reseal"): [],
    ("user", "passwd"): ["city"],
    ("user", "totp"): ["city"],
    ("user", "sessions"): [],
    ("status",): [],
    ("export",): ["positions"],
    ("archive", "verify"): [],
    ("archive", "seal"): [],
    ("sql",): ["select * from person"],
    ("simulate",): ["--roster", "--record", "{out}", "--hours", "0.001"],
}
LOCKED = "select sum(hashtext(t::text)) from {} t"
TABLES = (
    "account",
    "access_log",
    "people_log",
    "role_act",
    "place_version",
    "roster",
    "person",
    "case_log",
    "migration",
)


def commands() -> Iterator[tuple[str, ...]]:
    """Every command with its action, from the parser itself."""
    for name in COMMANDS:
        yield from _below(_choices(build_parser(name))[name], (name,))


def _below(parser: argparse.ArgumentParser, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    actions = _choices(parser)
    if not actions:
        yield path
    for action, below in actions.items():
        yield from _below(below, (*path, action))


def _choices(parser: argparse.ArgumentParser) -> dict[str, Any]:
    found = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
    return dict(found[0].choices) if found else {}


def test_every_command_is_classed():
    named = list(commands())
    assert len(named) > 20
    assert set(named) == NO_STORE | SERVE | READ | REFUSED.keys()


@pytest.fixture(scope="module")
def own(world: World) -> dict[str, str]:
    return logins(world.dsn)


def state(dsn: str) -> list[Any]:
    return [ask(dsn, LOCKED.format(f"mg.{table}")) for table in TABLES]


@pytest.mark.parametrize("command", REFUSED, ids=" ".join)
def test_command_is_refused_to_the_login_of_every_account(
    world: World, own: dict[str, str], command: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "x.nmea").write_text("!AIVDM,1,1,,A,13u?etPv2;0n:dDPwUM1U1Cb069D,0*24\n")
    (tmp_path / "x.csv").write_text("unit_id\nZS\n")
    places = {"recording": tmp_path / "x.nmea", "sheet": tmp_path / "x.csv", "out": tmp_path / "out.csv"}
    words = [word.format(**places) if word.startswith("{") else word for word in REFUSED[command]]
    before = state(world.dsn)
    for who in WHO:
        code = main([*command, *words, "--store", own[who]])
        said = capsys.readouterr()
        assert code in {2, 3}, (who, said.out)
        assert said.err.strip().splitlines()[-1].startswith("maritime-grid: error:"), said.err
        assert not [text for texts in SECRETS.values() for text in texts if text in said.out + said.err]
    assert state(world.dsn) == before
    assert not places["out"].exists()


@pytest.mark.parametrize("command", sorted(READ), ids=" ".join)
def test_command_that_reads_through_views_shows_an_account_its_own(
    world: World, own: dict[str, str], command: tuple[str, ...], capsys: pytest.CaptureFixture[str]
):
    grids = {"G1": "T1-V", "G2": "T2"}
    for who in WHO:
        assert main([*command, "--store", own[who]]) == 0
        said = capsys.readouterr().out
        if command == ("people", "check"):
            shown = {grid for grid in grids if grid in said}
            assert shown == {grid for grid, unit in grids.items() if unit in world.who[who].units}, who


@pytest.mark.parametrize("who", WHO)
def test_nothing_is_served_on_the_login_of_an_account(own: dict[str, str], who: str):
    with pytest.raises(MaritimeGridError):
        prepare_store(own[who], SETTINGS)
    reads = Reads(own[who])
    try:
        with pytest.raises(MaritimeGridError):
            reads.vessels()
    finally:
        reads.close()
