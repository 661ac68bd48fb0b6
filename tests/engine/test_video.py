"""The pipeline for a video from end to end, and the invariants that only a whole run can break."""

import hashlib
import os
import re
import stat
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from passerby import Plan, Settings, analyse, redact
from passerby.core.box import Box
from passerby.core.errors import DamagedSource, DetectorError, OutputExists, PlanError
from passerby.core.kinds import Detection, Kind
from passerby.detect.runtime import OpenVinoModel
from passerby.documents.plan import Correction, Keyframe
from passerby.documents.redaction_log import DecidedBy, LogAction
from passerby.engine import analyse as first
from passerby.engine import render as second
from passerby.source.video.file import VideoFile
from tests import clips
from tests.fake_detector import fake_detectors
from tests.plans import permanent_track, plan_for, still_track
from tests.white_patch import PATCH, PICTURE, hidden, render, shows


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def clip(tmp_path):
    return clips.cfr(tmp_path / "clip.mp4")


@pytest.fixture
def out(tmp_path):
    (tmp_path / "out").mkdir()
    return tmp_path / "out" / "clip.mp4"


# 2: fail closed


def test_a_frame_that_decodes_differently_the_second_time_is_covered_whole(clip, out, monkeypatch):
    real, before = first.frame_hash, set()

    def unsteady(frame):
        again = frame.index in before
        before.add(frame.index)
        return real(frame) ^ (again and frame.index == 7)

    for half in (first, second):
        monkeypatch.setattr(half, "frame_hash", unsteady)
    report = redact(clip, out, verify=False, detectors=fake_detectors())
    assert [7] == hidden(clips.decoded(out), PICTURE)
    assert (1, True) == (report.output.covered, report.needs_review)


def test_a_detector_that_fails_ends_the_run_and_leaves_nothing(clip, out):
    def fail(frame, scope):
        raise DetectorError("The model has gone.")

    with pytest.raises(DetectorError, match="has gone"):
        redact(clip, out, verify=False, detectors=fake_detectors(fail))
    assert [] == [*out.parent.iterdir()]


@pytest.mark.parametrize("passes", [1, 2])
def test_a_file_that_is_damaged_in_either_pass_ends_the_run_and_leaves_nothing(passes, clip, out, monkeypatch):
    real, runs = VideoFile.frames, []

    def breaking(self, *given):
        runs.append(self)
        for frame in real(self, *given):
            if len(runs) == passes and frame.index == 5:
                raise DamagedSource("It is broken there. Copy it again.")
            yield frame

    monkeypatch.setattr(VideoFile, "frames", breaking)
    with pytest.raises(DamagedSource):
        redact(clip, out, verify=False, detectors=fake_detectors())
    assert [] == [*out.parent.iterdir()]


def test_a_plan_for_another_file_is_refused(clip, out, tmp_path):
    other = clips.vfr(tmp_path / "other.mp4")
    with pytest.raises(PlanError, match=r"another file \(other\.mp4.*--save-plan"):
        redact(clip, out, plan=plan_for(other))
    assert [] == [*out.parent.iterdir()]


# 3: no identity at rest


def leaves(value):
    """Every number and text in a JSON document."""
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from leaves(inner)
    else:
        yield value


def test_plan_and_report_hold_numbers_and_known_words_only(released):
    known = {
        *Kind,
        *LogAction,
        *DecidedBy,
        *(settings for settings in leaves(Settings().model_dump(mode="json"))),
        released.plan.program,
        released.source.name,
        released.output.name,
        released.report.created,
        released.report.output.codec,
        *released.report.dropped,
        *(weights.id for weights in released.plan.weights),
        *(f"head:{weights.id}" for weights in released.plan.weights),
    }
    documents = released.plan.model_dump(mode="json"), released.report.model_dump(mode="json")
    texts = {text for text in leaves(list(documents)) if isinstance(text, str)} - known
    assert set() == {text for text in texts if not re.fullmatch(r"[0-9a-f]{64}|\d+/\d+", text)}
    assert documents[0]["videos"][0]["tracks"]  # else there was nothing that could have been told


def test_tracks_are_numbered_from_1_in_each_file(released):
    tracks = released.plan.tracks(0)
    assert [*range(1, len(tracks) + 1)] == [one.number for one in tracks]
    assert [one.start for one in tracks] == sorted(one.start for one in tracks)


def written_files():
    """Regular files that this process holds open for writing, and those that it shares memory through."""
    found = set()
    for descriptor in Path("/proc/self/fd").iterdir():
        try:
            path, how = os.readlink(descriptor), (Path("/proc/self/fdinfo") / descriptor.name).read_text()
            regular = stat.S_ISREG(descriptor.stat().st_mode)
        except OSError:  # the one that lists the folder is gone by now
            continue
        if regular and int(re.search(r"flags:\s*0(\d+)", how)[1], 8) & os.O_ACCMODE:
            found.add(path)
    return found | set(re.findall(r"/dev/shm/\S+", Path("/proc/self/maps").read_text()))


