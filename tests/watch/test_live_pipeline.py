from dataclasses import replace

import numpy as np
import pytest

from passerby.core.box import Box
from passerby.core.errors import DetectorError
from passerby.core.kinds import Detection, Kind
from passerby.documents.status import Reason
from passerby.watch.live_pipeline import Stretch
from tests.watch.simulated import HEIGHT, WIDTH, Looks, caught, run, settings, textured, video

FACE = Box(100, 60, 140, 110)
WORLD = textured(width=WIDTH * 3)
CANARY = 235  # brighter than anything in the world


def seen(frame, box=FACE, score=0.9):
    return [Detection(Kind.FACE, box, score, "test")]


def moving(count, info, step=2, canary=True):
    """The world moves to the left, with a bright face that stays where it is in the world."""
    for n in range(count):
        luma = WORLD[:, n * step : n * step + WIDTH].copy()
        if canary:
            left = face_at(n, step)
            luma[int(left.y1) : int(left.y2), max(0, int(left.x1)) : int(left.x2)] = CANARY
        yield caught(n, luma, info)


def face_at(n, step=2):
    return FACE.translate(-n * step, 0)


def brightest(released):
    return int(np.frombuffer(released.frame.picture.planes[0], np.uint8).max())


def started(looks, info=None, **changes):
    return Stretch(info or video(), settings(**changes), looks)


def test_every_frame_leaves_once_in_order_after_its_time():
    info, looks = video(), Looks()
    out = run(started(looks, info), looks, moving(40, info), until=6.5)
    assert list(range(40)) == [released.frame.index for released in out]


def test_what_is_found_is_hidden_in_every_frame_before_it_was_seen_too():
    info = video()
    # Seen first by the third look: by then it has been in view for two seconds.
    looks = Looks(lambda frame: seen(frame, face_at(frame.index)) if frame.index >= 10 else [])
    out = run(started(looks, info), looks, moving(50, info), until=7.5)
    masked = [released for released in out if released.reason is None]
    assert len(masked) > 30
    assert CANARY > max(brightest(released) for released in masked)


def test_without_the_masks_the_canary_would_show():
    info, looks = video(), Looks()
    out = run(started(looks, info), looks, moving(30, info), until=5.5)
    assert CANARY == max(brightest(released) for released in out if released.reason is None)


def test_a_face_that_is_lost_is_hidden_for_a_while():
    info = video()
    looks = Looks(lambda frame: seen(frame, face_at(frame.index)) if frame.index <= 10 else [])
    out = run(started(looks, info), looks, moving(28, info), until=5.5)
    assert CANARY > max(brightest(released) for released in out if released.reason is None)


def test_a_weak_sighting_is_hidden_until_looks_speak_against_it():
    info = video()
    looks = Looks(lambda frame: seen(frame, face_at(frame.index), 0.2) if frame.index == 10 else [])
    out = run(started(looks, info), looks, moving(60, info), until=8.5)
    shown = {released.frame.index for released in out if released.reason is None and brightest(released) == CANARY}
    assert set() == shown & set(range(1, 11))
    assert set(range(45, 50)) <= shown


def test_looks_that_are_late_leave_all_covered():
    info, looks = video(), Looks(takes=3.0)
    out = run(started(looks, info), looks, moving(80, info), until=12)
    assert 80 == len(out)
    assert {Reason.LATE} == {released.reason for released in out}
    assert {16} == {brightest(released) for released in out}


def test_looks_that_never_end_leave_all_covered_and_do_not_pile_up():
    info, looks = video(), Looks(takes=1e9)
    stretch = started(looks, info)
    out = run(stretch, looks, moving(120, info, step=1), until=15)
    assert {Reason.LATE} == {released.reason for released in out}
    assert len(looks.asked) < 5


def test_looks_that_fail_leave_all_covered():
    def fail(frame):
        raise DetectorError("broken")

    info, looks = video(), Looks(fail)
    out = run(started(looks, info), looks, moving(41, info), until=6.5)
    assert {Reason.FAILED} == {released.reason for released in out}


def test_models_that_are_dead_are_named():
    def fail(frame):
        raise DetectorError("broken")

    info, looks = video(), Looks(fail)
    looks.problem = "broken"
    out = run(started(looks, info), looks, moving(41, info), until=6.5)
    assert {Reason.MODELS} == {released.reason for released in out}


