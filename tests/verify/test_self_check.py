"""The quick check finds what went wrong between the plan and the file: faults are put in where frames are written."""

import numpy as np
import pytest

from passerby import Plan, Settings, redact
from passerby.config.settings import Style
from passerby.core.box import Box
from passerby.core.kinds import Detection, Kind
from passerby.core.safe_frame import SafeFrame
from passerby.engine import render as second
from passerby.sink.video.writer import VideoWriter
from passerby.track.active_tracks import Schedule
from tests import clips
from tests.plans import always, plan_for, told, track
from tests.white_patch import PATCH

OTHER = Box(70, 60, 120, 90)


@pytest.fixture
def clip(tmp_path, monkeypatch):
    told(monkeypatch)
    return clips.cfr(tmp_path / "clip.mp4")


@pytest.fixture
def noise(tmp_path, monkeypatch):
    """A clip that is all detail, as a printed page is."""
    told(monkeypatch)
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


def said(report):
    return sorted({suspect.what for suspect in report.check.suspects})


@pytest.mark.parametrize("ending", [".mp4", ".mov", ".mkv"])
@pytest.mark.parametrize("style", list(Style))
def test_of_a_good_file_it_has_nothing_to_say(ending, style, clip):
    tracks = always(1, PATCH, Kind.FACE), always(2, OTHER, Kind.FACE), always(3, OTHER.translate(9, 9), Kind.PLATE)
    report = check(clip, *tracks, ending=ending, settings=Settings(style=style))
    assert () == report.check.suspects
    assert (clips.FRAMES, 1) == (report.check.frames_compared, report.check.frames_searched)
    assert not report.needs_a_person


OTHERS = {
    "variable rate": clips.vfr,
    "ten bits": clips.ten_bit_hevc,
    "edit list": clips.b_frames_with_edit_list,
    "turned": lambda path: clips.turned(path, 90),
}


@pytest.mark.parametrize("name", OTHERS)
def test_nor_of_other_kinds_of_files(name, tmp_path, monkeypatch):
    told(monkeypatch)
    report = check(OTHERS[name](tmp_path / "clip.mp4"), always(1, Box(5, 5, 60, 70)))
    assert () == report.check.suspects


@pytest.mark.parametrize("style", list(Style))
def test_nor_of_masks_that_overlap_or_reach_out_of_the_picture(style, noise):
    faces = [Box(-20, 10, 40, 70), Box(20, 30, 80, 90), Box(90, 40, 140, 120)]
    tracks = [always(number, box, Kind.FACE) for number, box in enumerate(faces, 1)]
    report = check(noise, *tracks, always(9, Box(30, 50, 60, 60)), settings=Settings(style=style))
    assert () == report.check.suspects


def test_a_missing_mask_is_seen_with_its_place_and_times(clip, monkeypatch):
    """Rendered with a plan that lacks a track, checked with the whole one."""
    monkeypatch.setattr(second, "Schedule", lambda tracks: Schedule([t for t in tracks if t.number != 1]))
    report = check(clip, always(2, OTHER), track(1, PATCH, 5 * clips.STEP, 8 * clips.STEP))
    assert ["the mask of track 1 (plate) is not there"] == said(report)
    assert [5, 6, 7, 8] == [round(s.time * clips.TIME_BASE.denominator / clips.STEP) for s in report.check.suspects]
    assert {PATCH} == {s.box for s in report.check.suspects}
    assert report.needs_a_person


def test_a_missing_polygon_is_seen(clip, monkeypatch):
    one = always(1, PATCH)
    corners = ((0.0, 0.0), (30.0, 0.0), (30.0, 22.0), (0.0, 22.0))
    keys = tuple(key.model_copy(update={"polygon": corners}) for key in one.keyframes)
    one = one.model_copy(update={"keyframes": keys})
    assert () == check(clip, one).check.suspects
    clip.with_name("out.mp4").unlink()
    monkeypatch.setattr(second, "Schedule", lambda tracks: Schedule([]))
    assert ["the mask of track 1 (plate) is not there"] == said(check(clip, one))


def test_two_masks_that_are_missing_in_one_place_are_seen(clip, monkeypatch):
    monkeypatch.setattr(second, "Schedule", lambda tracks: Schedule([]))
    report = check(clip, always(1, PATCH), always(2, PATCH))
    assert [f"the mask of track {n} (plate) is not there" for n in (1, 2)] == said(report)


