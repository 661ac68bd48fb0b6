"""A buffer of live parts."""

import pytest

from passerby.server.live.buffer import LiveBuffer
from tests.store.footage import Clock, parts


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def buffer(clock):
    """The camera `yard`, with five parts."""
    filled = LiveBuffer("yard")
    for part in parts(clock, count=5):
        filled.add(part)
    return filled
