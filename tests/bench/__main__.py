"""`python -m tests.bench [PART...]`: measure, print a table, write build/bench.json."""

from __future__ import annotations

import argparse
import json
import time
from importlib import import_module

import pytest
from rich.console import Console
from rich.table import Table

from tests import needs

PARTS = ("decode", "fence", "replay", "reads", "cases", "memory", "latency", "alerts", "start")
# at least, or at most; where a ratio is flat, nearly 1
AIMS = {
    "decode_over_pyais": (">=", 1.0),
    "fence_over_sjoin_200": (">=", 5.0),
    "fence_over_sjoin_5000": (">=", 5.0),
    "replay_over_copy": (">=", 0.3),
    "read_10000_vessels_s": ("<=", 0.25),  # a quarter of the wall's refresh
    "case_list_s": ("<=", 0.3),
    "case_past_s": ("<=", 0.3),
    "case_board_s": ("<=", 0.3),
    "case_pulse_s": ("<=", 0.1),
    "case_late_s": ("<=", 0.3),
    "case_search_s": ("<=", 0.5),
    "replay_rss_end_over_third": ("<=", 1.1),
    "commit_p99_s": ("<=", 1.0),
    "painted_p99_s": ("<=", 2.5),
    "ack_seen_p99_s": ("<=", 2.0),
    "start_cold_s": ("<=", 90.0),
    "start_warm_s": ("<=", 10.0),
}
OUT = needs.ROOT / "build" / "bench.json"


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; default: all")
    parts = parser.parse_args(argv).parts or PARTS
    unknown = sorted(set(parts) - set(PARTS))
    if unknown:
        parser.error(f"no part {unknown[0]!r}; choose of {', '.join(PARTS)}")
    console, found = Console(), {}
    for part in parts:
        began = time.perf_counter()
        try:
            found |= import_module(f"{__package__}.{part}_bench").run()
        except (pytest.skip.Exception, pytest.fail.Exception) as absent:
            console.print(f"{part}: left out; {absent.msg}", style="yellow")
            continue
        console.print(f"{part}: {time.perf_counter() - began:.0f} s", style="dim")
    console.print(table_of(found))
    save(found)
    return 0


def table_of(found: dict[str, float]) -> Table:
    table = Table("what", title="medians on this machine")
    table.add_column("value", justify="right")
    table.add_column("aim", justify="right")
    for name, value in found.items():
        sign, aim = AIMS.get(name, ("", 0.0))
        good = not sign or (value >= aim if sign == ">=" else value <= aim)
        shown = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3f}"
        table.add_row(name, shown, f"{sign} {aim:g}" if sign else "", style="" if good else "red")
    return table


def save(found: dict[str, float]) -> None:
    """What was measured replaces what the file said of it; parts not run keep their last figures."""
    OUT.parent.mkdir(exist_ok=True)
    before = json.loads(OUT.read_text(encoding="utf-8")) if OUT.is_file() else {}
    text = json.dumps({**before, **{name: round(value, 6) for name, value in found.items()}}, indent=2, sort_keys=True)
    part = OUT.with_suffix(".part")
    part.write_text(text + "\n", encoding="utf-8")
    part.replace(OUT)


if __name__ == "__main__":
    raise SystemExit(main())
