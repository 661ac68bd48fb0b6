"""Processes that live, die and hang: the statuses are made up, the processes are real."""

import os
import signal
from pathlib import Path

import pytest

from passerby.documents.status import CameraState
from passerby.watch import camera_process
from passerby.watch.camera_process import CameraProcess
from passerby.watch.worker_spec import WorkerSpec
from tests.watch.child import HANGING, RUNNING, wait_until


@pytest.fixture
def cameras(site):
    processes = {name: CameraProcess(WorkerSpec.for_camera(site, name), RUNNING) for name in site.cameras}
    for process in processes.values():
        process.start()
    yield processes
    for process in processes.values():
        process.stop()
        process.join(10)


def frames(camera):
    return camera.health().frames


def test_a_killed_process_is_restarted_and_no_other_is_touched(cameras):
    a, b = cameras.values()
    wait_until(lambda: frames(a) and frames(b))
    before = b.pid
    os.kill(a.pid, signal.SIGKILL)
    wait_until(lambda: (a.poll(), a.pid is None)[1])
    assert (CameraState.LOST, True) == (a.health().state, "signal 9" in a.health().problem)
    wait_until(lambda: (a.poll(), b.poll(), a.pid is not None)[2])
    wait_until(lambda: a.health().state is CameraState.LIVE)
    assert (1, 0, before) == (a.restarts, b.restarts, b.pid)


def test_a_hung_process_is_killed_and_restarted(site, monkeypatch):
    monkeypatch.setattr(camera_process, "HEARTBEAT_TIMEOUT_S", 0.3)
    camera = CameraProcess(WorkerSpec.for_camera(site, "b"), HANGING)
    camera.start()
    wait_until(lambda: (camera.poll(), camera.restarts)[1])
    camera.stop()
    camera.join(10)


def test_a_password_reaches_its_own_camera_and_no_command_line(cameras):
    a, b = cameras.values()
    wait_until(lambda: frames(a) and frames(b))
    assert ("hunter2", None) == (a.health().problem, b.health().problem)
    for camera in (a, b):
        for file in ("cmdline", "environ"):
            assert b"hunter2" not in Path(f"/proc/{camera.pid}/{file}").read_bytes()


def test_before_its_first_start_a_camera_is_connecting(site):
    """The pages may ask before the supervisor has come to it."""
    health = CameraProcess(WorkerSpec.for_camera(site, "b"), RUNNING).health()
    assert (CameraState.CONNECTING, None) == (health.state, health.problem)
