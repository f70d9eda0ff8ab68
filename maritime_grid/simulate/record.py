"""A scenario into files: NMEA with TAG blocks, MQTT messages as JSON lines, the truth as JSON lines."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .messages import iso
from .scenario import Scenario

Progress = Callable[[float], None]  # share done, 0 to 1


@dataclass(frozen=True, slots=True)
class Recorded:
    nmea: Path
    mqtt: Path
    truth: Path
    lines: int
    messages: int


def record(
    scenario: Scenario, path: Path, hours: float, *, step_s: float = 10.0, progress: Progress = lambda _share: None
) -> Recorded:
    """Run `scenario` for `hours` and write `path`, `path`.mqtt.jsonl and `path`.truth.jsonl.

    Each file appears under its name only when whole. Lines stand in order of delivery; the TAG block holds the time of
    the report, which for late ones is earlier. A line of MQTT is {"received_at", "topic", "payload"}, topics below the
    root.
    """
    names = [path, path.with_name(path.name + ".mqtt.jsonl"), path.with_name(path.name + ".truth.jsonl")]
    parts = [name.with_name(name.name + ".part") for name in names]
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        lines, messages = _write(scenario, parts, max(1, round(hours * 3600.0 / step_s)), step_s, progress)
    except BaseException:
        for part in parts:
            part.unlink(missing_ok=True)
        raise
    for part, name in zip(parts, names, strict=True):
        part.replace(name)
    return Recorded(names[0], names[1], names[2], lines, messages)


def _write(scenario: Scenario, parts: list[Path], steps: int, step_s: float, progress: Progress) -> tuple[int, int]:
    """Lines of NMEA and messages of MQTT written."""
    lines = messages = 0
    with ExitStack() as stack:
        nmea, mqtt, truth = (stack.enter_context(part.open("wb")) for part in parts)
        for k in range(steps):
            sent = scenario.step(step_s)
            nmea.writelines(sentence + b"\r\n" for _, sentence in sent.udp)
            mqtt.writelines(_json({"received_at": iso(t), "topic": topic, "payload": body.decode()})
                            for t, topic, body in sent.mqtt)  # fmt: skip
            lines += len(sent.udp)
            messages += len(sent.mqtt)
            progress((k + 1) / steps)
        truth.writelines(_json(entry) for entry in scenario.truth)
    return lines, messages


def write_truth(path: Path, truth: list[dict[str, Any]]) -> None:
    """One JSON object a line; the file is replaced whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_bytes(b"".join(_json(entry) for entry in truth))
    part.replace(path)


def _json(entry: dict[str, Any]) -> bytes:
    return (json.dumps(entry, ensure_ascii=False, separators=(",", ":")) + "\n").encode()
