import os
import subprocess
import sys
from pathlib import Path

import pytest

from passerby.config.settings import Settings
from passerby.jobs.file_job import FileJob
from passerby.jobs.job import run_task
from passerby.jobs.preload import preload
from passerby.jobs.task import JobState, Task
from passerby.jobs.worker import Worker


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
def test_no_process_is_started_where_no_file_is_redacted_here(arguments):
    assert preload(arguments) is None


def test_the_preloaded_process_does_the_work(tmp_path):
    preloaded = preload(["redact", "a.mp4"])
    job = FileJob(tmp_path / "a.mp4", tmp_path / "b.mp4")
    with Worker(run_task, process=preloaded) as worker:
        pid = preloaded.process.pid
        outcome = worker.run(Task(job, Settings()))
        assert (JobState.FAILED, True) == (outcome.state, "a.mp4" in outcome.error)
        os.kill(pid, 0)  # it was this one that worked, and it waits for more
    assert not preloaded.process.is_alive()


def test_the_first_step_of_the_program_loads_next_to_nothing():
    program = "import sys, passerby.__main__; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert "passerby.jobs.preload" in loaded
    assert set() == {"typer", "pydantic", "numpy", "av", "cv2", "openvino"} & set(loaded)


def test_the_program_leaves_no_process_behind_after_a_usage_error(tmp_path):
    passerby = Path(sys.executable).with_name("passerby")
    ended = subprocess.run([passerby, "redact", tmp_path / "a.mp4", "--no-such"], capture_output=True, text=True)
    assert (2, "") == (ended.returncode, ended.stdout)
    assert "Traceback" not in ended.stderr
