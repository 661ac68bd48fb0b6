"""The part of the stored picture that players show."""

from fractions import Fraction

import numpy as np
import pytest

from passerby import Settings, redact
from passerby.config.regions import Region
from passerby.core.media import Crop
from passerby.mask.planes import LAYOUTS, planes_of
from passerby.source.video.file import VideoFile
from passerby.source.video.random_access import RandomAccessReader, build_frame_index
from passerby.source.video.structure.container_crop import crop_for, cropped, stated_crops
from tests import clips, fault_files
from tests.fake_detector import use_fake_detectors

WIDTH, HEIGHT = clips.SIZE
LEFT, TOP = 32, 16


def mp4(path, **options):
    box = fault_files.clap(WIDTH - LEFT, HEIGHT - TOP, Fraction(LEFT, 2), Fraction(TOP, 2))
    return fault_files.cropped_mp4(path, box, **options)


def matroska(path):
    return fault_files.cropped_matroska(path, LEFT, TOP)


FILES = {
    "mp4": mp4,
    "mov": lambda path: mp4(path, container="mov"),
    "mkv": matroska,
    "mkv ffv1": lambda path: fault_files.cropped_matroska(path, LEFT, TOP, "ffv1", "yuv422p10le"),
}


@pytest.mark.parametrize("name", FILES)
def test_frames_are_what_players_show(tmp_path, name):
    path = FILES[name](tmp_path / "c")
    whole = [picture[TOP:, LEFT:] for _, picture in clips.decoded(path)]
    with VideoFile.open(path) as file:
        info = file.info.videos[0]
        assert (Crop(LEFT, TOP), (WIDTH, HEIGHT)) == (info.crop, info.stored_size)
        assert (WIDTH - LEFT, HEIGHT - TOP) == (info.geometry.width, info.geometry.height)
        assert f"players show {WIDTH - LEFT}x{HEIGHT - TOP}, from column {LEFT} and line {TOP} on" in info.notes[-1]
        for shown, frame in zip(whole, file.frames(), strict=True):
            assert np.abs(shown.astype(int) - frame.av_frame.to_ndarray(format="rgb24")).mean() < 3
        reader = RandomAccessReader(file, 0, build_frame_index(file, 0, clips.FRAMES))
        picture = reader.frame(7).av_frame.to_ndarray(format="rgb24")
        assert np.abs(whole[7].astype(int) - picture).mean() < 3


@pytest.mark.parametrize("name", FILES)
def test_nothing_else_comes_out_and_regions_count_from_its_corner(tmp_path, monkeypatch, name):
    use_fake_detectors(monkeypatch)
    path, out = FILES[name](tmp_path / "c"), tmp_path / "o.mp4"
    region = Region(polygon=((0, 0), (20, 0), (20, 10), (0, 10)))
    report = redact(path, out, Settings(hide_regions=(region,)))
    assert "The container crops the picture" in " ".join(report.warnings)
    with VideoFile.open(out) as file:
        assert (WIDTH - LEFT, HEIGHT - TOP) == file.info.videos[0].geometry.display_size
        assert not file.info.videos[0].crop
    for (_, old), (_, new) in zip(clips.decoded(path), clips.decoded(out), strict=True):
        shown = old[TOP:, LEFT:]
        assert np.abs(shown[12:, 24:].astype(int) - new[12:, 24:]).mean() < 6
        assert new[:8, :18].mean() < 8


def test_the_decoder_may_have_cropped_already():
    frame = clips.video_frame(0, (96, 80))
    assert Crop() == crop_for(frame, (clips.SIZE, Crop(LEFT, TOP)))
    assert Crop() == crop_for(frame, None)
    assert Crop(1, 2) == crop_for(frame, ((96, 80), Crop(1, 2)))


@pytest.mark.parametrize("box", [
    fault_files.clap(WIDTH, HEIGHT),
    fault_files.clap(0, 0),
    fault_files.clap(WIDTH * 2, HEIGHT),
    fault_files.clap(-4, -4),
    fault_files.clap(WIDTH - LEFT, HEIGHT, WIDTH),
    fault_files.clap(WIDTH - LEFT, HEIGHT)[:8] + bytes(32),
    fault_files.clap(WIDTH - LEFT, HEIGHT)[:20],
])  # fmt: skip
def test_a_crop_that_leaves_no_picture_is_ignored(tmp_path, box):
    path = fault_files.cropped_mp4(tmp_path / "c.mp4", box)
    assert {} == stated_crops(path, "mp4")
    with VideoFile.open(path) as file:
        assert (WIDTH, HEIGHT) == file.info.videos[0].geometry.display_size


def test_the_codecs_own_crop_is_not_applied_twice(tmp_path):
    """1080 lines are stored as 1088 and cropped by the codec; some writers state the same once more."""
    path = fault_files.cropped_mp4(
        tmp_path / "c.mp4", fault_files.clap(100, 90, 0, -3), size=(100, 90), codec="libx265"
    )
    data = path.read_bytes()
    at = data.index(b"hev1", data.index(b"stsd")) + 28
    path.write_bytes(data[:at] + (112).to_bytes(2) + (96).to_bytes(2) + data[at + 4 :])
    assert {1: ((112, 96), Crop(6, 0, 6, 6))} == stated_crops(path, "mp4")
    with VideoFile.open(path) as file:
        assert (100, 90) == file.info.videos[0].stored_size


@pytest.mark.parametrize("form", ["yuv420p", "yuv422p", "yuv444p", "yuvj420p", "yuv420p10le", "gray"])
@pytest.mark.parametrize("crop", [Crop(3, 5), Crop(2, 4, 6, 8), Crop(0, 0, 1, 1), Crop(127, 95)])
def test_any_crop_of_any_format(form, crop):
    frame = clips.video_frame(0, pixel_format=form)
    part = cropped(frame, crop)
    for whole, rest, (across, down) in zip(planes_of(frame), planes_of(part), LAYOUTS[form].steps, strict=True):
        x, y = crop.left // across, crop.top // down
        assert np.array_equal(whole[y : y + rest.shape[0], x : x + rest.shape[1]], rest)
    assert (part.width, part.height) == (WIDTH - crop.left - crop.right, HEIGHT - crop.top - crop.bottom)


def test_fields_keep_their_lines(tmp_path):
    path = fault_files.cropped_mp4(
        tmp_path / "c.mp4", fault_files.clap(WIDTH, HEIGHT - 7, 0, Fraction(7, 2)),
        codec="mpeg2video", options={"flags": "+ildct+ilme"}, time_base=Fraction(1, 25), times=range(6),
        prepare=lambda _, stream: setattr(stream.codec_context, "field_order", 2),
    )  # fmt: skip
    with VideoFile.open(path) as file:
        assert (Crop(0, 4), True) == (file.info.videos[0].crop, file.info.videos[0].interlaced)
