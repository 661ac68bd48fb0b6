"""Which frames are analysed, in which passes, and how dropouts are searched; with an ensemble that is passed in."""

from passerby.config.settings import Style
from passerby.core.kinds import Kind
from passerby.documents.verification_report import Check
from passerby.verify.checks.blank_regions import find_blank_regions
from passerby.verify.checks.detection_passes import DetectionPasses, TrackCheckSettings, WhatIsHidden
from passerby.verify.checks.findings import FindingCollector
from passerby.verify.checks.independent_detectors import FULL_PASS
from passerby.verify.checks.shown_on_purpose import ShownHere
from passerby.verify.released_file import ReleasedFile
from tests import clips, stills
from tests.verify.fake_ensemble import FakeEnsemble, bright, face
from tests.white_patch import PATCH


def run(path, ensemble, style=Style.SOLID, hidden=(), settings=None, shown=ShownHere()):  # noqa: B008
    findings = FindingCollector()
    settings = settings or TrackCheckSettings()
    with (
        ReleasedFile.open(path) as file,
        DetectionPasses(file, 0, (Kind.FACE,), style, ensemble, findings, settings) as passes,
    ):
        for frame in file.frames():
            geometry = file.geometry(0, frame)
            seconds = float(frame.time * file.videos[0].time_base)
            known = WhatIsHidden(find_blank_regions(frame, geometry, False), hidden, shown)
            passes.step(frame, geometry, seconds, known)
        passes.finish()
    return passes, findings.listed()


def test_the_first_pass_is_a_full_one_and_the_others_cycle(tmp_path):
    ensemble, settings = FakeEnsemble(), TrackCheckSettings(interval=0.1)
    passes, _ = run(clips.cfr(tmp_path / "a.mp4"), ensemble, settings=settings)
    expected = [FULL_PASS, *(settings.passes[n % len(settings.passes)] for n in range(1, passes.analysed))]
    # Two run at once, so they may start in another order.
    assert sorted(map(str, expected)) == sorted(map(str, ensemble.passes))
    assert passes.analysed > len(settings.passes)


def test_every_page_of_a_still_gets_a_full_pass(tmp_path):
    ensemble = FakeEnsemble()
    passes, _ = run(stills.tiff_pages(tmp_path / "scan.tif"), ensemble)
    assert [FULL_PASS] * passes.analysed == ensemble.passes


def test_what_is_detected_again_is_one_finding(tmp_path):
    _, findings = run(clips.cfr(tmp_path / "a.mp4"), FakeEnsemble(bright(PATCH)))
    assert [(Check.FACES, "a face is visible")] == [(one.check, one.description) for one in findings]


def test_a_detection_in_a_weak_mask_is_none(tmp_path):
    ensemble = FakeEnsemble(lambda image: [face(PATCH)])
    _, findings = run(clips.cfr(tmp_path / "a.mp4"), ensemble, Style.MOSAIC, hidden=[PATCH.expand(0.1)])
    assert () == findings


def test_what_is_shown_on_purpose_is_no_finding_but_counted(tmp_path):
    shown = ShownHere([(Kind.FACE, PATCH.expand(0.1))])
    passes, findings = run(clips.cfr(tmp_path / "a.mp4"), FakeEnsemble(bright(PATCH)), shown=shown)
    assert () == findings
    assert passes.shown_on_purpose == passes.analysed > 0
    beside = ShownHere([(Kind.FACE, PATCH.translate(60, 0)), (Kind.PLATE, PATCH)])
    assert 1 == len(run(tmp_path / "a.mp4", FakeEnsemble(bright(PATCH)), shown=beside)[1])
