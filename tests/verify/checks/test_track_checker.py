"""One pass over a track, with an ensemble that is passed in."""

import pytest

from passerby.config.settings import Style
from passerby.core.kinds import Kind
from passerby.core.progress import NullProgress
from passerby.documents.verification_report import Check
from passerby.verify.checks.findings import FindingCollector
from passerby.verify.checks.track_checker import Expectations, TrackChecker
from passerby.verify.released_file import ReleasedFile
from tests import clips
from tests.plans import permanent_track, plan_for
from tests.verify.fake_ensemble import FakeEnsemble, bright
from tests.white_patch import PATCH


def run(path, plan=None, original=None, ensemble=None):
    findings = FindingCollector()
    with ReleasedFile.open(path) as file:
        expected = Expectations((Kind.FACE,), Style.SOLID, plan, original and ReleasedFile.open(original))
        result = TrackChecker(file, 0, expected, ensemble or FakeEnsemble(), findings).run(NullProgress(), "a.mp4")
    return result, findings.listed()


@pytest.fixture
def clip(tmp_path):
    return clips.cfr(tmp_path / "a.mp4")


def test_every_frame_is_decoded_and_some_are_analysed(clip):
    result, findings = run(clip)
    assert () == findings
    assert (clips.FRAMES, 0) == (result.summary.frames, result.summary.black)
    assert 3 == result.summary.analysed  # 24 frames at 29.97 per second last 0.8 s, and a pass takes place every 0.28 s


def test_a_visible_face_is_a_finding(clip):
    _, findings = run(clip, ensemble=FakeEnsemble(bright(PATCH)))
    assert {Check.FACES} == {one.check for one in findings}


def test_a_planned_mask_that_is_missing_is_a_finding_of_its_track(clip):
    result, findings = run(clip, plan_for(clip, permanent_track(4, PATCH, Kind.FACE)))
    assert [(Check.COVERAGE, 4)] == [(one.check, one.track) for one in findings]
    assert clips.FRAMES == result.masks_measured


@pytest.mark.parametrize(("frames", "expected"), [(20, "longer"), (28, "shorter"), (clips.FRAMES, None)])
def test_the_file_is_as_long_as_the_original(frames, expected, clip, tmp_path):
    original = clips.write_clip(tmp_path / "b.mp4", times=clips.constant(frames))
    _, findings = run(clip, original=original)
    lengths = [one.description for one in findings if "than the original" in one.description]
    assert ([] if expected is None else [f"the file is {expected} than the original"]) == lengths


def test_the_file_has_as_many_frames_as_the_plan(clip, tmp_path):
    other = clips.write_clip(tmp_path / "b.mp4", times=clips.constant(20))
    _, findings = run(other, plan_for(clip))
    assert ["the plan lists 24 frames, the file has 20"] == [one.description for one in findings]
