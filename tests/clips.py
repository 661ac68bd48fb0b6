"""Video clips for tests, made on the spot: every frame shows a moving bar and a white patch at the stored top left."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.stream import VideoStream

from passerby.core.media import Colour, Geometry, VideoInfo
from passerby.core.safe_frame import SafeFrame
from passerby.sink.video.thread_priority import preserved_thread_priority

os.environ.setdefault("SVT_LOG", "1")  # SVT-AV1 writes to the terminal otherwise

TIME_BASE = Fraction(1, 30000)
STEP = 1001  # 29.97 frames a second
SIZE = (128, 96)
FRAMES = 24
#: Ticks of TIME_BASE, in which no two frames last equally long.
VARIABLE = tuple(int(n * STEP + 37 * n * n) for n in range(FRAMES))

Times = Sequence[int]


def constant(frames: int = FRAMES, first: int = 0, step: int = STEP) -> tuple[int, ...]:
    """Presentation times at a constant rate."""
    return tuple(range(first, first + frames * step, step))


def drawing(index: int, size: tuple[int, int] = SIZE) -> np.ndarray:
    """What frame `index` shows, RGB, shape (height, width, 3): no two frames are alike."""
    width, height = size
    rows, columns = np.mgrid[0:height, 0:width]
    grey = 40 + 80 * columns // width + 40 * rows // height
    image = np.stack([grey, grey, 160 - grey // 2], axis=2).astype(np.uint8)
    bar = index * 5 % (width - 8)
    image[height // 2 :, bar : bar + 8] = (200, 60, 30)
    image[: height // 4, : width // 4] = 250
    return image


def video_frame(index: int, size: tuple[int, int] = SIZE, pixel_format: str = "yuv420p") -> av.VideoFrame:
    """`drawing` as a frame without times."""
    if pixel_format == "pal8":
        return _in_palette(drawing(index, size))
    # One thread: with more, swscale's vector code for one slice may overwrite the first samples of the next where a
    # line has little padding, and two equal drawings differ.
    return av.VideoFrame.from_ndarray(drawing(index, size)).reformat(format=pixel_format, threads=1)


def _in_palette(image: np.ndarray) -> av.VideoFrame:
    """In 3 bits of red, 3 of green and 2 of blue."""
    red, green, blue = image[..., 0] >> 5, image[..., 1] >> 5, image[..., 2] >> 6
    codes = np.arange(256)
    colours = np.stack([codes * 0 + 255, (codes >> 5) * 36, (codes >> 2 & 7) * 36, (codes & 3) * 85], axis=1)
    return av.VideoFrame.from_ndarray((red << 5 | green << 2 | blue, colours.astype(np.uint8)), format="pal8")


def safe_frame(index: int, time: int, size: tuple[int, int] = SIZE, pixel_format: str = "yuv420p") -> SafeFrame:
    """A masked frame as a sink gets it. Nothing in a drawing needs hiding."""
    return SafeFrame(video_frame(index, size, pixel_format), index, time)


def video_info(
    size: tuple[int, int] = SIZE,
    time_base: Fraction = TIME_BASE,
    pixel_format: str = "yuv420p",
    codec: str = "h264",
    bit_rate: int | None = 1_000_000,
    geometry: Geometry | None = None,
    colour: Colour | None = None,
) -> VideoInfo:
    """A track as a source would describe it."""
    return VideoInfo(
        stream=0,
        codec=codec,
        time_base=time_base,
        geometry=geometry or Geometry(*size),
        colour=colour or Colour(),
        pixel_format=pixel_format,
        bit_depth=10 if "10" in pixel_format else 8,
        frame_rate=Fraction(30000, 1001),
        frames_estimate=None,
        bit_rate=bit_rate,
    )


def write_clip(
    path: Path,
    *,
    times: Times | None = None,
    time_base: Fraction = TIME_BASE,
    size: tuple[int, int] = SIZE,
    codec: str = "libx264",
    container: str = "mp4",
    pixel_format: str = "yuv420p",
    options: dict[str, str] | None = None,
    container_options: dict[str, str] | None = None,
    prepare: Callable[[OutputContainer, VideoStream], None] | None = None,
    finish: Callable[[OutputContainer], None] | None = None,
) -> Path:
    """Write a clip with one video track: frame n shows `drawing(n)` at `times[n]` (ticks of `time_base`).

    `prepare` may set tags, a display matrix or further tracks before anything is written; `finish` writes to those.
    """
    if container in ("mp4", "mov"):
        scale = str(time_base.denominator)
        container_options = {"video_track_timescale": scale, "movie_timescale": scale} | (container_options or {})
    with av.open(path, "w", format=container, container_options=container_options or {}) as output:
        stream = output.add_stream(
            codec,
            rate=30 if time_base.denominator % 30 == 0 else 25,
            options=_options(codec) | (options or {}),
            time_base=time_base,
            width=size[0],
            height=size[1],
        )
        assert isinstance(stream, VideoStream)
        stream.pix_fmt = pixel_format
        if prepare:
            prepare(output, stream)
        if codec == "libsvtav1":
            with preserved_thread_priority():
                stream.codec_context.open()
        for index, time in enumerate(times or constant()):
            frame = video_frame(index, size, pixel_format)
            frame.pts, frame.time_base = time, time_base
            output.mux(stream.encode(frame))
        output.mux(stream.encode())
        if finish:
            finish(output)
    return path


#: What makes the groups of pictures of an encoder stand alone, besides "g".
CLOSED = {"libx265": {"x265-params": "log-level=none:open-gop=0:keyint=6:min-keyint=6:bframes=0"}}


def _options(codec: str) -> dict[str, str]:
    return {
        "libx264": {"preset": "ultrafast", "crf": "18"},
        "libx265": {"preset": "ultrafast", "crf": "18", "x265-params": "log-level=none"},
        "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8", "crf": "20", "b": "0"},
        "libsvtav1": {"preset": "12", "crf": "20"},
        "mpeg4": {"qscale": "2", "flags": "+qscale"},
        "mpeg2video": {"qscale": "2", "flags": "+qscale"},
    }.get(codec, {})


def cfr(path: Path) -> Path:
    """H.264, constant rate, MP4."""
    return write_clip(path)


def vfr(path: Path) -> Path:
    """H.264, every frame of another duration, MP4."""
    return write_clip(path, times=VARIABLE)


def turned(path: Path, counter_clockwise: int, mirrored: bool = False, container: str = "mp4") -> Path:
    """H.264 shown turned by quarters, and then mirrored left to right when `mirrored`."""
    milliseconds = container == "matroska"
    return write_clip(
        path,
        container=container,
        time_base=Fraction(1, 1000) if milliseconds else TIME_BASE,
        times=constant(step=40 if milliseconds else STEP),
        prepare=lambda _, stream: stream.set_display_rotation(counter_clockwise, hflip=mirrored),
    )


def ten_bit_hevc(path: Path) -> Path:
    """HEVC with 10 bits a sample, MP4."""
    return write_clip(path, codec="libx265", pixel_format="yuv420p10le")


def b_frames_with_edit_list(path: Path, hidden: int = 6) -> Path:
    """H.264 with B-frames, MP4, whose edit list leaves out the first `hidden` frames."""
    return write_clip(path, times=constant(first=-hidden * STEP), options={"preset": "medium", "bf": "3"})


def vp9(path: Path) -> Path:
    """VP9, WebM, times in milliseconds."""
    return write_clip(path, codec="libvpx-vp9", container="webm", time_base=Fraction(1, 1000), times=constant(step=33))


def av1(path: Path) -> Path:
    """AV1, MP4."""
    return write_clip(path, codec="libsvtav1")


def tone(output: OutputContainer, stream: AudioStream, seconds: float, hertz: float = 440) -> None:
    """Fill a track of sound of a clip that is being written with a sine."""
    rate = stream.codec_context.sample_rate
    moments = np.arange(int(seconds * rate)) / rate
    sound(output, stream, 0.3 * np.sin(2 * np.pi * hertz * moments))


def sound(output: OutputContainer, stream: AudioStream, samples: np.ndarray, first: int = 0) -> None:
    """Fill a track of sound of a clip that is being written with `samples` (one channel, -1 to 1), from sample number
    `first` of its clock on."""
    context = stream.codec_context
    resampler = av.AudioResampler(context.format, context.layout, context.sample_rate, context.frame_size or 1024)
    frame = av.AudioFrame.from_ndarray(samples[np.newaxis].astype(np.float32), format="fltp", layout="mono")
    frame.sample_rate, frame.pts, frame.time_base = context.sample_rate, first, Fraction(1, context.sample_rate)
    for part in (*resampler.resample(frame), *resampler.resample(None)):
        output.mux(stream.encode(part))
    output.mux(stream.encode(None))


def rgb(frame: av.VideoFrame) -> np.ndarray:
    """What a frame shows as RGB, by its own matrix and range; BT.601 where it names none, as players do."""
    grey_or_rgb = len(frame.format.components) < 3 or frame.format.is_rgb
    source = None if grey_or_rgb else {1: "ITU709", 9: "BT2020"}.get(int(frame.colorspace), "ITU601")
    full = 2 if int(frame.color_range) == 2 or frame.format.name.startswith("yuvj") or grey_or_rgb else 1
    return frame.reformat(
        format="rgb24", src_colorspace=source, src_color_range=full, dst_color_range=2, threads=1
    ).to_ndarray()


def decoded(path: Path, pixel_format: str = "rgb24") -> list[tuple[Fraction, np.ndarray]]:
    """(seconds, picture as stored) of every frame of the first video track, by PyAV alone."""
    with av.open(path) as container:
        return [
            (frame.pts * frame.time_base, frame.to_ndarray(format=pixel_format)) for frame in container.decode(video=0)
        ]


def boxes(data: bytes, *names: bytes) -> list[int]:
    """Where the content of the MP4 boxes along a path of names begins, for instance boxes(data, b"moov", b"trak")."""
    found = [(0, len(data))]
    for name in names:
        found = [child for start, end in found for child in _children(data, start, end, name)]
    return [start for start, _ in found]


def _children(data: bytes, start: int, end: int, name: bytes) -> list[tuple[int, int]]:
    found = []
    while start + 8 <= end:
        (length,) = struct.unpack_from(">I", data, start)
        if data[start + 4 : start + 8] == name:
            found.append((start + 8, start + length))
        start += max(length, 8)
    return found


#: What must not come out of a file made by `everything`: each is looked for as bytes.
SECRETS = {
    "title": "Secret title",
    "comment": "Secret comment",
    "artist": "Secret artist",
    "location": "+48.8577+002.2950/",
    "com.apple.quicktime.make": "Secret make",
}
CREATED = "2021-02-03T04:05:06.000000Z"  # kept as a number, not as text
SUBTITLE = b"Secret subtitle"
CHAPTER = "Secret chapter"
ATTACHMENT = b"Secret attachment"
HANDLER = "Secret handler"


def everything(path: Path, container: str = "mp4") -> Path:
    """A clip with tags, a chapter, sound, a subtitle track, and an attached file where the container takes one."""
    milliseconds = Fraction(1, 1000)

    def prepare(output: OutputContainer, stream: VideoStream) -> None:
        output.metadata.update(SECRETS | {"creation_time": CREATED})
        stream.metadata["handler_name"] = HANDLER
        chapter = {"id": 1, "start": 0, "end": 500, "time_base": milliseconds, "metadata": {"title": CHAPTER}}
        output.set_chapters([chapter])  # type: ignore[list-item]
        output.add_stream("aac", rate=48000)
        output.add_mux_stream("mov_text" if container == "mp4" else "subrip", time_base=milliseconds)
        if container == "matroska":
            output.add_attachment("secret.txt", "text/plain", ATTACHMENT)

    def finish(output: OutputContainer) -> None:
        sound = output.streams.audio[0]
        silence = av.AudioFrame.from_ndarray(np.zeros((2, 1024), np.float32), format="fltp", layout="stereo")
        silence.sample_rate, silence.pts = 48000, 0
        output.mux([*sound.encode(silence), *sound.encode()])
        text = struct.pack(">H", len(SUBTITLE)) + SUBTITLE if container == "mp4" else SUBTITLE
        packet = av.Packet(text)
        packet.stream = output.streams[2]
        packet.time_base, packet.pts, packet.dts, packet.duration = milliseconds, 0, 0, 500
        output.mux(packet)

    return write_clip(
        path,
        container=container,
        time_base=TIME_BASE if container == "mp4" else milliseconds,
        times=constant(step=STEP if container == "mp4" else 33),
        container_options={"movflags": "use_metadata_tags"} if container == "mp4" else {},
        prepare=prepare,
        finish=finish,
    )
