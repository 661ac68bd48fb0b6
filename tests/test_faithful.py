"""Invariants 7 and 8 in whole runs: nothing but the picture comes out, and what is not hidden is as it was."""

import numpy as np
import pytest

from passerby.core.box import Box
from passerby.source.video.file import VideoFile
from tests import clips
from tests.plans import permanent_track
from tests.white_patch import PATCH, hidden, render, shows


@pytest.fixture
def out(tmp_path):
    (tmp_path / "out").mkdir()
    return tmp_path / "out" / "clip.mp4"


@pytest.mark.parametrize("container", ["mp4", "matroska"])
def test_nothing_but_the_video_is_in_the_output(container, out, tmp_path):
    source = clips.everything(tmp_path / "all.mp4", container)
    report, _ = render(source, out)
    secrets = [value.encode() for value in clips.SECRETS.values()]
    secrets += [clips.SUBTITLE, clips.CHAPTER.encode(), clips.HANDLER.encode()]
    assert [] == [secret for secret in secrets if secret not in source.read_bytes()]
    assert [] == [secret for secret in secrets if secret in out.read_bytes()]
    assert {"audio", "subtitle", "chapters", "tags"} <= {line.split()[0].rstrip(":") for line in report.dropped}


FAITHFUL = {
    "constant rate": clips.cfr,
    "variable rate": clips.vfr,
    "turned": lambda path: clips.turned(path, 90),
    "ten bits": clips.ten_bit_hevc,
    "B-frames and an edit list": clips.b_frames_with_edit_list,
    "Matroska": lambda path: clips.turned(path, 270, container="matroska"),
    "VP9": clips.vp9,
    "AV1": clips.av1,
}


@pytest.mark.parametrize("name", FAITHFUL)
def test_every_frame_comes_out_at_its_time_with_the_patch_hidden(name, out, tmp_path):
    source = FAITHFUL[name](tmp_path / "source")
    with VideoFile.open(source) as video:
        geometry = video.info.videos[0].geometry
    patch = {0: PATCH, 90: Box(72, 0, 96, 32), 270: Box(0, 96, 24, 128)}[geometry.rotation]  # as it is displayed
    report, pictures = render(source, out, permanent_track(1, patch))
    original = clips.decoded(source)
    assert [time for time, _ in original] == [time for time, _ in pictures]
    assert len(original) == report.output.frames
    assert [*range(len(original))] == hidden(pictures)
    beside = PATCH.translate(PATCH.width + 4, 0)
    for (_, old), (_, new) in zip(original, pictures, strict=True):
        assert shows(old, PATCH) > 235
        assert shows(old, beside) == pytest.approx(shows(new, beside), abs=4)
    with VideoFile.open(out) as video:
        assert geometry == video.info.videos[0].geometry
        assert (10 if name == "ten bits" else 8) == video.info.videos[0].bit_depth


def test_a_turned_clip_is_masked_where_a_player_shows_it(out, tmp_path):
    """The clip says: turn me by a quarter, counter-clockwise. So its top left is seen at the bottom left."""
    source = clips.turned(tmp_path / "source.mp4", 90)
    upright = [np.rot90(picture) for _, picture in clips.decoded(source)]
    bottom_left = Box(0, upright[0].shape[0] - PATCH.width, PATCH.height, upright[0].shape[0])
    assert shows(upright[0], bottom_left) > 235
    render(source, out, permanent_track(1, bottom_left))
    for _, picture in clips.decoded(out):
        assert shows(np.rot90(picture), bottom_left) < 8
        assert picture.mean() > 60


def test_full_range_is_preserved(out, tmp_path):
    def full(_, stream):
        stream.codec_context.color_range = 2

    source = clips.write_clip(tmp_path / "source.mp4", prepare=full)
    render(source, out)
    for (_, old), (_, new) in zip(clips.decoded(source, "gray"), clips.decoded(out, "gray"), strict=True):
        assert np.abs(old.astype(int) - new).mean() < 2
