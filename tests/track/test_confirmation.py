import pytest

from passerby.detect.weights import Registry
from passerby.track.confirmation import THRESHOLDS, ConfirmationThreshold, TrackEvidence

THRESHOLD = ConfirmationThreshold(keep_score=0.1, start_score=0.1, certain_score=0.5, total_score=1.0, hit_ratio=0.5)


def evidence_of(scores):
    """Evidence of detector runs, None for a miss."""
    evidence = TrackEvidence()
    for score in scores:
        evidence.add_miss() if score is None else evidence.add_hit(score)
    return evidence


@pytest.mark.parametrize(
    ("scores", "confirmed"),
    [
        ([0.5], True),
        ([0.6, None, None, None, None], True),
        ([0.3], False),
        ([0.3, 0.3], False),
        ([0.3, 0.3, 0.3, 0.3], True),
        ([0.3, None, 0.3, None, 0.3, None, 0.3, None], True),
        ([0.3, None, None, 0.3, None, None, 0.3, None, 0.3, None], False),
        ([], False),
        ([None], False),
    ],
)
def test_one_certain_detection_or_many_that_add_up(scores, confirmed):
    assert confirmed is evidence_of(scores).is_confirmed(THRESHOLD)


@pytest.mark.parametrize("kind", sorted({kind for entry in Registry.load().values() for kind in entry.finds}))
def test_every_kind_that_a_model_detects_has_thresholds_that_can_be_met(kind):
    threshold = THRESHOLDS[kind]
    assert 0 < threshold.start_score < threshold.certain_score <= 1
    assert 0 < threshold.hit_ratio <= 1
    assert evidence_of([threshold.certain_score]).is_confirmed(threshold)
    assert not evidence_of([threshold.start_score]).is_confirmed(threshold)
    assert evidence_of([threshold.certain_score * 0.9] * 20).is_confirmed(threshold)


def test_a_single_quick_run_needs_a_higher_score_and_misses_nothing():
    for score, confirmed in ((0.66, True), (0.6, False)):
        evidence = evidence_of([None, None, None])
        evidence.add_quick_hit(score)
        assert confirmed is evidence.is_confirmed(THRESHOLD)


def test_quick_runs_are_evidence_of_what_moves_by_itself():
    threshold = THRESHOLD.model_copy(update={"moving_score": 1.2})
    evidence = TrackEvidence()
    for _ in range(4):
        evidence.add_quick_hit(0.3)
    assert not evidence.is_confirmed(threshold)
    evidence.own_motion = 2.0
    assert evidence.is_confirmed(threshold)


def test_evidence_of_two_tracks_keeps_the_best_quick_run():
    parts = TrackEvidence(), TrackEvidence()
    parts[1].add_quick_hit(0.7)
    assert parts[0].combined_with(parts[1]).is_confirmed(THRESHOLD)
