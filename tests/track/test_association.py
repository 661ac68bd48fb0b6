from passerby.core.box import Box
from passerby.core.kinds import Detection, Kind
from passerby.track.association import affinity, associate

HERE, THERE = Box(0, 0, 40, 40), Box(200, 0, 240, 40)


def seen(box, score=0.9):
    return Detection(Kind.FACE, box, score, "test")


def test_each_box_gets_what_lies_on_it():
    assert ({0: 1, 1: 0}, []) == associate([HERE, THERE], [seen(THERE.translate(3, 3)), seen(HERE.translate(-2, 0))], 0.5)


def test_what_lies_on_nothing_is_left_over():
    far = Box(500, 300, 540, 340)
    assert ({0: 0}, [1]) == associate([HERE], [seen(HERE), seen(far)], 0.5)
    assert ({}, [0]) == associate([], [seen(far)], 0.5)
    assert ({}, []) == associate([HERE], [], 0.5)


def test_no_detection_serves_two_boxes_and_no_box_takes_two():
    pairs, left = associate([HERE, HERE.translate(5, 0)], [seen(HERE)], 0.5)
    assert ({0: 0}, []) == (pairs, left)
    pairs, left = associate([HERE], [seen(HERE.translate(9, 0)), seen(HERE)], 0.5)
    assert ({0: 1}, [0]) == (pairs, left)


def test_strong_detections_choose_first():
    """A faint one that fits better must not push a sure one aside, to start a track of its own."""
    assert {0: 1} == associate([HERE], [seen(HERE, 0.2), seen(HERE.translate(8, 0), 0.9)], 0.5)[0]


def test_a_weak_detection_keeps_alive_what_no_strong_one_took():
    assert ({0: 0}, []) == associate([HERE], [seen(HERE.translate(3, 0), 0.1)], 0.5)


def test_a_head_and_the_face_in_it_are_the_same_thing():
    assert (
        0 < affinity(Box(0, 0, 50, 60), Box(15, 20, 35, 45)) < affinity(HERE, HERE.translate(4, 0)) < affinity(HERE, HERE)
    )


def test_a_person_is_not_the_face_in_it():
    assert 0 == affinity(Box(0, 0, 200, 600), Box(80, 10, 120, 60))


def test_neighbours_are_not_the_same_thing():
    assert 0 == affinity(HERE, HERE.translate(41, 0))
