"""Regions from what is typed to what is shown: boxes and polygons, for always and for a while, in films and stills."""

from fractions import Fraction

import numpy as np
import pytest

from passerby.config.regions import parse_regions
from passerby.config.settings import Settings
from passerby.engine import api as dispatch
from tests import clips, stills
from tests.fake_detector import FACE_POSITION, use_fixed_face, use_fixed_face_in_stills

SIZE, FRAMES = (160, 120), 20


@pytest.fixture(autouse=True)
def looker(monkeypatch):
    use_fixed_face(monkeypatch)
    use_fixed_face_in_stills(monkeypatch)


def shown(tmp_path, hide="", keep="", **turned):
    """The film as it was and as it came out, RGB in [0, 255], shape (frames, height, width, 3) as displayed."""
    source, out = tmp_path / "a.mp4", tmp_path / "b.mp4"
    prepare = (lambda _, stream: stream.set_display_rotation(turned["turned"])) if turned else None
    clips.write_clip(
        source, time_base=Fraction(1, 20), times=range(FRAMES), size=SIZE, options={"crf": "8"}, prepare=prepare
    )
    settings = Settings(
        hide_regions=parse_regions(hide, "--hide-regions"),
        keep_regions=parse_regions(keep, "--keep-regions"),
        quality=8,
    )
    report = dispatch.redact(source, out, settings)
    assert report.check.findings == ()
    films = [np.stack([picture for _, picture in clips.decoded(path)]).astype(int) for path in (source, out)]
    return [np.rot90(film, turned.get("turned", 0) // 90, axes=(1, 2)) for film in films]


def same(old, new):
    return np.abs(old - new).mean() < 6


def test_a_box_is_hidden_for_its_time(tmp_path):
    old, new = shown(tmp_path, hide="100,70,140,110@0.25-0.5", keep="0,0,160,120")
    dark = [film[74:106, 104:136].max() < 40 for film in new]
    assert [5 <= n <= 10 for n in range(FRAMES)] == dark
    assert same(old[:, :60], new[:, :60])


def test_a_polygon_is_hidden_and_its_hull_is_not(tmp_path):
    old, new = shown(tmp_path, hide="90,20,150,20,90,110", keep="0,0,160,120")
    assert new[:, 28:50, 94:115].max() < 40
    assert same(old[:, 90:110, 130:150], new[:, 90:110, 130:150])


def test_regions_are_told_in_the_picture_as_it_is_displayed(tmp_path):
    old, new = shown(tmp_path, hide="10,100,40,150", keep="0,0,120,160", turned=90)
    assert (120, 160) == (new.shape[2], new.shape[1])
    assert new[:, 104:146, 14:36].max() < 40
    assert same(old[:, :90], new[:, :90])


def face_of(film):
    x1, y1, x2, y2 = (round(part * side) for part, side in zip(FACE_POSITION, SIZE * 2, strict=True))
    return film[y1 + 3 : y2 - 3, x1 + 3 : x2 - 3]


def test_a_finding_in_a_kept_region_is_left_alone(tmp_path):
    old, new = shown(tmp_path, keep="0,0,100,100")
    assert same(face_of(old[0]), face_of(new[0]))


def test_a_kept_region_takes_no_pixel_out_of_another_mask(tmp_path):
    """It lies over half of the face, but not over its middle; and over half of a region that is hidden."""
    _, new = shown(tmp_path, hide="100,70,140,110", keep="0,0,55,120;120,0,160,120")
    assert all(face_of(film).max() < 40 for film in new)
    assert new[:, 74:106, 104:136].max() < 40


def test_an_animation_has_its_regions_by_number_of_frame(tmp_path):
    source, out = stills.gif(tmp_path / "a.gif"), tmp_path / "b.gif"
    regions = parse_regions("100,10,140,10,140,50@2-3", "--hide-regions")
    keep = parse_regions("0,0,160,112", "--keep-regions")
    dispatch.redact(source, out, Settings(hide_regions=regions, keep_regions=keep))
    picture, dark = stills.opened(out), []
    for number in range(6):
        picture.seek(number)
        dark.append(np.asarray(picture.convert("RGB"))[14:24, 128:138].max() < 10)
    assert [False, False, True, True, False, False] == dark
