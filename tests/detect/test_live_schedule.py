import pytest

from passerby.config.settings import Profile
from passerby.detect.live_schedule import LIVE_PROFILES, MAX_INTERVAL_S, MIN_INTERVAL_S, ScopeCycle, detection_interval


@pytest.mark.parametrize(("duration_s", "expected"), [(0.0, 0.4), (0.1, 0.4), (0.21, 0.6), (0.3, 0.857), (2.0, 1.0)])
def test_the_interval_bounds_the_share_of_a_processor(duration_s, expected):
    assert expected == pytest.approx(detection_interval(duration_s), abs=0.001)
    assert MIN_INTERVAL_S <= detection_interval(duration_s) <= MAX_INTERVAL_S


def test_every_other_run_searches_the_whole_frame_for_plates_beginning_with_the_first_of_a_scene():
    cycle = ScopeCycle()
    scopes = [cycle.next(first) for first in (True, False, False, False, True, False)]
    assert [True, False, True, False, True, False] == [scope.full_frame_plates for scope in scopes]
    assert all(scope.full_res_faces for scope in scopes)


def test_every_profile_has_one_for_cameras_without_a_second_size_for_close_persons():
    assert set(Profile) == set(LIVE_PROFILES)
    assert {0} == {profile.close_person_size for profile in LIVE_PROFILES.values()}
