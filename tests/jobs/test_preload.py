import os
import subprocess
import sys
from pathlib import Path

import pytest

from passerby.config.settings import Settings
from passerby.jobs import preload as ahead
from passerby.jobs.inputs import Job
from passerby.jobs.job import State, Work
from passerby.jobs.remote_io import do
from passerby.jobs.worker import Worker


@pytest.fixture(autouse=True)
def nothing_left():
    yield
    ahead.end()


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["verify", "a.mp4"],
        ["redact", "--help"],
        ["redact", "a.mp4", "--on", "ray"],
        ["redact", "a.mp4", "--on=ray"],
    ],
)
def test_nothing_is_begun_for_what_redacts_no_file_here(arguments):
    ahead.begin(arguments)
    assert ahead.take() is None


def test_what_was_begun_is_taken_once_and_does_the_work(tmp_path):
    ahead.begin(["redact", "a.mp4"])
    begun = ahead.take()
    assert ahead.take() is None
    job = Job(tmp_path / "a.mp4", tmp_path / "b.mp4")
    with Worker(do, running=begun) as worker:
        pid = begun.process.pid
        outcome = worker.do(Work(job, Settings()))
        assert (State.FAILED, True) == (outcome.state, "a.mp4" in outcome.error)
        os.kill(pid, 0)  # it was this one that worked, and it waits for more
    assert not begun.process.is_alive()


def test_what_nobody_took_is_ended():
    ahead.begin(["redact", "a.mp4"])
    (begun,) = ahead._begun
    ahead.end()
    assert not begun.process.is_alive()


def test_the_first_step_of_the_program_loads_next_to_nothing():
    program = "import sys, passerby.cli.entry; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert "passerby.jobs.preload" in loaded
    assert set() == {"typer", "pydantic", "numpy", "av", "cv2", "openvino"} & set(loaded)


def test_the_program_leaves_no_process_behind_when_the_command_line_makes_no_sense(tmp_path):
    passerby = Path(sys.executable).with_name("passerby")
    told = subprocess.run([passerby, "redact", tmp_path / "a.mp4", "--no-such"], capture_output=True, text=True)
    assert (2, "") == (told.returncode, told.stdout)
    assert "Traceback" not in told.stderr
