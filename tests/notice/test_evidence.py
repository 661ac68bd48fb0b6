"""What the pack names as proof is there, and gives the figure that it says."""

import json
import re
from pathlib import Path

import pytest

from passerby.config.notice import Language
from passerby.notice.catalogue import catalogue
from passerby.notice.evidence import Figure, proofs

ROOT = Path(__file__).parents[2]


def missing(test, root=ROOT):
    """Is this not the name of a test, a file or a folder of them?"""
    file, _, name = test.partition("::")
    path = root / file
    if path.is_dir():
        return not list(path.glob("test_*.py"))
    return not path.is_file() or (bool(name) and not re.search(rf"^def {name}\(", path.read_text(), re.MULTILINE))


def measured(figure, root=ROOT):
    found = json.loads((root / figure.file).read_text())["figures" if figure.at.startswith("figures/") else "people"]
    for key in figure.at.split("/")[1:]:
        found = found[key]
    return found


@pytest.mark.parametrize("proof", proofs().proof, ids=lambda proof: proof.measure)
def test_what_is_named_is_there_and_says_so(proof):
    assert f"measure.{proof.measure}" in catalogue(Language.EN)
    assert proof.tests or proof.figure
    assert [] == [test for test in proof.tests if missing(test)]
    if proof.figure is not None:
        assert measured(proof.figure) == proof.figure.value
        assert (ROOT / proof.figure.command.split()[0]).is_file()


def test_every_measure_of_the_catalogue_is_shown():
    assert {key for key in catalogue(Language.EN) if key.startswith("measure.")} == {
        f"measure.{proof.measure}" for proof in proofs().proof
    }


def test_a_proof_that_is_not_there_is_seen():
    assert missing("tests/gone.py")
    assert missing("tests/test_invariants.py::test_gone")
    assert missing("docs")
    assert not missing("tests/notice/test_evidence.py::test_a_proof_that_is_not_there_is_seen")


def test_figures_are_shown_with_their_unit():
    there = {"file": "f", "at": "a", "command": "c"}
    assert "3.2 %" == Figure(value=0.032, unit="share", **there).shown
    assert "1.35" == Figure(value=1.35, unit="people", **there).shown
