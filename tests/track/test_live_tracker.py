import pytest

from passerby.core.box import Box
from passerby.core.kinds import Detection, Kind
from passerby.track.live_tracker import Hidden, LiveTracker, following_live
from tests.track.fields import SIZE, shift

FACE = Box(300, 100, 340, 150)
STILL = shift(0, 0)
RATE, KEPT = 10, 30


def tracker(hide=(Kind.FACE,)):
    return LiveTracker(*SIZE, following_live(RATE, 2.0), hide, KEPT)


def face(score=0.9, box=FACE, kind=Kind.FACE):
    return [Detection(kind, box, score, "test")]


def went(live, looks, until, motion=STILL):
    """Frames from 0 to `until`; `looks` says what is found in which."""
    for n in range(until + 1):
        live.advance(n, n * 100_000, None if n == 0 else motion, looks.get(n))
    return live


def covers(hidden, box):
    return any(box.inside(one.box) == 1 for one in hidden)


def test_a_thing_is_hidden_two_seconds_before_it_was_first_seen():
    live = went(tracker(), {25: face()}, 25)
    assert [n >= 5 for n in range(26)] == [covers(live.hidden(n), FACE) for n in range(26)]


def test_a_mask_follows_back_along_the_motion():
    live = went(tracker(), {25: face()}, 25, shift(3, 0))
    assert covers(live.hidden(15), FACE.translate(-30, 0))
    assert not covers(live.hidden(15), FACE)


def test_a_thing_that_is_lost_is_hidden_for_two_seconds_more():
    live = went(tracker(), {0: face(), 10: [], 20: []}, 24)
    assert [True] * 21 + [False] * 4 == [covers(live.hidden(n), FACE) for n in range(25)]


def test_it_is_hidden_longer_when_nobody_has_looked():
    assert covers(went(tracker(), {0: face()}, 24).hidden(24), FACE)


def test_one_weak_sighting_is_hidden_until_looks_speak_against_it():
    assert covers(went(tracker(), {5: face(0.2)}, 6).hidden(5), FACE)
    assert covers(went(tracker(), {5: face(0.2), 10: []}, 12).hidden(5), FACE)
    assert not covers(went(tracker(), {5: face(0.2), 10: [], 15: []}, 16).hidden(12), FACE)


def test_a_track_that_ended_with_a_cut_can_still_be_asked_for():
    live = tracker()
    for n in range(12):
        live.advance(n, n, None if n in (0, 10) else STILL, face() if n == 5 else None)
    assert covers(live.hidden(9), FACE)
    assert [] == live.hidden(10)


def test_frames_that_are_forgotten_or_not_reached_are_refused():
    live = went(tracker(), {0: face()}, 50)
    for frame in (19, 51):
        with pytest.raises(ValueError, match=r"is not among"):
            live.hidden(frame)


def test_nothing_grows_however_long_a_thing_stays():
    live = went(tracker(), {n: face() for n in range(0, 1000, 10)}, 1000)
    (track,) = live._live
    assert KEPT + 1 >= len(track.places)
    assert () == track.path.finish()


def test_only_what_is_to_be_hidden_is_hidden_and_all_is_followed():
    body = Box(250, 80, 400, 350)
    live = went(tracker(), {5: [*face(), *face(kind=Kind.PERSON, box=body)]}, 5)
    assert [Kind.FACE] == [one.kind for one in live.hidden(5)]
    assert {(Kind.FACE, 1), (Kind.PERSON, 2)} == {(one.kind, one.number) for one in live.followed()}


def test_what_is_followed_keeps_its_number_and_tells_when_it_was_not_seen():
    live = went(tracker(), {0: face(), 10: face()}, 10)
    before = live.followed()
    live.advance(11, 11, STILL, [])
    after = live.followed()
    assert [(1, True, True)] == [(one.number, one.confirmed, one.seen) for one in before]
    assert [(1, True, False)] == [(one.number, one.confirmed, one.seen) for one in after]


def test_masks_have_room_and_stay_in_the_picture():
    (mask,) = went(tracker(), {0: face(box=Box(0, 0, 40, 50))}, 0).hidden(0)
    assert isinstance(mask, Hidden)
    assert (0, 0) == (mask.box.x1, mask.box.y1)
    assert mask.box.x2 > 40
    assert mask.box.y2 > 50
