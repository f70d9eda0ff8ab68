"""The embedded broker: on the loopback alone, both protocols, gone when asked."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from pathlib import Path
from threading import Event

import paho.mqtt.client as paho
import pytest

from maritime_grid.domain.errors import UsageError
from maritime_grid.pipeline.broker import broker_config, run_broker, wait_for_port
from tests import needs
from tests.integration.transports.conftest import Broker, Listener, free_port


def test_it_listens_on_the_loopback_alone() -> None:
    listening = [line for line in broker_config(1883, 1884).splitlines() if line.startswith("listen")]
    assert listening == ['listen = "127.0.0.1:1883"', 'listen = "127.0.0.1:1884"']


def test_an_old_client_and_a_new_one_hear_each_other_and_the_command_ends_when_asked() -> None:
    new, old = free_port(), free_port()
    command = [sys.executable, "-m", "maritime_grid", "broker", "--port", str(new), "--port-v4", str(old)]
    process = subprocess.Popen(command, cwd=needs.ROOT)
    try:
        assert wait_for_port(new, 20)
        assert wait_for_port(old, 20)
        listener = Listener(Broker([], new, passwords=False), "mg/v1/#")
        client = paho.Client(paho.CallbackAPIVersion.VERSION2, client_id="old", protocol=paho.MQTTv311)
        client.connect("127.0.0.1", old)
        client.loop_start()
        client.publish("mg/v1/vessel/412000001/position", b"hello", 1).wait_for_publish(10)
        ((topic, payload, _),) = listener.until(lambda heard: len(heard) == 1)
        assert (topic, payload) == ("mg/v1/vessel/412000001/position", b"hello")
        listener.close()
        client.disconnect()
        client.loop_stop()
        process.send_signal(signal.SIGTERM)
        assert process.wait(5) == 0
        assert not wait_for_port(new, 0.2)
    finally:
        process.kill()
        process.wait(5)


def test_a_port_in_use_is_one_line_with_the_mend(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(UsageError, match="choose others") as caught:
        run_broker(other.getsockname()[1], free_port(), Event())
    assert "\n" not in str(caught.value)


def test_a_port_nobody_opens_is_told_after_the_time_out() -> None:
    assert not wait_for_port(free_port(), 0.15)
