import os
import signal
import time

from passerby.cluster import node_setup as kit
from passerby.cluster import scheduler as module
from passerby.cluster.scheduler import RetryableError, schedule
from passerby.core.errors import SourceError


def work(task):
    """What becomes of a task is in its name; a file beside counts how often it was begun."""
    folder, name = task
    begun = folder / f"{name}.begun"
    begun.write_text(f"{begun.read_text() if begun.exists() else ''}x")
    times = len(begun.read_text())
    if name == "dies once" and times == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    if name == "errs twice" and times <= 2:
        raise RetryableError("the storage errs")
    if name == "errs always":
        raise RetryableError("the storage errs")
    if name == "dies always":
        os.kill(os.getpid(), signal.SIGKILL)
    if name == "fails":
        raise SourceError("There is no file. Check the name.")
    if name == "fault":
        raise ZeroDivisionError
    return f"{name} done"


def test_retryable_failures_are_retried_a_bounded_number_of_times(cluster, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "RETRY_DELAY_S", 0.0)
    names = ["a", "dies once", "errs twice", "errs always", "dies always", "fails", "fault", "b"]
    done = {one.task[1]: one for one in schedule([(tmp_path, name) for name in names], work, retries=2)}
    assert set(names) == set(done)
    assert {"a": "a done", "b": "b done", "dies once": "dies once done", "errs twice": "errs twice done"} == {
        name: one.result for name, one in done.items() if one.error is None
    }
    begun = {name: len((tmp_path / f"{name}.begun").read_text()) for name in names}
    assert {
        "a": 1,
        "b": 1,
        "dies once": 2,
        "errs twice": 3,
        "errs always": 3,
        "dies always": 3,
        "fails": 1,
        "fault": 1,
    } == begun
    assert "the storage errs" in done["errs always"].error
    assert "its process died" in done["dies always"].error
    assert "There is no file. Check the name." == done["fails"].error
    assert "bug in passerby" in done["fault"].error
    assert done["a"].run.node


def late(task):
    time.sleep(0.2)
    return task


def test_a_bounded_number_of_tasks_is_submitted(cluster):
    assert {0, 1, 2, 3, 4} == {one.result for one in schedule(range(5), late, max_concurrent=1)}


def test_another_version_on_a_node_is_reported(cluster, monkeypatch):
    monkeypatch.setattr(kit, "PROGRAM", "passerby 0.0")
    (one,) = schedule([1], late)
    assert "Install the same" in one.error


def limits(task):
    import resource

    return resource.getrlimit(resource.RLIMIT_CORE)


def test_core_dumps_are_disabled_on_nodes(cluster):
    (one,) = schedule([1], limits)
    assert (0, 0) == one.result
