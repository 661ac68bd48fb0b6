"""The process of the pages: real processes, which only do what a test asks of them."""

import os
import signal
import subprocess
import sys
import time
from multiprocessing import Pipe

import pytest

from passerby.core.errors import UsageError
from passerby.server.pages.link import PagesSpec
from passerby.server.pages.process import PagesProcess
from tests.server.pages.test_link import MORE, site_of, status
from tests.store.footage import parts
from tests.watch.child import wait_until

CHILD = """
import sys
from multiprocessing.connection import Connection
from passerby.server.pages.link import PagesLink
link = PagesLink(Connection(int(sys.argv[1])))
"""
SERVING = CHILD + "link.ready()\nlink.run()\n"
CHANGING = CHILD + "link.ready()\nlink.apply(link.site())\nlink.run()\n"
RESTARTING = CHILD + "link.ready()\nlink.restart_camera('yard')\nlink.run()\n"
FAILING = CHILD + "link.failed('Create an account first.')\n"
#: Says how many parts it has got by its exit code.
COUNTING = CHILD + (
    "link.ready()\nlink.run()\n"
    "sys.exit(sum(len(segment.parts) for buffer in link.buffers.values() for segment in buffer.segments()))\n"
)


@pytest.fixture
def pages(tmp_path):
    made = []

    def make(code, on_change=lambda: site_of(tmp_path), **how):
        lines = []
        spec = PagesSpec(tmp_path / "site.yaml", site_of(tmp_path), status(), "t" * 32, 0, None)
        made.append(PagesProcess((sys.executable, "-c", code), spec, status, on_change, lines.append, **how))
        return made[-1], lines

    yield make
    for one in made:
        one.stop()


def test_a_killed_process_is_started_again(pages):
    one, lines = pages(SERVING)
    one.start()
    before = one.pid
    os.kill(before, signal.SIGKILL)
    wait_until(lambda: (one.poll(), one.restarts and one.pid)[1])
    assert before != one.pid
    assert ["pages: the process ended (signal 9), and is started again. Recording continues."] == lines


def test_why_pages_cannot_be_served_is_told(pages):
    one, _ = pages(FAILING)
    with pytest.raises(UsageError, match="Create an account first"):
        one.start()
    with pytest.raises(UsageError, match="does not start"):
        pages("pass")[0].start()


def test_it_ends_when_it_is_stopped(pages):
    one, _ = pages(SERVING)
    one.start()
    pid = one.pid
    one.stop()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_what_the_operating_system_refuses_is_tried_again(pages, monkeypatch):
    one, _ = pages(SERVING)
    one.start()
    os.kill(one.pid, signal.SIGKILL)
    wait_until(lambda: (one.poll(), one.pid is None)[1])

    def refuse(*_, **__):
        raise OSError(24, "Too many open files")

    with monkeypatch.context() as patch:
        patch.setattr(subprocess, "Popen", refuse)
        one._restart_at = 0.0
        with pytest.raises(OSError, match="Too many open files"):
            one.poll()
    wait_until(lambda: (one.poll(), one.pid)[1])


def test_live_parts_are_passed_on(pages, clock):
    one, _ = pages(COUNTING)
    one.start()
    receiving, sending = Pipe(duplex=False)
    one.relay("yard", receiving)
    for part in parts(clock, count=3):
        sending.send_bytes(part.to_bytes())
    wait_until(lambda: one._outgoing.empty())
    time.sleep(3)  # the process may still be importing what it reads them with
    process = one._process
    one.stop()
    assert 1 <= process.returncode <= 3  # the last may be lost when it ends


def test_a_changed_file_is_read_by_the_program_itself(pages, tmp_path):
    changed = site_of(tmp_path, MORE)
    read = []

    def on_change():
        read.append(changed)
        return changed

    one, _ = pages(CHANGING, on_change)
    one.start()
    wait_until(lambda: read)
    wait_until(lambda: one._spec.site is changed)  # so that a restart begins with it


def test_a_camera_that_is_to_be_started_again_is_named(pages):
    asked = []
    one, _ = pages(RESTARTING, on_restart=asked.append)
    one.start()
    wait_until(lambda: asked)
    assert ["yard"] == asked


def test_a_changed_file_that_cannot_be_read_is_told(pages):
    def on_change():
        raise UsageError("site.yaml:1: what is this")

    one, lines = pages(CHANGING, on_change)
    one.start()
    wait_until(lambda: lines)
    assert "could not be read: site.yaml:1" in lines[0]
