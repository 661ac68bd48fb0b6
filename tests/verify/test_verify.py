"""The whole check of a file: what passes, what does not, and what is said of what was left out."""

import shutil

import numpy as np
import pytest

from passerby import Plan, Settings, redact
from passerby.config.settings import Style
from passerby.core.box import Box
from passerby.core.errors import PlanError, ProofError, SourceError
from passerby.core.kinds import Kind
from passerby.documents.plan import AudioSpan
from passerby.documents.verification_report import Check, Outcome, Verdict
from passerby.engine import render as second
from passerby.engine import still as photos
from passerby.track.active_tracks import Schedule
from passerby.verify.report.random_draw import draw, judge
from passerby.verify.verify import verify, with_bound
from tests import clips, formats, stills
from tests.plans import always, plan_for, told, track
from tests.verify.fake_ensemble import bright, eyes
from tests.white_patch import PATCH


@pytest.fixture
def source(tmp_path, monkeypatch):
    told(monkeypatch)
    eyes(monkeypatch)
    return clips.cfr(tmp_path / "yard.mp4")


def release(source, *tracks, name="yard.redacted.mp4", settings=None, **kept):
    """(released file, plan file) with the report beside."""
    plan = plan_for(source, *tracks, settings=settings, **kept)
    out, plan_file = source.with_name(name), source.with_name("yard.plan.json")
    report = redact(source, out, plan=plan, verify=False, force=True)
    out.with_name(f"{out.stem}.report.json").write_text(report.to_json())
    plan_file.write_text(plan.to_json())
    return out, plan_file


def outcomes(proof):
    return {check.check: check.outcome for check in proof.checks}


def found(proof):
    return sorted({one.check for one in proof.suspects})


FACE = always(1, PATCH, Kind.FACE)


def test_with_everything_given_a_good_file_passes(source):
    out, plan = release(source, FACE)
    drawn = draw(out, 5)
    bound = judge(drawn, dict.fromkeys(range(1, 6), False), "A person", "2026-03-04")
    proof = verify(out, plan=plan, original=source, bound=bound)
    assert (Verdict.PASSED, ()) == (proof.verdict, proof.suspects)
    assert {Outcome.PASSED} == set(outcomes(proof).values())
    assert not proof.needs_a_person
    assert (clips.FRAMES, "mp4") == (proof.file.videos[0].frames, proof.file.container)


def test_what_is_not_given_is_skipped_and_weakens(source):
    out, _ = release(source, FACE)
    proof = verify(out)
    assert Verdict.WEAKENED is proof.verdict
    skipped = {check.check: check.why for check in proof.checks if check.outcome is Outcome.SKIPPED}
    assert {Check.MASKS, Check.COVERAGE, Check.SOURCE, Check.SAMPLE} == skipped.keys()
    assert "--plan" in skipped[Check.MASKS]
    assert "no bound was established" in skipped[Check.SAMPLE]
    assert not proof.needs_a_person


def test_without_a_report_less_is_known(source):
    out, _ = release(source, FACE)
    out.with_name("yard.redacted.report.json").unlink()
    proof = verify(out)
    assert Outcome.SKIPPED is outcomes(proof)[Check.REPORT]
    assert proof.release is None


def test_a_face_that_shows_is_told_with_time_and_box(source, monkeypatch):
    eyes(monkeypatch, bright(PATCH))
    out, _ = release(source, track(1, PATCH, 0, 12 * clips.STEP, Kind.FACE))
    proof = verify(out)
    assert Verdict.SUSPECT is proof.verdict
    (one,) = [s for s in proof.suspects if s.check is Check.FACES]
    assert (Kind.FACE, tuple(PATCH)) == (one.kind, one.box)
    assert 12 / 30 < one.start <= one.time <= one.end
    assert proof.needs_a_person


def test_an_untouched_file_full_of_faces_never_passes(source, monkeypatch):
    eyes(monkeypatch, bright(PATCH))
    proof = verify(source)
    assert Verdict.SUSPECT is proof.verdict
    assert Check.FACES in found(proof)


def test_masks_gone_for_three_frames_are_seen(source, monkeypatch):
    """Between two looks: only the black area that vanishes tells."""
    eyes(monkeypatch, close=bright(PATCH))
    before, after = track(1, PATCH, 0, 7 * clips.STEP, Kind.FACE), track(2, PATCH, 11 * clips.STEP, 10**9, Kind.FACE)
    out, _ = release(source, before, after)
    proof = verify(out)
    (one,) = [s for s in proof.suspects if s.check is Check.HOLES]
    assert 8 * clips.STEP / 30000 == pytest.approx(one.time, abs=0.001)


def test_a_file_in_which_nothing_shows_is_not_passed(source):
    out, _ = release(source, always(1, Box(-5, -5, 500, 500), Kind.FACE))
    proof = verify(out)
    assert Verdict.NOTHING_SEEN is proof.verdict
    assert proof.needs_a_person


