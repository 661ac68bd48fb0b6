from pathlib import Path

from passerby import Settings
from passerby.detect.factory import ModelDetectorFactory
from passerby.engine.options import RunOptions
from passerby.track.segments import SEGMENT_VARIABLE, SegmentLengths
from tests import clips
from tests.fake_detector import fake_detectors
from tests.plans import plan_for


def test_settings_given_come_before_those_of_the_plan_and_these_before_the_defaults(tmp_path: Path):
    planned, given = Settings(hide=("plate",)), Settings(hide=("face",))
    plan = plan_for(clips.cfr(tmp_path / "clip.mp4"), settings=planned)
    assert given == RunOptions(settings=given, plan=plan).effective_settings
    assert planned == RunOptions(plan=plan).effective_settings
    assert Settings() == RunOptions().effective_settings


def test_detectors_that_are_passed_in_replace_the_models():
    detectors = fake_detectors()
    assert RunOptions(detectors=detectors).detector_factory() is detectors
    assert isinstance(RunOptions().detector_factory(), ModelDetectorFactory)


def test_segment_lengths_come_from_the_environment_when_the_options_are_made(monkeypatch):
    monkeypatch.setenv(SEGMENT_VARIABLE, "30,5")
    options = RunOptions()
    monkeypatch.delenv(SEGMENT_VARIABLE)
    assert SegmentLengths(30, 5) == options.segment_lengths
    assert SegmentLengths() == RunOptions().segment_lengths