def test_both_sides_of_a_cut_are_looked_at():
    info, looks = video(), Looks(takes=0.2)
    frames = [caught(n, textured(1 if n < 25 else 2), info) for n in range(50)]
    out = run(started(looks, info), looks, frames, until=7.5)
    assert {24, 25} <= set(looks.asked)
    assert [None] * 40 == [released.reason for released in out][2:42]


def test_missing_frames_are_not_bridged():
    info = video()
    looks = Looks(lambda frame: seen(frame, face_at(frame.index)))
    frames = [one for one in moving(60, info) if not 22 <= one.frame.index < 30]
    stretch = started(looks, info)
    run(stretch, looks, frames, until=9)
    assert {21, 30} <= set(looks.asked)


def test_damaged_frames_are_covered():
    info, looks = video(), Looks()
    frames = [caught(n, textured(1), info, damaged=20 <= n < 23) for n in range(50)]
    out = run(started(looks, info), looks, frames, until=7.5)
    assert [20, 21, 22] == [released.frame.index for released in out if released.reason is Reason.DAMAGED]
    assert {16} == {brightest(released) for released in out if released.reason is not None}


def test_the_last_frames_leave_with_masks_when_the_end_is_told():
    info = video()
    looks = Looks(lambda frame: seen(frame, face_at(frame.index)))
    stretch = started(looks, info)
    out = run(stretch, looks, moving(30, info), until=2.95)
    stretch.end()
    out += run(stretch, looks, [], until=0)
    looks.at(10)
    out += stretch.due(10)
    assert 29 == out[-1].frame.index
    assert out[-1].reason is None
    assert CANARY > brightest(out[-1])


def test_frames_that_come_after_their_time_are_covered():
    info, looks = video(), Looks()
    stretch = started(looks, info)
    looks.at(100)
    for one in moving(5, info):
        stretch.add(one, 100.0)
    out = list(stretch.due(100.0))
    assert [Reason.LATE] * 5 == [released.reason for released in out]
    assert [] == looks.asked


def test_regions_are_covered_always_and_others_left_alone():
    info = video()
    looks = Looks(lambda frame: seen(frame))
    corner = ((0.0, 0.0), (0.25, 0.0), (0.25, 0.25), (0.0, 0.25))
    middle = ((0.3, 0.3), (0.5, 0.3), (0.5, 0.7), (0.3, 0.7))
    still = [caught(n, textured(3), info) for n in range(40)]
    stretch = started(looks, info, hide_regions=(corner,), keep_regions=(middle,))
    out = [released for released in run(stretch, looks, still, until=6.5) if released.reason is None]
    luma = np.frombuffer(out[0].frame.picture.planes[0], np.uint8).reshape(HEIGHT, -1)
    assert {16} == set(np.unique(luma[: HEIGHT // 4, : WIDTH // 4]))
    assert 16 < luma[60:110, 100:140].min()


@pytest.mark.parametrize("step", [86_400, -86_400])
def test_a_clock_that_is_set_by_a_day_changes_nothing(step):
    """Only what is written down goes by the wall's clock."""
    info = video()
    looks = Looks(lambda frame: seen(frame, face_at(frame.index)))
    frames = [
        one if n < 20 else replace(one, at=replace(one.at, wall=one.at.wall + step, trusted=False))
        for n, one in enumerate(moving(41, info))
    ]
    out = run(started(looks, info), looks, frames, until=6.5)
    assert [None] * 41 == [released.reason for released in out]
    assert CANARY > max(brightest(released) for released in out)
    assert abs(step) == abs(round(out[20].at.wall - out[19].at.wall - 0.1))


@pytest.mark.parametrize("counted", [(), (Kind.PERSON,)])
def test_what_is_counted_is_told_and_not_hidden(counted):
    info, told = video(), []
    body = Box(80, 45, 160, 135)
    looks = Looks(lambda frame: [Detection(Kind.PERSON, body, 0.9, "test")])
    stretch = Stretch(info, settings(hide=("plate",)), looks, count=counted, seen=lambda at, those: told.append(those))
    still = [caught(n, textured(3), info) for n in range(40)]
    run(stretch, looks, still, until=6.5)
    persons = [one for those in told for one in those]
    assert bool(counted) == bool(persons)
    assert {1} >= {one.number for one in persons}
    assert all(one.confirmed and one.seen and one.box == body for one in persons)
