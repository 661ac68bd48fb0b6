"""Processes that live, die and hang; what they say is made up, the processes are real."""

import json
import os
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from passerby.config.site_file import parse_site
from passerby.core.errors import FolderGone
from passerby.documents.status import State
from passerby.store.data_folder import DataFolder
from passerby.watch import supervisor
from passerby.watch.supervisor import CameraProcess, Supervisor

CAMERA = """
import json, os, sys, threading, time
order = json.loads(sys.stdin.readline())
last = threading.Lock()  # nothing is said after the last word
def end():
    sys.stdin.read()
    last.acquire()
    print(json.dumps({"state": "stopped"}), flush=True)
    os._exit(0)
threading.Thread(target=end, daemon=True).start()
for n in range(1000):
    with last:
        print(json.dumps({"state": "live", "frames": n + 1, "problem": order.get("password")}), flush=True)
    if SILENT: time.sleep(1000)
    time.sleep(0.05)
"""
TALKS, SILENT = ((sys.executable, "-c", f"SILENT = {silent}\n{CAMERA}") for silent in (False, True))
SITE = """
cameras:
  a: {url: 'rtsp://h/a', user: me, password: '${SECRET}'}
  b: {url: 'rtsp://h/b'}
"""


@pytest.fixture
def site(tmp_path):
    DataFolder.make(tmp_path / "data").close()
    return parse_site(SITE, tmp_path / "site.yaml", {"SECRET": "hunter2"})


def until(holds, seconds=20.0):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


NOTICE = """
notice:
  controller: Town of Northby
  contact: privacy@northby.example
  purposes: [The hall is not too full]
  basis: public_task
  grounds: Law on public halls
  views: {a: Main entrance, b: Stairs}
pages:
  two_persons: true
"""


def test_what_is_told_of_all_cameras_does_not_reach_one_and_changes_nothing_for_it(site, tmp_path):
    """The public notice names every camera: a camera that knows of no other could not make sense of it."""
    told = parse_site(SITE + NOTICE, tmp_path / "site.yaml", {"SECRET": "hunter2"})
    for name in told.cameras:
        order = supervisor.Order.of(told, name)
        assert order == supervisor.Order.of(site, name)
        assert [name] == list(supervisor.Order.model_validate_json(order.model_dump_json()).site.cameras)


@pytest.fixture
def cameras(site):
    made = {name: CameraProcess(supervisor.Order.of(site, name), TALKS) for name in site.cameras}
    for one in made.values():
        one.start()
    yield made
    for one in made.values():
        one.stop()
        one.join(10)


def frames(camera):
    return camera.health().frames


def test_a_process_that_is_killed_is_started_again_and_no_other_is_touched(cameras):
    a, b = cameras.values()
    until(lambda: frames(a) and frames(b))
    before = b.pid
    os.kill(a.pid, signal.SIGKILL)
    until(lambda: (a.tend(), a.pid is None)[1])
    assert (State.LOST, True) == (a.health().state, "signal 9" in a.health().problem)
    until(lambda: (a.tend(), b.tend(), a.pid is not None)[2])
    until(lambda: a.health().state is State.LIVE)
    assert (1, 0, before) == (a.restarts, b.restarts, b.pid)


def test_a_process_that_says_nothing_is_ended_and_started_again(site, monkeypatch):
    monkeypatch.setattr(supervisor, "SILENT", 0.3)
    camera = CameraProcess(supervisor.Order.of(site, "b"), SILENT)
    camera.start()
    until(lambda: (camera.tend(), camera.restarts)[1])
    camera.stop()
    camera.join(10)


def test_a_password_reaches_its_own_camera_and_no_command_line(cameras):
    a, b = cameras.values()
    until(lambda: frames(a) and frames(b))
    assert ("hunter2", None) == (a.health().problem, b.health().problem)
    for camera in (a, b):
        for file in ("cmdline", "environ"):
            assert b"hunter2" not in Path(f"/proc/{camera.pid}/{file}").read_bytes()


def test_all_end_in_order_when_it_is_told_to_stop(site):
    said = []
    whole = Supervisor(site, command=TALKS, say=said.append)
    thread = threading.Thread(target=whole.run)
    thread.start()
    until(lambda: all(camera.frames for camera in whole.status().cameras.values()))
    pids = [camera.pid for camera in whole.cameras.values()]
    until(lambda: "b: live" in said)
    whole.stop()
    thread.join(20)
    assert not thread.is_alive()
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    status = whole.status()
    assert {State.STOPPED} == {camera.state for camera in status.cameras.values()}
    assert "hunter2" not in json.dumps(status.model_dump(mode="json")["disk"])


def test_without_its_data_folder_nothing_begins(tmp_path):
    with pytest.raises(FolderGone, match="recordings init"):
        Supervisor(parse_site(SITE, tmp_path / "site.yaml", {"SECRET": "x"}), command=TALKS)
