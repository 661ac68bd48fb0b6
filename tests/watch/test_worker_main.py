"""The process of a camera: statuses as JSON lines until its standard input is closed."""

import ctypes
import io
import re
import socket
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from passerby.config.site import CameraSettings, Site
from passerby.config.site_file import parse_site
from passerby.documents.status import CameraState, CameraStatus, RestreamState, RestreamStatus
from passerby.source.camera.rtsp_relay import listen_on_loopback
from passerby.store.data_folder import DataFolder
from passerby.store.recordings.retention import RetentionPolicy
from passerby.watch import factories, worker_main
from passerby.watch.retention import ChangingPolicy
from passerby.watch.worker_main import DNS_PORT, allowed_ports, memory_limit, with_restream, with_stream_counters
from passerby.watch.worker_spec import WorkerSpec
from tests.cameras.lying_camera import OTHER, LyingCamera


def has_landlock():
    return ctypes.CDLL(None).syscall(444, None, 0, 1) >= 4


@pytest.fixture
def spec(tmp_path):
    DataFolder.create(tmp_path / "data").close()
    site = parse_site("cameras: {gate: {url: missing.mp4}}", tmp_path / "site.yaml", {})
    return WorkerSpec.for_camera(site, "gate")


def test_it_reports_its_status_and_ends_with_its_standard_input(spec):
    process = subprocess.Popen(
        [sys.executable, "-m", "passerby.watch.worker_main"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    process.stdin.write(spec.model_dump_json() + "\n")
    process.stdin.flush()
    statuses = [CameraStatus.model_validate_json(process.stdout.readline()) for _ in range(2)]
    assert CameraState.LOST is statuses[-1].state
    assert "missing.mp4" in statuses[-1].problem
    limits = Path(f"/proc/{process.pid}/limits").read_text()
    assert re.search(rf"Max data size +{memory_limit(spec.settings)} ", limits)
    assert "NoNewPrivs:\t1" in Path(f"/proc/{process.pid}/status").read_text() or not has_landlock()
    process.stdin.close()
    *_, last = process.stdout
    assert CameraState.STOPPED is CameraStatus.model_validate_json(last).state
    assert 0 == process.wait(30)
    process.stdout.close()


def test_a_camera_that_redirects_leads_its_process_nowhere(tmp_path):
    """The process connects to its relay and to its camera, and is told where the camera sends it."""
    DataFolder.create(tmp_path / "data").close()
    camera = LyingCamera(redirect_at="DESCRIBE")
    site = parse_site(f"cameras: {{gate: {{url: 'rtsp://127.0.0.1:{camera.port}/x'}}}}", tmp_path / "site.yaml", {})
    spec = WorkerSpec.for_camera(site, "gate")
    with (
        socket.create_server((OTHER, camera.port)) as other,
        subprocess.Popen(
            [sys.executable, "-m", "passerby.watch.worker_main"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process,
    ):
        process.stdin.write(spec.model_dump_json() + "\n")
        process.stdin.flush()
        status = next(one for one in map(CameraStatus.model_validate_json, process.stdout) if one.problem)
        process.stdin.close()
        process.stdout.read()
        other.settimeout(0)
        with pytest.raises(BlockingIOError):
            other.accept()
    camera.close()
    assert "redirects. Give the address that it redirects to" in status.problem
    assert camera.asked[:2] == ["OPTIONS", "DESCRIBE"]


def test_a_process_may_connect_to_its_camera_and_to_its_relay():
    with listen_on_loopback() as listener:
        relay = listener.getsockname()[1]
        settings = CameraSettings(url="rtsp://camera.example:8554/x")
        assert [DNS_PORT, 8554, relay] == allowed_ports(settings, listener)
    assert [DNS_PORT, 443] == allowed_ports(CameraSettings(url="https://camera.example/x"), None)
    assert [DNS_PORT] == allowed_ports(CameraSettings(url="/dev/video0"), None)


def test_the_counters_of_the_stream_are_part_of_the_status():
    status = with_stream_counters(CameraStatus(), SimpleNamespace(errors=3, jumps=2))
    assert (3, 2) == (status.stream_errors, status.timestamp_jumps)
    assert CameraStatus.model_fields.keys() == status.model_dump().keys()


def test_the_process_may_connect_to_its_camera_and_the_server_of_its_masked_stream_only(tmp_path):
    text = "cameras: {gate: {url: 'rtsp://h:5540/a', restream: {url: 'rtsp://other/gate'}}, b: {url: 'rtsp://h/b'}}"
    cameras = parse_site(text, tmp_path / "site.yaml", {}).cameras
    assert [[53, 5540, 554], [53, 554]] == [allowed_ports(cameras[name], None) for name in ("gate", "b")]


@pytest.mark.parametrize("own", [None, "The camera is away."])
def test_a_problem_of_the_masked_stream_is_told_where_there_is_no_other(own):
    state = RestreamStatus(state=RestreamState.LOST, problem="rtsp://h refuses the login.")
    status = with_restream(CameraStatus(problem=own), SimpleNamespace(status=lambda: state))
    assert (state, own or "Masked stream: rtsp://h refuses the login.") == (status.restream, status.problem)
    assert with_restream(CameraStatus(), None).restream is None


def test_a_changed_retention_is_in_force_without_a_restart(tmp_path):
    policy, stopped = ChangingPolicy(RetentionPolicy(days=14)), threading.Event()
    DataFolder.create(tmp_path / "data").close()
    site = Site(data=str(tmp_path / "data"), cameras={"a": {"url": "rtsp://h/a"}})
    opened, video = [], SimpleNamespace(geometry=SimpleNamespace(width=64, height=48), frame_rate=10)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(factories, "RecordingWriter", lambda camera, recordings, **_: opened.append(recordings))
        factories.part_writer_factory(site, "a", policy=policy)(video, site.cameras["a"])
    lines = io.StringIO('{"days": 3, "max_bytes": 5}\nnonsense\n')
    worker_main._read_policies(lines, policy, stopped)
    assert (3, 5) == (opened[0].retention.policy.days, opened[0].retention.policy.max_bytes)
    assert stopped.is_set()
    opened[0].close()