def test_pixels_go_into_no_file_but_the_one_that_is_made(clip, out, monkeypatch):
    before = written_files()  # pytest's own
    open_files = []

    def detect(frame, scope):
        open_files.append(written_files() - before)
        return []

    real = second.Painter.paint

    def paint(self, *given):
        open_files.append(written_files() - before)
        return real(self, *given)

    monkeypatch.setattr(second.Painter, "paint", paint)
    redact(clip, out, detectors=fake_detectors(detect))
    assert len(open_files) > clips.FRAMES
    assert {f"{out}.part"} == set().union(*open_files)


# 4 and 5: what is planned is painted, and only that


def test_what_was_planned_is_one_colour_in_every_frame_and_the_rest_is_unchanged(released):
    before, after = clips.decoded(released.source, "gray"), clips.decoded(released.output, "gray")
    ticks = released.plan.videos[0].time_base
    for (time, old), (_, new) in zip(before, after, strict=True):
        masked = np.zeros(old.shape, bool)
        for one in released.plan.tracks(0):
            if here := one.masked_at(round(time / ticks)):
                x1, y1, x2, y2 = (round(value) for value in here.box.expand(0, 4).clip(*old.shape[::-1]))
                masked[y1:y2, x1:x2] = True
                # Where a mask ends, the encoder lets a little of the light from outside in.
                assert {True} >= {*(new[y1 + 12 : y2 - 12, x1 + 12 : x2 - 12].ravel() < 24)}
        error = (old[~masked].astype(float) - new[~masked]) ** 2
        assert 10 * np.log10(255**2 / error.mean()) > 36


def test_the_face_and_the_plate_of_the_sample_are_detected_and_the_check_has_no_findings(released):
    assert {Kind.FACE, Kind.PLATE} == {one.kind for one in released.report.hidden if one.tracks}
    assert released.report.check.ran
    assert () == released.report.check.findings
    assert not released.report.needs_review


# 6: before, between and after


def test_an_object_detected_late_is_masked_from_before_and_until_after(clip, out):
    """Detected in five frames only, the patch is masked half a second around, and not for ever."""

    def detect(frame, scope):
        return [Detection(Kind.FACE, PATCH, 0.9, "test")] if 10 <= frame.index < 15 else []

    redact(clip, out, verify=False, detectors=fake_detectors(detect, every_frame=True))
    numbers = hidden(clips.decoded(out))
    assert all(b - a == 1 for a, b in pairwise(numbers))
    assert numbers[0] < 8
    assert numbers[-1] > 17


# 9: the input is never touched, the output is never half-written


def test_the_source_is_unchanged(released, clip, out):
    before = digest(clip), clip.stat()
    render(clip, out, permanent_track(1, PATCH))
    after = digest(clip), clip.stat()
    assert before[0] == after[0]
    assert (before[1].st_mtime_ns, before[1].st_ino) == (after[1].st_mtime_ns, after[1].st_ino)
    assert released.plan.source.sha256 == digest(released.source)


def test_no_file_is_replaced_without_force(clip, out):
    out.write_text("user data")
    plan = plan_for(clip)
    with pytest.raises(OutputExists, match="--force"):
        redact(clip, out, plan=plan, verify=False)
    assert "user data" == out.read_text()
    redact(clip, out, plan=plan, verify=False, force=True)
    assert clips.FRAMES == len(clips.decoded(out))


def test_a_plan_that_cannot_be_saved_leaves_no_output(clip, out):
    there = out.with_name("clip.plan.json")
    there.write_text("user data")
    with pytest.raises(OutputExists):
        redact(clip, out, save_plan=there, verify=False, detectors=fake_detectors())
    assert [there] == [*out.parent.iterdir()]


def test_the_report_describes_the_output_file(released):
    output = released.report.output
    assert (digest(released.output), released.output.stat().st_size) == (output.sha256, output.size)


# 11: the detector is alive


def test_a_model_that_detects_nothing_stops_the_run(clip, out, models, monkeypatch):
    real = OpenVinoModel.infer
    monkeypatch.setattr(OpenVinoModel, "infer", lambda self, picture: [np.zeros_like(a) for a in real(self, picture)])
    with pytest.raises(DetectorError, match="cannot be trusted"):
        redact(clip, out, verify=False)
    assert [] == [*out.parent.iterdir()]


