import json

from tests.benchmarks.scripts import ROOT, load_script


def test_the_page_shows_the_saved_results():
    false_alarms = load_script("false_alarms")
    results = json.loads((ROOT / "benchmarks" / "results" / "false_alarms.json").read_text(encoding="utf-8"))
    page = (ROOT / "docs" / "design" / "counts.md").read_text(encoding="utf-8")
    assert false_alarms.tables(results) in page, "run: benchmarks/false_alarms.py --render-only"
    assert false_alarms.once_each(results["scene"])
    results["scene"]["reported"] += [{"kind": "moved", "at": 5.0}]
    assert false_alarms.tables(results) not in page
    assert not false_alarms.once_each(results["scene"])
