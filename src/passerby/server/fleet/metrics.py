"""How the sites of a fleet are, and what it received, for Prometheus: on this machine only, without a login."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from fastapi import APIRouter, Response
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from passerby.fleet.problems import ProblemKind
from passerby.fleet.store.overview import SiteOverview, overview
from passerby.server.fleet.services import Fleet, FleetServices

router = APIRouter()


@router.get("/metrics", include_in_schema=False)
def fleet_metrics(fleet: Fleet) -> Response:
    """The metrics as text."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(FleetCollector(fleet))
    return Response(generate_latest(registry), media_type="text/plain; version=0.0.4; charset=utf-8")


class FleetCollector(Collector):
    """Reads the database at each scrape: one query."""

    def __init__(self, fleet: FleetServices) -> None:
        self._fleet = fleet

    def collect(self) -> Iterator[Metric]:
        found = overview(self._fleet.database, self._fleet.now(), self._fleet.current_version)
        for name, help, read in _GAUGES:
            gauge = GaugeMetricFamily(f"passerby_fleet_site_{name}", help, labels=["site"])
            for site in found:
                value = read(site)
                if value is not None:
                    gauge.add_metric([site.name], float(value))
            yield gauge
        problems = GaugeMetricFamily(
            "passerby_fleet_site_problem", "1 while a site has this problem", labels=["site", "problem"]
        )
        for site in found:
            for kind in ProblemKind:
                problems.add_metric([site.name, kind.value], float(kind in site.problems))
        yield problems
        stats = self._fleet.stats()
        messages = CounterMetricFamily("passerby_fleet_messages", "Messages that were taken", labels=["result"])
        messages.add_metric(["stored"], stats.stored)
        messages.add_metric(["repeated"], stats.repeated)
        messages.add_metric(["expired"], stats.expired)
        yield messages
        refused = CounterMetricFamily("passerby_fleet_refused", "Messages that were refused", labels=["reason"])
        for reason, number in stats.refused.items():
            refused.add_metric([reason.value], number)
        yield refused
        yield GaugeMetricFamily(
            "passerby_fleet_lag_seconds", "Age of the newest health message when it was stored", stats.lag_s
        )


_GAUGES: tuple[tuple[str, str, Callable[[SiteOverview], float | None]], ...] = (
    (
        "up",
        "1 while messages arrive",
        lambda site: float(ProblemKind.SILENT not in site.problems),
    ),
    ("cameras", "Cameras of the site", lambda site: site.state.cameras),
    ("cameras_up", "Cameras that work", lambda site: site.state.cameras_up),
    ("covered_share", "Share of frames covered whole", lambda site: site.state.covered),
    ("disk_days", "Days until the disk is full", lambda site: site.state.disk_days),
    ("backlog", "Messages that wait to be sent", lambda site: site.state.backlog),
    ("last_message_timestamp_seconds", "When the newest message arrived", lambda site: site.state.received),
)
