"""The status of a site as Prometheus metrics."""

from passerby.documents.status import CameraHealth, CameraState
from passerby.server.status.metrics import metrics
from tests.server.status.test_app import SITE


def lines(site):
    return metrics(site).decode().splitlines()


def test_gauges_and_counters_per_camera():
    assert {
        'passerby_camera_frames_total{camera="gate"} 10.0',
        'passerby_camera_covered_total{camera="gate",reason="late"} 3.0',
        'passerby_camera_live{camera="yard"} 0.0',
        'passerby_camera_latency_seconds{camera="gate"} 2.0',
        "passerby_clock_trusted 1.0",
        "passerby_disk_free 1000.0",
    } <= set(lines(SITE))


def test_what_is_not_known_is_left_out():
    assert not [line for line in lines(SITE) if line.startswith('passerby_camera_latency_seconds{camera="yard"}')]


def test_detections_are_counted():
    health = CameraHealth(state=CameraState.LIVE, detector_runs=7, detector_seconds=0.25, output_frames=9)
    found = set(lines(SITE.model_copy(update={"cameras": {"gate": health}})))
    assert 'passerby_camera_detector_runs_total{camera="gate"} 7.0' in found
    assert 'passerby_camera_detector_seconds{camera="gate"} 0.25' in found
    assert 'passerby_camera_output_frames_total{camera="gate"} 9.0' in found
