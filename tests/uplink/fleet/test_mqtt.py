"""A site at a fleet's broker: nothing that arrives there does anything but let go of messages."""

import time

import pytest

from passerby.core.clock import SystemClock
from tests.fleet.running import Site, TlsBroker, make_fleet, status_of
from tests.fleet.test_mqtt_receiver import Client
from tests.uplink.broker import needs_broker, until

pytestmark = needs_broker


@pytest.fixture(scope="module")
def fleet(tmp_path_factory):
    return make_fleet(tmp_path_factory.mktemp("fleet"))


@pytest.fixture(scope="module")
def broker(fleet):
    broker = TlsBroker(fleet.folder, fleet.broker_port)
    broker.start()
    yield broker
    broker.kill()


@pytest.fixture
def receiver(fleet, broker):
    client = Client(fleet, fleet.folder.receiver)
    yield client
    client.close()


def test_only_what_was_sent_is_let_go(fleet, receiver, tmp_path):
    site = Site(tmp_path / "data", fleet.credentials("north")).start()
    try:
        receiver.subscribe("passerby-fleet/+/health")
        message = site.health.report(status_of(), SystemClock(True).now())
        until(lambda: receiver.received)
        for answer in (
            b"",
            b"restart",
            b"\xff\xd8\xff" + bytes(5000),
            b'{"received": ["*"]}',
            b'{"received": "all"}',
            b'{"command": "picture", "camera": "gate"}',
            b'{"received": ["%b"], "config": {}}' % message.id.encode(),
            b"[" * 20000,
        ):
            assert 0 == receiver.publish("passerby-fleet/north/received", answer)
        time.sleep(0.5)
        assert 1 == site.waiting
        receiver.publish("passerby-fleet/north/received", b'{"received": ["%b"]}' % message.id.encode())
        until(lambda: site.waiting == 0)
        assert {"passerby-fleet/north/health"} == {topic for topic, _ in receiver.received}
    finally:
        site.close()


def test_a_refusal_is_told(fleet, receiver, tmp_path):
    site = Site(tmp_path / "data", fleet.credentials("north")).start()
    try:
        message = site.health.report(status_of(), SystemClock(True).now())
        answer = b'{"refused": [{"id": "%b", "reason": "an unknown field"}]}' % message.id.encode()
        until(lambda: receiver.publish("passerby-fleet/north/received", answer) == 0)
        until(lambda: site.uplink.problems)
        assert "the fleet refuses 1 messages: an unknown field" in site.uplink.problems[0]
        assert 1 == site.waiting
    finally:
        site.close()
