"""The picture, its times and its description come out as they went in."""

from fractions import Fraction

import av
import numpy as np
import pytest

from passerby.config.settings import Codec, Settings
from passerby.core.errors import DiskFull, OutputError
from passerby.core.media import Colour, Geometry
from passerby.core.safe_frame import SafeFrame
from passerby.sink.video.codec_choice import choose_encoding
from passerby.sink.video.writer import VideoWriter
from tests import clips


def write(path, video, frames, container="mp4", settings=None):
    encoding = choose_encoding(video, settings or Settings(), container)
    with VideoWriter(path, [(video, encoding)], container) as writer:
        for frame in frames:
            writer.write(frame)
    return path


def luma_error(path, size=clips.SIZE):
    """Mean absolute difference of the luma of each frame from what was drawn, 0 to 255."""
    with av.open(path) as container:
        return [
            float(np.mean(np.abs(_luma(frame) - _luma(clips.video_frame(index, size, frame.format.name)))))
            for index, frame in enumerate(container.decode(video=0))
        ]


def _luma(frame):
    kind = np.uint16 if frame.format.components[0].bits > 8 else np.uint8
    rows = np.frombuffer(frame.planes[0], kind).reshape(frame.height, -1)[:, : frame.width].astype(float)
    return rows / 4 if kind is np.uint16 else rows


@pytest.mark.parametrize(
    ("time_base", "times"),
    [
        pytest.param(clips.TIME_BASE, clips.constant(), id="constant"),
        pytest.param(clips.TIME_BASE, clips.VARIABLE, id="variable"),
        pytest.param(Fraction(1, 90000), clips.constant(first=12345, step=3003), id="late start"),
        pytest.param(Fraction(1, 15360), clips.constant(step=512), id="15360"),
        pytest.param(Fraction(1, 25), clips.constant(first=3, step=1), id="coarse clock"),
        pytest.param(Fraction(1001, 30000), clips.constant(step=1), id="odd clock"),
        pytest.param(Fraction(1, 1_000_000), (0, 7, 33_333, 500_000, 2_000_000_000), id="long gap"),
    ],
)
@pytest.mark.parametrize("container", ["mp4", "mov"])
def test_every_time_is_exact(tmp_path, time_base, times, container):
    video = clips.video_info(time_base=time_base)
    out = write(tmp_path / "o", video, [clips.safe_frame(n, t) for n, t in enumerate(times)], container)
    assert [seconds for seconds, _ in clips.decoded(out)] == [time * time_base for time in times]


def test_matroska_keeps_milliseconds(tmp_path):
    times = (0, 33, 40, 1000)
    video = clips.video_info(time_base=Fraction(1, 1000))
    out = write(tmp_path / "o", video, [clips.safe_frame(n, t) for n, t in enumerate(times)], "matroska")
    assert [seconds for seconds, _ in clips.decoded(out)] == [Fraction(time, 1000) for time in times]


@pytest.mark.parametrize(
    ("codec", "pixel_format", "name"),
    [
        (None, "yuv420p", "h264"),
        (None, "yuv420p10le", "hevc"),
        (Codec.HEVC, "yuv420p", "hevc"),
        (Codec.H264, "yuv420p10le", "h264"),
        (Codec.AV1, "yuv420p", "av1"),
        (Codec.AV1, "yuv420p10le", "av1"),
    ],
)
def test_picture_comes_out_in_its_depth(tmp_path, codec, pixel_format, name):
    video = clips.video_info(pixel_format=pixel_format)
    frames = [clips.safe_frame(n, t, pixel_format=pixel_format) for n, t in enumerate(clips.constant())]
    out = write(tmp_path / "o.mp4", video, frames, settings=Settings(codec=codec))
    with av.open(out) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.codec.canonical_name, stream.codec_context.pix_fmt) == (name, pixel_format)
    errors = luma_error(out)
    assert len(errors) == clips.FRAMES
    assert max(errors) < 3


def test_last_frame_lasts_as_long_as_the_one_before(tmp_path):
    times = (0, 1000, 3000)
    out = write(tmp_path / "o.mp4", clips.video_info(), [clips.safe_frame(n, t) for n, t in enumerate(times)])
    with av.open(out) as container:
        assert container.streams.video[0].duration == 5000


