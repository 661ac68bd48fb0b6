"""A plate is followed by what it looks like where no model finds it."""

import numpy as np
import pytest

from passerby.core.box import Box
from passerby.core.kinds import Detection, Kind
from passerby.track.search.pattern_following import MIN_CORRELATION
from passerby.track.tracker import Tracker, TrackerSettings
from tests.track.motion_fields import SIZE, shift

SETTINGS = TrackerSettings(pre_roll=3, post_roll=4, max_age=20)
FIRST, STILL, FRAMES, TICKS = Box(40, 100, 80, 115), shift(0, 0), 60, 100


class Sight:
    """Of a plate that is in view in some frames and moves by `move` in each; frames are kept for 16."""

    def __init__(self, visible, move=(0, 0), correlation=0.9):
        self.visible, self.move, self.correlation, self.newest = visible, move, correlation, 0

    def place(self, frame):
        return FIRST.translate(self.move[0] * frame, self.move[1] * frame)

    def take_pattern(self, frame, box):
        self.newest = max(self.newest, frame)
        return np.zeros((8, 32), np.uint8)

    def find_pattern(self, frame, pattern, box):
        self.newest = max(self.newest, frame)
        if frame not in self.visible or frame < self.newest - 16 or box.iou(self.place(frame)) < 0.2:
            return box, 0.1
        return self.place(frame), self.correlation


def tracked(sight, found, kind=Kind.PLATE, score=0.9):
    """The confirmed tracks of a still camera where detectors run on every tenth frame, and find it in `found`."""
    tracker, ended = Tracker(*SIZE, SETTINGS, patterns=sight), []
    for frame in range(FRAMES):
        detections = [Detection(kind, sight.place(frame), score, "test")] if frame in found else []
        run = detections if frame % 10 == 0 or frame in found else None
        ended += tracker.update(frame, frame * TICKS, STILL if frame else None, run)
    return [candidate.track for candidate in [*ended, *tracker.finish()] if candidate.is_confirmed]


def hidden(tracks, sight, frame):
    masks = [track.masked_at(frame * TICKS) for track in tracks]
    return max((sight.place(frame).containment(mask.box) for mask in masks if mask is not None), default=0.0)


def test_it_stays_hidden_as_long_as_it_stands_there():
    """Found once, and then missed by five runs: a van that stands in view for two seconds more."""
    sight = Sight(range(45))
    (track,) = tracked(sight, {0})
    assert [1.0] * 45 == [pytest.approx(hidden([track], sight, frame)) for frame in range(45)]
    assert 44 + SETTINGS.post_roll <= track.end // TICKS <= 44 + SETTINGS.max_age


def test_the_mask_goes_where_it_goes():
    """Motion says that all stands still."""
    sight = Sight(range(FRAMES), move=(3, 0))
    tracks = tracked(sight, {0})
    assert [1.0] * FRAMES == [pytest.approx(hidden(tracks, sight, frame), abs=0.01) for frame in range(FRAMES)]


def test_a_track_reaches_back_to_where_it_came_in():
    """In view from frame 25 on, and found in frame 38 only: further back than the pre-roll."""
    sight = Sight(range(25, FRAMES))
    (track,) = tracked(sight, {38, 40, 50})
    unsearched = 38 - 30  # frames since the last run, in which it may have come in
    assert 25 - unsearched - 1 <= track.start // TICKS <= 25
    assert [1.0] * 13 == [pytest.approx(hidden([track], sight, frame)) for frame in range(25, 38)]


@pytest.mark.parametrize(
    "sight", [Sight(()), Sight(range(FRAMES), correlation=MIN_CORRELATION - 0.01)], ids=["gone", "something else"]
)
def test_what_is_not_seen_is_not_held(sight):
    (track,) = tracked(sight, {0})
    assert track.end // TICKS <= SETTINGS.max_age + SETTINGS.post_roll


def test_what_is_not_confirmed_is_not_held():
    """A wall that was taken for a plate once, with a low score."""
    assert [] == tracked(Sight(range(FRAMES)), {0}, score=0.3)


def test_faces_are_left_to_the_face_model():
    (track,) = tracked(Sight(range(FRAMES)), {0}, kind=Kind.FACE)
    assert track.end // TICKS <= SETTINGS.max_age + SETTINGS.post_roll
