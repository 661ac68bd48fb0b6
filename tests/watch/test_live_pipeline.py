from dataclasses import replace

import numpy as np
import pytest

from passerby.core.box import Box
from passerby.core.errors import DetectorError
from passerby.core.kinds import Detection, Kind
from passerby.documents.status import CoverReason
from passerby.watch.live_pipeline import LivePipeline
from tests.watch.simulated import (
    HEIGHT,
    WIDTH,
    FakeDetectorQueue,
    captured_frame,
    run_pipeline,
    settings,
    textured,
    video,
)

FACE = Box(100, 60, 140, 110)
WORLD = textured(width=WIDTH * 3)
CANARY = 235  # brighter than anything in the world


def face_detections(frame, box=FACE, score=0.9):
    return [Detection(Kind.FACE, box, score, "test")]


def panning_frames(count, info, step=2, canary=True):
    """A camera that pans, and a bright face at a fixed position in the world."""
    for n in range(count):
        luma = WORLD[:, n * step : n * step + WIDTH].copy()
        if canary:
            left = face_at(n, step)
            luma[int(left.y1) : int(left.y2), max(0, int(left.x1)) : int(left.x2)] = CANARY
        yield captured_frame(n, luma, info)


def face_at(n, step=2):
    return FACE.translate(-n * step, 0)


def brightest(released):
    return int(np.frombuffer(released.frame.av_frame.planes[0], np.uint8).max())


def live_pipeline(detector, info=None, **changes):
    return LivePipeline(info or video(), settings(**changes), detector)


def test_every_frame_is_released_once_in_order_after_its_delay():
    info, detector = video(), FakeDetectorQueue()
    out = run_pipeline(live_pipeline(detector, info), detector, panning_frames(40, info), until=6.5)
    assert list(range(40)) == [released.frame.index for released in out]


def test_a_detected_face_is_masked_in_every_frame_before_its_first_detection_too():
    info = video()
    # First detected by the third detection: by then it has been in view for two seconds.
    detector = FakeDetectorQueue(
        lambda frame: face_detections(frame, face_at(frame.index)) if frame.index >= 10 else []
    )
    out = run_pipeline(live_pipeline(detector, info), detector, panning_frames(50, info), until=7.5)
    masked = [released for released in out if released.reason is None]
    assert len(masked) > 30
    assert CANARY > max(brightest(released) for released in masked)


def test_without_masks_the_canary_would_be_visible():
    info, detector = video(), FakeDetectorQueue()
    out = run_pipeline(live_pipeline(detector, info), detector, panning_frames(30, info), until=5.5)
    assert CANARY == max(brightest(released) for released in out if released.reason is None)


def test_a_lost_face_stays_masked_for_a_while():
    info = video()
    detector = FakeDetectorQueue(
        lambda frame: face_detections(frame, face_at(frame.index)) if frame.index <= 10 else []
    )
    out = run_pipeline(live_pipeline(detector, info), detector, panning_frames(28, info), until=5.5)
    assert CANARY > max(brightest(released) for released in out if released.reason is None)


def test_a_weak_detection_is_masked_until_later_detections_contradict_it():
    info = video()
    detector = FakeDetectorQueue(
        lambda frame: face_detections(frame, face_at(frame.index), 0.2) if frame.index == 10 else []
    )
    out = run_pipeline(live_pipeline(detector, info), detector, panning_frames(60, info), until=8.5)
    shown = {released.frame.index for released in out if released.reason is None and brightest(released) == CANARY}
    assert set() == shown & set(range(1, 11))
    assert set(range(45, 50)) <= shown


def test_late_detections_leave_all_frames_covered():
    info, detector = video(), FakeDetectorQueue(duration_s=3.0)
    out = run_pipeline(live_pipeline(detector, info), detector, panning_frames(80, info), until=12)
    assert 80 == len(out)
    assert {CoverReason.LATE} == {released.reason for released in out}
    assert {16} == {brightest(released) for released in out}


def test_detections_that_never_finish_leave_all_frames_covered_and_do_not_pile_up():
    info, detector = video(), FakeDetectorQueue(duration_s=1e9)
    pipeline = live_pipeline(detector, info)
    out = run_pipeline(pipeline, detector, panning_frames(120, info, step=1), until=15)
    assert {CoverReason.LATE} == {released.reason for released in out}
    assert len(detector.submitted) < 5


def test_failed_detections_leave_all_frames_covered():
    def fail(frame):
        raise DetectorError("broken")

    info, detector = video(), FakeDetectorQueue(fail)
    out = run_pipeline(live_pipeline(detector, info), detector, panning_frames(41, info), until=6.5)
    assert {CoverReason.FAILED} == {released.reason for released in out}


