from fractions import Fraction

import pytest

from passerby.config.settings import Profile, Settings
from passerby.core.motion import SceneStats
from passerby.detect.factory import ModelDetectorFactory, StillDetectorCache
from passerby.detect.weights import Registry

STEADY = SceneStats(cut=False, brightness=0.5, change=0.0)


def test_the_schedule_is_that_of_the_profile():
    factory = ModelDetectorFactory(Registry.load(environment={}))
    runs = {}
    for profile in Profile:
        schedule = factory.schedule(Fraction(25), profile)
        runs[profile] = sum(schedule.due(STEADY) is not None for _ in range(250))
    assert runs[Profile.FAST] < runs[Profile.BALANCED] < runs[Profile.THOROUGH]


def test_nothing_is_loaded_before_it_is_needed(tmp_path):
    """A run with a plan and without a check needs no weights."""
    registry = Registry.load(environment={"PASSERBY_CACHE": str(tmp_path)})
    assert ModelDetectorFactory(registry).registry is registry


def test_the_detector_of_the_last_still_serves_the_next_with_the_same_settings():
    made = []

    def make(settings, threads):
        made.append((settings.hide, settings.profile, threads))
        return object()

    cache = StillDetectorCache(make)
    first = cache.get(Settings(), 2)
    assert cache.get(Settings(audio="keep"), 2) is first
    assert 1 == len(made)
    for settings, threads in ((Settings(hide=("face",)), 2), (Settings(profile="fast"), 2), (Settings(), 1)):
        assert cache.get(settings, threads) is not first
    assert 4 == len(made)


@pytest.mark.parametrize("count", [1, 2])
def test_a_cleared_cache_makes_a_new_one(count):
    made = []
    cache = StillDetectorCache(lambda settings, threads: made.append(1) or object())
    for _ in range(count):
        cache.get(Settings())
        cache.clear()
    assert count == len(made)
