from fractions import Fraction
from itertools import pairwise

import pytest

from passerby.core.kinds import Kind
from passerby.core.motion import SceneStats
from passerby.detect.schedule import FULL_SCOPE, DetectionSchedule, ScheduleSettings, Scope

SETTINGS = ScheduleSettings(
    min_interval=0.2,
    max_interval=0.2,
    max_interval_frames=10,
    full_res_faces_every=3,
    full_frame_plates_every=3,
    change_trigger=0.1,
)
PATIENT = SETTINGS.model_copy(update={"calm": 0.4, "doubt": 0.1})
CALM = SceneStats(cut=False, brightness=0.5, change=0.0)
CUT = SceneStats(cut=True, brightness=0.5, change=0.0)
BUSY = SceneStats(cut=False, brightness=0.5, change=0.06)


def looks(scenes, rate=25, settings=SETTINGS):
    """{number of the frame: was it a deep look} for each frame that is looked at."""
    cadence = DetectionSchedule(None if rate is None else Fraction(rate), settings)
    due = [cadence.due(scene) for scene in scenes]
    return {number: look.full_frame_plates for number, look in enumerate(due) if look is not None}


@pytest.mark.parametrize(("rate", "every"), [(5, 1), (10, 2), (25, 5), (30, 6), (60, 10), (240, 10), (None, 5)])
def test_looks_come_at_an_interval_and_never_too_many_frames_apart(rate, every):
    assert [*range(0, 60, every)] == [*looks([CUT] + [CALM] * 59, rate)]


def test_the_first_frame_is_looked_at():
    assert 0 in looks([CUT, CALM])
    assert 0 in looks([CALM, CALM])


def test_a_new_scene_is_looked_at_at_once_and_deeply():
    scenes = [CUT, *[CALM] * 6, CUT, *[CALM] * 12]
    found = looks(scenes)
    assert found[7]
    assert [7, 12, 17] == [number for number in found if number >= 7]


def test_the_dear_parts_take_turns_and_the_first_look_has_both():
    cadence = DetectionSchedule(Fraction(25), SETTINGS)
    due = [cadence.due(scene) for scene in [CUT, *[CALM] * 34]]
    reaches = [(reach.full_res_faces, reach.full_frame_plates) for reach in due if reach is not None]
    assert [(True, True), (False, False), (False, True), (True, False), (False, False), (False, True)] == reaches[:6]


def test_with_one_turn_every_look_goes_as_far_as_can_be():
    assert {True} == set(
        looks([CUT, *[CALM] * 20], settings=SETTINGS.model_copy(update={"close": 1, "deep": 1})).values()
    )


def test_what_a_look_has_searched_everywhere():
    assert frozenset(Kind) == FULL_SCOPE.searched_kinds
    assert {Kind.FACE, Kind.PLATE} == frozenset(Kind) - Scope(
        full_res_faces=False, full_frame_plates=False
    ).searched_kinds


def test_what_motion_does_not_explain_brings_the_next_look_forward():
    calm, busy = looks([CUT] + [CALM] * 100), looks([CUT] + [BUSY] * 100)
    assert len(busy) > len(calm)
    assert min(b - a for a, b in pairwise(busy)) > SETTINGS.min_interval * 25 // 2  # still not every frame


@pytest.mark.parametrize(("doubt", "every"), [(0.0, 10), (0.3, 9), (0.4, 7), (0.6, 5), (1.0, 5)])
def test_doubt_in_the_motion_brings_the_next_look_forward(doubt: float, every: int):
    doubtful = SceneStats(cut=False, brightness=0.5, change=0.0, uncertainty=doubt)
    assert [*range(0, 60, every)] == [*looks([CUT] + [doubtful] * 59, settings=PATIENT)]


@pytest.mark.parametrize("rate", [10, 25, 50])
def test_doubt_is_a_matter_of_seconds_and_not_of_frames(rate: int):
    doubtful = SceneStats(cut=False, brightness=0.5, change=0.0, uncertainty=0.35)
    (_, first, *_) = looks(
        [CUT] + [doubtful] * 59, rate, ScheduleSettings(min_interval=0.2, max_interval=0.8, uncertainty_trigger=0.1)
    )
    assert 0.3 == pytest.approx(first / rate, abs=1 / rate)


def test_it_is_the_same_every_time():
    scenes = [CUT, *[BUSY, CALM] * 40, CUT, *[CALM] * 20]
    assert looks(scenes) == looks(scenes)