def test_failed_models_are_the_reason():
    def fail(frame):
        raise DetectorError("broken")

    info, detector = video(), FakeDetectorQueue(fail)
    detector.problem = "broken"
    out = run_pipeline(live_pipeline(detector, info), detector, panning_frames(41, info), until=6.5)
    assert {CoverReason.MODELS} == {released.reason for released in out}


def test_the_detector_runs_on_both_sides_of_a_cut():
    info, detector = video(), FakeDetectorQueue(duration_s=0.2)
    frames = [captured_frame(n, textured(1 if n < 25 else 2), info) for n in range(50)]
    out = run_pipeline(live_pipeline(detector, info), detector, frames, until=7.5)
    assert {24, 25} <= set(detector.submitted)
    assert [None] * 40 == [released.reason for released in out][2:42]


def test_missing_frames_are_not_bridged():
    info = video()
    detector = FakeDetectorQueue(lambda frame: face_detections(frame, face_at(frame.index)))
    frames = [one for one in panning_frames(60, info) if not 22 <= one.frame.index < 30]
    pipeline = live_pipeline(detector, info)
    run_pipeline(pipeline, detector, frames, until=9)
    assert {21, 30} <= set(detector.submitted)


def test_damaged_frames_are_covered():
    info, detector = video(), FakeDetectorQueue()
    frames = [captured_frame(n, textured(1), info, damaged=20 <= n < 23) for n in range(50)]
    out = run_pipeline(live_pipeline(detector, info), detector, frames, until=7.5)
    assert [20, 21, 22] == [released.frame.index for released in out if released.reason is CoverReason.DAMAGED]
    assert {16} == {brightest(released) for released in out if released.reason is not None}


def test_the_last_frames_are_masked_after_finish():
    info = video()
    detector = FakeDetectorQueue(lambda frame: face_detections(frame, face_at(frame.index)))
    pipeline = live_pipeline(detector, info)
    out = run_pipeline(pipeline, detector, panning_frames(30, info), until=2.95)
    pipeline.finish()
    out += run_pipeline(pipeline, detector, [], until=0)
    detector.advance_to(10)
    out += pipeline.release_due(10)
    assert 29 == out[-1].frame.index
    assert out[-1].reason is None
    assert CANARY > brightest(out[-1])


def test_overdue_frames_are_covered():
    info, detector = video(), FakeDetectorQueue()
    pipeline = live_pipeline(detector, info)
    detector.advance_to(100)
    for one in panning_frames(5, info):
        pipeline.add(one, 100.0)
    out = pipeline.release_due(100.0)
    assert [CoverReason.LATE] * 5 == [released.reason for released in out]
    assert [] == detector.submitted


