import pytest

from passerby.detect.weights import Registry
from passerby.track.confirmation import THRESHOLDS, Evidence, Threshold

NEED = Threshold(keep=0.1, weak=0.1, certain=0.5, total=1.0, share=0.5)


def told(scores):
    """Evidence of looks, None for one that did not see it."""
    evidence = Evidence()
    for score in scores:
        evidence.missed() if score is None else evidence.seen(score)
    return evidence


@pytest.mark.parametrize(
    ("scores", "enough"),
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
def test_one_sure_look_or_many_that_agree(scores, enough):
    assert enough is told(scores).enough(NEED)


@pytest.mark.parametrize("kind", sorted({kind for entry in Registry.load().values() for kind in entry.finds}))
def test_whatever_a_model_finds_has_thresholds_that_can_be_met(kind):
    need = THRESHOLDS[kind]
    assert 0 < need.weak < need.certain <= 1
    assert 0 < need.share <= 1
    assert told([need.certain]).enough(need)
    assert not told([need.weak]).enough(need)
    assert told([need.certain * 0.9] * 20).enough(need)