def test_nor_is_one_that_was_not_looked_at(source, monkeypatch):
    from passerby.verify.verify import _verdict

    out, _ = release(source, FACE)
    proof = verify(out)
    seen = proof.file.model_copy(
        update={"videos": tuple(v.model_copy(update={"looked_at": 0}) for v in proof.file.videos)}
    )
    watched = [type("W", (), {"seen": video})() for video in seen.videos]
    assert Verdict.NOTHING_SEEN is _verdict(seen, watched, [Outcome.PASSED])


def test_a_file_without_a_frame_is_an_error(tmp_path, monkeypatch):
    eyes(monkeypatch)
    path = tmp_path / "empty.mp4"
    path.write_bytes(b"")
    with pytest.raises(SourceError):
        verify(path)


# The plan


def test_a_planned_place_that_is_not_covered(source, monkeypatch):
    monkeypatch.setattr(second, "Schedule", lambda tracks: Schedule([t for t in tracks if t.number != 2]))
    out, plan = release(source, FACE, always(2, Box(70, 50, 110, 90)))
    proof = verify(out, plan=plan)
    (one,) = [s for s in proof.suspects if s.check is Check.COVERAGE]
    assert (2, (70, 50, 110, 90)) == (one.track, one.box)
    assert one.end - one.start > 0.7


def test_frames_that_were_not_analysed_and_are_not_covered(source):
    out, plan = release(source, FACE)
    seen = Plan.load(plan)
    (video,) = seen.videos
    (run,) = video.analysed
    less = video.model_copy(update={"analysed": (run.model_copy(update={"last_frame": 10}),)})
    plan.write_text(seen.model_copy(update={"videos": (less,)}).to_json())
    proof = verify(out, plan=plan)
    assert ["a frame was not analysed, and is not covered"] == [s.what for s in proof.suspects]
    out, plan = release(source, FACE, seen=11, name="yard.covered.mp4")
    assert Check.COVERAGE not in found(verify(out, plan=plan))  # there, they are covered whole


def test_fewer_frames_than_planned(source, tmp_path):
    out, plan = release(source, FACE)
    shorter = clips.write_clip(tmp_path / "short.mp4", times=clips.constant(20))
    out.write_bytes(shorter.read_bytes())
    proof = verify(out, plan=plan)
    assert any("the plan knows 24 frames, the file shows 20" in s.what for s in proof.suspects)


def test_a_plan_of_another_source(source, tmp_path):
    out, _ = release(source, FACE)
    other = clips.vfr(tmp_path / "other.mp4")
    another = tmp_path / "another.plan.json"
    another.write_text(plan_for(other, FACE).to_json())
    assert any("belongs to another source" in s.what for s in verify(out, plan=another).suspects)
    assert any("belongs to another source" in s.what for s in verify(out, original=other).suspects)


def test_reasons_and_who_decided_are_told(source):
    plan_file = source.with_name("p.json")
    plan = plan_for(source, FACE.model_copy(update={"reason": "FOIA (b)(6)"}))
    plan_file.write_text(plan.to_json())
    out, _ = release(source, FACE)
    (one,) = verify(out, plan=plan_file).plan.tracks
    assert ("FOIA (b)(6)", None, Kind.FACE) == (one.reason, one.by, one.kind)


@pytest.mark.parametrize("style", list(Style))
@pytest.mark.parametrize("ending", [".mp4", ".mkv"])
def test_good_files_in_every_style_have_no_suspect(style, ending, source):
    settings = Settings(style=style)
    out, plan = release(source, FACE, always(2, Box(70, 50, 110, 90), Kind.FACE), name=f"o{ending}", settings=settings)
    proof = verify(out, plan=plan, original=source)
    assert () == proof.suspects


def test_a_mosaic_of_too_many_cells_is_found_in_a_file(source, monkeypatch):
    rng = np.random.default_rng(1)
    noise = np.kron(rng.integers(0, 2, (12, 16, 1)) * 200 + 25, np.ones((8, 8, 3))).astype(np.uint8)
    monkeypatch.setattr(clips, "drawing", lambda index, size: noise)
    clips.cfr(source)
    monkeypatch.setattr("passerby.mask.weak_fills.CELLS", 16)
    out, plan = release(source, always(1, Box(10, 10, 118, 86), Kind.FACE), settings=Settings(style=Style.MOSAIC))
    assert Check.MASKS in found(verify(out, plan=plan))
    assert Check.SOURCE in found(verify(out, original=source))


# Report, container, sound


def test_a_report_about_another_file(source):
    out, _ = release(source, FACE)
    content = bytearray(out.read_bytes())
    content[-1] ^= 1
    out.write_bytes(content)
    proof = verify(out)
    assert any("about another one" in s.what for s in proof.suspects if s.check is Check.REPORT)


