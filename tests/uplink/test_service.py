"""The uplink of a site: every channel keeps running whatever happens in another, and stops when it is closed."""

import asyncio
import threading

import pytest

from passerby.config.uplink import UplinkSettings
from passerby.store.database import Database
from passerby.uplink import service
from passerby.uplink.service import Uplink
from tests.uplink.broker import until


class Channel:
    """Fails so many times, then runs until it is stopped."""

    def __init__(self, failures):
        self.failures, self.problem, self.running = failures, None, threading.Event()

    async def run(self, stop):
        if self.failures:
            self.failures -= 1
            raise RuntimeError("the disk is full")
        self.problem = None
        self.running.set()
        await stop.wait()


@pytest.fixture
def uplink(tmp_path, monkeypatch):
    monkeypatch.setattr(service, "RESTART_S", 0.01)
    with Database.open(tmp_path / "data", create=True) as database:
        yield Uplink("school", UplinkSettings(), {}, database)


def test_a_failed_channel_runs_again_and_stops_no_other(uplink):
    failing, steady = Channel(failures=3), Channel(failures=0)
    uplink._channels = [failing, steady]
    with uplink:
        assert steady.running.wait(10)
        assert failing.running.wait(10)
        until(lambda: [] == uplink.problems)
    assert not uplink._thread.is_alive()


def test_the_problem_of_a_channel_is_reported(uplink, monkeypatch):
    monkeypatch.setattr(service, "RESTART_S", 60.0)
    uplink._channels = [Channel(failures=1)]
    with uplink:
        until(lambda: ["RuntimeError: the disk is full"] == uplink.problems)


def test_without_destinations_it_starts_and_stops(uplink):
    with uplink:
        assert ([], None) == (uplink.problems, uplink.metrics_port)


def test_a_stopped_channel_is_not_run_again():
    channel, stop = Channel(failures=1), asyncio.Event()
    stop.set()
    asyncio.run(service._run_forever(channel, stop))
    assert 1 == channel.failures
