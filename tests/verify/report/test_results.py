from collections import Counter

import pytest

from passerby.config.settings import Audio, Style
from passerby.core.kinds import Kind
from passerby.documents.verification_report import Check, CheckedFile, CheckOutcome, VideoSummary
from passerby.verify.checks.audio import MutedRanges
from passerby.verify.checks.track_checker import TrackResult
from passerby.verify.containers.inspect import ContainerInspection
from passerby.verify.report.results import TITLES, CheckResults, check_results

VIDEO = VideoSummary(width=64, height=48, frames=100, analysed=12)


def outcomes(**changes):
    video = changes.pop("video", VIDEO)
    values = {
        "file": CheckedFile(name="a.mp4", sha256="ab" * 32, size=9, container="mp4", videos=(video,)),
        "still": False,
        "hide": (Kind.FACE, Kind.PLATE),
        "style": Style.SOLID,
        "has_report": True,
        "has_plan": True,
        "has_original": True,
        "tracks": (TrackResult(video, masks_measured=3, masks_compared=2),),
        "inspection": ContainerInspection(),
        "bound": None,
        "counts": Counter(),
        "audio": Audio.REMOVE,
        "muted": MutedRanges(),
    }
    return {result.check: result for result in check_results(CheckResults(**values | changes))}


def test_with_everything_given_only_the_sample_is_missing():
    results = outcomes()
    skipped = {check for check, result in results.items() if result.outcome is not CheckOutcome.PASSED}
    assert {Check.RANDOM_SAMPLE} == skipped
    assert set(TITLES) - {Check.OTHER_KINDS} == set(results)
    assert results[Check.FACES].method.startswith("12 of 100 frames were analysed")


@pytest.mark.parametrize(
    ("changes", "check", "outcome"),
    [
        ({"has_report": False}, Check.REPORT, CheckOutcome.SKIPPED),
        ({"has_plan": False}, Check.COVERAGE, CheckOutcome.SKIPPED),
        ({"has_plan": False, "counts": Counter({Check.COVERAGE: 1})}, Check.COVERAGE, CheckOutcome.FINDINGS),
        ({"has_original": False}, Check.RESIDUAL, CheckOutcome.SKIPPED),
        ({"tracks": (TrackResult(VIDEO),)}, Check.RESIDUAL, CheckOutcome.PARTIAL),
        ({"style": Style.BLUR}, Check.MASK_DROPOUTS, CheckOutcome.SKIPPED),
        ({"style": Style.BLUR}, Check.MASKS, CheckOutcome.PARTIAL),
        ({"hide": (Kind.SCREEN,)}, Check.OTHER_KINDS, CheckOutcome.PARTIAL),
        ({"inspection": ContainerInspection(credentials=True)}, Check.CONTAINER, CheckOutcome.PARTIAL),
        ({"muted": MutedRanges(measured=1, not_measured=1)}, Check.AUDIO, CheckOutcome.PARTIAL),
        ({"counts": Counter({Check.FACES: 2})}, Check.FACES, CheckOutcome.FINDINGS),
        ({"video": VIDEO.model_copy(update={"analysed": 0})}, Check.FACES, CheckOutcome.SKIPPED),
    ],
)
def test_what_is_missing_or_found_decides_the_outcome(changes, check, outcome):
    result = outcomes(**changes)[check]
    assert outcome is result.outcome
    assert (outcome is CheckOutcome.PASSED) is (result.limitation is None and not result.findings)


def test_what_was_listened_to_and_what_does_not_count_is_said():
    results = outcomes(
        muted=MutedRanges(measured=2), tracks=(TrackResult(VIDEO, shown_on_purpose=5),), audio=Audio.KEEP
    )
    assert "Listened to 2 ranges that were to be muted or bleeped" in results[Check.AUDIO].method
    assert "5 sightings of what is shown on purpose do not count" in results[Check.FACES].method
