"""consumer.py URL USERNAME PASSWORD LEDGER KILL_AT WHEN

Takes messages, commits them to a file that holds each once, acknowledges after the commit; kills itself with SIGKILL
at message KILL_AT, `before` or `after` that commit. With KILL_AT 0 it ends when `end` has come.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

from ingest.transports import open_transport

CLIENT_ID = "counting-consumer"
TOPICS = ("mg/v1/#",)


def main() -> None:
    url, username, password, ledger, kill_at, when = sys.argv[1:]
    path = Path(ledger)
    path.touch()
    known = set(path.read_bytes().split(b"\n"))
    transport = open_transport(
        url, name="consumer", now_us=lambda: time.time_ns() // 1000, topics=TOPICS, client_id=CLIENT_ID,
        username=username or None, password=password or None,
    )  # fmt: skip
    count = 0
    while b"end" not in known:
        packets = transport.receive(200, 1.0)
        count += len(packets)
        dying = 0 < int(kill_at) <= count
        if dying and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        new = [p.data for p in packets if p.data not in known]
        with path.open("ab") as file:
            file.write(b"".join(data + b"\n" for data in new))
            file.flush()
            os.fsync(file.fileno())
        known.update(new)
        if dying:
            os.kill(os.getpid(), signal.SIGKILL)
        transport.acknowledge(packets)
        with path.with_suffix(".seen").open("a") as seen:
            seen.write(f"{len(packets)}\n")
    transport.close()


if __name__ == "__main__":
    main()
