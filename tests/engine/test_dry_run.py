"""A dry run says what a run would hide, shows it, and writes nothing else."""

import os

import cv2
import numpy as np
import pytest
from PIL import Image

from passerby import Settings, analyse, redact
from passerby.core.box import Box
from passerby.core.errors import OutputExists, PlanError
from passerby.core.kinds import Kind
from passerby.documents.plan import AnalysedRange
from passerby.engine.dry_run import dry_run
from passerby.engine.options import RunOptions
from tests import clips, stills
from tests.fake_detector import fake_detectors, use_fixed_face, use_fixed_face_in_stills
from tests.plans import permanent_track, plan_for, still_track
from tests.white_patch import PATCH, shows


@pytest.fixture
def clip(tmp_path):
    return clips.cfr(tmp_path / "clip.mp4")


@pytest.fixture
def pictures(tmp_path):
    (tmp_path / "out").mkdir()
    return [tmp_path / "out" / f"{number}.jpg" for number in (1, 2, 3)]


def picture(path):
    return cv2.imread(str(path))[..., ::-1].astype(int)


def test_it_hides_what_a_run_hides_and_writes_pictures_only(clip, pictures, tmp_path, monkeypatch):
    use_fixed_face(monkeypatch)
    before = clip.read_bytes()
    found = dry_run(clip, tmp_path / "out" / "clip.mp4", pictures, RunOptions())
    assert sorted(path.name for path in pictures) == sorted(os.listdir(tmp_path / "out"))
    assert before == clip.read_bytes()
    report = redact(clip, tmp_path / "real.mp4", verify=False)
    said = {hidden.kind: hidden.tracks for hidden in found.hidden}
    assert {hidden.kind: hidden.tracks for hidden in report.hidden} == said
    assert (clips.FRAMES, 0) == (found.frames, found.covered)
    assert found.seconds > 0
    # Each picture is a frame of the release: the same places are black.
    released = [frame for _, frame in clips.decoded(tmp_path / "real.mp4")]
    for path in pictures:
        seen = picture(path)
        assert min(np.abs(seen - frame.astype(int)).mean() for frame in released) < 8


def test_the_pictures_show_where_most_is_hidden(clip, pictures, tmp_path):
    """The patch is masked in the middle third alone; in that third's picture it is black, in the others it is not."""
    times = clips.constant()
    third = len(times) // 3
    track = still_track(1, PATCH, times[third + 1], times[2 * third - 2])
    found = dry_run(clip, tmp_path / "clip.mp4", pictures, RunOptions(plan=plan_for(clip, track)))
    assert [False, True, False] == [shows(picture(path)) < 12 for path in pictures]
    [face] = [hidden for hidden in found.hidden if hidden.tracks]
    assert 1 == len(face.ranges)
    assert 0 < face.ranges[0].start < face.ranges[0].end < found.duration


def test_with_a_plan_nothing_is_analysed(clip, pictures, tmp_path):
    plan = plan_for(clip, permanent_track(1, PATCH))

    def never(frame, scope):
        raise AssertionError

    options = RunOptions(plan=plan, detectors=fake_detectors(never))
    found = dry_run(clip, tmp_path / "clip.mp4", pictures, options)
    assert all(shows(picture(path)) < 12 for path in pictures)
    assert sum(hidden.tracks for hidden in found.hidden) == 1
    other = clips.write_clip(tmp_path / "other.mp4", times=clips.constant(9))
    with pytest.raises(PlanError):
        dry_run(other, tmp_path / "x.mp4", pictures, RunOptions(plan=plan, force=True))


def test_what_was_not_analysed_is_covered(clip, pictures, tmp_path):
    plan = plan_for(clip)
    last = plan.videos[0].analysed[0]
    half = last.last_frame // 2
    times = clips.constant()
    analysed = AnalysedRange(first_frame=half, last_frame=last.last_frame, first_time=times[half], last_time=times[-1])
    plan = plan.model_copy(update={"videos": (plan.videos[0].model_copy(update={"analysed": (analysed,)}),)})
    found = dry_run(clip, tmp_path / "clip.mp4", pictures, RunOptions(plan=plan))
    assert half == found.covered
    assert all(picture(path).mean() > 20 for path in pictures)


def test_pictures_that_are_there_stay(clip, pictures, tmp_path):
    pictures[1].write_bytes(b"mine")
    plan = plan_for(clip)
    with pytest.raises(OutputExists):
        dry_run(clip, tmp_path / "clip.mp4", pictures, RunOptions(plan=plan))
    assert b"mine" == pictures[1].read_bytes()
    dry_run(clip, tmp_path / "clip.mp4", pictures, RunOptions(plan=plan, force=True))
    assert b"mine" != pictures[1].read_bytes()


