"""Propagation in the clip of the fixtures: without a camera that moves, a box stays where it is."""

import pytest

from passerby.core.box import Box
from passerby.core.kinds import Kind
from passerby.documents.plan import Track
from passerby.review.errors import ReviewError
from passerby.review.history import Change
from passerby.review.propagation_job import PropagationDirection, PropagationRequest
from passerby.review.track_edits import drawn_keyframe
from passerby.track.box_propagation import PROPAGATED
from passerby.track.keyframes import TrackPoint

BOX = Box(2, 2, 30, 22)  # around the white patch


def draw(item, *frames):
    """A track that a person drew in some frames. Its number and its edit group."""
    times = item.file.times(0)
    keys = tuple(drawn_keyframe(times[frame], BOX) for frame in frames)
    number = item.file.history.next_number()
    group, _ = item.file.edit([Change(0, number, Track(number=number, kind=Kind.TEXT, keyframes=keys))])
    return number, group


def propagate(item, request, group):
    item.propagation.start(request, group)
    item.propagation.job._thread.join(30)
    assert "done" == item.propagation.job.status.state, item.propagation.job.status
    return item.file.history.track(0, request.track)


def test_propagates_to_both_ends_of_the_file_and_is_undone_as_one_edit(item):
    number, group = draw(item, 12)
    track = propagate(item, PropagationRequest(0, number, 12), group)
    times = item.file.times(0)
    assert (times[0], times[-1]) == (track.start, track.end)
    assert [times[12]] == [key.time for key in track.keyframes if key.origin != PROPAGATED]
    item.file.undo()
    assert item.file.history.track(0, number) is None


def test_it_ends_at_the_requested_frame(item):
    number, group = draw(item, 5)
    track = propagate(item, PropagationRequest(0, number, 5, backward=False, until=9), group)
    times = item.file.times(0)
    assert (times[5], times[9]) == (track.start, track.end)


def test_drawn_boxes_stay_where_they_are(item):
    number, group = draw(item, 4, 16)
    track = propagate(item, PropagationRequest(0, number, 4), group)
    drawn = [key for key in track.keyframes if key.origin != PROPAGATED]
    times = item.file.times(0)
    assert [(times[4], BOX), (times[16], BOX)] == [(key.time, key.box) for key in drawn]
    assert (times[0], times[16]) == (track.start, track.end)  # what comes after is not asked for here


def test_a_track_must_be_in_the_frame(item):
    number, group = draw(item, 4)
    with pytest.raises(ReviewError, match="track not in frame"):
        item.propagation.start(PropagationRequest(0, number, 8), group)


def test_a_box_that_leaves_the_picture_ends_a_direction():
    points = [TrackPoint(frame, frame * 10, BOX, 0.0, PROPAGATED) for frame in (1, 2)]
    direction = PropagationDirection(iter(points), last_frame=9)
    while not direction.finished:
        direction.step()
    assert (points, True) == (direction.visited, direction.left_frame)
    whole = PropagationDirection(iter(points), last_frame=2)
    while not whole.finished:
        whole.step()
    assert not whole.left_frame
