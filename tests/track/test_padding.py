from passerby.core.box import Box
from passerby.core.kinds import HIDEABLE
from passerby.track.padding import PADDING, Padding


def test_margins_are_shares_of_the_box_and_pixels():
    box = Padding(0.1, 0.2, 0.5, 3).apply(Box(100, 100, 200, 140))
    assert Box(100 - 10 - 3, 100 - 8 - 3, 200 + 10 + 3, 140 + 20 + 3) == box


def test_uncertainty_is_added_on_every_side():
    padding, box = Padding(0.1, 0.2, 0.5, 3), Box(100, 100, 200, 140)
    certain, uncertain = padding.apply(box), padding.apply(box, 5)
    assert Box(certain.x1 - 5, certain.y1 - 5, certain.x2 + 5, certain.y2 + 5) == uncertain


def test_every_kind_that_can_be_hidden_has_margins():
    assert set(HIDEABLE) <= set(PADDING)
