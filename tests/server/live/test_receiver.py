"""Live parts from another process, and a sender that nobody reads."""

import multiprocessing
from dataclasses import replace

from passerby.server.live.buffer import LiveBuffer
from passerby.server.live.receiver import start_receiver
from passerby.sink.recording.live_parts import LivePartSender
from passerby.store.recordings.part import Part
from tests.store.footage import parts


class NotifyingBuffer(LiveBuffer):
    """A buffer that a test can wait for."""

    def __init__(self, camera):
        super().__init__(camera)
        self.added = multiprocessing.Semaphore(0)

    def add(self, part):
        super().add(part)
        self.added.release()


def test_parts_arrive_from_another_process(clock):
    buffer = NotifyingBuffer("yard")
    receiving, sending = multiprocessing.Pipe(duplex=False)
    thread = start_receiver(receiving, "yard", lambda data: buffer.add(Part.from_bytes(data)))
    sender = LivePartSender(sending)
    sent = list(parts(clock))
    for part in sent:
        sender(part)
        assert buffer.added.acquire(timeout=5)
    sender.close()
    thread.join(10)
    assert not thread.is_alive()
    assert sent == [part for segment in buffer.segments() for part in segment.parts]


def test_a_slow_or_missing_receiver_does_not_block_the_sender(clock):
    receiving, sending = multiprocessing.Pipe(duplex=False)
    sender = LivePartSender(sending)
    large = [replace(part, body=part.body + b"\0" * 200_000) for part in parts(clock, count=12)]
    for part in large:
        sender(part)  # nobody reads
    assert sender.dropped >= len(large) - 6
    receiving.close()
    sender(large[0])
    sender.close()
