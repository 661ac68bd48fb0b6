"""The newest counts for Prometheus: occupancy of each zone, crossings of each line, and messages in the outbox."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from wsgiref.simple_server import WSGIServer

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from passerby.config.uplink import PrometheusSettings
from passerby.core.errors import UsageError
from passerby.store.outbox import Outbox
from passerby.uplink.camera_state import CameraTotals, CameraTotalsReader


class CountsCollector(Collector):
    """Reads the store at each scrape, so that values are right after a restart too."""

    def __init__(self, site: str, states: CameraTotalsReader, outbox: Outbox) -> None:
        self._site, self._states, self._outbox = site, states, outbox

    def collect(self) -> Iterable[Metric]:
        labels = ["site", "camera"]
        occupancy = GaugeMetricFamily(
            "passerby_zone_occupancy",
            "Mean number of objects in a zone over the newest minute.",
            labels=[*labels, "zone", "class"],
        )
        crossings = CounterMetricFamily(
            "passerby_line_crossings", "Crossings of a line.", labels=[*labels, "line", "class", "direction"]
        )
        observed = GaugeMetricFamily(
            "passerby_observed_seconds", "Seconds of the newest minute that were observed.", labels=labels
        )
        minute = GaugeMetricFamily(
            "passerby_newest_minute_timestamp_seconds",
            "Start of the newest counted minute, Unix seconds.",
            labels=labels,
        )
        for camera, state in self._states.current().items():
            self._add(camera, state, occupancy, crossings)
            observed.add_metric([self._site, camera], state.observed_seconds)
            minute.add_metric([self._site, camera], state.minute)
        pending = GaugeMetricFamily(
            "passerby_outbox_messages", "Messages that are not delivered yet.", labels=["site", "destination", "kind"]
        )
        for destination, kinds in self._outbox.pending().items():
            for priority, count in kinds.items():
                pending.add_metric([self._site, destination, priority.value], count)
        return [occupancy, crossings, observed, minute, pending]

    def _add(
        self, camera: str, state: CameraTotals, occupancy: GaugeMetricFamily, crossings: CounterMetricFamily
    ) -> None:
        for zone, classes in state.means.items():
            for object_class, mean in classes.items():
                occupancy.add_metric([self._site, camera, zone, object_class], mean)
        for line, crossed in state.lines.items():
            for object_class, directions in crossed.items():
                for direction, count in directions.items():
                    crossings.add_metric([self._site, camera, line, object_class, direction], count)


def serve(settings: PrometheusSettings, collector: CountsCollector) -> tuple[int, Callable[[], None]]:
    """Serves Prometheus in a thread of its own. Returns the port, and a function that stops it. Raises UsageError where
    the address cannot be used."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(collector)
    try:
        server: WSGIServer
        server, thread = start_http_server(settings.port, settings.host, registry)
    except OSError as error:
        raise UsageError(
            f"Cannot listen on {settings.host}:{settings.port}: {error.strerror}. Set another port under uplink, "
            "prometheus."
        ) from error

    def stop() -> None:
        server.shutdown()
        server.server_close()
        thread.join()

    return server.server_port, stop
