"""The embedded MQTT broker (rumqttd, by the wheel `iotcore`): for a demonstration or a small site on one machine.

It listens on the loopback only, keeps everything in memory and knows no access rules: production names a broker of its
own in the configuration. It cannot be stopped within its process, so it has a process to itself.
"""

from __future__ import annotations

import logging
import socket
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from time import monotonic

from iotcore import IotCoreBroker

from maritime_grid.domain.errors import UsageError

HOST = "127.0.0.1"
SEGMENT_BYTES = 100 << 20  # of a topic filter's log; the oldest of SEGMENTS goes when all are full
SEGMENTS = 10
MAX_PAYLOAD_BYTES = 1 << 20
WINDOW = 100  # it sends a subscriber no more unacknowledged messages, whatever the settings: commit before so many wait
_POLL_S = 0.05

_CONFIG = """\
id = 0

[router]
id = 0
max_connections = 1000
max_outgoing_packet_count = 1000
max_segment_size = {segment}
max_segment_count = {segments}
"""

_LISTENER = """
[{version}.1]
name = "{version}"
listen = "{host}:{port}"
next_connection_delay_ms = 1

[{version}.1.connections]
connection_timeout_ms = 60000
max_payload_size = {payload}
max_inflight_count = {window}
dynamic_filters = true
"""


def broker_config(port_v5: int, port_v4: int) -> str:
    """The broker's own TOML: MQTT 5 on one port, 3.1.1 on the other, both on the loopback."""
    listeners = [
        _LISTENER.format(version=version, host=HOST, port=port, payload=MAX_PAYLOAD_BYTES, window=WINDOW)
        for version, port in (("v5", port_v5), ("v4", port_v4))
    ]
    return "".join([_CONFIG.format(segment=SEGMENT_BYTES, segments=SEGMENTS), *listeners])


def run_broker(port_v5: int, port_v4: int, stop: Event) -> None:
    """Serves until `stop`; the ports are free again when the process has ended.

    Raises: UsageError: a port is in use.
    """
    logging.getLogger("rumqttd").setLevel(logging.CRITICAL)  # it tells of every packet as if it were an error
    with TemporaryDirectory(prefix="maritime-grid-broker-") as folder:
        config = Path(folder) / "broker.toml"
        config.write_text(broker_config(port_v5, port_v4), encoding="utf-8")
        broker = IotCoreBroker(config_path=str(config))
        try:
            broker.check_ports()
        except OSError as error:
            raise UsageError(f"broker ports {port_v5} and {port_v4} on {HOST}: {error}", "choose others") from error
        broker.start()
        stop.wait()


def wait_for_port(port: int, timeout_s: float, host: str = HOST) -> bool:
    """True as soon as something accepts connections there; False after the time-out."""
    deadline = monotonic() + timeout_s
    pause = Event()
    while (left := deadline - monotonic()) > 0:
        with suppress(OSError), socket.create_connection((host, port), timeout=min(left, 1.0)):
            return True
        pause.wait(_POLL_S)
    return False
