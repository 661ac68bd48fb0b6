"""The metrics that Prometheus scrapes, and the error where the port is taken."""

import socket

import pytest

from passerby.config.uplink import MqttSettings, PrometheusSettings, UplinkSettings
from passerby.core.clock import Moment
from passerby.core.errors import UsageError
from passerby.store.counts.events_and_counts import CountStore
from passerby.store.database import Database
from passerby.store.outbox import Outbox
from passerby.uplink.camera_state import CameraTotalsReader
from passerby.uplink.metrics import CountsCollector, serve
from tests.uplink.program import BEGIN, minute


@pytest.fixture
def database(tmp_path):
    with Database.open(tmp_path / "data", create=True) as database:
        yield database


def values(collector, name):
    return [
        (tuple(sample.labels.values()), sample.value)
        for metric in collector.collect()
        for sample in metric.samples
        if sample.name == name
    ]


def test_totals_continue_after_a_restart(database):
    settings = UplinkSettings(mqtt=MqttSettings(host="h"))
    counts = CountStore(database, "school", settings.destinations())
    first = CountsCollector("school", CameraTotalsReader(counts), Outbox(database))
    assert [] == values(first, "passerby_line_crossings_total")
    counts.add([minute("gate", 0), minute("gate", 1)], [], Moment(1.0, BEGIN, True))
    expected = minute("gate", 0).lines[0].forward + minute("gate", 1).lines[0].forward
    for collector in (first, CountsCollector("school", CameraTotalsReader(counts), Outbox(database))):
        samples = dict(values(collector, "passerby_line_crossings_total"))
        assert expected == samples["school", "gate", "door", "person", "forward"]
    assert [(("school", "gate"), BEGIN + 60)] == values(first, "passerby_newest_minute_timestamp_seconds")
    assert [(("school", "mqtt", "counts"), 2)] == values(first, "passerby_outbox_messages")


def test_a_port_that_is_taken_is_an_error_that_says_what_to_do(database):
    collector = CountsCollector("school", CameraTotalsReader(CountStore(database, "school")), Outbox(database))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(UsageError, match="Set another port under uplink, prometheus"):
            serve(PrometheusSettings(port=taken.getsockname()[1]), collector)