def test_a_broken_report_is_an_error_that_helps(source):
    out, _ = release(source, FACE)
    out.with_name("yard.redacted.report.json").write_text("{}")
    with pytest.raises(ProofError, match="Move it away"):
        verify(out)
    out.with_name("yard.redacted.report.json").unlink()
    with pytest.raises(PlanError):
        verify(out, plan=source.with_name("gone.json"))


def test_bytes_behind_the_end(source):
    out, _ = release(source, FACE)
    out.write_bytes(out.read_bytes() + b"Secret film" * 9)
    assert Check.CONTAINER in found(verify(out))


def test_sound_that_should_not_be_there(tmp_path, monkeypatch):
    told(monkeypatch)
    eyes(monkeypatch)
    source = formats.RECIPES[0].make(tmp_path).rename(tmp_path / "yard.mp4")
    out, _ = release(source, FACE, settings=Settings(audio="keep"))
    assert Outcome.PASSED is outcomes(verify(out))[Check.SOUND]
    report = out.with_name("yard.redacted.report.json")
    report.write_text(report.read_text().replace('"audio": "keep"', '"audio": "remove"'))
    assert Outcome.FOUND is outcomes(verify(out))[Check.SOUND]
    report.unlink()
    assert Outcome.FOUND is outcomes(verify(out))[Check.SOUND]


def test_sound_that_was_to_be_silenced(tmp_path, monkeypatch):
    told(monkeypatch)
    eyes(monkeypatch)
    source = formats.RECIPES[0].make(tmp_path).rename(tmp_path / "yard.mp4")
    out, plan = release(source, FACE, settings=Settings(audio="keep"))
    muted = Plan.load(plan).model_copy(update={"audio": (AudioSpan(start=0.1, end=0.4),)})
    plan.write_text(muted.to_json())
    assert Check.SOUND in found(verify(out, plan=plan))
    redact(source, out, plan=muted, verify=False, force=True)
    assert Check.SOUND not in found(verify(out, plan=plan))


# Stills


def test_a_photo(tmp_path, monkeypatch):
    stills.plant(monkeypatch)
    source, out, plan = tmp_path / "a.jpg", tmp_path / "a.redacted.jpg", tmp_path / "a.plan.json"
    stills.photo(480, 360).save(source, quality=92)
    report = photos.redact(source, out, save_plan=plan, verify=False)
    out.with_name("a.redacted.report.json").write_text(report.to_json())
    x1, y1, x2, y2 = stills.PLACE
    place = Box(x1 * 480, y1 * 360, x2 * 480, y2 * 360)
    eyes(monkeypatch, bright(place))
    proof = verify(out, plan=plan, original=source)
    assert () == proof.suspects
    assert "jpeg" == proof.file.container
    spoilt = verify(source)
    assert Check.FACES in found(spoilt)
    shutil.copy(source, out)
    assert {Check.FACES, Check.COVERAGE, Check.REPORT} <= set(found(verify(out, plan=plan)))


def test_pages_are_looked_at_one_by_one(tmp_path, monkeypatch):
    looks = []
    eyes(monkeypatch, lambda picture: looks.append(picture.shape) or ())
    verify(stills.tiff_pages(tmp_path / "scan.tif"))
    assert 4 == len(looks)


# Bounds


def test_a_bound_of_another_file_is_refused(source):
    out, _ = release(source, FACE)
    drawn = draw(source, 3)
    bound = judge(drawn, dict.fromkeys((1, 2, 3), False), "X", "today")
    with pytest.raises(ProofError, match="another file"):
        verify(out, bound=bound)
    with pytest.raises(ProofError, match="another file"):
        with_bound(verify(out), bound)


def test_a_bound_can_be_added_without_looking_again(source):
    out, _ = release(source, FACE)
    proof = verify(out)
    drawn = draw(out, 3)
    good = with_bound(proof, judge(drawn, dict.fromkeys((1, 2, 3), False), "X", "today"))
    assert Outcome.PASSED is outcomes(good)[Check.SAMPLE]
    bad = with_bound(proof, judge(drawn, {1: True, 2: False, 3: False}, "X", "today"))
    assert (Verdict.SUSPECT, Outcome.FOUND) == (bad.verdict, outcomes(bad)[Check.SAMPLE])


# With the real models


def test_the_sample_passes_and_its_source_does_not(released, tmp_path):
    out = tmp_path / "yard.redacted.mp4"
    shutil.copy(released.output, out)
    out.with_name("yard.redacted.report.json").write_text(released.report.to_json())
    proof = verify(out, plan=released.plan_file, original=released.source, threads=1)
    assert () == proof.suspects
    assert {"blazeface-full", "centerface", "plate-yolov8s", "ppocr-det", "yolov8n-coco"} == {
        one.id for one in proof.weights
    }
    untouched = verify(released.source, threads=1)
    assert Verdict.SUSPECT is untouched.verdict
    assert Check.FACES in found(untouched)
    seconds = sum(s.end - s.start for s in untouched.suspects if s.kind is Kind.FACE)
    assert seconds > 1.0
