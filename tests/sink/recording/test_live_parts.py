"""Live parts reach their receiver, and never block the camera."""

import threading
from multiprocessing import Pipe

import pytest

from passerby.sink.part_queue import MAX_QUEUED_S
from passerby.sink.recording.live_parts import LivePartSender
from passerby.store.recordings.part import Part
from tests.store.footage import encoded


@pytest.fixture(scope="module")
def parts():
    return encoded("yard", 30)


def test_parts_arrive_in_order(parts):
    receiver, connection = Pipe(duplex=False)
    sender = LivePartSender(connection)
    for part in parts:
        sender(part)
        assert part == Part.from_bytes(receiver.recv_bytes())
    sender.close()
    assert 0 == sender.dropped


class SlowConnection:
    """Sends nothing until it is released."""

    def __init__(self):
        self.sending, self.released, self.sent = threading.Event(), threading.Event(), []

    def send_bytes(self, data):
        self.sending.set()
        self.released.wait(10)
        self.sent.append(Part.from_bytes(data))

    def close(self):
        pass


def test_a_slow_receiver_costs_the_oldest_parts(parts):
    connection = SlowConnection()
    sender = LivePartSender(connection)
    sender(parts[0])
    assert connection.sending.wait(10)
    fitting = round(MAX_QUEUED_S / (parts[1].duration / 1e6))
    for _ in range(fitting):
        sender(parts[1])
    sender(parts[2])
    connection.released.set()
    sender.close()
    assert 1 == sender.dropped
    assert [parts[0], *[parts[1]] * (fitting - 1), parts[2]] == connection.sent


def test_sending_ends_when_the_receiver_is_closed(parts):
    receiver, connection = Pipe(duplex=False)
    receiver.close()
    sender = LivePartSender(connection)
    sender(parts[0])
    sender._thread.join(10)
    assert not sender._thread.is_alive()
    sender(parts[1])
    sender.close()
