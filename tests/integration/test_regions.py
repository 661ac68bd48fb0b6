"""Regions from the command line to the output: boxes and polygons, permanent and for a time, in videos and stills."""

from fractions import Fraction

import numpy as np
import pytest

from passerby import redact
from passerby.config.regions import parse_regions
from passerby.config.settings import Settings
from passerby.core.kinds import Kind
from tests import clips, stills
from tests.fake_detector import FACE_POSITION, use_fixed_face, use_fixed_face_in_stills

SIZE, FRAMES = (160, 120), 20


@pytest.fixture(autouse=True)
def fixed_face(monkeypatch):
    use_fixed_face(monkeypatch)
    use_fixed_face_in_stills(monkeypatch)


def redacted(tmp_path, hide="", keep="", **rotated):
    """Source and output, RGB in [0, 255], shape (frames, height, width, 3) as displayed."""
    source, out = tmp_path / "a.mp4", tmp_path / "b.mp4"
    prepare = (lambda _, stream: stream.set_display_rotation(rotated["rotated"])) if rotated else None
    clips.write_clip(
        source, time_base=Fraction(1, 20), times=range(FRAMES), size=SIZE, options={"crf": "8"}, prepare=prepare
    )
    settings = Settings(
        hide_regions=parse_regions(hide, "--hide-regions"),
        keep_regions=parse_regions(keep, "--keep-regions"),
        quality=8,
    )
    report = redact(source, out, settings)
    assert report.check.findings == ()
    assert bool(keep) is any("keep_regions" in line for line in report.warnings)
    videos = [np.stack([picture for _, picture in clips.decoded(path)]).astype(int) for path in (source, out)]
    return [np.rot90(video, rotated.get("rotated", 0) // 90, axes=(1, 2)) for video in videos]


def same(old, new):
    return np.abs(old - new).mean() < 6


def test_a_box_is_masked_for_its_time(tmp_path):
    old, new = redacted(tmp_path, hide="100,70,140,110@0.25-0.5", keep="0,0,160,120")
    dark = [video[74:106, 104:136].max() < 40 for video in new]
    assert [5 <= n <= 10 for n in range(FRAMES)] == dark
    assert same(old[:, :60], new[:, :60])


def test_a_polygon_is_masked_and_its_hull_is_not(tmp_path):
    old, new = redacted(tmp_path, hide="90,20,150,20,90,110", keep="0,0,160,120")
    assert new[:, 28:50, 94:115].max() < 40
    assert same(old[:, 90:110, 130:150], new[:, 90:110, 130:150])


def test_regions_are_in_displayed_pixels(tmp_path):
    old, new = redacted(tmp_path, hide="10,100,40,150", keep="0,0,120,160", rotated=90)
    assert (120, 160) == (new.shape[2], new.shape[1])
    assert new[:, 104:146, 14:36].max() < 40
    assert same(old[:, :90], new[:, :90])


def face_of(video):
    x1, y1, x2, y2 = (round(part * side) for part, side in zip(FACE_POSITION, SIZE * 2, strict=True))
    return video[y1 + 3 : y2 - 3, x1 + 3 : x2 - 3]


def test_a_detection_in_a_keep_region_is_suppressed(tmp_path):
    old, new = redacted(tmp_path, keep="0,0,100,100")
    assert same(face_of(old[0]), face_of(new[0]))


@pytest.mark.parametrize(("keep", "seconds"), [("0,0,100,100", (0, 1.0)), ("0,0,9,9;0,0,100,100@0.5-", (0.5, 1.0))])
def test_what_a_keep_region_shows_is_in_the_report(tmp_path, keep, seconds):
    source, out, step = tmp_path / "a.mp4", tmp_path / "b.mp4", Fraction(1, 20)
    clips.write_clip(source, time_base=step, times=range(FRAMES), size=SIZE)
    report = redact(source, out, Settings(keep_regions=parse_regions(keep, "--keep-regions")))
    (shown,) = [one for one in report.shown_on_purpose if one.kind is Kind.FACE]
    region = keep.count(";") + 1
    assert (None, 1, f"it lies in region {region} of keep_regions, unless another mask hides it") == (
        shown.track,
        shown.share,
        shown.reason,
    )
    # From half a second before the first detector run that saw it.
    assert max(0, seconds[0] - 0.5) <= shown.start <= seconds[0]
    assert shown.end == seconds[1]


def test_what_a_keep_region_shows_of_a_still_is_in_the_report(tmp_path):
    source, out = stills.gif(tmp_path / "a.gif"), tmp_path / "b.gif"
    report = redact(source, out, Settings(keep_regions=parse_regions("0,0,160,112@2-3", "--keep-regions")))
    assert {(2.0, 2.0), (3.0, 3.0)} == {(one.start, one.end) for one in report.shown_on_purpose}
    stills.image().save(tmp_path / "a.jpg")
    report = redact(
        tmp_path / "a.jpg", tmp_path / "b.jpg", Settings(keep_regions=parse_regions("0,0,160,112", "--keep-regions"))
    )
    assert [(Kind.FACE, None, 1)] == [(one.kind, one.track, one.share) for one in report.shown_on_purpose]


def test_a_keep_region_takes_no_pixel_out_of_another_mask(tmp_path):
    """It lies over half of the face, but not over its centre; and over half of a region that is hidden."""
    _, new = redacted(tmp_path, hide="100,70,140,110", keep="0,0,55,120;120,0,160,120")
    assert all(face_of(video).max() < 40 for video in new)
    assert new[:, 74:106, 104:136].max() < 40


def test_regions_of_an_animation_are_by_frame_number(tmp_path):
    source, out = stills.gif(tmp_path / "a.gif"), tmp_path / "b.gif"
    regions = parse_regions("100,10,140,10,140,50@2-3", "--hide-regions")
    keep = parse_regions("0,0,160,112", "--keep-regions")
    redact(source, out, Settings(hide_regions=regions, keep_regions=keep))
    picture, dark = stills.opened(out), []
    for number in range(6):
        picture.seek(number)
        dark.append(np.asarray(picture.convert("RGB"))[14:24, 128:138].max() < 10)
    assert [False, False, True, True, False, False] == dark