def test_a_model_that_fails_the_known_answer_test_during_a_run_stops_it(clip, out, monkeypatch):
    def fail():
        raise DetectorError("It detects nothing any more.")

    monkeypatch.setattr(first, "TEST_INTERVAL", 2)
    with pytest.raises(DetectorError, match="any more"):
        redact(clip, out, verify=False, detectors=fake_detectors(known_answer_test=fail))
    assert [] == [*out.parent.iterdir()]


# The plan


@pytest.mark.parametrize("threads", [1, 2])
def test_the_plan_does_not_depend_on_the_number_of_threads(threads, released):
    assert released.plan.to_json() == analyse(released.source, threads=threads).to_json()


def test_a_plan_gives_the_same_output_as_the_run_that_made_it(released, out):
    redact(released.source, out, plan=Plan.load(released.plan_file), verify=False)
    for (_, old), (_, new) in zip(clips.decoded(released.output), clips.decoded(out), strict=True):
        # The encoder works in threads and does not give the same bits twice; what is hidden it cannot change.
        assert np.abs(old.astype(int) - new).mean() < 2
        assert (old < 8).mean() == pytest.approx((new < 8).mean(), abs=0.002)


LEFT, RIGHT = PATCH, Box(90, 4, 122, 28)


def test_an_edited_plan_is_rendered_as_it_is(clip, out):
    """A track taken out, a box moved, a polygon and a correction added: as a person does it in an editor."""
    moving = still_track(2, LEFT, 0, 5 * clips.STEP)
    moving = moving.model_copy(
        update={"keyframes": (moving.keyframes[0], moving.keyframes[1].model_copy(update={"box": RIGHT}))}
    )
    corners = ((60.0, 60.0), (80.0, 60.0), (80.0, 90.0), (60.0, 90.0))
    key = Keyframe(time=8 * clips.STEP, box=Box(60, 60, 80, 90), score=0, origin="person", polygon=corners)
    shape = still_track(3, RIGHT, 0, 0).model_copy(update={"keyframes": (key,)})
    who, when, late = "J. Doe", "2026-03-01T10:30:00+00:00", still_track(9, LEFT, 10 * clips.STEP, 12 * clips.STEP)
    corrections = (
        Correction(author=who, created=when, video=0, action="add", number=9, track=late),
        Correction(author=who, created=when, video=0, action="remove", number=1),
    )
    plan = plan_for(clip, permanent_track(1, LEFT), moving, shape).model_copy(update={"corrections": corrections})
    original = clips.decoded(clip)
    redact(clip, out, plan=plan, verify=False)
    pictures = clips.decoded(out)
    assert [0, 10, 11, 12] == hidden(pictures, LEFT)
    assert [5] == hidden(pictures, RIGHT)
    assert [8] == hidden(pictures, Box(60, 60, 80, 90))
    assert shows(pictures[2][1], Box(36, 2, 68, 24)) < 8  # two fifths of the way
    assert shows(original[9][1], LEFT) == pytest.approx(shows(pictures[9][1], LEFT), abs=4)


def test_settings_are_those_of_the_plan_unless_others_are_given(clip, out):
    plan = plan_for(clip, settings=Settings(hide=(Kind.PERSON,)))
    assert plan.settings == redact(clip, out, plan=plan, verify=False).settings
    other = Settings(hide=(Kind.FACE,))
    assert other == redact(clip, out, other, plan=plan, verify=False, force=True).settings


def test_kinds_that_only_the_plan_masks_are_in_the_report_too(clip, out):
    """A person drew a screen into a plan that was made for faces and plates."""
    report, _ = render(clip, out, permanent_track(1, PATCH, Kind.SCREEN))
    assert {Kind.FACE: 0, Kind.PLATE: 0, Kind.SCREEN: 1} == {hidden.kind: hidden.tracks for hidden in report.hidden}


def test_progress_is_reported_stage_by_stage(clip, out):
    events = []

    class Recorder:
        def start(self, file, stage, total):
            events.append([file, stage, 0])

        def advance(self, frames):
            events[-1][2] += frames

        def finish(self): ...

    redact(clip, out, progress=Recorder(), detectors=fake_detectors())
    assert [["clip.mp4", stage, clips.FRAMES] for stage in ("analyse", "render", "check")] == events


def test_sound_that_cannot_be_decoded_is_a_loss_that_a_person_reviews(tmp_path, monkeypatch):
    source = clips.everything(tmp_path / "clip.mp4")
    monkeypatch.setattr("passerby.engine.render.is_decodable", lambda *_: False)
    report = redact(source, tmp_path / "o.mp4", Settings(audio="keep"), detectors=fake_detectors())
    assert report.needs_review
    assert ("audio tracks that were left out, since none of their packets can be decoded: 1",) == report.damage
