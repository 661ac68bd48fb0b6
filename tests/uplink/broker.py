"""A real broker, mosquitto, on this machine alone; and a receiver that keeps what it gets once, as a good one does."""

import contextlib
import json
import random
import shutil
import socket
import subprocess
import threading
import time
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest

PROGRAM = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
needs_broker = pytest.mark.skipif(PROGRAM is None, reason="mosquitto is not installed: sudo apt-get install mosquitto")


def free_port():
    """One that the system does not hand out by itself: whoever tries again and again to reach a port of those while
    nobody listens there is, sooner or later, given that very port for their own end, and keeps the broker from it."""
    for port in random.sample(range(20_000, 30_000), 200):
        with socket.socket() as one, contextlib.suppress(OSError):
            one.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no port is free")


class Broker:
    """Started, killed and started again, always at the same port. It forgets everything when it is killed."""

    def __init__(self, folder: Path):
        self.port = free_port()
        self._config = folder / "mosquitto.conf"
        self._config.write_text(f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence false\n")
        self._process = None

    def start(self):
        self._process = subprocess.Popen(
            [PROGRAM, "-c", str(self._config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until(lambda: self._answers(), 60)

    def _answers(self):
        with socket.socket() as one:
            return one.connect_ex(("127.0.0.1", self.port)) == 0

    def kill(self):
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


class Receiver:
    """Takes everything below `topic`. Of what comes twice under one id it keeps the first, and counts the others."""

    def __init__(self, port, topic="passerby/#", confirm=None):
        self.kept, self.repeats, self.plain = {}, 0, {}
        self._lock, self._confirm = threading.Lock(), confirm
        self._client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id=f"receiver-{port}", clean_session=False)
        self._client.on_connect = lambda client, *_: client.subscribe([(topic, 1), ("homeassistant/#", 1)])
        self._client.on_message = self._take
        self._client.reconnect_delay_set(1, 1)
        self._client.connect_async("127.0.0.1", port)
        self._client.loop_start()

    def _take(self, client, _, message):
        with self._lock:
            if message.topic.endswith(("/counts", "/event")):
                decoded = json.loads(message.payload)
                self.repeats += decoded["id"] in self.kept
                self.kept.setdefault(decoded["id"], decoded)
                if self._confirm:
                    client.publish(self._confirm, decoded["id"], qos=1)
            else:
                self.plain[message.topic] = (message.payload, message.retain)

    def publish(self, topic, payload):
        self._client.publish(topic, payload, qos=1)

    def close(self):
        self._client.disconnect()
        self._client.loop_stop()


def until(condition, seconds=60.0):
    """Waits for it; an error when it does not come. The time is for machines that are busy."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} seconds")
        time.sleep(0.05)
