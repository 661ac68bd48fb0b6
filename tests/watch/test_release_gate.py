from hypothesis import given
from hypothesis import strategies as st

from passerby.documents.status import CoverReason
from passerby.watch.release_gate import MAX_DETECTION_GAP_S, FrameVerdict, ReleaseGate


def settle(detections, frames):
    """The reasons of `frames` after detections at the given indices; a value is why a detection failed, or None."""
    gate, start = ReleaseGate(), 0
    for index, failed in detections.items():
        gate.settle(frames[start : index + 1], failed)
        start = index + 1
    return [frame.reason for frame in frames]


def verdicts_of(count, every=0.1, apart=()):
    """Frames in order; no reliable motion leads to the first, nor to those in `apart`."""
    return [FrameVerdict(n * every, linked=n > 0 and n not in apart) for n in range(count)]


def test_frames_between_two_detections_are_released():
    assert [None] * 11 == settle({0: None, 10: None}, verdicts_of(11))


def test_frames_after_the_last_detection_wait_for_the_next():
    assert [None, CoverReason.LATE, CoverReason.LATE] == settle({0: None}, verdicts_of(3))


def test_frames_before_the_first_detection_are_covered():
    assert [CoverReason.START] * 3 + [None] == settle({3: None}, verdicts_of(4))


def test_detections_too_far_apart_release_only_their_own_frames():
    sequence = verdicts_of(3, every=MAX_DETECTION_GAP_S * 0.6)
    assert [None, CoverReason.LATE, None] == settle({0: None, 2: None}, sequence)


def test_a_failed_detection_releases_nothing():
    assert [None, CoverReason.FAILED, CoverReason.FAILED] == settle({0: None, 2: CoverReason.FAILED}, verdicts_of(3))


def test_a_failed_detection_has_no_effect_when_the_next_one_is_in_time():
    assert [None] * 7 == settle({0: None, 3: CoverReason.FAILED, 6: None}, verdicts_of(7))


def test_after_failed_detections_the_reason_is_theirs():
    sequence = verdicts_of(5, every=0.5)
    assert [None, *[CoverReason.MODELS] * 3, None] == settle({0: None, 2: CoverReason.MODELS, 4: None}, sequence)


def test_frames_are_not_linked_across_a_gap():
    reasons = settle({0: None, 6: None}, verdicts_of(7, apart={4}))
    motion, start = CoverReason.MOTION, CoverReason.START
    assert [None, motion, motion, motion, start, start, None] == reasons


def test_detections_on_both_sides_of_a_cut_release_both_scenes():
    assert [None] * 7 == settle({0: None, 3: None, 4: None, 6: None}, verdicts_of(7, apart={4}))


def test_a_damaged_frame_is_never_released():
    sequence = verdicts_of(7, apart={3, 4})
    sequence[3].damaged = True
    reasons = settle({0: None, 6: None}, sequence)
    motion, start = CoverReason.MOTION, CoverReason.START
    assert [None, motion, motion, CoverReason.DAMAGED, start, start, None] == reasons


@given(
    st.lists(
        st.tuples(
            st.floats(0.01, 1.0),
            st.booleans(),
            st.booleans(),
            st.sampled_from([None, "good", CoverReason.FAILED, CoverReason.MODELS]),
        ),
        min_size=1,
        max_size=60,
    )
)
def test_only_frames_between_two_good_detections_are_released(frames):
    """The rule by brute force: whatever happens, a frame is released if and only if it meets the rule."""
    sequence, detections, at = [], {}, 0.0
    for n, (gap, linked, damaged, detection) in enumerate(frames):
        at += gap
        sequence.append(FrameVerdict(at, linked and not damaged and n > 0, damaged))
        if detection is not None and not damaged:
            detections[n] = None if detection == "good" else detection
    settle(detections, sequence)
    good = [n for n, failed in detections.items() if failed is None]
    for n, verdict in enumerate(sequence):
        before = max((g for g in good if g <= n), default=None)
        after = min((g for g in good if g >= n), default=None)
        allowed = (
            before is not None
            and after is not None
            and (
                before == after
                or (
                    sequence[after].at - sequence[before].at <= MAX_DETECTION_GAP_S
                    and all(p.linked and not p.damaged for p in sequence[before + 1 : after + 1])
                )
            )
        )
        assert allowed == (verdict.reason is None)
