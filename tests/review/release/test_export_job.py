"""What an export needs. Real exports are in tests/integration/test_review_export.py."""

import pytest

from passerby.review.errors import ReviewError
from passerby.review.notes import Judgement, ReviewSample, ReviewSampleFrame


def sample(*numbers, judged=()):
    frames = tuple(ReviewSampleFrame(number=n, video=0, frame=n, time=n / 25) for n in numbers)
    judgement = Judgement(leak=False, reviewer="J. Doe", time="2027-01-01T00:00:00+00:00")
    return ReviewSample(sha256="0" * 64, frames=frames, verify_sample="{}", judgements=dict.fromkeys(judged, judgement))


def test_before_an_export_there_is_no_verdict(item):
    status = item.export.status()
    assert ("yard.redacted.mp4", None, False, "idle") == (
        status.output,
        status.verdict,
        status.stale,
        status.progress.state,
    )
    assert "yard.redacted.verification" == item.export.report_path.parent.name


def test_a_sample_needs_an_export(item):
    with pytest.raises(ReviewError, match="export first"):
        item.export.draw_sample()
    with pytest.raises(ReviewError, match="sample again"):
        item.export.sample_image(1)
    with pytest.raises(ReviewError, match="not in sample"):
        item.export.judge(1, False)
    assert () == item.export.sample().frames


def test_a_sample_of_another_export_is_void(item):
    """Whatever was judged about an earlier file: nothing of it is shown, and no answer counts."""
    item.file.update_notes(sample=sample(1, 2, judged=(1, 2)))
    response = item.export.sample()
    assert ((), None, True) == (response.frames, response.max_leak_percent, response.stale)
    with pytest.raises(ReviewError, match="sample outdated"):
        item.export.judge(2, True)


def test_a_frame_outside_the_sample_cannot_be_judged(item):
    item.file.update_notes(sample=sample(1, 2))
    with pytest.raises(ReviewError, match="not in sample"):
        item.export.judge(3, False)
