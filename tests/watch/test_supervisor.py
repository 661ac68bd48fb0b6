"""A whole site: started, changed while it runs, and stopped. The processes are real, their statuses made up."""

import json
import os
import signal
import threading
from contextlib import contextmanager

import pytest

from passerby.config.site_file import parse_site
from passerby.core.errors import DataFolderMissing
from passerby.documents.status import CameraState
from passerby.watch import camera_process
from passerby.watch.supervisor import Supervisor
from tests.watch.child import RUNNING, SITE, wait_until


@contextmanager
def running(site):
    """A running supervisor, and the lines that it has reported."""
    lines = []
    supervisor = Supervisor(site, command=RUNNING, notify=lines.append)
    thread = threading.Thread(target=supervisor.run)
    thread.start()
    try:
        wait_until(lambda: all(camera.frames for camera in supervisor.status().cameras.values()))
        yield supervisor, lines
    finally:
        supervisor.stop()
        thread.join(20)
        assert not thread.is_alive()


def test_all_processes_end_when_it_is_stopped(site):
    with running(site) as (supervisor, lines):
        pids = [camera.pid for camera in supervisor.cameras.values()]
        wait_until(lambda: "b: live" in lines)
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    status = supervisor.status()
    assert {CameraState.STOPPED} == {camera.state for camera in status.cameras.values()}
    assert "hunter2" not in json.dumps(status.model_dump(mode="json")["disk"])


def test_a_changed_configuration_restarts_only_what_changed(site, tmp_path):
    changed = SITE.replace("h/b", "h/c") + "  d: {url: 'rtsp://h/d'}\n"
    with running(site) as (supervisor, lines):
        before = {name: camera.pid for name, camera in supervisor.cameras.items()}
        supervisor.apply(site)  # two changes at once: both are applied, in order
        supervisor.apply(parse_site(changed, tmp_path / "site.yaml", {"SECRET": "hunter2"}))
        wait_until(lambda: "configuration changed: 2 cameras restarted" in lines)
        wait_until(lambda: all(camera.pid for camera in supervisor.cameras.values()))
        after = {name: camera.pid for name, camera in supervisor.cameras.items()}
    assert ["a", "b", "d"] == list(after)
    assert (True, False) == (before["a"] == after["a"], before["b"] == after["b"])


def test_a_changed_retention_restarts_no_camera(site, tmp_path):
    """Five seconds of every camera were lost when somebody entered another number of days."""
    changed = parse_site("retention: {days: 3, bytes: 1GB}\n" + SITE, tmp_path / "site.yaml", {"SECRET": "hunter2"})
    with running(site) as (supervisor, lines):
        wait_until(lambda: "b: live" in lines)
        before = {name: camera.pid for name, camera in supervisor.cameras.items()}
        supervisor.apply(changed)
        wait_until(lambda: "configuration changed: 0 cameras restarted" in lines)
        assert before == {name: camera.pid for name, camera in supervisor.cameras.items()}
        assert 3 == supervisor._retention._recordings.retention.policy.days


def test_a_camera_is_started_again_on_request_once_a_minute(site):
    """However often somebody asks, it is recorded: strangers cannot stop that through the pages."""
    with running(site) as (supervisor, lines):
        wait_until(lambda: "b: live" in lines)
        before = {name: camera.pid for name, camera in supervisor.cameras.items()}
        for _ in range(5):
            supervisor.restart_camera("b")
        supervisor.restart_camera("nobody")
        wait_until(lambda: "b: restarted on request" in lines and supervisor.cameras["b"].pid)
        wait_until(supervisor._pending_restarts.empty)
        assert 1 == lines.count("b: restarted on request")
        assert (True, False) == tuple(before[name] == supervisor.cameras[name].pid for name in ("a", "b"))


def test_without_its_data_folder_it_does_not_start(tmp_path):
    with pytest.raises(DataFolderMissing, match="recordings init"):
        Supervisor(parse_site(SITE, tmp_path / "site.yaml", {"SECRET": "x"}), command=RUNNING)


def test_what_the_operating_system_refuses_is_tried_again(site, monkeypatch):
    """No descriptor is left for the pipes of a camera that died: the others go on, and it comes back."""

    def refuse(*_, **__):
        raise OSError(24, "Too many open files")

    with running(site) as (supervisor, lines):
        camera, other = supervisor.cameras["a"], supervisor.cameras["b"].pid
        with monkeypatch.context() as patch:
            patch.setattr(camera_process.subprocess, "Popen", refuse)
            os.kill(camera.pid, signal.SIGKILL)
            wait_until(lambda: any("Too many open files" in line for line in lines))
        wait_until(lambda: camera.health().state is CameraState.LIVE)
        assert other == supervisor.cameras["b"].pid


def test_a_step_that_fails_does_not_end_the_cameras(site):
    calls = []

    def also():
        calls.append(1)
        raise OSError(24, "Too many open files")

    lines = []
    supervisor = Supervisor(site, command=RUNNING, notify=lines.append)
    thread = threading.Thread(target=supervisor.run, args=(also,))
    thread.start()
    try:
        wait_until(lambda: len(calls) > 2)
        assert thread.is_alive()
        assert "[Errno 24] Too many open files. It is tried again." in lines
    finally:
        supervisor.stop()
        thread.join(20)


def test_a_camera_that_is_not_recorded_is_a_problem_of_the_disk(site):
    with running(site) as (supervisor, _):
        assert supervisor._disk()["problem"] is None
        camera = supervisor.cameras["a"]
        camera._status = camera._status.model_copy(update={"recording": {"message": "No space for recordings."}})
        camera._process.send_signal(signal.SIGSTOP)  # so that its next status does not replace this one
        camera._status = camera._status.model_copy(update={"recording": {"message": "No space for recordings."}})
        assert "No space for recordings." == supervisor._disk()["problem"]
        camera._process.send_signal(signal.SIGCONT)
