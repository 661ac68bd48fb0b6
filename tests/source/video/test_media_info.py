"""What a file holds, probed before it is decoded."""

from fractions import Fraction

import av
import numpy as np
import pytest

from passerby.core.errors import DamagedSource, UnsupportedSource
from passerby.core.media import Colour
from passerby.source.video.file import VideoFile
from tests import clips, recorder_files


@pytest.mark.parametrize("angle", [0, 90, 180, 270])
@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("container", ["mp4", "matroska"])
def test_orientation(tmp_path, angle, mirrored, container):
    """The white patch is at the stored top left; where is it shown? NumPy turns counter-clockwise too."""
    path = clips.turned(tmp_path / "c", angle, mirrored, container)
    shown = np.rot90(clips.drawing(0), angle // 90)
    shown = shown[:, ::-1] if mirrored else shown
    with VideoFile.open(path) as file:
        geometry = file.info.videos[0].geometry
    assert geometry.display_size == (shown.shape[1], shown.shape[0])
    rows, columns = np.mgrid[0 : shown.shape[0] : 7, 0 : shown.shape[1] : 7]
    points = np.stack([columns.ravel() + 0.5, rows.ravel() + 0.5], axis=1)
    stored = np.floor(geometry.to_stored(points)).astype(int)
    np.testing.assert_array_equal(clips.drawing(0)[stored[:, 1], stored[:, 0]], shown[rows.ravel(), columns.ravel()])


def test_info(tmp_path):
    def prepare(_, stream):
        context = stream.codec_context
        context.color_primaries, context.color_trc, context.colorspace, context.color_range = 9, 16, 9, 1
        context.sample_aspect_ratio = Fraction(4, 3)

    path = clips.write_clip(tmp_path / "c.mp4", codec="libx265", pixel_format="yuv420p10le", prepare=prepare)
    with VideoFile.open(path) as file:
        info = file.info
    video = info.videos[0]
    assert (info.container, info.audio_tracks) == ("mp4", ())
    assert info.duration == pytest.approx(clips.FRAMES * clips.STEP / 30000, abs=1e-3)
    assert (video.codec, video.pixel_format, video.bit_depth) == ("hevc", "yuv420p10le", 10)
    assert (video.time_base, video.frames_estimate) == (clips.TIME_BASE, clips.FRAMES)
    assert video.colour == Colour(primaries=9, transfer=16, matrix=9, full_range=False)
    assert (video.geometry.width, video.geometry.height, video.geometry.pixel_aspect) == (*clips.SIZE, Fraction(4, 3))
    assert float(video.frame_rate) == pytest.approx(29.97, abs=0.01)


@pytest.mark.parametrize(
    ("container", "kind"), [("mp4", "mp4"), ("mov", "mov"), ("matroska", "matroska"), ("webm", "webm")]
)
def test_kinds_of_containers(tmp_path, container, kind):
    codec = "libvpx-vp9" if container == "webm" else "libx264"
    path = clips.write_clip(tmp_path / "c", codec=codec, container=container, time_base=Fraction(1, 1000))
    with VideoFile.open(path) as file:
        assert file.info.container == kind
        assert len(list(file.frames())) == clips.FRAMES


@pytest.mark.parametrize("make", [clips.cfr, clips.vp9])
def test_bit_rate(tmp_path, make):
    path = make(tmp_path / "clip")
    with VideoFile.open(path) as file:
        seconds = clips.FRAMES * 0.033
        assert file.info.videos[0].bit_rate == pytest.approx(path.stat().st_size * 8 / seconds, rel=0.35)


def test_cover_picture_and_second_track(tmp_path):
    def prepare(output, stream):
        for codec, pixel_format, disposition in (
            ("mjpeg", "yuvj420p", av.stream.Disposition.attached_pic),
            ("libx264", "yuv420p", av.stream.Disposition.default),
        ):
            other = output.add_stream(codec, rate=30)
            other.width, other.height = clips.SIZE
            other.pix_fmt, other.disposition = pixel_format, disposition

    def finish(output):
        for stream in output.streams.video[1:]:
            output.mux([*stream.encode(clips.video_frame(0, pixel_format=stream.pix_fmt)), *stream.encode()])

    path = clips.write_clip(tmp_path / "c.mp4", prepare=prepare, finish=finish)
    with VideoFile.open(path) as file:
        assert len(file.info.videos) == 2
        assert [len(list(file.frames(n))) for n in (0, 1)] == [clips.FRAMES, 1]
        assert "cover images: 1" in file.info.dropped


def test_slanted_picture_is_refused(tmp_path):
    path = clips.turned(tmp_path / "c.mp4", 37)
    with pytest.raises(UnsupportedSource, match=r"c\.mp4: its picture is rotated by -37 degrees.*straighten it"):
        VideoFile.open(path)


def test_sound_only(tmp_path):
    with av.open(tmp_path / "s.mp4", "w") as output:
        sound = output.add_stream("aac", rate=48000)
        silence = av.AudioFrame.from_ndarray(np.zeros((2, 1024), np.float32), format="fltp", layout="stereo")
        silence.sample_rate = 48000
        output.mux([*sound.encode(silence), *sound.encode()])
    with pytest.raises(UnsupportedSource, match="has no video track"):
        VideoFile.open(tmp_path / "s.mp4")


def test_a_bit_rate_that_no_encoder_takes_is_not_believed(tmp_path):
    """One sample of the index says that it is half a gigabyte long."""
    path = clips.cfr(tmp_path / "c.mp4")
    data = bytearray(path.read_bytes())
    start = clips.boxes(bytes(data), b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsz")[0]
    data[start + 12 + 4 * 20 : start + 16 + 4 * 20] = b"\x1f\xff\xff\xff"
    path.write_bytes(data)
    with av.open(str(path)) as opened:
        assert opened.streams.video[0].bit_rate > 1 << 31
    with VideoFile.open(path) as file:
        assert file.info.videos[0].bit_rate < 1 << 31


def test_a_clock_that_ticks_every_seven_months_is_damage(tmp_path):
    path = clips.write_clip(
        tmp_path / "c.avi", codec="mpeg4", container="avi", time_base=Fraction(1, 25), times=range(4)
    )
    data = bytearray(path.read_bytes())
    head = data.index(b"strh")  # after its name: type, codec, flags, priority, delay, scale
    data[head + 28 : head + 32] = (1 << 29).to_bytes(4, "little")
    path.write_bytes(data)
    with pytest.raises(DamagedSource, match="time base of its video.*21474836 s. Copy the file again"):
        VideoFile.open(path)


def test_sound_of_impossible_channels_is_not_read(tmp_path):
    path = recorder_files.dahua(tmp_path / "c.dav", 0.4)
    data = path.read_bytes()
    assert bytes((0x83, 1, 0x10, 0)) in data
    path.write_bytes(data.replace(bytes((0x83, 1, 0x10, 0)), bytes((0x83, 200, 0x10, 0))))
    with VideoFile.open(path) as file:
        assert () == file.info.audio_tracks
        assert any("audio tracks that cannot be read" in line for line in file.info.damage)
