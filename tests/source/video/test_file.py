"""Every frame once, in order, at its time; and what the file holds."""

from fractions import Fraction

import av
import numpy as np
import pytest

from passerby.core.errors import DamagedSource, SourceError, UnsupportedSource
from passerby.core.media import Colour
from passerby.source.video.file import VideoFile
from passerby.source.video.frame_hash import picture_hash
from tests import clips


def times(path):
    with VideoFile.open(path) as file:
        return [frame.time for frame in file.frames()]


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (clips.cfr, clips.constant()),
        (clips.vfr, clips.VARIABLE),
        (clips.ten_bit_hevc, clips.constant()),
        (clips.vp9, clips.constant(step=33)),
        (clips.av1, clips.constant()),
        (clips.b_frames_with_edit_list, clips.constant(clips.FRAMES - 6)),
    ],
)
def test_every_time(tmp_path, make, expected):
    assert times(make(tmp_path / "clip")) == list(expected)


@pytest.mark.parametrize("codec", ["libx264", "libx265", "libsvtav1"])
def test_frames_outside_the_edit_list_are_not_shown(tmp_path, codec):
    """What was cut off with a phone's editor is still in the file, and must stay there."""
    path = clips.write_clip(tmp_path / "c.mp4", codec=codec, times=clips.constant(first=-6 * clips.STEP))
    with VideoFile.open(path) as file:
        frames = list(file.frames())
    assert len(frames) == clips.FRAMES - 6
    assert (frames[0].index, frames[0].time) == (0, 0)
    shown = frames[0].picture.to_ndarray(format="rgb24").astype(int)
    assert np.mean(np.abs(shown - clips.drawing(6))) < np.mean(np.abs(shown - clips.drawing(5)))


@pytest.mark.parametrize("make", [clips.cfr, clips.ten_bit_hevc, clips.vp9, clips.av1])
def test_two_runs_give_the_same(tmp_path, make):
    with VideoFile.open(make(tmp_path / "clip")) as file:
        first = [(frame.index, frame.time, picture_hash(frame)) for frame in file.frames()]
        second = [(frame.index, frame.time, picture_hash(frame)) for frame in file.frames()]
    assert first == second
    assert [index for index, _, _ in first] == list(range(clips.FRAMES))
    assert len({digest for _, _, digest in first}) == clips.FRAMES


def test_threads_change_nothing(tmp_path):
    path = clips.cfr(tmp_path / "c.mp4")
    one, four = (
        [picture_hash(frame) for frame in VideoFile.open(path, threads=threads).frames()] for threads in (1, 4)
    )
    assert one == four


def test_a_run_can_be_left_early(tmp_path):
    with VideoFile.open(clips.cfr(tmp_path / "c.mp4")) as file:
        frames = file.frames()
        next(frames)
        frames.close()
        assert len(list(file.frames())) == clips.FRAMES


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
    assert geometry.upright == (shown.shape[1], shown.shape[0])
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
    assert (info.container, info.sounds) == ("mp4", ())
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


@pytest.mark.parametrize("container", ["mp4", "matroska"])
def test_what_will_not_come_out_is_named(tmp_path, container):
    with VideoFile.open(clips.everything(tmp_path / "c", container)) as file:
        info = file.info
        assert len(list(file.frames())) == clips.FRAMES
    told = "\n".join(info.dropped).lower()
    assert [sound.codec for sound in info.sounds] == ["aac"]
    for line in ("subtitle tracks: 1", "chapters: 1"):
        assert line in told
    for tag in ("com.apple.quicktime.make", "location", "title", "creation_time"):
        assert tag in told
    assert ("attached files: 1" in told) == (container == "matroska")
    assert "secret " not in told
    assert "48.85" not in told
    assert "2021" not in told


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
            output.mux([*stream.encode(clips.picture(0, pixel_format=stream.pix_fmt)), *stream.encode()])

    path = clips.write_clip(tmp_path / "c.mp4", prepare=prepare, finish=finish)
    with VideoFile.open(path) as file:
        assert len(file.info.videos) == 2
        assert [len(list(file.frames(n))) for n in (0, 1)] == [clips.FRAMES, 1]
        assert "cover pictures: 1" in file.info.dropped


def test_tag_that_is_not_text(tmp_path):
    path = clips.everything(tmp_path / "c.mp4")
    path.write_bytes(path.read_bytes().replace(b"Secret title", b"\xff\xfe\xfd\xfc" * 3))
    assert len(times(path)) == clips.FRAMES


def test_slanted_picture_is_refused(tmp_path):
    path = clips.turned(tmp_path / "c.mp4", 37)
    with pytest.raises(UnsupportedSource, match=r"c\.mp4: its picture is shown turned by -37 degrees.*straighten it"):
        VideoFile.open(path)


def test_name_that_looks_like_an_address(tmp_path):
    assert len(times(clips.cfr(tmp_path / "concat:a|b.mp4"))) == clips.FRAMES


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("garbage.mp4", bytes(range(256)) * 64),
        ("text.mp4", b"just some words\n" * 100),
        ("playlist.mp4", b"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nother.mp4\n#EXT-X-ENDLIST\n"),
        ("short.mp4", b"x"),
    ],
)
def test_not_a_video(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    clips.cfr(tmp_path / "other.mp4")
    with pytest.raises(UnsupportedSource, match="not a video that passerby can read. It takes MP4, MOV, MKV, WebM"):
        VideoFile.open(tmp_path / name)


def test_empty(tmp_path):
    (tmp_path / "e.mp4").touch()
    with pytest.raises(UnsupportedSource, match="is empty.*Copy it again"):
        VideoFile.open(tmp_path / "e.mp4")


def test_missing(tmp_path):
    with pytest.raises(SourceError, match="There is no file.*Check the name"):
        VideoFile.open(tmp_path / "no.mp4")


def test_folder(tmp_path):
    with pytest.raises(SourceError, match="is a folder.*Name a video"):
        VideoFile.open(tmp_path)


def test_unreadable(tmp_path, monkeypatch):
    path = clips.cfr(tmp_path / "c.mp4")

    def refuse(*_args):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(path), "open", refuse)  # rights do not stop root, who may be running this
    with pytest.raises(SourceError, match="cannot be read: Permission denied. Check the name and your rights"):
        VideoFile.open(path)


def test_sound_only(tmp_path):
    with av.open(tmp_path / "s.mp4", "w") as output:
        sound = output.add_stream("aac", rate=48000)
        silence = av.AudioFrame.from_ndarray(np.zeros((2, 1024), np.float32), format="fltp", layout="stereo")
        silence.sample_rate = 48000
        output.mux([*sound.encode(silence), *sound.encode()])
    with pytest.raises(UnsupportedSource, match="holds no video track"):
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
    with pytest.raises(DamagedSource, match="clock of its video.*21474836 s. Copy the file again"):
        VideoFile.open(path)
