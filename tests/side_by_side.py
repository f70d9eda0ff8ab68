"""All tests in two processes: those in Chromium, which mostly wait for pages, beside the rest.

`python -m tests.side_by_side`; on a single core one process runs all. Progress of both is told as it comes, what a
process has to say at its end in one piece, and at last one line with the counts of both. The exit code is 0 only if
both ended well and said how many tests they ran.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
PARTS = {"browser": ["tests/browser"], "rest": ["tests", "--ignore=tests/browser"]}


class Part(threading.Thread):
    """One process of pytest; reads what it writes."""

    def __init__(self, name: str, words: Sequence[str], report: Path, cwd: Path) -> None:
        super().__init__(name=name)
        self._report = report
        # -u, not a variable: what the tests start shall buffer as ever
        command = [sys.executable, "-u", "-m", "pytest", *words, f"--junitxml={report}"]
        self.process = subprocess.Popen(
            command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
        )

    def run(self) -> None:
        rules, tail = 0, list[str]()
        with self.process:
            for line in self.process.stdout or ():
                rules += line.startswith("=====")
                if rules < 2:  # the first opens the session, the second ends its progress
                    print(f"{self.name}: {line}", end="", flush=True)
                else:
                    tail.append(line)
        print(f"\n{self.name}, all of it done:\n{''.join(tail)}", end="", flush=True)

    def counts(self) -> Counter[str]:
        """How many passed, failed, had an error, were skipped; none if the process did not live to tell."""
        try:
            suites = list(ElementTree.parse(self._report).getroot().iter("testsuite"))
        except (OSError, ElementTree.ParseError):
            return Counter()
        said = Counter({word: sum(int(s.get(word, 0)) for s in suites) for word in ("failures", "errors", "skipped")})
        return said + Counter(passed=sum(int(s.get("tests", 0)) for s in suites) - said.total())


def run(parts: Mapping[str, Sequence[str]], cwd: Path) -> int:
    """Run the parts side by side and tell; the exit code."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="mg-tests-") as folder:
        running = [Part(name, words, Path(folder) / f"{name}.xml", cwd) for name, words in parts.items()]

        def end(_: int, __: FrameType | None) -> None:
            for part in running:
                part.process.send_signal(signal.SIGINT)  # at which pytest still tears down

        # Ctrl-C goes from the terminal to all three, and twice is an order to tear down nothing
        before = {signal.SIGTERM: signal.signal(signal.SIGTERM, end)}
        before[signal.SIGINT] = signal.signal(signal.SIGINT, lambda *_: None)
        for part in running:
            part.start()
        for part in running:
            part.join()
        codes = {part.name: part.process.wait() for part in running}
        counts = {part.name: part.counts() for part in running}
        for number, handler in before.items():
            signal.signal(number, handler)
    untold = [name for name, count in counts.items() if not count.total()]
    faults = [f"{name} ended with {code}" for name, code in codes.items() if code]
    faults += [f"{name} told of no test" for name in untold]
    total = sum(counts.values(), Counter[str]())
    told = ", ".join(f"{total[word]} {word}" for word in ("passed", "failures", "errors", "skipped"))
    print(f"\n===== {told} in {time.monotonic() - began:.0f} s{''.join(f'; {fault}' for fault in faults)} =====")
    return int(bool(faults))


def main() -> int:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if cores < 2:
        return subprocess.run([sys.executable, "-m", "pytest"], cwd=ROOT, check=False).returncode
    return run(PARTS, ROOT)


if __name__ == "__main__":
    sys.exit(main())
