"""How the files of tests/situation_list.py are made."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
from av.container import OutputContainer
from av.video.stream import VideoStream
from PIL import Image

from tests import clips, fault_files, recorder_files

Make = Callable[[Path], object]
MS, TS, RATE = Fraction(1, 1000), Fraction(1, 90000), Fraction(1, 25)


def clip(container: str = "mp4", **options: object) -> Make:
    """A film of 12 frames at 25 a second."""
    base = MS if container in ("matroska", "webm", "flv", "asf") else TS if container == "mpegts" else RATE
    step = int(RATE / base)
    given = {"time_base": base, "times": range(0, 12 * step, step), "container": container} | options
    return lambda path: clips.write_clip(path, **given)  # type: ignore[arg-type]


def with_sound(
    container: str = "mp4",
    codec: str = "aac",
    sounds: int = 1,
    seconds: float = 0.48,
    begins: float = 0,
    layout: str = "stereo",
    rate: int = 48000,
    **options: object,
) -> Make:
    def prepare(output: OutputContainer, stream: VideoStream) -> None:
        for number in range(sounds):
            track = output.add_stream(codec, rate=rate, layout=layout)
            track.metadata["language"] = ("ger", "eng", "fra", "spa")[number]

    def finish(output: OutputContainer) -> None:
        for number, track in enumerate(output.streams.audio):
            samples = 0.3 * np.sin(np.arange(int(seconds * rate)) / (20 + number))
            clips.sound(output, track, samples, int(begins * rate))

    return clip(container, prepare=prepare, finish=finish, **options)


def turned(degrees: int, mirrored: bool = False, container: str = "mp4", **options: object) -> Make:
    return clip(
        container, prepare=lambda _, stream: stream.set_display_rotation(degrees, hflip=mirrored), **options
    )  # fmt: skip


def anamorphic(container: str, **options: object) -> Make:
    def prepare(_: OutputContainer, stream: VideoStream) -> None:
        stream.codec_context.sample_aspect_ratio = Fraction(16, 11)

    return clip(container, prepare=prepare, **options)


def changed(make: Make, change: Callable[[bytes], bytes]) -> Make:
    """The file, with its bytes changed."""

    def changed_file(path: Path) -> None:
        make(path)
        path.write_bytes(change(path.read_bytes()))

    return changed_file


def lasting(container: str, times: tuple[int, ...], last: int, sound: float = 0) -> Make:
    from tests.source.video.test_track_end import recording

    return lambda path: recording(path, container, times, last, sound=sound)


def cropped(box: bytes, **options: object) -> Make:
    return lambda path: fault_files.cropped_mp4(path, box, **options)


def animation(width: int, height: int, **options: object) -> Make:
    def make(path: Path) -> None:
        images = [Image.fromarray(clips.drawing(number, (width, height))) for number in range(4)]
        images[0].save(path, save_all=True, append_images=images[1:], **options)

    return make


def stream(kind: str) -> Make:
    """A stream without a container; its kinds are those of recorder_files."""
    return lambda path: recorder_files.stream(path, kind)


def photo(path: Path) -> None:
    Image.fromarray(clips.drawing(0, (320, 240))).save(path)


def resized(path: Path) -> None:
    """A transport stream whose picture changes its size in the middle."""
    parts = []
    for number, size in enumerate(((128, 96), (64, 48))):
        part = path.with_name(f"part{number}")
        clip("mpegts", size=size, times=range(number * 43200, (number + 1) * 43200, 3600))(part)
        parts.append(part.read_bytes())
    path.write_bytes(b"".join(parts))


def without(name: bytes, replacement: bytes = b"free") -> Callable[[bytes], bytes]:
    return lambda data: data.replace(name, replacement)


def damaged_middle(data: bytes) -> bytes:
    at = len(data) // 2
    return data[:at] + random.Random(1).randbytes(400) + data[at + 400 :]


def appended(path: Path) -> None:
    """Two recordings in one file, whose clocks both begin anew."""
    clip("mpegts")(path)
    path.write_bytes(path.read_bytes() * 2)


def in_the_middle(path: Path) -> None:
    from tests.source.video.test_decoding import GOP, begun_in_the_middle

    begun_in_the_middle(path, GOP, 0.1)


def another_pid(path: Path) -> None:
    from tests.source.video.structure.test_unlisted_tracks import another_program

    another_program(path.parent, 188).rename(path)


def late_sound(suffix: str) -> Make:
    from tests.source.video.structure.test_unlisted_tracks import late_sound as make

    return lambda path: make(path, suffix)


def timed(path: Path, times: tuple[int, ...], base: Fraction) -> None:
    clips.write_clip(path, times=times, time_base=base)


def laden(path: Path) -> None:
    with contextlib.suppress(OSError):
        clips.everything(path)


H264 = {"options": {"bf": "2", "preset": "medium"}}
HEVC = {"codec": "libx265"}
AV1 = {"codec": "libsvtav1"}
JUNK = b"\0\0\0\x10free" + bytes(8)
