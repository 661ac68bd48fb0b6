"""The verification of a file: what passes, what does not, and what is reported as not checked."""

import shutil

import numpy as np
import pytest

from passerby import Plan, Settings, redact
from passerby.config.settings import Style
from passerby.core.box import Box
from passerby.core.errors import PlanError, SourceError, VerificationError
from passerby.core.kinds import Kind
from passerby.documents.plan_parts.spans import AudioSpan
from passerby.documents.verification_report import Check, CheckOutcome, Verdict
from passerby.engine import render
from passerby.jobs.inputs import collect_jobs
from passerby.track.mask_schedule import MaskSchedule
from passerby.verify.checks.track_checker import TrackResult
from passerby.verify.report.random_draw import bound_from_answers, draw_sample
from passerby.verify.verify import verify
from tests import clips, formats, stills
from tests.fake_detector import FACE_POSITION, use_fake_detectors, use_fixed_face_in_stills
from tests.plans import permanent_track, plan_for, still_track
from tests.verify.fake_ensemble import bright, use_ensemble
from tests.verify.released_clip import FACE, found, outcomes, release
from tests.white_patch import PATCH


@pytest.fixture
def source(tmp_path, monkeypatch):
    use_fake_detectors(monkeypatch)
    use_ensemble(monkeypatch)
    return clips.cfr(tmp_path / "yard.mp4")


def test_with_everything_given_a_good_file_passes(source):
    out, plan = release(source, FACE)
    drawn = draw_sample(out, 5)
    bound = bound_from_answers(drawn, dict.fromkeys(range(1, 6), False), "A person", "2026-03-04")
    report = verify(out, plan=plan, original=source, bound=bound)
    assert (Verdict.PASSED, ()) == (report.verdict, report.findings)
    assert {CheckOutcome.PASSED} == set(outcomes(report).values())
    assert not report.needs_review
    assert (clips.FRAMES, "mp4") == (report.file.videos[0].frames, report.file.container)


def test_what_is_not_given_is_skipped_and_makes_the_verdict_incomplete(source):
    out, _ = release(source, FACE)
    report = verify(out)
    assert Verdict.INCOMPLETE is report.verdict
    skipped = {check.check: check.limitation for check in report.checks if check.outcome is CheckOutcome.SKIPPED}
    assert {Check.MASKS, Check.COVERAGE, Check.RESIDUAL, Check.RANDOM_SAMPLE} == skipped.keys()
    assert "--plan" in skipped[Check.MASKS]
    assert "no upper bound" in skipped[Check.RANDOM_SAMPLE]
    assert not report.needs_review


def test_without_a_report_less_is_known(source):
    out, _ = release(source, FACE)
    out.with_name("yard.redacted.report.json").unlink()
    report = verify(out)
    assert CheckOutcome.SKIPPED is outcomes(report)[Check.REPORT]
    assert report.release is None


def test_a_visible_face_is_a_finding_with_time_and_box(source, monkeypatch):
    use_ensemble(monkeypatch, bright(PATCH))
    out, _ = release(source, still_track(1, PATCH, 0, 12 * clips.STEP, Kind.FACE))
    report = verify(out)
    assert Verdict.FINDINGS is report.verdict
    (one,) = [s for s in report.findings if s.check is Check.FACES]
    assert (Kind.FACE, tuple(PATCH)) == (one.kind, one.box)
    assert 12 / 30 < one.start <= one.time <= one.end
    assert report.needs_review


def test_an_untouched_file_full_of_faces_never_passes(source, monkeypatch):
    use_ensemble(monkeypatch, bright(PATCH))
    report = verify(source)
    assert Verdict.FINDINGS is report.verdict
    assert Check.FACES in found(report)


def test_masks_that_disappear_for_three_frames_are_found(source, monkeypatch):
    """Between two looks: only the black area that vanishes tells."""
    use_ensemble(monkeypatch, close_up=bright(PATCH))
    before, after = (
        still_track(1, PATCH, 0, 7 * clips.STEP, Kind.FACE),
        still_track(2, PATCH, 11 * clips.STEP, 10**9, Kind.FACE),
    )
    out, _ = release(source, before, after)
    report = verify(out)
    (one,) = [s for s in report.findings if s.check is Check.MASK_DROPOUTS]
    assert 8 * clips.STEP / 30000 == pytest.approx(one.time, abs=0.001)


def test_a_file_without_content_is_not_passed(source):
    out, _ = release(source, permanent_track(1, Box(-5, -5, 500, 500), Kind.FACE))
    report = verify(out)
    assert Verdict.NO_CONTENT is report.verdict
    assert report.needs_review