def test_hide_regions_are_masked_and_keep_regions_are_not():
    info = video()
    detector = FakeDetectorQueue(lambda frame: face_detections(frame))
    corner = ((0.0, 0.0), (0.25, 0.0), (0.25, 0.25), (0.0, 0.25))
    middle = ((0.3, 0.3), (0.5, 0.3), (0.5, 0.7), (0.3, 0.7))
    still = [captured_frame(n, textured(3), info) for n in range(40)]
    pipeline = live_pipeline(detector, info, hide_regions=(corner,), keep_regions=(middle,))
    out = [released for released in run_pipeline(pipeline, detector, still, until=6.5) if released.reason is None]
    luma = np.frombuffer(out[0].frame.av_frame.planes[0], np.uint8).reshape(HEIGHT, -1)
    assert {16} == set(np.unique(luma[: HEIGHT // 4, : WIDTH // 4]))
    assert 16 < luma[60:110, 100:140].min()


def with_wall_step(frame, seconds):
    at = frame.captured_at
    return replace(frame, captured_at=replace(at, wall=at.wall + seconds, trusted=False))


@pytest.mark.parametrize("step", [86_400, -86_400])
def test_a_clock_step_of_a_day_changes_nothing(step):
    """Wall time is only recorded, never used for timing."""
    info = video()
    detector = FakeDetectorQueue(lambda frame: face_detections(frame, face_at(frame.index)))
    frames = [frame if n < 20 else with_wall_step(frame, step) for n, frame in enumerate(panning_frames(41, info))]
    out = run_pipeline(live_pipeline(detector, info), detector, frames, until=6.5)
    assert [None] * 41 == [released.reason for released in out]
    assert CANARY > max(brightest(released) for released in out)
    assert abs(step) == abs(round(out[20].captured_at.wall - out[19].captured_at.wall - 0.1))


@pytest.mark.parametrize("extra_kinds", [(), (Kind.PERSON,)])
def test_extra_kinds_are_tracked_and_not_masked(extra_kinds):
    info, reported = video(), []
    body = Box(80, 45, 160, 135)
    detector = FakeDetectorQueue(lambda frame: [Detection(Kind.PERSON, body, 0.9, "test")])
    pipeline = LivePipeline(
        info,
        settings(hide=("plate",)),
        detector,
        extra_kinds=extra_kinds,
        on_tracks=lambda at, tracks: reported.append(tracks),
    )
    still = [captured_frame(n, textured(3), info) for n in range(40)]
    run_pipeline(pipeline, detector, still, until=6.5)
    persons = [one for tracks in reported for one in tracks]
    assert bool(extra_kinds) == bool(persons)
    assert {1} >= {one.number for one in persons}
    assert all(one.confirmed and one.detected and one.box == body for one in persons)


def passing_frames(count, info, when, box=FACE, step=30):
    """A camera that stands still, and a bright head that passes in the frames `when`, faster than flow follows."""
    for n in range(count):
        luma = WORLD[:, :WIDTH].copy()
        if n in when:
            left = head_at(n, when, box, step)
            luma[int(left.y1) : int(left.y2), int(left.x1) : int(left.x2)] = CANARY
        yield captured_frame(n, luma, info)


def head_at(n, when, box=FACE, step=30):
    return box.translate((n - when[0]) * step, 0)


def masked(out):
    return [released for released in out if released.reason is None]


PASSES = range(13, 18)  # between the detector runs on frames 10 and 20


def test_whoever_passes_between_two_detector_runs_is_covered_and_the_rest_is_shown():
    info, detector = video(), FakeDetectorQueue()
    out = run_pipeline(live_pipeline(detector, info), detector, passing_frames(41, info, PASSES), until=6.5)
    assert [None] * 41 == [released.reason for released in out]
    assert CANARY > max(brightest(released) for released in out)
    assert {n: 0 for n in range(41) if n not in PASSES} == {
        released.frame.index: released.unseen for released in out if released.unseen == 0
    }
    assert all(0 < out[n].unseen < 0.2 for n in PASSES)


def test_whoever_is_found_by_a_search_between_is_masked_and_what_is_around_him_shown():
    def search(frame):
        return face_detections(frame, head_at(frame.index, PASSES)) if frame.index in PASSES else []

    info, detector = video(), FakeDetectorQueue(search=search)
    out = run_pipeline(live_pipeline(detector, info), detector, passing_frames(41, info, PASSES), until=6.5)
    assert CANARY > max(brightest(released) for released in masked(out))
    assert set(PASSES) <= set(detector.opened)
    assert [0.0] * 5 == [out[n].unseen for n in PASSES]


def test_nothing_is_searched_in_an_empty_hall():
    info, detector = video(), FakeDetectorQueue(search=lambda frame: [])
    run_pipeline(live_pipeline(detector, info), detector, passing_frames(41, info, ()), until=6.5)
    assert [] == detector.opened


def test_whoever_a_detector_run_misses_is_covered_in_its_own_frame_as_well():
    when = range(8, 13)  # the detector runs on frame 10, and finds nobody
    info, detector = video(), FakeDetectorQueue()
    out = run_pipeline(live_pipeline(detector, info), detector, passing_frames(41, info, when), until=6.5)
    assert 10 in detector.submitted
    assert CANARY > max(brightest(released) for released in masked(out))


def test_a_search_that_fails_leaves_what_it_should_have_seen_covered():
    def fail(frame):
        raise DetectorError("broken")

    info, detector = video(), FakeDetectorQueue(search=fail)
    out = run_pipeline(live_pipeline(detector, info), detector, passing_frames(41, info, PASSES), until=6.5)
    assert 41 == len(masked(out))
    assert CANARY > max(brightest(released) for released in out)


def test_a_machine_without_time_for_searches_covers_more_and_leaks_nothing():
    ticks = iter(range(10_000))  # every search takes a second

    def search(frame):
        return face_detections(frame, head_at(frame.index, PASSES)) if frame.index in PASSES else []

    info, detector = video(), FakeDetectorQueue(search=search)
    pipeline = LivePipeline(info, settings(), detector, search_clock=lambda: float(next(ticks)))
    out = run_pipeline(pipeline, detector, passing_frames(41, info, PASSES), until=6.5)
    assert 1 == len(set(detector.opened))
    assert CANARY > max(brightest(released) for released in masked(out))
    assert all(out[n].unseen > 0 for n in PASSES[1:])


def test_a_flood_of_changes_is_covered_whole():
    info, detector = video(), FakeDetectorQueue()
    dark, bright = (np.full((HEIGHT, WIDTH), luma, np.uint8) for luma in (60, 140))
    frames = [captured_frame(n, bright if 13 <= n < 18 else dark, info) for n in range(41)]
    out = run_pipeline(live_pipeline(detector, info), detector, frames, until=6.5)
    assert {CoverReason.UNSEEN} >= {out[n].reason for n in PASSES} - {CoverReason.MOTION, CoverReason.START}
    assert None not in {out[n].reason for n in PASSES}
