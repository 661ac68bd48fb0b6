import pytest

from passerby.config.settings import Profile
from passerby.detect.profiles import BODY, DETECTION_PROFILES, FACE, PLATE, QUICK_FACE, TEXT, DetectionProfile
from passerby.detect.weights import Registry


def test_the_models_are_in_the_registry():
    assert {FACE, QUICK_FACE, BODY, PLATE, TEXT} <= set(Registry.load(environment={}))


def test_balanced_has_the_second_face_model_and_large_images_for_plates():
    assert (
        DetectionProfile(
            quick_face_sizes=(1280, 640), plate_sizes=(1280, 320), enlarged_plate_size=1280, fine_text_size=960
        )
        == DETECTION_PROFILES[Profile.BALANCED]
    )


@pytest.mark.parametrize("name", Profile)
def test_the_first_size_for_faces_is_the_largest(name):
    """It is the one that a run without full-resolution faces leaves out."""
    sizes = DETECTION_PROFILES[name].face_sizes
    assert list(sizes) == sorted(sizes, reverse=True)
    assert len(sizes) > 1


def test_profiles_differ_in_effort():
    fast, balanced, thorough = (DETECTION_PROFILES[name] for name in (Profile.FAST, Profile.BALANCED, Profile.THOROUGH))
    assert fast.face_sizes[0] < balanced.face_sizes[0] < thorough.face_sizes[0]
    assert fast.max_vehicles < balanced.max_vehicles < thorough.max_vehicles
