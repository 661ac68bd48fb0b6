"""A worker that hangs is ended, with a message, and nothing is left of its work; one that is slow is not."""

import fcntl
import os
import time

import pytest

from passerby.config.settings import Settings
from passerby.jobs import worker
from passerby.jobs.inputs import Job
from passerby.jobs.job import Outcome, State, Work
from passerby.jobs.worker import Worker
from passerby.sink.output_file import OutputFile

PATIENCE = 2.0


def odd(work, kept):
    """Stands in for `do` in the process: the name of the file says how it behaves."""
    name = work.job.source.name
    with OutputFile(work.job.output) as output:
        output.part.write_bytes(b"half of a film")
        if name == "waits":
            time.sleep(3600)
        if name == "turns":  # as a codec would: one call that never comes back
            sum(1 for _ in iter(int, 1))
        if name == "dies":
            os.abort()
        if name == "slow":
            for _ in range(round(2 * PATIENCE / 0.1)):
                time.sleep(0.1)
                kept.beat()
        output.commit()
    if name == "late":
        os.abort()
    if name == "cannot be sent":
        raise Unsendable
    return Outcome(work.job, State.DONE)


class Unsendable(Exception):
    def __init__(self):
        super().__init__(lambda: "a function cannot go to another process")


def work(folder, name):
    (folder / name).write_bytes(b"a film")
    return Work(Job(folder / name, folder / f"{name}.out"), Settings())


def left(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("name", ["waits", "turns", "dies"])
def test_what_hangs_or_dies_is_a_failed_file_and_leaves_nothing(tmp_path, name):
    with Worker(odd, PATIENCE) as process:
        outcome = process.do(work(tmp_path, name))
        assert [name] == left(tmp_path)
        assert (State.FAILED, 1) == (outcome.state, outcome.exit_code)
        assert str(tmp_path / name) in outcome.error
        assert ("died" if name == "dies" else "did nothing any more for 2 seconds") in outcome.error
        assert "repair it first" in outcome.error or "repair the file first" in outcome.error
        assert outcome.error.endswith("Nothing was written.")
        # The next file gets a new process.
        assert State.DONE is process.do(work(tmp_path, "good")).state
    assert b"half of a film" == (tmp_path / "good.out").read_bytes()


def test_what_is_slow_but_shows_signs_of_work_is_let_do_it(tmp_path):
    with Worker(odd, PATIENCE) as process:
        assert State.DONE is process.do(work(tmp_path, "slow")).state


def test_one_that_dies_between_the_output_and_its_report_is_told_so(tmp_path):
    with Worker(odd, PATIENCE) as process:
        outcome = process.do(work(tmp_path, "late"))
    assert State.FAILED is outcome.state
    assert outcome.error.endswith("The output is whole, but has no report.")
    assert ["late", "late.out"] == left(tmp_path)


def test_a_part_that_was_there_before_is_not_taken_away(tmp_path):
    """Somebody's own file may be called so: the source, for one."""
    source = tmp_path / "dies.part"
    source.write_bytes(b"the source")
    with Worker(killed_at_once, PATIENCE) as process:
        outcome = process.do(Work(Job(source, tmp_path / "dies"), Settings()))
    assert State.FAILED is outcome.state
    assert b"the source" == source.read_bytes()


def killed_at_once(work, kept):
    os.abort()


def test_an_error_that_cannot_be_sent_is_told_in_words(tmp_path):
    with Worker(odd, PATIENCE) as process, pytest.raises(RuntimeError, match="Unsendable"):
        process.do(work(tmp_path, "cannot be sent"))


def test_a_fault_says_where_it_was(tmp_path):
    with Worker(faulty, PATIENCE) as process, pytest.raises(ZeroDivisionError) as fault:
        process.do(work(tmp_path, "a"))
    assert "in faulty" in fault.value.__notes__[0]


def faulty(work, kept):
    return 1 // 0


def test_ctrl_c_ends_the_process_and_leaves_nothing(tmp_path, monkeypatch):
    def stop(*_):
        if (tmp_path / "waits.out.part").exists():
            raise KeyboardInterrupt
        return 0

    monkeypatch.setattr(worker, "bytes_moved", stop)
    with pytest.raises(KeyboardInterrupt), Worker(odd, 3600) as process:
        process.do(work(tmp_path, "waits"))
    assert ["waits"] == left(tmp_path)


def test_a_part_that_somebody_else_is_writing_stays(tmp_path, monkeypatch):
    """The process died, and another run has begun to write under the same name in the meantime."""
    part, told = tmp_path / "dies.out.part", iter(range(100))
    monkeypatch.setattr(worker, "_state", lambda path: next(told) if path == part else None)
    asked = work(tmp_path, "dies")
    with Worker(killed_at_once, PATIENCE) as process, part.open("wb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert State.FAILED is process.do(asked).state
    assert part.exists()
