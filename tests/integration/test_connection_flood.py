"""Connections that say nothing, to the running program: its cameras go on, and its pages answer.

In `make test` it is a small flood, for which the descriptors of the whole program would not be enough; in `make soak`
it is one of 5,000 against a camera that is recorded.
"""

import os
import resource
import signal
import socket
import time
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path

import pytest

from passerby.store.data_folder import DataFolder
from passerby.store.recordings.index import Recordings
from tests.cameras.servers import free_port, require_rtsp_server, rtsp_server, write_units
from tests.cameras.watch_process import WatchProcess, walking_person

HALF_A_HEAD = b"GET /api/status HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Half: "
#: Descriptors of the program in the small flood, and its connections.
DESCRIPTORS, SMALL_FLOOD, LARGE_FLOOD = 300, 400, 5_000


def written(tmp_path, url):
    DataFolder.create(tmp_path / "data").close()
    path = tmp_path / "site.yaml"
    path.write_text(f"status: {{port: {free_port()}}}\ncameras: {{gate: {{url: '{url}', hide: [face]}}}}\n")
    return path


def port_of(watching):
    return int(watching.path.read_text().partition("port: ")[2].partition("}")[0])


def flood(stack, port, count):
    """So many connections that send half a head. Those that the server ends are opened again once."""
    for _ in range(count):
        connection = stack.enter_context(socket.socket())
        connection.settimeout(20)
        try:
            connection.connect(("127.0.0.1", port))
            connection.sendall(HALF_A_HEAD)
        except OSError:  # the server was faster
            continue


def cameras_of(watching):
    return [pid for pid in watching.children() if b"worker_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def stored(status):
    return status.get("recording", {}).get("stored", 0)


def log_size(watching):
    return sum(map(len, watching.log_lines))


def test_a_flood_ends_neither_the_program_nor_its_cameras(tmp_path):
    watching = WatchProcess(
        written(tmp_path, f"rtsp://127.0.0.1:{free_port()}/0"), before=("prlimit", f"--nofile={DESCRIPTORS}")
    )
    try:
        watching.wait_until(lambda s: s.get("state") == "lost")
        before = cameras_of(watching)
        with ExitStack() as stack:
            flood(stack, port_of(watching), SMALL_FLOOD)
            os.kill(before[0], signal.SIGKILL)  # its new process needs new pipes
            watching.wait_until(lambda s: s.get("restarts") and s.get("state") == "lost")  # answered in the flood
        assert before != cameras_of(watching)
        assert log_size(watching) < 20_000
        assert 0 == watching.stop()
    finally:
        if watching.process.poll() is None:
            watching.kill()


@pytest.mark.soak
def test_a_large_flood_costs_no_second_of_the_recording(tmp_path, models, capsys):
    require_rtsp_server()
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    units = write_units(list(walking_person()), tmp_path / "units")
    with rtsp_server(units) as server:
        watching = WatchProcess(written(tmp_path, server.url()))
        try:
            before = watching.wait_until(lambda s: stored(s) > 10, seconds=900)
            logged = log_size(watching)
            with ExitStack() as stack:
                started = time.monotonic()
                for _ in range(3):  # again and again: what was refused is tried anew
                    flood(stack, port_of(watching), LARGE_FLOOD)
                lasted = time.monotonic() - started
                watching.wait_until(lambda s: stored(s) > stored(before) + 30)
            started = time.monotonic()
            watching.site_status()
            answered = time.monotonic() - started
            after = watching.wait_until(lambda s: stored(s) > stored(before) + 40)
            assert 0 == watching.stop()
        finally:
            if watching.process.poll() is None:
                watching.kill()
    with Recordings.open(tmp_path / "data") as recordings:
        segments = recordings.between("gate", 0, 4e9)
    gaps = [(later.start - earlier.end) / 1e6 for earlier, later in pairwise(segments)]
    growth = log_size(watching) - logged
    with capsys.disabled():
        print(
            f"\n3 x {LARGE_FLOOD} connections in {lasted:.1f} s; answered {answered:.2f} s after the end; "
            f"log grew by {growth} bytes; gaps of the recording {gaps}; lost parts {after['recording']['lost']}; "
            f"dropped frames {before['dropped']} before, {after['dropped']} after"
        )
    assert (0, 0) == (after["recording"]["lost"], after["restarts"])
    assert [] == [gap for gap in gaps if gap >= 1]
    assert answered < 2
    assert growth < 1_000_000
