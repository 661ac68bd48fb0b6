"""The newest counts for Prometheus: what is in each zone, what has crossed each line, and what waits to be sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from wsgiref.simple_server import WSGIServer

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from passerby.config.uplink import Metrics
from passerby.core.errors import UsageError
from passerby.store.outbox import Outbox
from passerby.uplink.camera_state import State, States


class Exposed(Collector):
    """Read from the store whenever it is asked for, so that it is right after a new start as well."""

    def __init__(self, site: str, states: States, outbox: Outbox) -> None:
        self._site, self._states, self._outbox = site, states, outbox

    def collect(self) -> Iterable[Metric]:
        labels = ["site", "camera"]
        inside = GaugeMetricFamily(
            "passerby_inside", "How many were in a zone, mean over the newest minute.", labels=[*labels, "zone", "sort"]
        )
        crossed = CounterMetricFamily(
            "passerby_crossed", "Crossings of a line.", labels=[*labels, "line", "sort", "way"]
        )
        covered = GaugeMetricFamily(
            "passerby_covered_seconds", "Seconds of the newest minute that were watched.", labels=labels
        )
        minute = GaugeMetricFamily(
            "passerby_minute", "When the newest minute that was counted began, Unix seconds.", labels=labels
        )
        for camera, state in self._states.full().items():
            self._add(camera, state, inside, crossed)
            covered.add_metric([self._site, camera], state.covered)
            minute.add_metric([self._site, camera], state.minute)
        waiting = GaugeMetricFamily(
            "passerby_waiting", "Messages that are still to be sent.", labels=["site", "destination", "kind"]
        )
        for destination, kinds in self._outbox.waiting().items():
            for priority, count in kinds.items():
                waiting.add_metric([self._site, destination, priority.value], count)
        return [inside, crossed, covered, minute, waiting]

    def _add(self, camera: str, state: State, inside: GaugeMetricFamily, crossed: CounterMetricFamily) -> None:
        for zone, sorts in state.means.items():
            for sort, mean in sorts.items():
                inside.add_metric([self._site, camera, zone, sort], mean)
        for line, those in state.lines.items():
            for sort, ways in those.items():
                for way, count in ways.items():
                    crossed.add_metric([self._site, camera, line, sort, way], count)


def serve(settings: Metrics, exposed: Exposed) -> tuple[int, Callable[[], None]]:
    """Answers Prometheus in a thread of its own: the port, and what ends it. Raises UsageError where that cannot be."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(exposed)
    try:
        server: WSGIServer
        server, thread = start_http_server(settings.port, settings.host, registry)
    except OSError as error:
        raise UsageError(
            f"Nothing can be served at {settings.host}:{settings.port}: {error.strerror}. Name another port under "
            "uplink, prometheus."
        ) from error

    def end() -> None:
        server.shutdown()
        server.server_close()
        thread.join()

    return server.server_port, end
