"""The tests and figures that the pack cites exist and are current."""

import json
import re
from pathlib import Path

import pytest

from passerby.config.notice import Language
from passerby.notice.catalogue import load_texts
from passerby.notice.evidence import MeasuredFigure, load_evidence

ROOT = Path(__file__).parents[2]


def missing(test, root=ROOT):
    """Whether this is not a test, a test file, or a folder of them."""
    file, _, name = test.partition("::")
    path = root / file
    if path.is_dir():
        return not list(path.glob("test_*.py"))
    return not path.is_file() or (bool(name) and not re.search(rf"^def {name}\(", path.read_text(), re.MULTILINE))


def measured(figure, root=ROOT):
    found = json.loads((root / figure.file).read_text())["figures" if figure.keys.startswith("figures/") else "people"]
    for key in figure.keys.split("/")[1:]:
        found = found[key]
    return found


@pytest.mark.parametrize("evidence", load_evidence().measures, ids=lambda evidence: evidence.measure)
def test_cited_tests_exist_and_figures_are_current(evidence):
    assert f"measure.{evidence.measure}" in load_texts(Language.EN)
    assert evidence.tests or evidence.figure
    assert [] == [test for test in evidence.tests if missing(test)]
    if evidence.figure is not None:
        assert measured(evidence.figure) == evidence.figure.value
        assert (ROOT / evidence.figure.command.split()[0]).is_file()


def test_every_measure_of_the_catalogue_has_evidence():
    assert {key for key in load_texts(Language.EN) if key.startswith("measure.")} == {
        f"measure.{evidence.measure}" for evidence in load_evidence().measures
    }


def test_missing_tests_are_detected():
    assert missing("tests/gone.py")
    assert missing("tests/test_invariants.py::test_gone")
    assert missing("docs")
    assert not missing("tests/notice/test_evidence.py::test_missing_tests_are_detected")


def test_figures_are_shown_with_their_unit():
    source = {"file": "f", "keys": "a", "command": "c"}
    assert "3.2 %" == MeasuredFigure(value=0.032, unit="share", **source).text
    assert "1.35" == MeasuredFigure(value=1.35, unit="people", **source).text
