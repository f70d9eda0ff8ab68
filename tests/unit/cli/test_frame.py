"""The frame of the command: exit codes, one line for every expected failure, nothing imported for help."""

from __future__ import annotations

import subprocess
import sys
from argparse import Namespace
from pathlib import Path

import pytest

from maritime_grid.cli import COMMANDS, guarded, main
from maritime_grid.domain.errors import MaritimeGridError, ServiceUnavailableError, SettingsError, UsageError

ROOT = Path(__file__).resolve().parents[3]


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


def test_without_a_command_the_help_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "replay" in capsys.readouterr().out


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
