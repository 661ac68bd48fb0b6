"""benchmarks/counting.py and quiet.py: the page says what was measured, and scenes are what they are said to be."""

import json
from pathlib import Path

import numpy as np

from tests.bench.test_benchmarks import script

ROOT = Path(__file__).parents[2]


def test_the_page_says_what_was_measured():
    counting = script("counting")
    told = json.loads((ROOT / "benchmarks" / "results" / "counting.json").read_text(encoding="utf-8"))
    page = (ROOT / "docs" / "design" / "counts.md").read_text(encoding="utf-8")
    assert counting.tables(told) in page, "run: benchmarks/counting.py --write-only"
    told["clip"]["true"], told["clip"]["looks"]["0.4"]["in"] = 6, 5
    assert counting.tables(told) not in page


def test_the_page_says_what_was_told():
    quiet = script("quiet")
    told = json.loads((ROOT / "benchmarks" / "results" / "quiet.json").read_text(encoding="utf-8"))
    page = (ROOT / "docs" / "design" / "counts.md").read_text(encoding="utf-8")
    assert quiet.tables(told) in page, "run: benchmarks/quiet.py --write-only"
    assert quiet.once_each(told["scene"])
    told["scene"]["told"] += [{"kind": "moved", "at": 5.0}]
    assert quiet.tables(told) not in page
    assert not quiet.once_each(told["scene"])


def test_the_plot_shows_the_error():
    told = {"people": {"sets": {"all": {"error": 1.25}}, "pairs": [[1, 1], [3, 2], [3, 2]]}}
    (axes,) = script("counting").plot(told).axes
    assert "mean absolute error 1.25 of 3 pictures" in [text.get_text() for text in axes.texts]


def test_a_scene_has_as_many_crossings_as_it_says(tmp_path):
    counting = script("counting")
    somebody = np.full((60, 20, 4), 255, np.uint8)
    counting.SECONDS = 1
    truth = counting.scene(tmp_path / "scene.mp4", [somebody], counting.paths("crossing"))
    assert {"forward": 6, "back": 6, "people": 12} == truth
    assert (tmp_path / "scene.mp4").stat().st_size > 1000
