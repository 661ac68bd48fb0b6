"""One small file of every format, its redacted output, and the page with the results: docs/ref/formats.md.

`python -m tests.formats` writes the page from a run; tests/test_formats.py fails when the page differs.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.container import OutputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from passerby import Report, Settings, redact
from passerby.core.media import VideoInfo
from passerby.source.video.file import VideoFile
from tests import clips, remnants, situations
from tests.fake_detector import use_fixed_face, use_fixed_face_in_stills
from tests.situation_list import SITUATIONS

PAGE = Path(__file__).parent.parent / "docs" / "ref" / "formats.md"
FIELDS = {"flags": "+ildct+ilme"}
Prepare = Callable[[OutputContainer, VideoStream], None]


@dataclass(frozen=True)
class Recipe:
    """How a test file is made. `name` starts with the usual extension; `becomes` is the extension of the output."""

    name: str
    codec: str
    container: str
    pixel_format: str = "yuv420p"
    size: tuple[int, int] = clips.SIZE
    time_base: Fraction = Fraction(1, 25)
    options: dict[str, str] = field(default_factory=dict)
    audio: str | None = None
    prepare: Prepare | None = None
    finish: Callable[[OutputContainer], None] | None = None
    settings: Settings = field(default_factory=lambda: Settings(audio="keep"))
    becomes: str = ".mp4"
    frames: int = 12
    times: tuple[int, ...] | None = None
    #: Expected times of the output frames in seconds, where they differ from `times` relative to the first one.
    expected: tuple[Fraction, ...] | None = None
    #: Makes the file instead.
    maker: Callable[[Path], object] | None = None

    @property
    def shown(self) -> list[Fraction]:
        """Expected times of the output frames in seconds."""
        if self.expected is not None:
            return list(self.expected)
        return [(time - min(self._times)) * self.time_base for time in self._times]

    @property
    def _times(self) -> tuple[int, ...]:
        ticks = int(Fraction(1, 25) / self.time_base)
        return self.times or tuple(range(0, self.frames * ticks, ticks))

    def make(self, folder: Path) -> Path:
        """The file, `frames` drawings at 25 a second."""
        path = folder / f"source{self.name.split()[0]}"
        if self.maker is not None:
            self.maker(path)
            return path

        def prepare(output: OutputContainer, stream: VideoStream) -> None:
            if self.audio is not None:
                rate = {"libmp3lame": 44100, "libopencore_amrnb": 8000}.get(self.audio, 48000)
                amr = {"layout": "mono"} if rate == 8000 else {}
                output.add_stream(self.audio, rate=rate, bit_rate=12_200 if amr else 128_000, **amr)
            if self.prepare is not None:
                self.prepare(output, stream)

        def finish(output: OutputContainer) -> None:
            if self.audio is not None:
                clips.tone(output, output.streams.audio[0], self.frames / 25)
            if self.finish is not None:
                self.finish(output)

        return clips.write_clip(
            path,
            codec=self.codec,
            container=self.container,
            pixel_format=self.pixel_format,
            size=self.size,
            time_base=self.time_base,
            times=self._times,
            options=self.options,
            prepare=prepare,
            finish=finish,
        )


def colours(primaries: int, transfer: int, matrix: int, colour_range: int) -> Prepare:
    """Tags of H.273."""

    def prepare(_: OutputContainer, stream: VideoStream) -> None:
        context = stream.codec_context
        context.color_primaries, context.color_trc = primaries, transfer
        context.colorspace, context.color_range = matrix, colour_range

    return prepare


def wide(_: OutputContainer, stream: VideoStream) -> None:
    """Non-square pixels, as on a DVD."""
    stream.codec_context.sample_aspect_ratio = Fraction(16, 11)


def mirrored(_: OutputContainer, stream: VideoStream) -> None:
    """Upside down and mirrored, as some phones store the front camera's video."""
    stream.set_display_rotation(180, hflip=True)


def laden(path: Path) -> None:
    """With a position, telemetry, XMP, subtitles, chapters, tags and a date."""
    remnants.everything_of_a_camera(path)