def test_nothing_lies_on_the_disk_while_speed_is_measured(clip, pictures, tmp_path, monkeypatch):
    written = []
    from passerby.engine import dry_run as module

    class Watched(module.VideoWriter):
        def __init__(self, path, *rest):
            written.append(os.readlink(path))
            super().__init__(path, *rest)

    monkeypatch.setattr(module, "VideoWriter", Watched)
    dry_run(clip, tmp_path / "clip.mp4", pictures, RunOptions(plan=plan_for(clip)))
    assert ["/memfd:passerby-dry-run (deleted)"] == written


def test_a_still_has_one_picture_and_pages_have_up_to_three(pictures, tmp_path, monkeypatch):
    use_fixed_face_in_stills(monkeypatch)
    photo = tmp_path / "photo.jpg"
    stills.image().save(photo, quality=90)
    found = dry_run(photo, tmp_path / "out" / "photo.jpg", pictures, RunOptions())
    assert ("1.jpg",) == found.pictures
    assert (1, None) == (found.frames, found.duration)
    assert {Kind.FACE: 1, Kind.PLATE: 0} == {hidden.kind: hidden.tracks for hidden in found.hidden}
    with Image.open(photo) as opened:
        width, height = opened.size
    middle = Box(0.3 * width, 0.3 * height, 0.45 * width, 0.55 * height)
    assert shows(picture(pictures[0]), middle) < 12
    scan = stills.tiff_pages(tmp_path / "scan.tif") or tmp_path / "scan.tif"
    pages = dry_run(scan, tmp_path / "out" / "scan.tif", pictures, RunOptions(force=True))
    assert min(3, pages.frames) == len(pages.pictures)


def test_a_still_is_shown_by_its_plan(pictures, tmp_path, monkeypatch):
    use_fixed_face_in_stills(monkeypatch)
    photo = tmp_path / "photo.png"
    stills.image().save(photo)
    plan = analyse(photo, Settings())
    found = dry_run(photo, tmp_path / "out" / "photo.png", pictures, RunOptions(plan=plan))
    assert 1 == sum(hidden.tracks for hidden in found.hidden)


def tiff(path, pages):
    first, *rest = (stills.image(160, 120, seed=number) for number in range(pages))
    first.save(path, save_all=True, append_images=rest)
    return path


def with_video(plan, **changes):
    return plan.model_copy(update={"videos": (plan.videos[0].model_copy(update=changes),)})


@pytest.mark.parametrize("pages", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("found", [True, False])
def test_pages_are_different_ones_in_order_and_numbered_from_1(pages, found, pictures, tmp_path, monkeypatch):
    use_fixed_face_in_stills(monkeypatch)
    scan = tiff(tmp_path / "scan.tif", pages)
    track = still_track(1, Box(10, 10, 60, 60), pages - 1, pages - 1)
    plan = with_video(analyse(scan, Settings()), tracks=(track,) if found else ())
    told = dry_run(scan, tmp_path / "out" / "scan.tif", pictures, RunOptions(plan=plan))
    names = tuple(f"{number}.jpg" for number in range(1, min(3, pages) + 1))
    assert names == told.pictures
    assert sorted(names) == sorted(os.listdir(tmp_path / "out"))
    originals = [np.asarray(stills.image(160, 120, seed=number)).astype(int) for number in range(pages)]
    shown = [
        min(range(pages), key=lambda page: np.abs(picture(path) - originals[page]).mean())
        for path in pictures[: len(names)]
    ]
    assert sorted(set(shown)) == shown
    if found:
        assert pages - 1 == shown[-1]
        assert shows(picture(pictures[len(names) - 1]), Box(15, 15, 55, 55)) < 12


def test_pages_that_were_not_analysed_are_covered(pictures, tmp_path, monkeypatch):
    use_fixed_face_in_stills(monkeypatch)
    scan = tiff(tmp_path / "scan.tif", 2)
    analysed = AnalysedRange(first_frame=0, last_frame=0, first_time=0, last_time=0)
    plan = with_video(analyse(scan, Settings()), analysed=(analysed,))
    told = dry_run(scan, tmp_path / "out" / "scan.tif", pictures, RunOptions(plan=plan))
    assert 1 == told.covered
    assert picture(pictures[0]).std() > 20
    assert picture(pictures[1]).std() < 1
