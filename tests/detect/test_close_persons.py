import numpy as np
import pytest

from passerby.core.box import Box
from passerby.core.kinds import Detection, Kind
from passerby.detect.close_persons import confirm_by_second_size, in_focus

PERSON_BOX = Box(100, 40, 300, 280)


def person(box=PERSON_BOX, score=0.15):
    return Detection(Kind.PERSON, box, score, "body")


def test_what_two_sizes_see_weakly_counts_and_covers_what_both_saw():
    (confirmed,) = confirm_by_second_size([person()], [person(PERSON_BOX.translate(20, 10), 0.12)], 0.25)
    assert (pytest.approx(0.27), PERSON_BOX.hull(PERSON_BOX.translate(20, 10))) == (confirmed.score, confirmed.box)


@pytest.mark.parametrize(
    "others",
    [[], [person(score=0.09)], [person(PERSON_BOX.translate(150, 0), 0.2)], [person(PERSON_BOX.expand(1.0), 0.2)]],
)
def test_a_weak_detection_at_one_size_only_is_dropped(others):
    assert [] == confirm_by_second_size([person()], others, 0.25)


def test_a_score_is_never_above_one():
    assert 1.0 == confirm_by_second_size([person(score=0.6)], [person(score=0.7)], 0.25)[0].score


def waves(height):
    """A picture of stripes, so many luma steps from valley to crest, 16 px apart."""
    row = 128 + height / 2 * np.sin(np.arange(512) * 2 * np.pi / 16)
    return np.repeat(np.tile(row, (288, 1))[:, :, None], 3, axis=2).astype(np.uint8)


@pytest.mark.parametrize(("height", "sharp"), [(160, True), (20, False), (0, False)])
def test_what_is_out_of_focus_shows_no_edges(height, sharp):
    assert sharp is in_focus(waves(height), PERSON_BOX)


def test_only_the_upper_half_has_to_be_in_focus():
    above, below = waves(160), waves(160)
    above[160:], below[:160] = 128, 128
    assert in_focus(above, PERSON_BOX)
    assert not in_focus(below, PERSON_BOX)


def test_a_box_beyond_the_picture_is_not_in_focus():
    assert not in_focus(waves(0), Box(600, 400, 700, 500))