def laden_matroska(path: Path) -> None:
    """With subtitles, chapters, an attached file, a cover and tags."""
    remnants.everything_of_a_program(path)


def another_track(output: OutputContainer, stream: VideoStream) -> None:
    """A second camera, and a cover image."""
    for codec, pixel_format, disposition in (
        ("libx264", "yuv420p", Disposition.default),
        ("mjpeg", "yuvj420p", Disposition.attached_pic),
    ):
        other = output.add_stream(codec, rate=25, width=64, height=64)
        other.pix_fmt, other.disposition = pixel_format, disposition


def fill_tracks(output: OutputContainer) -> None:
    for stream, frames in zip(output.streams.video[1:], (12, 1), strict=True):
        for number in range(frames):
            picture = clips.video_frame(number + 3, (64, 64), stream.pix_fmt)
            picture.pts, picture.time_base = number, Fraction(1, 25)
            output.mux(stream.encode(picture))
        output.mux(stream.encode(None))


EXACT = Settings(audio="keep", exact_chroma=True)
TS = Fraction(1, 90000)
MS = Fraction(1, 1000)

#: Milliseconds: every third frame has the time of the one before it.
REPEATED = tuple(40 * (n - n % 3 // 2) for n in range(12))
#: Ticks of TS: after half of the frames another recording goes on, or the 33 bits of the clock are full.
JUMP = tuple(3600 * n + (9_000_000 if n >= 6 else 0) for n in range(12))
FULL = tuple((1 << 33) + 3600 * (n - 6) - 126_000 for n in range(12))
#: 25 frames a second.
EVEN = tuple(Fraction(n, 25) for n in range(12))
#: The place of the second frame is empty: FFmpeg leaves it to the sound that only prepares the decoder of MP3.
SKIPPED = tuple(Fraction(n + (n > 0), 25) for n in range(12))
#: Ticks of clips.TIME_BASE: half of the frames lie before the beginning that a phone's editor has set; and no two last
#: equally long.
CUT = tuple(1200 * (n - 6) for n in range(12))
UNEVEN = tuple(1200 * n + 31 * n * n for n in range(12))
#: What x265 writes for screens that show HDR.
SCREEN = {
    "x265-params": "log-level=none:hdr10=1:max-cll=1000,400:"
    "master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,1)"
}

RECIPES = (
    Recipe(".mp4 H.264, AAC", "libx264", "mp4", time_base=clips.TIME_BASE, audio="aac"),
    Recipe(".mp4 HEVC 10 bit, PQ", "libx265", "mp4", "yuv420p10le", options=SCREEN, prepare=colours(9, 16, 9, 1)),
    Recipe(".mp4 HEVC 10 bit, HLG", "libx265", "mp4", "yuv420p10le", prepare=colours(9, 18, 9, 1)),
    Recipe(".mp4 AV1", "libsvtav1", "mp4"),
    Recipe(".mp4 H.264, BT.601, limited range", "libx264", "mp4", prepare=colours(6, 6, 6, 1)),
    Recipe(".mp4 H.264, BT.709, full range", "libx264", "mp4", "yuvj420p", prepare=colours(1, 1, 1, 2)),
    Recipe(".mp4 H.264, variable rate", "libx264", "mp4", time_base=clips.TIME_BASE, times=UNEVEN),
    Recipe(
        ".mp4 H.264, negative timestamps, trimmed by an edit list",
        "libx264",
        "mp4",
        time_base=clips.TIME_BASE,
        times=CUT,
        frames=6,
        expected=EVEN[:6],
    ),
    Recipe(".mp4 H.264, 4:4:4", "libx264", "mp4", "yuv444p"),
    Recipe(".mp4 H.264, 4:4:4, --exact-chroma", "libx264", "mp4", "yuv444p", settings=EXACT),
    Recipe(".mp4 H.264, 4:2:2, --exact-chroma", "libx264", "mp4", "yuv422p", settings=EXACT),
    Recipe(".mp4 H.264, odd size", "libx264", "mp4", "yuv444p", size=(127, 95)),
    Recipe(".mp4 H.264, odd size, --exact-chroma", "libx264", "mp4", "yuv444p", size=(127, 95), settings=EXACT),
    Recipe(".mp4 H.264, anamorphic", "libx264", "mp4", prepare=wide),
    Recipe(".mp4 H.264, rotated by 180 degrees and mirrored", "libx264", "mp4", prepare=mirrored),
    Recipe(".mp4 two cameras and a cover image", "libx264", "mp4", prepare=another_track, finish=fill_tracks),
    Recipe(
        ".mp4 H.264, interlaced",
        "libx264",
        "mp4",
        options=FIELDS | {"x264-params": "tff=1"},
        prepare=lambda _, stream: setattr(stream.codec_context, "field_order", 2),
    ),
    Recipe(".mp4 with the metadata of phones and action cameras", "libx264", "mp4", maker=laden, expected=EVEN),
    Recipe(".mov ProRes 4:2:2", "prores_ks", "mov", "yuv422p10le", becomes=".mov", audio="pcm_s16le"),
    Recipe(".mov ProRes 4:2:2, --exact-chroma", "prores_ks", "mov", "yuv422p10le", becomes=".mov", settings=EXACT),
    Recipe(".mov ProRes 4444", "prores_ks", "mov", "yuva444p10le", becomes=".mov", options={"profile": "4444"}),
    Recipe(".mov PNG, palette", "png", "mov", "pal8", becomes=".mov"),
    Recipe(".mov Animation, RGB", "qtrle", "mov", "rgb24", becomes=".mov"),
    Recipe(".mkv FFV1 4:2:2", "ffv1", "matroska", "yuv422p", time_base=MS, becomes=".mkv", audio="flac"),
    Recipe(".mkv FFV1, RGB", "ffv1", "matroska", "bgr0", time_base=MS, becomes=".mkv"),
    Recipe(".mkv FFV1, grey", "ffv1", "matroska", "gray", time_base=MS, becomes=".mkv"),
    Recipe(".mkv FFV1, 16 bit", "ffv1", "matroska", "yuv420p16le", time_base=MS, becomes=".mkv"),
    Recipe(
        ".mkv H.264, repeated timestamps",
        "libx264",
        "matroska",
        time_base=MS,
        becomes=".mkv",
        times=REPEATED,
        expected=EVEN,
    ),
    Recipe(
        ".mkv with the metadata of editing programs",
        "libx264",
        "matroska",
        time_base=MS,
        becomes=".mkv",
        maker=laden_matroska,
    ),
    Recipe(".webm VP8, Opus", "libvpx", "webm", time_base=MS, audio="libopus"),
    Recipe(".webm VP9, Opus", "libvpx-vp9", "webm", time_base=MS, audio="libopus"),
    Recipe(".avi MPEG-4, MP3", "mpeg4", "avi", audio="libmp3lame", expected=SKIPPED),
    Recipe(
        ".avi H.264 with B-frames, no timestamps",
        "libx264",
        "avi",
        options={"preset": "medium", "bf": "2"},
        expected=EVEN,
    ),
    Recipe(".avi MJPEG 4:2:2, PCM", "mjpeg", "avi", "yuvj422p", audio="pcm_s16le"),
    Recipe(".avi uncompressed RGB", "rawvideo", "avi", "bgr24"),
    Recipe(".avi DV", "dvvideo", "avi", size=(720, 576)),
    Recipe(".ts H.264, AAC", "libx264", "mpegts", time_base=TS, audio="aac"),
    Recipe(".ts H.264, timestamps that jump by 100 s", "libx264", "mpegts", time_base=TS, times=JUMP, expected=EVEN),
    Recipe(".ts H.264, timestamps that wrap around", "libx264", "mpegts", time_base=TS, times=FULL, expected=EVEN),
    Recipe(
        ".ts MPEG-2, interlaced",
        "mpeg2video",
        "mpegts",
        options=FIELDS,
        prepare=lambda _, stream: setattr(stream.codec_context, "field_order", 2),
    ),
    Recipe(".ts MPEG-2, MP2", "mpeg2video", "mpegts", audio="mp2"),
    Recipe(
        ".mts H.264, AC-3",
        "libx264",
        "mpegts",
        time_base=TS,
        audio="ac3",
    ),
    Recipe(".mpg MPEG-2, MP2", "mpeg2video", "mpeg", audio="mp2", options={"bf": "2"}),
    Recipe(".mpg MPEG-1, MP2", "mpeg1video", "mpeg", audio="mp2"),
    Recipe(".flv Sorenson, MP3", "flv", "flv", time_base=MS, audio="libmp3lame"),
    Recipe(".flv H.264, AAC", "libx264", "flv", time_base=MS, audio="aac"),
    Recipe(
        ".3gp H.263, AMR", "h263", "3gp", size=(176, 144), time_base=Fraction(1001, 30000), audio="libopencore_amrnb"
    ),
    Recipe(".3gp MPEG-4, AAC", "mpeg4", "3gp", audio="aac"),
    Recipe(".wmv WMV 2, WMA", "wmv2", "asf", time_base=MS, audio="wmav2"),
)


@dataclass(frozen=True)
class Result:
    """A file, its redacted output, and the report."""

    source: Path
    output: Path
    report: Report


def run(recipe: Recipe, folder: Path) -> Result:
    """Make the file and redact it. The caller has installed a fake detector."""
    source, output = recipe.make(folder), folder / f"out{recipe.becomes}"
    return Result(source, output, redact(source, output, recipe.settings))


def page(result: Callable[[Recipe], Result]) -> str:
    """The text of docs/ref/formats.md, from the result of each recipe."""
    rows = [_row(recipe, result(recipe)) for recipe in RECIPES]
    return (
        "<!-- Made by `make docs` from a run over a small file of each format. Change the program, not this page. -->\n"
        "\n# Formats\n\n"
        "The output for each input format, with `--audio keep`. Every frame keeps its timestamp (to the millisecond\n"
        "in MKV), and the video its size, rotation, pixel aspect ratio, colour description, range and field order,\n"
        "unless the third column says otherwise. Formats are detected by content, never by name. The rules are in\n"
        "[Unusual and damaged files](../guide/odd-files.md) and [Audio](../guide/sound.md).\n\n"
        "| input | output | changed | removed |\n| --- | --- | --- | --- |\n" + "".join(rows)
    )


def _row(recipe: Recipe, result: Result) -> str:
    with VideoFile.open(result.output) as file:
        codecs = ", ".join([*map(_video, file.info.videos), *(audio.codec for audio in file.info.audio_tracks)])
    changed = " ".join(result.report.warnings).replace("|", "\\|")
    dropped = "; ".join(line for line in result.report.dropped if not line.startswith("tags:"))
    return f"| {recipe.name} | {recipe.becomes} {codecs} | {changed} | {dropped} |\n"


def _video(video: VideoInfo) -> str:
    size = f"{video.geometry.width}x{video.geometry.height}"
    return f"{video.codec} {video.pixel_format} {size}{' interlaced' if video.interlaced else ''}"


def mean_error(source: Path, output: Path, video: int = 0) -> float:
    """Mean RGB difference (0 to 255) in the right quarter of the frame: the fake face is on the left."""
    errors = []
    with av.open(str(source)) as a, av.open(str(output)) as b:
        for one, other in zip(a.decode(video=video), b.decode(video=video), strict=True):
            before, after = (clips.rgb(frame).astype(int) for frame in (one, other))
            height, width = before.shape[:2]
            difference = np.abs(before - after[:height, :width])
            errors.append(float(difference[:, -(width // 4) :].mean()))
    return max(errors)


if __name__ == "__main__":
    with pytest.MonkeyPatch.context() as patch:
        use_fixed_face(patch)
        use_fixed_face_in_stills(patch)
        with tempfile.TemporaryDirectory() as folder:

            def new_folder() -> Path:
                return Path(tempfile.mkdtemp(dir=folder))

            text = page(lambda recipe: run(recipe, new_folder()))
            text += situations.section(SITUATIONS, lambda situation: situations.run(situation, new_folder()))
            PAGE.write_text(text, encoding="utf-8")
    sys.stdout.write("docs/ref/formats.md\n")
