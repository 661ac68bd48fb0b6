from passerby.core.box import Box
from passerby.core.kinds import Detection, Kind
from passerby.detect.fusion import confirm_large_text, merge

HERE, FAR = Box(0, 0, 40, 40), Box(200, 0, 240, 40)


def detection(box, score):
    return Detection(Kind.FACE, box, score, "test")


def test_two_results_for_one_object_are_one_detection_with_a_higher_score():
    (one,) = merge([[detection(HERE, 0.3)], [detection(HERE.translate(4, 0), 0.2)]])
    assert 0.5 == one.score
    assert HERE.hull(HERE.translate(4, 0)) == one.box


def test_two_boxes_of_one_result_do_not_confirm_each_other():
    (one,) = merge([[detection(HERE, 0.3), detection(HERE.translate(4, 0), 0.2)]])
    assert 0.3 == one.score


def test_nothing_is_more_than_certain():
    (one,) = merge([[detection(HERE, 0.8)], [detection(HERE, 0.7)]])
    assert 1 == one.score


def test_different_objects_stay_separate_best_first():
    results = [[detection(HERE, 0.3)], [detection(FAR, 0.6)]]
    assert [FAR, HERE] == [d.box for d in merge(results)]


def test_no_results_and_empty_ones_give_nothing():
    assert [] == merge([])
    assert [] == merge([[], []])


def test_the_order_of_the_results_does_not_matter():
    a, b, c = (
        [detection(HERE, 0.3)],
        [detection(HERE.translate(3, 3), 0.4), detection(FAR, 0.4)],
        [detection(FAR.translate(0, 5), 0.1)],
    )
    assert merge([a, b, c]) == merge([c, b, a]) == merge([b, a, c])


def text(box, score=0.9):
    return Detection(Kind.TEXT, box, score, "test")


SURFACE, LINE, FRAME_AREA = Box(0, 0, 300, 200), Box(400, 20, 460, 40), 640 * 480


def test_a_large_text_that_half_the_size_does_not_show_is_none():
    halves = [text(SURFACE.translate(150, 60)), text(SURFACE, 0.4)]  # elsewhere, and weak
    assert [text(LINE)] == confirm_large_text([text(SURFACE), text(LINE)], FRAME_AREA, lambda part: halves)


def test_a_large_text_that_half_the_size_shows_as_well_is_one():
    poster = text(SURFACE.translate(5, 3), 0.6)
    assert [text(SURFACE)] == confirm_large_text([text(SURFACE)], FRAME_AREA, lambda part: [poster])


def test_small_text_needs_no_second_look():
    def never(part):
        raise AssertionError

    assert [text(LINE)] == confirm_large_text([text(LINE)], FRAME_AREA, never)


def test_a_huge_text_must_show_at_a_third_of_the_size_too():
    smaller = {2: [text(SURFACE)], 3: [text(SURFACE.translate(150, 60))]}
    assert [] == confirm_large_text([text(SURFACE)], FRAME_AREA, smaller.__getitem__)
    assert [text(SURFACE)] == confirm_large_text([text(SURFACE)], 10 * FRAME_AREA, smaller.__getitem__)
