"""The status of a site in the Prometheus text format."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from passerby.documents.status import CameraHealth, CameraState, SiteStatus

#: Gauges per camera: name, help, and value.
_GAUGES: tuple[tuple[str, str, Callable[[CameraHealth], float | None]], ...] = (
    ("frames_per_second", "Frame rate of the camera over the last ten seconds", lambda c: c.fps),
    ("last_frame_age_seconds", "Seconds since the newest frame", lambda c: c.last_frame_age),
    ("covered_share", "Share of the frames of the last minute that were covered completely", lambda c: c.covered_share),
    ("unseen_share", "Share of the pixels of the last minute covered because they changed", lambda c: c.unseen_share),
    ("latency_seconds", "Delay from capture to output", lambda c: c.latency),
    ("detector_seconds", "Duration of a detection, moving average", lambda c: c.detector_seconds),
    ("memory_bytes", "Memory of the camera's process", lambda c: c.memory),
    ("live", "1 while frames arrive", lambda c: float(c.state is CameraState.LIVE)),
)
#: Counters per camera: name, help, and value.
_COUNTERS: tuple[tuple[str, str, Callable[[CameraHealth], float]], ...] = (
    ("frames", "Frames received from the camera", lambda c: c.frames),
    ("output_frames", "Frames released, masked or covered", lambda c: c.output_frames),
    ("dropped", "Frames dropped because the machine did not keep up", lambda c: c.dropped),
    ("detector_runs", "Detections run", lambda c: c.detector_runs),
    ("connections", "Connections that delivered a frame", lambda c: c.connections),
    ("restream_connections", "Connections of the masked stream", lambda c: c.restream.connections if c.restream else 0),
    ("restarts", "Restarts of the process of the camera", lambda c: c.restarts),
)


def metrics(status: SiteStatus) -> bytes:
    """The metrics as text."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_SiteCollector(status))
    return generate_latest(registry)


class _SiteCollector(Collector):
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
        yield _covered_frames(cameras)
        yield GaugeMetricFamily(
            "passerby_clock_trusted", "1 while the clock is synchronised", float(self._status.clock_trusted)
        )
        for name, value in self._status.disk.items():
            if isinstance(value, int | float):
                yield GaugeMetricFamily(f"passerby_disk_{name}", "As in passerby status --json", float(value))


def _covered_frames(cameras: dict[str, CameraHealth]) -> Metric:
    counter = CounterMetricFamily(
        "passerby_camera_covered", "Frames covered completely, by reason", labels=["camera", "reason"]
    )
    for camera, health in cameras.items():
        for reason, frames in health.covered.items():
            counter.add_metric([camera, reason.value], frames)
    return counter
