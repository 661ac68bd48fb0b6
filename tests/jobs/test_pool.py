import os
import signal
import time

import pytest

from passerby.config.settings import Settings
from passerby.core.errors import SourceError
from passerby.jobs import pool as batch
from passerby.jobs.inputs import Job
from passerby.jobs.job import Outcome, State, Work
from passerby.jobs.pool import run


def crash_on_bad(work, kept):
    """Stands in for `do` in the worker: the file decides what becomes of the process."""
    name = work.job.source.name
    if name == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    if name == "hang":
        time.sleep(3600)
    if name == "fault":
        raise ZeroDivisionError
    return Outcome(work.job, State.DONE)


@pytest.fixture
def works(monkeypatch, tmp_path):
    monkeypatch.setattr(batch, "do", crash_on_bad)
    return lambda *names: [Work(Job(tmp_path / name, tmp_path / "out" / name), Settings()) for name in names]


def test_a_worker_that_dies_makes_its_file_a_failed_one_and_the_next_go_on(works):
    outcomes = list(run(works("a", "crash", "b")))
    assert [State.DONE, State.FAILED, State.DONE] == [outcome.state for outcome in outcomes]
    assert 1 == outcomes[1].exit_code
    assert "crash" in outcomes[1].error
    assert "Nothing was written" in outcomes[1].error


def test_many_at_a_time_do_all_of_them(works):
    outcomes = list(run(works("a", "crash", "b", "c", "d"), jobs=2))
    assert {"a", "crash", "b", "c", "d"} == {outcome.job.source.name for outcome in outcomes}
    assert ["crash"] == [outcome.job.source.name for outcome in outcomes if outcome.state is State.FAILED]


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_fault_of_ours_does_not_stop_the_other_files(works, jobs):
    outcomes = {outcome.job.source.name: outcome for outcome in run(works("a", "fault", "b"), jobs)}
    assert (State.DONE, State.DONE) == (outcomes["a"].state, outcomes["b"].state)
    assert (State.FAILED, 1) == (outcomes["fault"].state, outcomes["fault"].exit_code)
    assert "ZeroDivisionError" in outcomes["fault"].error
    assert "--debug" in outcomes["fault"].error


def test_a_fault_of_ours_is_raised_when_there_is_but_one_file(works):
    with pytest.raises(ZeroDivisionError):
        list(run(works("fault")))


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_worker_that_hangs_makes_its_file_a_failed_one_and_the_next_go_on(works, jobs):
    outcomes = {outcome.job.source.name: outcome for outcome in run(works("a", "hang", "b"), jobs, patience=3)}
    assert (State.DONE, State.DONE) == (outcomes["a"].state, outcomes["b"].state)
    assert (State.FAILED, 1) == (outcomes["hang"].state, outcomes["hang"].exit_code)
    assert "did nothing any more" in outcomes["hang"].error


def test_a_missing_file_is_a_failed_one_through_a_real_worker(tmp_path):
    (outcome,) = run([Work(Job(tmp_path / "none.mp4", tmp_path / "out.mp4"), Settings())])
    assert (State.FAILED, SourceError.exit_code) == (outcome.state, outcome.exit_code)
    assert not (tmp_path / "out.mp4").exists()
