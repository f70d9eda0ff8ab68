"""The frame of the command: exit codes, one line for every expected failure, nothing imported for help."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tomllib
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

import pytest

from maritime_grid.cli import COMMANDS, guarded, main
from maritime_grid.cli.store_option import configured_dsn, settings_of
from maritime_grid.domain.errors import MaritimeGridError, ServiceUnavailableError, SettingsError, UsageError

ROOT = Path(__file__).resolve().parents[3]
CONSOLE = "import sys; from maritime_grid.cli import main; sys.exit(main())"


def raising(error: BaseException) -> Namespace:
    def run(_args: Namespace) -> int:
        raise error

    return Namespace(run=run)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("wrong"), 2),
        (SettingsError("wrong"), 2),
        (ServiceUnavailableError("away"), 3),
        (MaritimeGridError("wrong"), 2),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
def test_expected_failure_is_one_line_and_its_exit_code(
    error: Exception, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert guarded(raising(error)) == code
    out = capsys.readouterr()
    assert out.out == ""
    assert out.err == f"maritime-grid: error: {error}\n"


def test_error_text_is_one_line_with_its_mend_whatever_goes_in() -> None:
    assert str(UsageError("first\nsecond\tthird", "do\nthis")) == "first second third; do this"
    assert str(UsageError("alone")) == "alone"


def test_unexpected_failure_is_a_bug_and_keeps_its_traceback() -> None:
    with pytest.raises(ZeroDivisionError):
        guarded(raising(ZeroDivisionError()))


def test_ctrl_c_is_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    assert guarded(raising(KeyboardInterrupt())) == 130
    assert capsys.readouterr().err == ""


def test_sigterm_leaves_what_is_open_in_order_however_often_it_comes() -> None:
    code = (
        "import os, signal, sys, time; from argparse import Namespace; from maritime_grid.cli import guarded\n"
        "def run(args):\n"
        "    try:\n"
        "        print('ready', flush=True)\n"
        "        time.sleep(60)\n"
        "    finally:\n"
        "        os.kill(os.getpid(), signal.SIGTERM)\n"
        "        print('left', flush=True)\n"
        "sys.exit(guarded(Namespace(run=run)))"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGTERM)
        assert process.stdout.read() == "left\n"
    assert process.returncode == 143


@pytest.fixture
def ctrl_c() -> Iterator[None]:
    """Under a shell's `&` SIGINT comes ignored, and would be ignored by the command as well."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["ctrl-c", "sigterm"])
@pytest.mark.parametrize("entry", [["-m", "maritime_grid"], ["-c", CONSOLE]], ids=["module", "script"])
@pytest.mark.usefixtures("ctrl_c")
def test_command_that_is_stopped_while_it_imports_says_nothing(
    entry: list[str], number: signal.Signals, code: int, tmp_path: Path
) -> None:
    slow = "import time\nprint('importing', flush=True)\ntime.sleep(60)\n"
    (tmp_path / "pydantic.py").write_text(slow, encoding="utf-8")  # what every command comes to
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, *entry, "up"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
        env=environment,
    ) as process:  # fmt: skip
        assert process.stdout
        assert process.stdout.readline() == "importing\n"
        process.send_signal(number)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (code, "", "")


def test_console_script_is_the_entry_that_is_tested() -> None:
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    module, function = scripts["maritime-grid"].split(":")
    assert f"from {module} import {function};" in CONSOLE


def test_handler_of_sigterm_is_ours_only_while_a_command_runs() -> None:
    before = signal.getsignal(signal.SIGTERM)
    assert guarded(Namespace(run=lambda _args: signal.getsignal(signal.SIGTERM) is before)) == 0
    assert signal.getsignal(signal.SIGTERM) is before


def test_without_a_command_the_help_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "replay" in capsys.readouterr().out


@pytest.mark.parametrize("port", ["99999", "0", "-1", "web", "８０"])
@pytest.mark.parametrize("command", ["up", "dashboard", "broker"])
def test_port_that_is_none_is_wrong_use(command: str, port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([command, f"--port={port}"])
    assert caught.value.code == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "1 to 65535" in err


def test_time_to_connect_is_that_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MG_STORE__CONNECT_TIMEOUT_S", "3")
    args = Namespace(config=None, data=None, store="postgresql://h/d")
    assert "connect_timeout=3" in configured_dsn(args, settings_of(args))


@pytest.mark.parametrize("words", [["fly"], ["sql"], ["sql", "select 1", "--nonsense"], ["status", "--data"]])
def test_wrong_use_is_one_line_and_exit_code_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(words)
    assert caught.value.code == 2
    err = capsys.readouterr().err
    assert err.startswith("maritime-grid: error: ")
    assert err.count("\n") == 1


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_its_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([name, "--help"])
    assert caught.value.code == 0
    assert COMMANDS[name].split()[0] in capsys.readouterr().out


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from maritime_grid.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "print([m for m in ('numpy', 'shapely', 'psycopg', 'pydantic', 'rich', 'dash') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_wrong_setting_ends_a_command_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MG_CONFIG", raising=False)
    config = tmp_path / "mine.toml"
    config.write_text("[fences]\nconfrim_s = 1\n", encoding="utf-8")
    assert main(["status", "--config", str(config)]) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "did you mean confirm_s?" in err


def test_absent_embedded_store_is_named_with_the_mend(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--data", str(tmp_path / "nothing")]) == 2
    assert "--data DIR" in capsys.readouterr().err
    assert not (tmp_path / "nothing").exists()


def test_reader_that_leaves_early_is_no_failure() -> None:
    code = (
        "import sys; from argparse import Namespace; from maritime_grid.cli import guarded\n"
        "def run(args):\n"
        "    for n in range(100000): print('x' * 100)\n"
        "    return 0\n"
        "sys.exit(guarded(Namespace(run=run)))"
    )
    command = f"{sys.executable} -c '{code.replace(chr(39), chr(34))}' | head -1"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
