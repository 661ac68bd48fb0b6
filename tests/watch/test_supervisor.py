"""A whole site: started, changed while it runs, and stopped. The processes are real, their statuses made up."""

import json
import os
import threading
from contextlib import contextmanager

import pytest

from passerby.config.site_file import parse_site
from passerby.core.errors import DataFolderMissing
from passerby.documents.status import CameraState
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


def test_without_its_data_folder_it_does_not_start(tmp_path):
    with pytest.raises(DataFolderMissing, match="recordings init"):
        Supervisor(parse_site(SITE, tmp_path / "site.yaml", {"SECRET": "x"}), command=RUNNING)
