"""What the search of a release takes for a leak: detectors that say what they see in which frame."""

import av
import pytest

from passerby.config.regions import Region
from passerby.core.box import Box
from passerby.core.kinds import Detection, Kind
from passerby.core.raw_frame import RawFrame
from passerby.documents.plan import Keyframe
from passerby.verify.checks.shown_on_purpose import ShownHere
from passerby.verify.leak_search import Explained, LeakSearch, regions_beside_masks
from tests.fake_detector import FakeDetector
from tests.plans import still_track

FACE, ELSEWHERE = Box(100, 60, 140, 110), Box(300, 60, 340, 110)
STEP_S, FRAMES = 0.04, 50


class Scene(FakeDetector):
    """Shows a face in some frames: the face model gives it one score, the second one another. `whole` is what a search
    of the whole frame gives it, by default the same as a close-up."""

    def __init__(self, visible, score, second, whole=None):
        super().__init__()
        self.visible, self.score, self.second = visible, score, second
        self.whole = score if whole is None else whole
        self.searched, self.close_ups = [], []

    def detect_faces_quick(self, frame):
        self.searched.append(frame.index)
        return [Detection(Kind.FACE, FACE, self.whole, "centerface")] if frame.index in self.visible else []

    def tasks(self, frame, scope=None):
        return (lambda: self.detect_faces_quick(frame),)

    def close_up(self, frame, kind, boxes):
        self.close_ups += [(frame.index, box) for box in boxes]
        scores = {"centerface": self.score, "blazeface-full": self.second}
        seen = [Detection(kind, FACE, score, id) for id, score in scores.items() if score]
        return [seen if frame.index in self.visible and box.iou(FACE) > 0.3 else [] for box in boxes]


def search(scene, beside_masks=None, hidden=(), keep=(), hide=(Kind.FACE,)):
    leak_search = LeakSearch(scene, hide, beside_masks or {})
    picture = av.VideoFrame(16, 16, "yuv420p")
    masks = [Keyframe(time=0, box=box, score=0.9, origin="test") for box in hidden]
    painted = Explained(masks, ShownHere(regions=keep))
    for n in range(FRAMES):
        frame, scope = RawFrame(picture, n, n), leak_search.due(n * STEP_S, n == FRAMES - 1)
        searches = () if scope is None else leak_search.searches(frame, scope)
        leak_search.step(frame, n, n * STEP_S, painted, [found for task in searches for found in task()])
    return list(leak_search.findings())


def test_a_face_that_stays_is_one_finding_with_its_place():
    (found,) = search(Scene(range(FRAMES), 0.6, 0.7))
    assert ("a face is visible", FACE, 0.7) == (found.description, found.box, found.score)


def test_nothing_in_the_picture_is_no_finding_and_needs_no_close_up():
    scene = Scene((), 0.9, 0.9)
    assert [] == search(scene)
    assert [] == scene.close_ups


def test_a_few_frames_of_every_second_are_searched_and_the_last_one():
    scene = Scene((), 0.9, 0.9)
    search(scene)
    assert [0, 9, 18, 27, 36, 45, 49] == scene.searched


@pytest.mark.parametrize(
    ("score", "second", "counts"),
    [
        (0.6, 0.7, True),  # both models, again and again
        (0.9, 0.0, True),  # one, but sure
        (0.35, 0.0, False),  # one, and weak: a helmet, a mirror, a chair
        (0.4, 0.45, False),  # both, and weak
    ],
)
def test_models_that_agree_count_and_one_that_is_unsure_does_not(score, second, counts):
    assert counts is bool(search(Scene(range(FRAMES), score, second)))


def test_a_single_weak_detection_does_not_count():
    assert [] == search(Scene([9], 0.6, 0.3))


def test_what_was_seen_once_is_looked_at_again_in_the_next_frames():
    scene = Scene(range(9, 15), 0.6, 0.5, whole=0.3)
    assert [pytest.approx(9 * STEP_S, abs=6 * STEP_S)] == [found.time for found in search(scene)]
    assert {9, 10, 12, 14} <= {frame for frame, _ in scene.close_ups}


def test_whoever_is_in_the_last_frame_alone_is_seen():
    assert 1 == len(search(Scene([FRAMES - 1], 0.9, 0.9)))


def test_what_a_mask_leaves_open_at_its_end_is_found_between_two_searches():
    """Six frames, none of which is searched as a whole."""
    visible = range(19, 25)
    assert [] == search(Scene(visible, 0.7, 0.7))
    beside = regions_beside_masks([still_track(1, FACE, 0, 18, Kind.FACE)], range(FRAMES), ())
    assert 1 == len(search(Scene(visible, 0.7, 0.7), beside))


def test_what_lies_under_a_mask_or_in_a_region_that_is_kept_is_no_finding():
    assert [] == search(Scene(range(FRAMES), 0.9, 0.9), hidden=[FACE.expand(0.1)])
    region = Region(polygon=((90, 50), (150, 50), (150, 120), (90, 120)))
    assert [] == search(Scene(range(FRAMES), 0.9, 0.9), keep=[region])
    assert 1 == len(search(Scene(range(FRAMES), 0.9, 0.9), hidden=[ELSEWHERE]))


def test_what_was_not_to_be_hidden_is_not_searched_for():
    scene = Scene(range(FRAMES), 0.9, 0.9)
    assert [] == search(scene, hide=(Kind.PERSON,))
    assert [] == scene.searched


def test_frames_beside_a_mask_are_those_of_its_scene():
    """The mask begins with a scene and ends three frames before the next cut."""
    track = still_track(1, FACE, 200, 300, Kind.FACE)
    regions = regions_beside_masks([track], range(0, 1000, 10), cuts=[200, 340])
    assert {31, 33} == set(regions)
    assert [(Kind.FACE, FACE)] == regions[31]


def test_frames_beside_a_mask_are_before_it_and_after_it():
    regions = regions_beside_masks([still_track(1, FACE, 200, 300, Kind.FACE)], range(0, 1000, 10), ())
    assert {13, 15, 17, 19, 31, 33, 35, 37} == set(regions)
    assert {} == regions_beside_masks([still_track(1, FACE, 0, 990, Kind.FACE)], range(0, 1000, 10), ())
