from passerby.core.box import Box
from passerby.core.kinds import Detection, Kind
from passerby.track.association import affinity, associate

A, B = Box(0, 0, 40, 40), Box(200, 0, 240, 40)


def detection(box, score=0.9):
    return Detection(Kind.FACE, box, score, "test")


def test_each_box_gets_the_detection_on_it():
    assert ({0: 1, 1: 0}, []) == associate([A, B], [detection(B.translate(3, 3)), detection(A.translate(-2, 0))], 0.5)


def test_a_detection_on_no_box_is_unmatched():
    far = Box(500, 300, 540, 340)
    assert ({0: 0}, [1]) == associate([A], [detection(A), detection(far)], 0.5)
    assert ({}, [0]) == associate([], [detection(far)], 0.5)
    assert ({}, []) == associate([A], [], 0.5)


def test_no_detection_is_matched_twice_and_no_box_either():
    pairs, left = associate([A, A.translate(5, 0)], [detection(A)], 0.5)
    assert ({0: 0}, []) == (pairs, left)
    pairs, left = associate([A], [detection(A.translate(9, 0)), detection(A)], 0.5)
    assert ({0: 1}, [0]) == (pairs, left)


def test_confident_detections_choose_first():
    """A weak one that fits better must not push a confident one aside, to start a track of its own."""
    assert {0: 1} == associate([A], [detection(A, 0.2), detection(A.translate(8, 0), 0.9)], 0.5)[0]


def test_a_weak_detection_keeps_a_box_that_no_confident_one_took():
    assert ({0: 0}, []) == associate([A], [detection(A.translate(3, 0), 0.1)], 0.5)


def test_a_head_and_the_face_in_it_are_the_same_object():
    assert 0 < affinity(Box(0, 0, 50, 60), Box(15, 20, 35, 45)) < affinity(A, A.translate(4, 0)) < affinity(A, A)


def test_a_person_is_not_the_face_in_it():
    assert 0 == affinity(Box(0, 0, 200, 600), Box(80, 10, 120, 60))


def test_neighbours_are_not_the_same_object():
    assert 0 == affinity(A, A.translate(41, 0))
