"""Two processes of tests end as one: what is wrong in either is wrong in both."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.side_by_side import PARTS, ROOT, run

GOOD = "def test_good(): pass\n"
SKIPPED = "import pytest\n@pytest.mark.skip(reason='of no {}')\ndef test_skipped(): pass\n"
NONE = "import os\ndef test_good(): pass\ndef test_that_dies(): os._exit(0)\n"


@pytest.mark.parametrize(
    ("other", "code", "told"),
    [
        pytest.param(GOOD, 0, "2 passed, 0 failures, 0 errors, 0 skipped in ", id="good"),
        pytest.param(SKIPPED, 0, "1 passed, 0 failures, 0 errors, 1 skipped in ", id="skipped"),
        pytest.param("def test_bad(): assert False\n", 1, "1 passed, 1 failures, 0 errors, 0 skipped in ", id="bad"),
        pytest.param("import nothing_such\n", 1, "1 passed, 0 failures, 1 errors, 0 skipped in ", id="error"),
        pytest.param("", 1, "; other ended with 5; other told of no test ", id="none"),
        pytest.param(NONE, 1, "; other told of no test ", id="dead"),
    ],
)
def test_both_are_told_in_one_line_and_fail_with_either(
    tmp_path: Path, capfd, monkeypatch: pytest.MonkeyPatch, other: str, code: int, told: str
):
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    files = {"one": tmp_path / "test_one.py", "other": tmp_path / "test_other.py"}
    files["one"].write_text(GOOD)
    files["other"].write_text(other)
    assert run({name: [str(file), "-ra", "-p", "no:cacheprovider"] for name, file in files.items()}, tmp_path) == code
    lines = capfd.readouterr().out.splitlines()
    assert told in lines[-1]
    assert sum("test_one.py . " in line for line in lines) == 1
    assert any("of no {}" in line for line in lines) == (other == SKIPPED)


def test_one_part_leaves_out_nothing_but_what_the_other_runs():
    taken, (whole, *left_out) = PARTS["browser"], PARTS["rest"]
    assert [ROOT / whole] == [ROOT / "tests"]
    assert left_out == [f"--ignore={folder}" for folder in taken]
    assert all(any((ROOT / folder).glob("test_*.py")) for folder in taken)
