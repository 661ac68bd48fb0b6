"""The self-check finds what went wrong between the plan and the file: faults are put in where frames are written."""

import numpy as np
import pytest

from passerby import Plan, Settings, redact
from passerby.config.settings import Style
from passerby.core.box import Box
from passerby.core.kinds import Detection, Kind
from passerby.core.safe_frame import SafeFrame
from passerby.engine import render
from passerby.sink.video.writer import VideoWriter
from passerby.track.mask_schedule import MaskSchedule
from tests import clips
from tests.fake_detector import use_fake_detectors
from tests.plans import permanent_track, plan_for, still_track
from tests.white_patch import PATCH

OTHER = Box(70, 60, 120, 90)


@pytest.fixture
def clip(tmp_path, monkeypatch):
    use_fake_detectors(monkeypatch)
    return clips.cfr(tmp_path / "clip.mp4")


@pytest.fixture
def noise(tmp_path, monkeypatch):
    """A clip that is all detail, as a printed page is."""
    use_fake_detectors(monkeypatch)
    random = np.random.default_rng(1)
    drawing = np.kron(random.integers(0, 2, (12, 16, 1)) * 255, np.ones((8, 8, 3))).astype(np.uint8)
    monkeypatch.setattr(clips, "drawing", lambda index, size: drawing)
    return clips.cfr(tmp_path / "noise.mp4")


def check(clip, *tracks, ending=".mp4", settings=None):
    """What the check has to say about a run by a plan made of `tracks`."""
    plan = plan_for(clip, *tracks, settings=settings)
    report = redact(clip, clip.with_name(f"out{ending}"), plan=plan)
    assert report.check.ran
    return report


def descriptions(report):
    return sorted({finding.description for finding in report.check.findings})


@pytest.mark.parametrize("ending", [".mp4", ".mov", ".mkv"])
@pytest.mark.parametrize("style", list(Style))
def test_a_good_file_has_no_findings(ending, style, clip):
    tracks = (
        permanent_track(1, PATCH, Kind.FACE),
        permanent_track(2, OTHER, Kind.FACE),
        permanent_track(3, OTHER.translate(9, 9), Kind.PLATE),
    )
    report = check(clip, *tracks, ending=ending, settings=Settings(style=style))
    assert () == report.check.findings
    assert (clips.FRAMES, 4) == (report.check.frames_compared, report.check.frames_searched)
    assert not report.needs_review


OTHERS = {
    "variable rate": clips.vfr,
    "ten bits": clips.ten_bit_hevc,
    "edit list": clips.b_frames_with_edit_list,
    "turned": lambda path: clips.turned(path, 90),
}


@pytest.mark.parametrize("name", OTHERS)
def test_nor_of_other_kinds_of_files(name, tmp_path, monkeypatch):
    use_fake_detectors(monkeypatch)
    report = check(OTHERS[name](tmp_path / "clip.mp4"), permanent_track(1, Box(5, 5, 60, 70)))
    assert () == report.check.findings


@pytest.mark.parametrize("style", list(Style))
def test_nor_have_masks_that_overlap_or_extend_beyond_the_frame(style, noise):
    faces = [Box(-20, 10, 40, 70), Box(20, 30, 80, 90), Box(90, 40, 140, 120)]
    tracks = [permanent_track(number, box, Kind.FACE) for number, box in enumerate(faces, 1)]
    report = check(noise, *tracks, permanent_track(9, Box(30, 50, 60, 60)), settings=Settings(style=style))
    assert () == report.check.findings


def test_a_missing_mask_is_found_with_its_position_and_times(clip, monkeypatch):
    """Rendered with a plan that lacks a track, checked with the whole one."""
    monkeypatch.setattr(render, "MaskSchedule", lambda tracks: MaskSchedule([t for t in tracks if t.number != 1]))
    report = check(clip, permanent_track(2, OTHER), still_track(1, PATCH, 5 * clips.STEP, 8 * clips.STEP))
    assert ["the mask of track 1 (plate) is missing"] == descriptions(report)
    assert [5, 6, 7, 8] == [round(s.time * clips.TIME_BASE.denominator / clips.STEP) for s in report.check.findings]
    assert {PATCH} == {s.box for s in report.check.findings}
    assert report.needs_review


def test_a_missing_polygon_is_found(clip, monkeypatch):
    one = permanent_track(1, PATCH)
    corners = ((0.0, 0.0), (31.5, 0.0), (31.5, 23.5), (0.0, 23.5))
    keys = tuple(key.model_copy(update={"polygon": corners}) for key in one.keyframes)
    one = one.model_copy(update={"keyframes": keys})
    assert () == check(clip, one).check.findings
    clip.with_name("out.mp4").unlink()
    monkeypatch.setattr(render, "MaskSchedule", lambda tracks: MaskSchedule([]))
    assert ["the mask of track 1 (plate) is missing"] == descriptions(check(clip, one))