@pytest.mark.parametrize("codec", [Codec.H264, Codec.HEVC, Codec.AV1])
@pytest.mark.parametrize("times", [(0,), (0, 1001), (0, 300_000, 301_001, 302_002)])
def test_few_frames_and_a_first_one_that_is_shown_for_long(tmp_path, codec, times):
    frames = [clips.safe_frame(n, time) for n, time in enumerate(times)]
    out = write(tmp_path / "o.mp4", clips.video_info(bit_rate=150_000), frames, settings=Settings(codec=codec))
    assert [round(seconds * 30000) for seconds, _ in clips.decoded(out)] == list(times)
    assert max(luma_error(out)) < 5


def test_single_frame_lasts_by_the_rate(tmp_path):
    out = write(tmp_path / "o.mp4", clips.video_info(), [clips.safe_frame(0, 0)])
    with av.open(out) as container:
        assert container.streams.video[0].duration == clips.STEP


@pytest.mark.parametrize("container", ["mp4", "matroska"])
@pytest.mark.parametrize("full_range", [False, True])
def test_colour_and_aspect_are_kept(tmp_path, container, full_range):
    colour = Colour(primaries=9, transfer=16, matrix=9, full_range=full_range)
    geometry = Geometry(*clips.SIZE, pixel_aspect=Fraction(4, 3))
    time_base = Fraction(1, 1000)
    video = clips.video_info(geometry=geometry, colour=colour, time_base=time_base)
    out = write(tmp_path / "o", video, [clips.safe_frame(n, n * 40) for n in range(3)], container)
    with av.open(out) as opened:
        stream = opened.streams.video[0]
        context = stream.codec_context
        assert (context.color_primaries, context.color_trc, context.colorspace) == (9, 16, 9)
        assert context.color_range == (2 if full_range else 1)
        assert stream.sample_aspect_ratio == Fraction(4, 3)


def test_full_range_source_is_not_squeezed(tmp_path):
    """FFmpeg hands full-range H.264 out as yuvj420p; a conversion to yuv420p would change every sample."""
    video = clips.video_info(pixel_format="yuvj420p", colour=Colour(full_range=True))
    frames = [clips.safe_frame(n, t, pixel_format="yuvj420p") for n, t in enumerate(clips.constant(4))]
    out = write(tmp_path / "o.mp4", video, frames)
    with av.open(out) as container:
        frame = next(container.decode(video=0))
        assert frame.format.name == "yuvj420p"
    assert max(luma_error(out)) < 3


def test_frames_may_carry_a_decoders_leftovers(tmp_path):
    """Picture types and times of a decoded frame must not steer the encoder."""
    source = clips.write_clip(tmp_path / "s.mp4", options={"g": "1"})
    with av.open(source) as container:
        frames = [SafeFrame(frame, n, n * 500) for n, frame in enumerate(container.decode(video=0))]
    out = write(tmp_path / "o.mp4", clips.video_info(), frames)
    assert [seconds for seconds, _ in clips.decoded(out)] == [Fraction(n * 500, 30000) for n in range(clips.FRAMES)]
    with av.open(out) as container:
        assert sum(packet.is_keyframe for packet in container.demux(video=0) if packet.size) == 1


@pytest.mark.parametrize(("rotation", "mirrored"), [(r, m) for r in (0, 90, 180, 270) for m in (False, True)])
@pytest.mark.parametrize("container", ["mp4", "matroska"])
def test_orientation_is_written_as_a_matrix(tmp_path, rotation, mirrored, container):
    """The matrix must show each stored corner where Geometry says that it is shown."""
    geometry = Geometry(*clips.SIZE, rotation=rotation, mirrored=mirrored)
    video = clips.video_info(geometry=geometry, time_base=Fraction(1, 1000))
    out = write(tmp_path / "o", video, [clips.safe_frame(n, n * 40) for n in range(3)], container)
    with av.open(out) as opened:
        frame = next(opened.decode(video=0))
        data = [bytes(item) for item in frame.side_data if item.type.name == "DISPLAYMATRIX"]
    matrix = np.frombuffer(data[0], np.int32) / 65536 if data else np.array([1, 0, 0, 0, 1, 0, 0, 0, 0])
    wide, high = geometry.display_size
    shown = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], float)
    for (x, y), (stored_x, stored_y) in zip(shown, geometry.to_stored(shown), strict=True):
        # About the middle of the picture, because players move the turned picture back onto the screen.
        dx, dy = stored_x - clips.SIZE[0] / 2, stored_y - clips.SIZE[1] / 2
        expected = (x - wide / 2, y - high / 2)
        assert (matrix[0] * dx + matrix[3] * dy, matrix[1] * dx + matrix[4] * dy) == pytest.approx(expected)