def test_a_mask_in_the_wrong_place_is_seen(clip, monkeypatch):
    monkeypatch.setattr(second, "Schedule", lambda tracks: Schedule([always(1, PATCH.translate(40, 30))]))
    assert ["the mask of track 1 (plate) is not there"] == said(check(clip, always(1, PATCH)))


@pytest.mark.parametrize("style", [Style.MOSAIC, Style.BLUR])
def test_a_fill_with_too_much_in_it_is_seen(style, noise, monkeypatch):
    """A mosaic of 32 by 32 cells where 4 by 4 were agreed."""
    monkeypatch.setattr("passerby.mask.weak_fills.CELLS", 32)
    report = check(noise, always(1, Box(10, 10, 118, 86), Kind.FACE), settings=Settings(style=style))
    assert ["the mask of track 1 (face) is not there"] == said(report)


def spoil(monkeypatch, change):
    """Writes, instead of each frame, those that `change(frame)` gives."""
    real = VideoWriter.write

    def write(self, frame, number=0, time=None):
        for other in change(frame):
            real(self, other, number, other.time)

    monkeypatch.setattr(VideoWriter, "write", write)


def test_frames_at_wrong_times_are_seen(clip, monkeypatch):
    spoil(monkeypatch, lambda f: [SafeFrame(f.picture, f.index, f.time + (300 if f.index >= 20 else 0))])
    report = check(clip)
    assert ["a frame is not at the time it has in the source"] == said(report)
    assert clips.FRAMES - 20 == len(report.check.suspects)


def test_a_missing_frame_is_seen(clip, monkeypatch):
    spoil(monkeypatch, lambda f: [] if f.index == 23 else [f])
    assert [f"the output has {clips.FRAMES - 1} frames, the source {clips.FRAMES}"] == said(check(clip))


def test_a_frame_too_many_is_seen(clip, monkeypatch):
    more = lambda f: [f, SafeFrame(f.picture, f.index + 1, f.time + clips.STEP)] if f.index == 23 else [f]  # noqa: E731
    spoil(monkeypatch, more)
    assert [f"the output goes on after the source's {clips.FRAMES} frames"] == said(check(clip))


def sees(*found):
    return lambda self, frame, reach=None: list(found)


@pytest.mark.parametrize(
    ("kind", "score", "what"),
    [
        (Kind.FACE, 0.9, ["a face shows"]),
        (Kind.PLATE, 0.9, ["a plate shows"]),
        (Kind.FACE, 0.05, []),
        (Kind.PERSON, 0.9, []),
    ],
)
def test_what_the_models_still_see_is_told(kind, score, what, clip, monkeypatch):
    told(monkeypatch, look=sees(Detection(kind, OTHER, score, "test")))
    report = check(clip, always(1, PATCH))
    assert what == said(report)
    assert bool(what) is report.needs_a_person


def test_what_they_take_a_mask_for_is_not(clip, monkeypatch):
    told(monkeypatch, look=sees(Detection(Kind.FACE, OTHER.expand(-0.1), 0.9, "test")))
    assert [] == said(check(clip, always(1, OTHER)))


def test_what_was_not_to_be_hidden_may_show(clip, monkeypatch):
    told(monkeypatch, look=sees(Detection(Kind.PLATE, OTHER, 0.9, "test")))
    assert [] == said(check(clip, settings=Settings(hide=(Kind.FACE,))))


def test_it_searches_once_a_second(tmp_path, monkeypatch):
    told(monkeypatch, look=sees(Detection(Kind.FACE, OTHER, 0.9, "test")))
    clip = clips.write_clip(tmp_path / "slow.mp4", times=clips.constant(step=6000))  # 5 a second for 4.8 seconds
    report = check(clip)
    assert [0, 1, 2, 3, 4] == [suspect.time for suspect in report.check.suspects]
    assert 5 == report.check.frames_searched


def test_a_real_face_that_was_left_out_is_found(released, tmp_path):
    """The sample, rendered without its face: the real models see it in every second."""
    plan = Plan.load(released.plan_file)
    (video,) = plan.videos
    plates = tuple(one for one in video.tracks if one.kind is Kind.PLATE)
    plan = plan.model_copy(update={"videos": (video.model_copy(update={"tracks": plates}),)})
    report = redact(released.source, tmp_path / "out.mp4", plan=plan)
    assert [("a face shows", 0), ("a face shows", 1)] == [(s.what, round(s.time)) for s in report.check.suspects]
    assert report.needs_a_person