def test_nor_is_one_that_was_not_analysed(source, monkeypatch):
    from passerby.verify.verify import _verdict

    out, _ = release(source, FACE)
    report = verify(out)
    videos = tuple(video.model_copy(update={"analysed": 0}) for video in report.file.videos)
    checked = report.file.model_copy(update={"videos": videos})
    assert Verdict.NO_CONTENT is _verdict(checked, [TrackResult(video) for video in videos], [CheckOutcome.PASSED])


def test_a_file_without_a_frame_is_an_error(tmp_path, monkeypatch):
    use_ensemble(monkeypatch)
    path = tmp_path / "empty.mp4"
    path.write_bytes(b"")
    with pytest.raises(SourceError):
        verify(path)


# The plan


def test_a_planned_mask_that_is_missing(source, monkeypatch):
    monkeypatch.setattr(render, "MaskSchedule", lambda tracks: MaskSchedule([t for t in tracks if t.number != 2]))
    out, plan = release(source, FACE, permanent_track(2, Box(70, 50, 110, 90)))
    report = verify(out, plan=plan)
    (one,) = [s for s in report.findings if s.check is Check.COVERAGE]
    assert (2, (70, 50, 110, 90)) == (one.track, one.box)
    assert one.end - one.start > 0.7


def test_frames_that_were_not_analysed_and_are_not_covered(source):
    out, plan = release(source, FACE)
    seen = Plan.load(plan)
    (video,) = seen.videos
    (run,) = video.analysed
    less = video.model_copy(update={"analysed": (run.model_copy(update={"last_frame": 10}),)})
    plan.write_text(seen.model_copy(update={"videos": (less,)}).to_json())
    report = verify(out, plan=plan)
    assert ["a frame was not analysed, and is not covered"] == [s.description for s in report.findings]
    out, plan = release(source, FACE, analysed_frames=11, name="yard.covered.mp4")
    assert Check.COVERAGE not in found(verify(out, plan=plan))  # there, they are covered whole


def test_fewer_frames_than_planned(source, tmp_path):
    out, plan = release(source, FACE)
    shorter = clips.write_clip(tmp_path / "short.mp4", times=clips.constant(20))
    out.write_bytes(shorter.read_bytes())
    report = verify(out, plan=plan)
    assert any("the plan lists 24 frames, the file has 20" in s.description for s in report.findings)


def test_a_plan_of_another_source(source, tmp_path):
    out, _ = release(source, FACE)
    other = clips.vfr(tmp_path / "other.mp4")
    another = tmp_path / "another.plan.json"
    another.write_text(plan_for(other, FACE).to_json())
    assert any("belongs to another source" in s.description for s in verify(out, plan=another).findings)
    assert any("belongs to another source" in s.description for s in verify(out, original=other).findings)


@pytest.mark.parametrize("style", list(Style))
@pytest.mark.parametrize("ending", [".mp4", ".mkv"])
def test_good_files_in_every_style_have_no_findings(style, ending, source):
    settings = Settings(style=style)
    out, plan = release(
        source, FACE, permanent_track(2, Box(70, 50, 110, 90), Kind.FACE), name=f"o{ending}", settings=settings
    )
    report = verify(out, plan=plan, original=source)
    assert () == report.findings


def test_a_mosaic_of_too_many_cells_is_found_in_a_file(source, monkeypatch):
    rng = np.random.default_rng(1)
    noise = np.kron(rng.integers(0, 2, (12, 16, 1)) * 200 + 25, np.ones((8, 8, 3))).astype(np.uint8)
    monkeypatch.setattr(clips, "drawing", lambda index, size: noise)
    clips.cfr(source)
    monkeypatch.setattr("passerby.mask.weak_fills.MOSAIC_CELLS", 16)
    out, plan = release(
        source, permanent_track(1, Box(10, 10, 118, 86), Kind.FACE), settings=Settings(style=Style.MOSAIC)
    )
    assert Check.MASKS in found(verify(out, plan=plan))
    assert Check.RESIDUAL in found(verify(out, original=source))


# Report, container, audio


def test_a_report_about_another_file(source):
    out, _ = release(source, FACE)
    content = bytearray(out.read_bytes())
    content[-1] ^= 1
    out.write_bytes(content)
    report = verify(out)
    assert any("about another file" in s.description for s in report.findings if s.check is Check.REPORT)


