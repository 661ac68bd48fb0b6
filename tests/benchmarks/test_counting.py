import json

import numpy as np

from tests.benchmarks.scripts import ROOT, load_script


def test_the_page_shows_the_saved_results():
    counting = load_script("counting")
    results = json.loads((ROOT / "benchmarks" / "results" / "counting.json").read_text(encoding="utf-8"))
    page = (ROOT / "docs" / "design" / "counts.md").read_text(encoding="utf-8")
    assert counting.tables(results) in page, "run: benchmarks/counting.py --render-only"
    results["clip"]["true"], results["clip"]["intervals"]["0.4"]["in"] = 6, 5
    assert counting.tables(results) not in page


def test_the_plot_shows_the_error():
    results = {"people": {"sets": {"all": {"error": 1.25}}, "pairs": [[1, 1], [3, 2], [3, 2]]}}
    (axes,) = load_script("counting").plot(results).axes
    assert "mean absolute error 1.25 of 3 pictures" in [text.get_text() for text in axes.texts]


def test_a_scene_has_the_stated_number_of_crossings(tmp_path):
    counting = load_script("counting")
    somebody = np.full((60, 20, 4), 255, np.uint8)
    counting.SECONDS = 1
    expected = counting.scene(tmp_path / "scene.mp4", [somebody], counting.paths("crossing"))
    assert {"forward": 6, "back": 6, "people": 12} == expected
    assert (tmp_path / "scene.mp4").stat().st_size > 1000
