"""Running before everything else on the machine, for the measurement of a case."""

import os

import pytest

from tests.benchmarks.scripts import load_script


@pytest.fixture(scope="module")
def case():
    return load_script("case")


def test_who_may_not_run_before_others_is_told(case, monkeypatch):
    def refused(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "sched_setscheduler", refused)
    with pytest.raises(SystemExit, match="needs root"), case.before_others():
        pytest.fail("it would measure at the same priority as all others")


def test_a_thread_that_has_ended_keeps_no_other_from_running_first(case, monkeypatch):
    asked = []

    def ended(thread, *_):
        asked.append(thread)
        raise ProcessLookupError(3, "No such process")

    monkeypatch.setattr(os, "sched_setscheduler", ended)
    case.schedule(os.SCHED_OTHER, 0)
    assert os.getpid() in asked
