"""The scripts in benchmarks/: what they write is what was measured, and the parts of a run add up."""

import importlib.util
import json
import re
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BENCHMARKS = ROOT / "benchmarks"
SAVED = sorted((BENCHMARKS / "results").glob("*.json"))


def script(name):
    """A script as a module, by its path: the folder is no package."""
    sys.path.insert(0, str(BENCHMARKS))
    try:
        spec = importlib.util.spec_from_file_location(f"benchmarks_{name}", BENCHMARKS / f"{name}.py")
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(BENCHMARKS))
    return module


def spend(seconds):
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


def test_the_page_says_what_was_measured():
    """No figure in it is typed by hand: it is what comes of the saved results."""
    page = script("page").page({path.stem: json.loads(path.read_text()) for path in SAVED})
    assert (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8") == page, (
        "run: benchmarks/write.py --write-only"
    )


def test_a_figure_that_changes_changes_the_page():
    saved = {path.stem: json.loads(path.read_text()) for path in SAVED}
    before = script("page").page(saved)
    saved["stages"]["figures"]["total"] *= 2
    assert before != script("page").page(saved)


def test_what_was_not_measured_is_said_and_how_to_measure_it():
    page = script("page").page({})
    for section in ("accuracy", "profiles", "speed", "4k", "stages", "cost", "memory"):
        assert f"Not measured yet: `benchmarks/write.py {section}`" in page


@pytest.mark.parametrize("path", SAVED, ids=lambda path: path.stem)
def test_results_say_nothing_of_the_machine_they_lay_on(path):
    assert [] == re.findall(r"\"/[^\"]*\"|/(?:home|root|tmp|work)/", path.read_text())


def test_time_in_a_nested_stage_is_that_stages():
    clock = script("stages").Clock()

    def outer():
        spend(0.05)
        clock.run("inner", lambda: spend(0.1))

    clock.run("outer", outer)
    assert 0.1 <= clock.spent["start", "inner"]
    assert 0.05 <= clock.spent["start", "outer"] < clock.spent["start", "inner"]


def test_what_is_one_whole_is_not_taken_apart():
    clock = script("stages").Clock()
    clock.run("alive", lambda: clock.run("inner", lambda: spend(0.02)), whole=True)
    assert [("start", "alive")] == list(clock.spent)


def test_steps_of_a_generator_are_timed_and_handed_on():
    stages = script("stages")
    clock = stages.Clock()
    assert [0, 1, 2] == list(stages._steps(clock, "decode", iter(range(3))))
    assert [("start", "decode")] == list(clock.spent)


def test_everything_that_is_timed_is_there():
    """A stage that was renamed would otherwise be found out by whoever measures next."""
    for _, module, name in [*script("stages").TIMED, *script("stages").WHOLE]:
        found = importlib.import_module(module)
        for part in name.split("."):
            found = getattr(found, part)


def test_a_pool_that_works_at_once_gives_what_a_pool_gives():
    at_once = script("stages").AtOnce(2)
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(divmod, 7, 2).result() == at_once.submit(divmod, 7, 2).result()
    with pytest.raises(ZeroDivisionError):
        at_once.submit(divmod, 7, 0).result()
