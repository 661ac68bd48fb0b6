"""A worker that hangs is ended, with a message, and leaves nothing; one that is slow is not."""

import fcntl
import os
import time

import pytest

from passerby.config.settings import Settings
from passerby.jobs.file_job import FileJob
from passerby.jobs.task import JobOutcome, JobState, Task
from passerby.jobs.worker import Worker
from passerby.sink.output_file import OutputFile

STALL_TIMEOUT_S = 2.0


def misbehave(task, state):
    """Stands in for `run_task` in the process: the name of the file says how it behaves."""
    name = task.job.source.name
    with OutputFile(task.job.output) as output:
        output.temp_path.write_bytes(b"half of a film")
        if name == "waits":
            time.sleep(3600)
        if name == "turns":  # as a codec would: one call that never comes back
            sum(1 for _ in iter(int, 1))
        if name == "dies":
            os.abort()
        if name == "slow":
            for _ in range(round(2 * STALL_TIMEOUT_S / 0.1)):
                time.sleep(0.1)
                state.heartbeat()
        output.commit()
    if name == "late":
        os.abort()
    if name == "cannot be sent":
        raise Unsendable
    return JobOutcome(task.job, JobState.DONE)


class Unsendable(Exception):
    def __init__(self):
        super().__init__(lambda: "a function cannot go to another process")


def task_for(folder, name):
    (folder / name).write_bytes(b"a film")
    return Task(FileJob(folder / name, folder / f"{name}.out"), Settings())


def files(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("name", ["waits", "turns", "dies"])
def test_a_process_that_hangs_or_dies_fails_its_file_and_leaves_nothing(tmp_path, name):
    with Worker(misbehave, STALL_TIMEOUT_S) as process:
        outcome = process.run(task_for(tmp_path, name))
        assert [name] == files(tmp_path)
        assert (JobState.FAILED, 1) == (outcome.state, outcome.exit_code)
        assert str(tmp_path / name) in outcome.error
        assert ("died" if name == "dies" else "made no progress for 2 seconds") in outcome.error
        assert "repair it first" in outcome.error or "repair the file first" in outcome.error
        assert outcome.error.endswith("Nothing was written.")
        # The next file gets a new process.
        assert JobState.DONE is process.run(task_for(tmp_path, "good")).state
    assert b"half of a film" == (tmp_path / "good.out").read_bytes()


def test_a_slow_process_that_makes_progress_continues(tmp_path):
    with Worker(misbehave, STALL_TIMEOUT_S) as process:
        assert JobState.DONE is process.run(task_for(tmp_path, "slow")).state


def test_a_process_that_dies_between_output_and_report(tmp_path):
    with Worker(misbehave, STALL_TIMEOUT_S) as process:
        outcome = process.run(task_for(tmp_path, "late"))
    assert JobState.FAILED is outcome.state
    assert outcome.error.endswith("The output is complete, but has no report.")
    assert ["late", "late.out"] == files(tmp_path)


def test_a_part_that_existed_before_is_not_deleted(tmp_path):
    """A user's own file may have that name: the source, for example."""
    source = tmp_path / "dies.part"
    source.write_bytes(b"the source")
    with Worker(killed_at_once, STALL_TIMEOUT_S) as process:
        outcome = process.run(Task(FileJob(source, tmp_path / "dies"), Settings()))
    assert JobState.FAILED is outcome.state
    assert b"the source" == source.read_bytes()


def killed_at_once(task, state):
    os.abort()


def test_an_error_that_cannot_be_pickled_is_sent_as_text(tmp_path):
    with Worker(misbehave, STALL_TIMEOUT_S) as process, pytest.raises(RuntimeError, match="Unsendable"):
        process.run(task_for(tmp_path, "cannot be sent"))


def test_a_bug_has_its_traceback(tmp_path):
    with Worker(faulty, STALL_TIMEOUT_S) as process, pytest.raises(ZeroDivisionError) as fault:
        process.run(task_for(tmp_path, "a"))
    assert "in faulty" in fault.value.__notes__[0]


def faulty(task, state):
    return 1 // 0


def test_ctrl_c_ends_the_process_and_leaves_nothing(tmp_path):
    def stop(*_):
        if (tmp_path / "waits.out.part").exists():
            raise KeyboardInterrupt
        return 0

    with pytest.raises(KeyboardInterrupt), Worker(misbehave, 3600, transferred=stop) as process:
        process.run(task_for(tmp_path, "waits"))
    assert ["waits"] == files(tmp_path)


def test_a_part_that_another_process_is_writing_stays(tmp_path):
    """The process died, and another run has begun to write under the same name in the meantime."""
    part, changes = tmp_path / "dies.out.part", iter(range(100))
    task = task_for(tmp_path, "dies")

    def state_of(path):
        return next(changes) if path == part else None

    with Worker(killed_at_once, STALL_TIMEOUT_S, state_of=state_of) as process, part.open("wb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert JobState.FAILED is process.run(task).state
    assert part.exists()