def test_two_missing_masks_at_one_position_are_found(clip, monkeypatch):
    monkeypatch.setattr(render, "MaskSchedule", lambda tracks: MaskSchedule([]))
    report = check(clip, permanent_track(1, PATCH), permanent_track(2, PATCH))
    assert [f"the mask of track {n} (plate) is missing" for n in (1, 2)] == descriptions(report)


def test_a_mask_at_the_wrong_position_is_found(clip, monkeypatch):
    monkeypatch.setattr(
        render, "MaskSchedule", lambda tracks: MaskSchedule([permanent_track(1, PATCH.translate(40, 30))])
    )
    assert ["the mask of track 1 (plate) is missing"] == descriptions(check(clip, permanent_track(1, PATCH)))


@pytest.mark.parametrize("style", [Style.MOSAIC, Style.BLUR])
def test_a_fill_with_too_much_detail_is_found(style, noise, monkeypatch):
    """A mosaic of 32 by 32 cells where 4 by 4 were agreed."""
    monkeypatch.setattr("passerby.mask.weak_fills.MOSAIC_CELLS", 32)
    report = check(noise, permanent_track(1, Box(10, 10, 118, 86), Kind.FACE), settings=Settings(style=style))
    assert ["the mask of track 1 (face) is missing"] == descriptions(report)


def spoil(monkeypatch, change):
    """Writes, instead of each frame, those that `change(frame)` gives."""
    real = VideoWriter.write

    def write(self, frame, number=0, time=None):
        for other in change(frame):
            real(self, other, number, other.time)

    monkeypatch.setattr(VideoWriter, "write", write)


def test_frames_with_wrong_timestamps_are_found(clip, monkeypatch):
    spoil(monkeypatch, lambda f: [SafeFrame(f.av_frame, f.index, f.time + (300 if f.index >= 20 else 0))])
    report = check(clip)
    assert ["the timestamp of a frame differs from the source"] == descriptions(report)
    assert clips.FRAMES - 20 == len(report.check.findings)


def test_a_missing_frame_is_found(clip, monkeypatch):
    spoil(monkeypatch, lambda f: [] if f.index == 23 else [f])
    assert [f"the output has {clips.FRAMES - 1} frames, the source {clips.FRAMES}"] == descriptions(check(clip))


def test_an_additional_frame_is_found(clip, monkeypatch):
    more = lambda f: [f, SafeFrame(f.av_frame, f.index + 1, f.time + clips.STEP)] if f.index == 23 else [f]  # noqa: E731
    spoil(monkeypatch, more)
    assert [f"the output continues after the {clips.FRAMES} frames of the source"] == descriptions(check(clip))


def sees(*found):
    return lambda frame, scope: list(found)


@pytest.mark.parametrize(
    ("kind", "score", "expected"),
    [
        (Kind.FACE, 0.9, ["a face is visible"]),
        (Kind.PLATE, 0.9, ["a plate is visible"]),
        (Kind.FACE, 0.05, []),
        (Kind.PERSON, 0.9, []),
    ],
)
def test_what_the_models_still_detect_is_a_finding(kind, score, expected, clip, monkeypatch):
    use_fake_detectors(monkeypatch, detect=sees(Detection(kind, OTHER, score, "test")))
    report = check(clip, permanent_track(1, PATCH))
    assert expected == descriptions(report)
    assert bool(expected) is report.needs_review


@pytest.mark.parametrize("moves", [False, True])
def test_a_picture_that_stands_still_is_searched_once(moves, tmp_path, monkeypatch):
    searched = []
    use_fake_detectors(monkeypatch, detect=lambda frame, scope: searched.append(frame.index) or [])
    monkeypatch.setattr(clips, "drawing", lambda index, size: np.full((*size[::-1], 3), moves * 4 * index, np.uint8))
    plan = plan_for(clip := clips.cfr(tmp_path / "still.mp4"))
    report = redact(clip, tmp_path / "out.mp4", plan=plan)
    assert report.check.frames_searched == 4
    assert (4 if moves else 1) == len(searched)


def test_a_detection_in_a_mask_is_not(clip, monkeypatch):
    use_fake_detectors(monkeypatch, detect=sees(Detection(Kind.FACE, OTHER.expand(-0.1), 0.9, "test")))
    assert [] == descriptions(check(clip, permanent_track(1, OTHER)))


def test_what_was_not_to_be_hidden_may_show(clip, monkeypatch):
    use_fake_detectors(monkeypatch, detect=sees(Detection(Kind.PLATE, OTHER, 0.9, "test")))
    assert [] == descriptions(check(clip, settings=Settings(hide=(Kind.FACE,))))


def test_a_real_face_that_was_left_out_is_found(released, tmp_path):
    """The sample, rendered without its face: the real models see it in every render."""
    plan = Plan.load(released.plan_file)
    (video,) = plan.videos
    plates = tuple(one for one in video.tracks if one.kind is Kind.PLATE)
    plan = plan.model_copy(update={"videos": (video.model_copy(update={"tracks": plates}),)})
    report = redact(released.source, tmp_path / "out.mp4", plan=plan)
    assert ["a face is visible"] == [s.description for s in report.check.findings]
    assert report.needs_review
