"""What people's files and disks do: each situation ends as it should, and the docs say the same."""

import re
from pathlib import Path

import pytest

from tests import formats, situations
from tests.fake_detector import use_fixed_face, use_fixed_face_in_stills
from tests.situation_list import SITUATIONS

FAULTS = Path(__file__).parent.parent / "docs" / "design" / "faults.md"


@pytest.fixture(autouse=True)
def fake_detectors(monkeypatch):
    use_fixed_face(monkeypatch)
    use_fixed_face_in_stills(monkeypatch)


@pytest.fixture(scope="module")
def outcome(tmp_path_factory):
    """What comes of a situation. Each is made and redacted once, for its test and for the page."""
    done = {}

    def of(situation):
        if situation.made not in done:
            done[situation.made] = situations.run(situation, tmp_path_factory.mktemp("situation"))
        return done[situation.made]

    return of


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda one: re.sub(r"\W+", "_", one.made))
def test_situation(outcome, situation):
    came = outcome(situation)
    assert situation.expected == came.kind, came
    assert situation.says in came.summary
    if came.kind == situations.WHOLE:
        assert () == came.differences
    assert "Traceback" not in came.error


def test_there_are_sixty_of_them_and_no_two_are_alike():
    made = [situation.made for situation in SITUATIONS]
    assert 60 <= len(made) == len(set(made))


def test_the_page_is_up_to_date(outcome):
    _, mark, table = formats.PAGE.read_text(encoding="utf-8").partition("\n## Situations")
    assert situations.section(SITUATIONS, outcome) == mark + table, "run: make docs"


def test_the_threads_are_listed():
    listed = {int(number) for number in re.findall(r"^(\d+)\. \[", FAULTS.read_text(encoding="utf-8"), re.MULTILINE)}
    used = {number for situation in SITUATIONS for number in situation.thread}
    assert listed == used
    assert 20 <= len(used)
