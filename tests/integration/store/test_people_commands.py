"""`maritime-grid people` and `units` as they are typed, on a real store."""

from __future__ import annotations

from pathlib import Path

import pytest

from maritime_grid.cli import main

HEAD = "staff_no,name_zh,grid_id,post,since\n"


@pytest.fixture
def store_of(fresh_dsn: str, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Options that name a store with the units of Zhoushan."""
    options = ["--store", fresh_dsn]
    for sheet in ("units", "grid_leads"):
        assert main(["people", "import", sheet, f"config/zhoushan/{sheet}.csv", *options]) == 0
    capsys.readouterr()
    return options


@pytest.fixture(autouse=True)
def _in_the_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).resolve().parents[3])


def test_import_says_what_it_did_and_a_dry_run_what_it_would(
    store_of: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    file = tmp_path / "people.csv"
    file.write_text(HEAD + "S1,王五,ZS-DJ-1,leader,2026-01-01\n", encoding="utf-8")
    for extra, said in (
        (["--dry-run"], "1 new, 0 changed, 0 same"),
        ([], "1 new, 0 changed, 0 same"),
        ([], "0 new, 0 changed, 1 same"),
    ):
        assert main(["people", "import", "people", str(file), *extra, *store_of]) == 0
        assert capsys.readouterr().out == f"{said}, 0 refused\n"


def test_faults_are_one_line_each_with_file_line_column_and_mend(
    store_of: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    file = tmp_path / "people.csv"
    file.write_text(HEAD + "S1,王五,ZS-XX-1,leader,gestern\nS2,,ZS-DJ-1,leader,2026-01-01\n", encoding="utf-8")
    assert main(["people", "import", "people", str(file), *store_of]) == 2
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        f"{file}, line 2, column since: 'gestern' is no day; give it as 2026-05-01",
        f"{file}, line 3, column name_zh: nothing stands here; give the name",
        "0 new, 0 changed, 0 same, 2 refused",
    ]
    assert err == f"maritime-grid: error: {file}: nothing was taken in; mend the lines named above\n"


def test_export_comes_back_unchanged(store_of: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    for name in ("units.csv", "units.xlsx"):
        assert main(["people", "export", "units", "--output", str(tmp_path / name), *store_of]) == 0
        capsys.readouterr()
        assert main(["people", "import", "units", str(tmp_path / name), *store_of]) == 0
        assert capsys.readouterr().out == "0 new, 0 changed, 75 same, 0 refused\n"


def test_check_counts_grids_and_units_list_shows_the_tree(store_of: list[str], capsys: pytest.CaptureFixture[str]):
    assert main(["people", "check", *store_of]) == 0
    assert capsys.readouterr().out == "0 grids: 0 complete, 0 lack somebody\n"  # no area was loaded
    assert main(["units", "list", *store_of]) == 0
    out = capsys.readouterr().out
    assert "ZS-PT-DJ-MZH" in out
    assert "庙子湖村(示例)" in out
    assert main(["people", "check", "--unit", "ZS-XX", *store_of]) == 2
    assert "there is no unit ZS-XX; see: maritime-grid units list" in capsys.readouterr().err


def test_wrong_words_are_wrong_use(store_of: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["people", "export", "units", "--output", str(tmp_path / "u.pdf"), *store_of]) == 2
    assert "name a .csv or .xlsx file" in capsys.readouterr().err
    assert main(["people", "import", "units", str(tmp_path / "none.csv"), *store_of]) == 2
    assert "none.csv: No such file or directory; name a readable file" in capsys.readouterr().err
