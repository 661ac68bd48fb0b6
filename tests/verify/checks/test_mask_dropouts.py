"""The place of a mask that disappears for a moment is searched."""

from passerby.core.box import Box
from passerby.verify.checks.mask_dropouts import MAX_FRAMES, MIN_AGE, MaskDropoutDetector
from tests.verify.checks.black_frames import MASK, black


def searched(*frames):
    """The places to search in each frame."""
    detector = MaskDropoutDetector()
    return [[one.box for one in detector.step(frame, n / 25)] for n, frame in enumerate(frames)]


def test_the_region_of_a_mask_that_disappeared_is_searched():
    there, gone = black(MASK), black()
    places = searched(*[there] * MIN_AGE, gone, gone, gone, there)
    assert [0] * MIN_AGE + [1, 1, 1, 0] == [len(one) for one in places]
    assert places[MIN_AGE][0].iou(MASK) > 0.9


def test_but_not_for_long():
    places = searched(*[black(MASK)] * 5, *[black()] * 9)
    assert MAX_FRAMES == sum(map(len, places))


def test_a_moving_mask_is_no_dropout():
    assert [] == [p for places in searched(*[black(MASK.translate(7 * n, 3 * n)) for n in range(10)]) for p in places]


def test_a_mask_that_merges_with_another_is_no_dropout():
    other = Box(150, 90, 210, 140)
    assert [] == [p for places in searched(*[black(MASK)] * 5, *[black(MASK, other)] * 5) for p in places]


def test_a_mask_beside_another_that_stays_is_a_dropout():
    other = Box(200, 80, 260, 150)
    places = searched(*[black(MASK, other)] * 5, black(other))
    assert 1 == len(places[-1])


def test_an_area_that_was_black_for_a_moment_is_no_mask():
    assert [] == [p for places in searched(black(), black(MASK), black()) for p in places]


def test_one_strong_sighting_or_two_weaker_ones_are_sufficient():
    detector = MaskDropoutDetector()
    for _ in range(MIN_AGE):
        detector.step(black(MASK), 0.0)
    (gone,) = detector.step(black(), 0.2)
    assert not gone.observe(0.4, MASK)
    assert gone.observe(0.4, MASK)
    assert not gone.observe(0.9, MASK)  # reported once
