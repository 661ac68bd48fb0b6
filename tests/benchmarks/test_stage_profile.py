"""The parts of a stage profile add up."""

import importlib
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.benchmarks.scripts import load_script


def spend(seconds):
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


def test_time_in_a_nested_stage_counts_for_that_stage():
    clock = load_script("stage_profile").StageClock()

    def outer():
        spend(0.05)
        clock.run("inner", lambda: spend(0.1))

    clock.run("outer", outer)
    assert 0.1 <= clock.spent["start", "inner"]
    assert 0.05 <= clock.spent["start", "outer"] < clock.spent["start", "inner"]


def test_a_stage_timed_as_one_has_no_nested_stages():
    clock = load_script("stage_profile").StageClock()
    clock.run("alive", lambda: clock.run("inner", lambda: spend(0.02)), as_one=True)
    assert [("start", "alive")] == list(clock.spent)


def test_steps_of_a_generator_are_timed_and_passed_on():
    stages = load_script("stage_profile")
    clock = stages.StageClock()
    assert [0, 1, 2] == list(stages._steps(clock, "decode", iter(range(3))))
    assert [("start", "decode")] == list(clock.spent)


def test_every_timed_function_exists():
    """A renamed stage would otherwise be noticed only at the next measurement."""
    for _, module, name in [*load_script("stage_profile").TIMED, *load_script("stage_profile").TIMED_AS_ONE]:
        found = importlib.import_module(module)
        for part in name.split("."):
            found = getattr(found, part)


def test_the_synchronous_executor_behaves_like_a_pool():
    at_once = load_script("stage_profile").SynchronousExecutor(2)
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(divmod, 7, 2).result() == at_once.submit(divmod, 7, 2).result()
    with pytest.raises(ZeroDivisionError):
        at_once.submit(divmod, 7, 0).result()
