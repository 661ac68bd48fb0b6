"""What a person decided to show is no suspicion; what is bare for another reason is."""

import pytest

from passerby.config.regions import parse_regions
from passerby.core.box import Box
from passerby.core.kinds import Kind
from passerby.documents.plan_parts.spans import VisibleSpan
from passerby.documents.redaction_log import LogEntry
from passerby.verify.checks.shown_on_purpose import ShownHere, ShownInLog, ShownOnPurpose
from tests.redaction_log.plans import correction, plan, track

BOX = Box(10, 10, 20, 20)


def shown(changed, tick=30, keep=()):
    made = plan(track(), corrections=() if changed == "nothing" else (correction("B", changed),))
    return ShownOnPurpose(made, 0, keep).at(tick).explains(Kind.FACE, BOX)


@pytest.mark.parametrize(
    ("changed", "tick", "expected"),
    [
        pytest.param("nothing", 30, False, id="it is masked"),
        pytest.param(None, 30, True, id="removed"),
        pytest.param(track(visible=(VisibleSpan(start=20, end=40),)), 30, True, id="kept visible"),
        pytest.param(track(visible=(VisibleSpan(start=20, end=40),)), 50, False, id="before and after that"),
        pytest.param(track(box=Box(40, 10, 50, 20)), 30, False, id="its box was moved"),
        pytest.param(track(end=20), 30, False, id="it ends earlier"),
    ],
)
def test_what_explains_a_detection(changed, tick, expected):
    assert expected is shown(changed, tick)


def test_a_region_that_is_kept_visible_explains_it_while_it_applies():
    regions = parse_regions("0,0,30,30@0.2-0.4", "--keep-regions")
    assert [False, True, False] == [shown("nothing", tick, regions) for tick in (10, 30, 50)]


def test_neither_another_kind_nor_what_is_much_smaller():
    here = ShownHere([(Kind.FACE, Box(0, 0, 60, 48))])
    assert here.explains(Kind.FACE, Box(0, 0, 40, 40))
    assert not here.explains(Kind.PLATE, Box(0, 0, 40, 40))
    assert not here.explains(Kind.FACE, Box(0, 0, 8, 8))


def entry(**changed):
    path = ((1.0, 10, 10, 20, 20), (2.0, 30, 10, 40, 20), (3.0, 30, 10, 40, 20))
    fields = {"number": 1, "action": "shown", "start": 1.0, "end": 3.04, "kind": "face", "video": 0, "track": 1}
    return LogEntry.model_validate(fields | {"decided_by": "person", "path": path} | changed)


@pytest.mark.parametrize(
    ("seconds", "box", "expected"),
    [
        (1.0, BOX, True),
        (1.5, BOX.translate(10, 0), True),  # straight between two points
        (1.5, BOX.translate(30, 0), False),
        (3.02, BOX.translate(20, 0), True),
        (0.9, BOX, False),
        (3.1, BOX.translate(20, 0), False),
    ],
)
def test_the_log_explains_a_detection_where_and_while_it_says_so(seconds, box, expected):
    assert expected is ShownInLog([entry()], 0, ()).at(seconds).explains(Kind.FACE, box)


def test_the_log_explains_nothing_that_it_does_not_name():
    for other in (entry(video=1), entry(kind="plate"), entry(action="masked"), entry(path=())):
        assert not ShownInLog([other], 0, ()).at(1.0).explains(Kind.FACE, BOX)
    regions = parse_regions("0,0,30,30@0.2-0.4", "--keep-regions")
    assert ShownInLog([], 0, regions).at(0.3).explains(Kind.FACE, BOX)
