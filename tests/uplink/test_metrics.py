"""What Prometheus fetches, and what is said where it cannot."""

import socket

import pytest

from passerby.config.uplink import Metrics, Mqtt, UplinkSettings
from passerby.core.clock import Moment
from passerby.core.errors import UsageError
from passerby.store.counts.events_and_counts import Counts
from passerby.store.database import Database
from passerby.store.outbox import Outbox
from passerby.uplink.camera_state import States
from passerby.uplink.metrics import Exposed, serve
from tests.uplink.program import BEGIN, minute


@pytest.fixture
def database(tmp_path):
    with Database.open(tmp_path / "data", make=True) as database:
        yield database


def values(exposed, name):
    return [
        (tuple(sample.labels.values()), sample.value)
        for metric in exposed.collect()
        for sample in metric.samples
        if sample.name == name
    ]


def test_totals_go_on_after_a_new_start(database):
    settings = UplinkSettings(mqtt=Mqtt(host="h"))
    counts = Counts(database, "school", settings.destinations())
    first = Exposed("school", States(counts), Outbox(database))
    assert [] == values(first, "passerby_crossed_total")
    counts.add([minute("gate", 0), minute("gate", 1)], [], Moment(1.0, BEGIN, True))
    expected = minute("gate", 0).lines[0].forward + minute("gate", 1).lines[0].forward
    for exposed in (first, Exposed("school", States(counts), Outbox(database))):
        told = dict(values(exposed, "passerby_crossed_total"))
        assert expected == told["school", "gate", "door", "person", "forward"]
    assert [(("school", "gate"), BEGIN + 60)] == values(first, "passerby_minute")
    assert [(("school", "mqtt", "counts"), 2)] == values(first, "passerby_waiting")


def test_a_port_that_is_taken_is_an_error_that_says_what_to_do(database):
    exposed = Exposed("school", States(Counts(database, "school")), Outbox(database))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(UsageError, match="Name another port under uplink, prometheus"):
            serve(Metrics(port=taken.getsockname()[1]), exposed)
