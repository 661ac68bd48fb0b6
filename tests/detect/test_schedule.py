from fractions import Fraction
from itertools import pairwise

import pytest

from passerby.config.settings import Profile
from passerby.core.kinds import Kind
from passerby.core.motion import SceneStats
from passerby.detect.schedule import (
    DETECTION_SCHEDULES,
    FULL_SCOPE,
    QUICK_SCOPE,
    DetectionSchedule,
    ScheduleSettings,
    Scope,
)

SETTINGS = ScheduleSettings(
    min_interval=0.2,
    max_interval=0.2,
    max_interval_frames=10,
    full_res_faces_every=3,
    full_frame_plates_every=3,
    change_trigger=0.1,
)
SLOWER = SETTINGS.model_copy(update={"max_interval": 0.4, "uncertainty_trigger": 0.1})
STEADY = SceneStats(cut=False, brightness=0.5, change=0.0)
CUT = SceneStats(cut=True, brightness=0.5, change=0.0)
CHANGING = SceneStats(cut=False, brightness=0.5, change=0.06)


def runs(scenes, rate=25, settings=SETTINGS):
    """{frame number: were plates searched for in the whole frame} for each frame with a detector run."""
    schedule = DetectionSchedule(None if rate is None else Fraction(rate), settings)
    due = [schedule.due(scene) for scene in scenes]
    return {number: scope.full_frame_plates for number, scope in enumerate(due) if scope is not None}


@pytest.mark.parametrize(("rate", "every"), [(5, 1), (10, 2), (25, 5), (30, 6), (60, 10), (240, 10), (None, 5)])
def test_runs_come_at_an_interval_and_never_too_many_frames_apart(rate, every):
    assert [*range(0, 60, every)] == [*runs([CUT] + [STEADY] * 59, rate)]


def test_detectors_run_on_the_first_frame():
    assert 0 in runs([CUT, STEADY])
    assert 0 in runs([STEADY, STEADY])


def test_a_new_scene_gets_a_full_run_at_once():
    scenes = [CUT, *[STEADY] * 6, CUT, *[STEADY] * 12]
    found = runs(scenes)
    assert found[7]
    assert [7, 12, 17] == [number for number in found if number >= 7]


def test_the_expensive_parts_take_turns_and_the_first_run_has_both():
    schedule = DetectionSchedule(Fraction(25), SETTINGS)
    due = [schedule.due(scene) for scene in [CUT, *[STEADY] * 34]]
    scopes = [(scope.full_res_faces, scope.full_frame_plates) for scope in due if scope is not None]
    assert [(True, True), (False, False), (False, True), (True, False), (False, False), (False, True)] == scopes[:6]


@pytest.mark.parametrize("profile", [Profile.BALANCED, Profile.THOROUGH])
def test_plates_are_searched_for_in_the_whole_frame_in_every_second_run(profile):
    """Who drives through the picture in a second and a half would be in none."""
    schedule = DetectionSchedule(Fraction(25), DETECTION_SCHEDULES[profile])
    due = [schedule.due(scene) for scene in [CUT, *[STEADY] * 60]]
    whole = [number for number, scope in enumerate(due) if scope is not None and scope.full_frame_plates]
    assert max(later - earlier for earlier, later in pairwise(whole)) <= 30


def test_with_every_run_in_turn_each_has_the_full_scope():
    assert {True} == set(
        runs(
            [CUT, *[STEADY] * 20],
            settings=SETTINGS.model_copy(update={"full_res_faces_every": 1, "full_frame_plates_every": 1}),
        ).values()
    )


def test_the_kinds_that_a_run_searches_for_everywhere():
    assert frozenset(Kind) == FULL_SCOPE.searched_kinds
    assert {Kind.FACE, Kind.PLATE} == frozenset(Kind) - Scope(
        full_res_faces=False, full_frame_plates=False
    ).searched_kinds


def test_unexplained_change_brings_the_next_run_forward():
    steady, changing = runs([CUT] + [STEADY] * 100), runs([CUT] + [CHANGING] * 100)
    assert len(changing) > len(steady)
    assert min(b - a for a, b in pairwise(changing)) > SETTINGS.min_interval * 25 // 2  # still not every frame


@pytest.mark.parametrize(("uncertainty", "every"), [(0.0, 10), (0.3, 9), (0.4, 7), (0.6, 5), (1.0, 5)])
def test_uncertain_motion_brings_the_next_run_forward(uncertainty: float, every: int):
    uncertain = SceneStats(cut=False, brightness=0.5, change=0.0, uncertainty=uncertainty)
    assert [*range(0, 60, every)] == [*runs([CUT] + [uncertain] * 59, settings=SLOWER)]


@pytest.mark.parametrize("rate", [10, 25, 50])
def test_uncertainty_adds_up_over_seconds_and_not_over_frames(rate: int):
    uncertain = SceneStats(cut=False, brightness=0.5, change=0.0, uncertainty=0.35)
    (_, first, *_) = runs(
        [CUT] + [uncertain] * 59, rate, ScheduleSettings(min_interval=0.2, max_interval=0.8, uncertainty_trigger=0.1)
    )
    assert 0.3 == pytest.approx(first / rate, abs=1 / rate)


def test_the_schedule_is_deterministic():
    scenes = [CUT, *[CHANGING, STEADY] * 40, CUT, *[STEADY] * 20]
    assert runs(scenes) == runs(scenes)


def test_between_two_runs_of_all_detectors_there_are_quick_ones():
    schedule = DetectionSchedule(Fraction(25), SETTINGS.model_copy(update={"quick_interval": 0.08}))
    due = [schedule.due(scene) for scene in [CUT, *[STEADY] * 14]]
    assert [0, 5, 10] == [n for n, scope in enumerate(due) if scope is not None and not scope.quick]
    assert [2, 4, 7, 9, 12, 14] == [n for n, scope in enumerate(due) if scope is QUICK_SCOPE]


def test_a_quick_run_has_searched_for_nothing_to_the_end():
    assert frozenset() == QUICK_SCOPE.searched_kinds