def test_of_a_photo_and_a_video_of_one_name_each_is_verified_by_its_own_report(source, tmp_path):
    """IMG_1.jpg and IMG_1.mp4 in one folder: their reports keep the whole name (jobs/inputs.py)."""
    folder = tmp_path / "both"
    folder.mkdir()
    stills.photo(480, 360).save(folder / "IMG_1.jpg", quality=92)
    shutil.copy(source, folder / "IMG_1.mp4")
    jobs = collect_jobs([folder], None, tmp_path / "out").jobs
    assert {"IMG_1.jpg.report.json", "IMG_1.mp4.report.json"} == {job.report_path.name for job in jobs}
    for job in jobs:
        job.output.parent.mkdir(exist_ok=True)
        report = redact(job.source, job.output, Settings(hide=("face",)), verify=False)
        job.report_path.write_text(report.to_json())
    for job in jobs:
        report = verify(job.output)
        assert job.report_path.name == report.release.name
        assert CheckOutcome.PASSED is outcomes(report)[Check.REPORT]


def test_a_broken_report_is_an_error_that_helps(source):
    out, _ = release(source, FACE)
    out.with_name("yard.redacted.report.json").write_text("{}")
    with pytest.raises(VerificationError, match="Move it away"):
        verify(out)
    out.with_name("yard.redacted.report.json").unlink()
    with pytest.raises(PlanError):
        verify(out, plan=source.with_name("gone.json"))


def test_bytes_after_the_end(source):
    out, _ = release(source, FACE)
    out.write_bytes(out.read_bytes() + b"Secret film" * 9)
    assert Check.CONTAINER in found(verify(out))


def test_audio_that_should_not_be_there(tmp_path, monkeypatch):
    use_fake_detectors(monkeypatch)
    use_ensemble(monkeypatch)
    source = formats.RECIPES[0].make(tmp_path).rename(tmp_path / "yard.mp4")
    out, _ = release(source, FACE, settings=Settings(audio="keep"))
    assert CheckOutcome.PASSED is outcomes(verify(out))[Check.AUDIO]
    report = out.with_name("yard.redacted.report.json")
    report.write_text(report.read_text().replace('"audio": "keep"', '"audio": "remove"'))
    assert CheckOutcome.FINDINGS is outcomes(verify(out))[Check.AUDIO]
    report.unlink()
    assert CheckOutcome.FINDINGS is outcomes(verify(out))[Check.AUDIO]


def test_audio_that_was_to_be_muted(tmp_path, monkeypatch):
    use_fake_detectors(monkeypatch)
    use_ensemble(monkeypatch)
    source = formats.RECIPES[0].make(tmp_path).rename(tmp_path / "yard.mp4")
    out, plan = release(source, FACE, settings=Settings(audio="keep"))
    muted = Plan.load(plan).model_copy(update={"audio": (AudioSpan(start=0.1, end=0.4),)})
    plan.write_text(muted.to_json())
    assert Check.AUDIO in found(verify(out, plan=plan))
    redact(source, out, plan=muted, verify=False, force=True)
    assert Check.AUDIO not in found(verify(out, plan=plan))


# Stills


def test_a_photo(tmp_path, monkeypatch):
    use_fixed_face_in_stills(monkeypatch)
    source, out, plan = tmp_path / "a.jpg", tmp_path / "a.redacted.jpg", tmp_path / "a.plan.json"
    stills.photo(480, 360).save(source, quality=92)
    report = redact(source, out, save_plan=plan, verify=False)
    out.with_name("a.redacted.report.json").write_text(report.to_json())
    x1, y1, x2, y2 = FACE_POSITION
    place = Box(x1 * 480, y1 * 360, x2 * 480, y2 * 360)
    use_ensemble(monkeypatch, bright(place))
    report = verify(out, plan=plan, original=source)
    assert () == report.findings
    assert "jpeg" == report.file.container
    spoilt = verify(source)
    assert Check.FACES in found(spoilt)
    shutil.copy(source, out)
    assert {Check.FACES, Check.COVERAGE, Check.REPORT} <= set(found(verify(out, plan=plan)))


def test_pages_are_analysed_one_by_one(tmp_path, monkeypatch):
    shapes = []
    use_ensemble(monkeypatch, lambda picture: shapes.append(picture.shape) or ())
    verify(stills.tiff_pages(tmp_path / "scan.tif"))
    assert 4 == len(shapes)


# Bounds


# With the real models


def test_the_sample_passes_and_its_source_does_not(released, tmp_path):
    out = tmp_path / "yard.redacted.mp4"
    shutil.copy(released.output, out)
    out.with_name("yard.redacted.report.json").write_text(released.report.to_json())
    report = verify(out, plan=released.plan_file, original=released.source, threads=1)
    assert () == report.findings
    assert {"blazeface-full", "centerface", "plate-yolov8s", "ppocr-det", "yolov8n-coco"} == {
        one.id for one in report.weights
    }
    untouched = verify(released.source, threads=1)
    assert Verdict.FINDINGS is untouched.verdict
    assert Check.FACES in found(untouched)
    seconds = sum(s.end - s.start for s in untouched.findings if s.kind is Kind.FACE)
    assert seconds > 1.0
