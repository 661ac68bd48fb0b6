"""The state of a site in the form that Prometheus and its relatives read."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from passerby.documents.status import CameraHealth, SiteStatus, State

#: What is told of each camera as it is now: name, help, and how it is read off.
_GAUGES: tuple[tuple[str, str, Callable[[CameraHealth], float | None]], ...] = (
    ("frames_per_second", "Frames that come from the camera", lambda c: c.frames_a_second),
    ("last_frame_age_seconds", "Since the newest frame came", lambda c: c.last_frame_age),
    ("covered_share", "Share of the last minute that was covered whole", lambda c: c.covered_share),
    ("latency_seconds", "From the camera to being handed on", lambda c: c.latency),
    ("look_seconds", "What a look takes", lambda c: c.look_seconds),
    ("memory_bytes", "Memory of the camera's process", lambda c: c.memory),
    ("live", "1 while frames come", lambda c: float(c.state is State.LIVE)),
)
#: What is counted of each camera.
_COUNTERS: tuple[tuple[str, str, Callable[[CameraHealth], float]], ...] = (
    ("frames", "Frames that came", lambda c: c.frames),
    ("written", "Frames that were handed on, masked or covered", lambda c: c.written),
    ("dropped", "Frames that were left out because the machine did not keep up", lambda c: c.dropped),
    ("looks", "Looks that were taken", lambda c: c.looks),
    ("connections", "Connections that were made", lambda c: c.connections),
    ("restarts", "Starts of the camera's process after the first", lambda c: c.restarts),
)


def metrics(status: SiteStatus) -> bytes:
    """As text, in Prometheus' own form."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Told(status))
    return generate_latest(registry)


class _Told(Collector):
    def __init__(self, status: SiteStatus) -> None:
        self._status = status

    def collect(self) -> Iterator[Metric]:
        cameras = self._status.cameras
        for name, help, read in _GAUGES:
            gauge = GaugeMetricFamily(f"passerby_camera_{name}", help, labels=["camera"])
            for camera, health in cameras.items():
                value = read(health)
                if value is not None:
                    gauge.add_metric([camera], value)
            yield gauge
        for name, help, count in _COUNTERS:
            counter = CounterMetricFamily(f"passerby_camera_{name}", help, labels=["camera"])
            for camera, health in cameras.items():
                counter.add_metric([camera], count(health))
            yield counter
        yield _covered(cameras)
        yield GaugeMetricFamily(
            "passerby_clock_trusted", "1 while the clock is kept by a better one", float(self._status.clock_trusted)
        )
        for name, value in self._status.disk.items():
            if isinstance(value, int | float):
                yield GaugeMetricFamily(f"passerby_disk_{name}", "As passerby status tells it", float(value))


def _covered(cameras: dict[str, CameraHealth]) -> Metric:
    counter = CounterMetricFamily(
        "passerby_camera_covered", "Frames that were covered whole, by reason", labels=["camera", "reason"]
    )
    for camera, health in cameras.items():
        for reason, frames in health.covered.items():
            counter.add_metric([camera, reason.value], frames)
    return counter