def test_index_comes_first(tmp_path):
    data = write(tmp_path / "o.mp4", clips.video_info(), [clips.safe_frame(0, 0)]).read_bytes()
    assert clips.boxes(data, b"moov")[0] < clips.boxes(data, b"mdat")[0]


@pytest.mark.parametrize("container", ["mp4", "mov", "matroska"])
def test_no_program_no_date(tmp_path, container):
    video = clips.video_info(time_base=Fraction(1, 1000))
    out = write(tmp_path / "o", video, [clips.safe_frame(n, n * 40) for n in range(3)], container)
    data = out.read_bytes()
    for word in (b"Lavf6", b"Lavc6", b"creation", b"ENCODER"):
        assert word not in data
    if container == "mp4":
        start = clips.boxes(data, b"moov", b"udta")[0]
        assert data[start:].index(b"\0\0\0\x08ilst") < 64  # a list of tags with nothing in it
    if container != "matroska":
        header = clips.boxes(data, b"moov", b"mvhd")[0]
        assert data[header + 4 : header + 12] == bytes(8)  # created, modified


@pytest.mark.parametrize(
    ("settings", "pixel_format", "size"),
    [
        (Settings(), "yuv420p", (128, 96)),
        (Settings(exact_chroma=True), "yuv422p", (128, 95)),
        (Settings(exact_chroma=True), "yuv444p", (127, 95)),
        (Settings(codec=Codec.AV1), "yuv420p", (127, 95)),
        (Settings(codec=Codec.HEVC), "yuv420p", (128, 96)),
    ],
)
def test_odd_sides_are_padded_where_they_must_be(tmp_path, settings, pixel_format, size):
    video = clips.video_info(size=(127, 95), pixel_format=pixel_format)
    frames = [clips.safe_frame(n, n * 1001, (127, 95), pixel_format) for n in range(3)]
    out = write(tmp_path / "o.mp4", video, frames, settings=settings)
    (_, shown), *_ = clips.decoded(out)
    assert shown.shape == (size[1], size[0], 3)
    assert np.mean(np.abs(shown[:95, :127].astype(int) - clips.drawing(0, (127, 95)))) < 4
    assert np.mean(np.abs(shown[-1].astype(int) - shown[-2])) < 4  # padded with what was beside it
    notes = choose_encoding(video, settings, "mp4").notes
    assert any("padded by one line" in note for note in notes) == (size != (127, 95))


def test_other_pictures_are_refused(tmp_path):
    video = clips.video_info()
    with VideoWriter(tmp_path / "o.mp4", [(video, choose_encoding(video, Settings(), "mp4"))], "mp4") as writer:
        with pytest.raises(OutputError, match="64x64 does not fit"):
            writer.write(clips.safe_frame(0, 0, size=(64, 64)))
        with pytest.raises(OutputError, match="yuv444p was passed where yuv420p"):
            writer.write(clips.safe_frame(0, 0, pixel_format="yuv444p"))
        writer.write(clips.safe_frame(0, 10))
        with pytest.raises(OutputError, match="has a negative timestamp"):
            writer.write(clips.safe_frame(0, -1))
        with pytest.raises(OutputError, match="does not follow"):
            writer.write(clips.safe_frame(1, 10))


def test_full_disk(tmp_path):
    video = clips.video_info()
    part = tmp_path / "o.mp4"
    part.symlink_to("/dev/full")
    frames = [clips.safe_frame(n, time) for n, time in enumerate(clips.constant())]
    with pytest.raises(DiskFull, match="No room left.*-o"):
        write(part, video, frames)


def test_missing_folder(tmp_path):
    video = clips.video_info()
    with pytest.raises(OutputError, match="cannot be written: No such file.*choose another path with -o"):
        VideoWriter(tmp_path / "no" / "o.mp4", [(video, choose_encoding(video, Settings(), "mp4"))], "mp4")


def test_no_frames_is_an_error(tmp_path):
    with pytest.raises(OutputError, match="No frame was written"):
        write(tmp_path / "o.mp4", clips.video_info(), [])
