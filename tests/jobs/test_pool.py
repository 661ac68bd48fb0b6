import os
import signal
import threading
import time
from contextlib import closing

import pytest

from passerby.config.settings import Settings
from passerby.core.errors import SourceError
from passerby.jobs.events.stage_progress import StageProgress
from passerby.jobs.events.standard_output import StandardOutputError
from passerby.jobs.file_job import FileJob
from passerby.jobs.pool import run_tasks
from passerby.jobs.task import JobOutcome, JobState, Task
from passerby.sink.output_file import OutputFile


def crash_on_bad(task, state):
    """Stands in for `run_task` in the worker: the file name decides what happens to the process."""
    name = task.job.source.name
    if name == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    if name == "hang":
        time.sleep(3600)
    if name == "fault":
        raise ZeroDivisionError
    return JobOutcome(task.job, JobState.DONE)


def by_name(outcomes):
    return {outcome.job.source.name: outcome for outcome in outcomes}


@pytest.fixture
def tasks(tmp_path):
    return lambda *names: [Task(FileJob(tmp_path / name, tmp_path / "out" / name), Settings()) for name in names]


def test_a_worker_that_dies_fails_its_file_and_the_next_go_on(tasks):
    outcomes = list(run_tasks(tasks("a", "crash", "b"), run=crash_on_bad))
    assert [JobState.DONE, JobState.FAILED, JobState.DONE] == [outcome.state for outcome in outcomes]
    assert 1 == outcomes[1].exit_code
    assert "crash" in outcomes[1].error
    assert "Nothing was written" in outcomes[1].error


def test_several_at_a_time_redact_all_of_them(tasks):
    outcomes = list(run_tasks(tasks("a", "crash", "b", "c", "d"), jobs=2, run=crash_on_bad))
    assert {"a", "crash", "b", "c", "d"} == {outcome.job.source.name for outcome in outcomes}
    assert ["crash"] == [outcome.job.source.name for outcome in outcomes if outcome.state is JobState.FAILED]


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_bug_does_not_stop_the_other_files(tasks, jobs):
    outcomes = {
        outcome.job.source.name: outcome for outcome in run_tasks(tasks("a", "fault", "b"), jobs, run=crash_on_bad)
    }
    assert (JobState.DONE, JobState.DONE) == (outcomes["a"].state, outcomes["b"].state)
    assert (JobState.FAILED, 1) == (outcomes["fault"].state, outcomes["fault"].exit_code)
    assert "ZeroDivisionError" in outcomes["fault"].error
    assert "--debug" in outcomes["fault"].error


def test_a_bug_is_raised_when_there_is_a_single_file(tasks):
    with pytest.raises(ZeroDivisionError):
        list(run_tasks(tasks("fault"), run=crash_on_bad))


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_worker_that_hangs_fails_its_file_and_the_next_go_on(tasks, jobs):
    outcomes = by_name(run_tasks(tasks("a", "hang", "b"), jobs, stall_timeout=3, run=crash_on_bad))
    assert (JobState.DONE, JobState.DONE) == (outcomes["a"].state, outcomes["b"].state)
    assert (JobState.FAILED, 1) == (outcomes["hang"].state, outcomes["hang"].exit_code)
    assert "made no progress" in outcomes["hang"].error


def test_a_missing_file_fails_through_a_real_worker(tmp_path):
    (outcome,) = run_tasks([Task(FileJob(tmp_path / "none.mp4", tmp_path / "out.mp4"), Settings())])
    assert (JobState.FAILED, SourceError.exit_code) == (outcome.state, outcome.exit_code)
    assert not (tmp_path / "out.mp4").exists()


def hold_its_part(task, state):
    """Stands in for `run_task`: writes half of its output, and waits."""
    with OutputFile(task.job.output) as output:
        output.temp_path.write_bytes(b"half of a film")
        time.sleep(3600)


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_run_that_is_closed_leaves_no_partial_output(tmp_path, jobs):
    tasks = [Task(FileJob(tmp_path / name, tmp_path / f"{name}.out"), Settings(), json=True) for name in "abc"]
    running = run_tasks(tasks, jobs, run=hold_its_part)
    stopper = threading.Thread(target=interrupt_when, args=(lambda: jobs == len(list(tmp_path.glob("*.part"))),))
    stopper.start()
    with pytest.raises(KeyboardInterrupt), closing(running):
        next(running)
    stopper.join()
    assert [] == list(tmp_path.iterdir())


def interrupt_when(ready):
    while not ready():
        time.sleep(0.05)
    os.kill(os.getpid(), signal.SIGINT)


def test_output_that_nobody_reads_ends_the_run(tasks):
    """It is no fault of the file."""

    def closed(task, stage):
        raise StandardOutputError("Standard output is closed.")

    with pytest.raises(StandardOutputError):
        list(run_tasks(tasks("a", "b"), run=report_progress, on_progress=closed))


def report_progress(task, state):
    state.report_progress(StageProgress("analyse", 1, 2, None))
    return JobOutcome(task.job, JobState.DONE)
