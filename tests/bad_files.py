"""Broken files without end: small clips of many formats, damaged by seeded dice; and one try at redacting such a file,
for a process of its own."""

from __future__ import annotations

import random
import resource
import sys
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from passerby import Report, redact
from passerby.config.settings import Settings
from passerby.core.box import Box
from passerby.core.errors import PasserbyError
from passerby.source.video.file import VideoFile
from tests import clips, recorder_files
from tests.fake_detector import BLACK, FACE_POSITION, use_fixed_face
from tests.geometry import box_to_stored

SIZE, FRAMES = (64, 64), 8
#: Bytes of address space that a try may take.
MEMORY = 8 << 30
#: A clip at 25 frames a second, for write_clip.
QUARTER = {"time_base": Fraction(1, 25), "times": range(FRAMES)}
#: name -> codec, container, pixel format, time base
CLIPS = {
    "h264.mp4": ("libx264", "mp4", "yuv420p", clips.TIME_BASE),
    "h264.mkv": ("libx264", "matroska", "yuv420p", Fraction(1, 1000)),
    "hevc.mp4": ("libx265", "mp4", "yuv420p10le", clips.TIME_BASE),
    "prores.mov": ("prores_ks", "mov", "yuv422p10le", Fraction(1, 25)),
    "av1.mp4": ("libsvtav1", "mp4", "yuv420p", clips.TIME_BASE),
    "vp9.webm": ("libvpx-vp9", "webm", "yuv420p", Fraction(1, 1000)),
    "ffv1.mkv": ("ffv1", "matroska", "yuv422p", Fraction(1, 1000)),
    "mpeg4.avi": ("mpeg4", "avi", "yuv420p", Fraction(1, 25)),
    "mjpeg.avi": ("mjpeg", "avi", "yuvj422p", Fraction(1, 25)),
    "raw.avi": ("rawvideo", "avi", "bgr24", Fraction(1, 25)),
    "h264.ts": ("libx264", "mpegts", "yuv420p", Fraction(1, 90000)),
    "mpeg2.ts": ("mpeg2video", "mpegts", "yuv420p", Fraction(1, 25)),
    "mpeg2.mpg": ("mpeg2video", "mpeg", "yuv420p", Fraction(1, 25)),
    "sorenson.flv": ("flv", "flv", "yuv420p", Fraction(1, 1000)),
    "wmv2.wmv": ("wmv2", "asf", "yuv420p", Fraction(1, 1000)),
}
#: Streams without a container and files of recorders: name -> how it is made (recorder_files).
RECORDED = {
    "h264.264": lambda path: recorder_files.stream(path, "h264", FRAMES, SIZE),
    "open.h265": lambda path: recorder_files.stream(path, "open.h265", FRAMES, SIZE),
    "fields.h265": lambda path: recorder_files.stream(path, "fields.h265", 2 * FRAMES, SIZE),
    "mpeg2.m2v": lambda path: recorder_files.stream(path, "m2v", FRAMES, SIZE),
    "mpeg4.m4e": lambda path: recorder_files.stream(path, "m4v", FRAMES, SIZE),
    "camera.mjpeg": lambda path: recorder_files.stream(path, "mjpeg", FRAMES, SIZE),
    "saved.mjpg": lambda path: recorder_files.stream(path, "multipart", FRAMES, SIZE),
    "av1.obu": lambda path: recorder_files.stream(path, "obu", FRAMES, SIZE),
    "vp8.ivf": lambda path: recorder_files.stream(path, "ivf", FRAMES, SIZE),
    "raw.y4m": lambda path: recorder_files.stream(path, "y4m", FRAMES, SIZE),
    "header.bvr": recorder_files.behind_a_header,
    "dahua.dav": lambda path: recorder_files.dahua(path, 0.5, frames=FRAMES),
    "hikvision.mp4": recorder_files.hikvision,
}


def recorded(folder: Path) -> dict[str, bytes]:
    """Each of RECORDED."""
    return {name: make(folder / name).read_bytes() for name, make in RECORDED.items()}


def originals(folder: Path) -> dict[str, bytes]:
    """Each of CLIPS, with sound: a sine in the codec that the container likes best."""
    made = {}
    for name, (codec, container, pixel_format, base) in CLIPS.items():
        sound = "libopus" if container == "webm" else "mp2" if container in ("avi", "mpeg", "mpegts") else "aac"
        ticks = int(Fraction(1, 25) / base)
        path = clips.write_clip(
            folder / name,
            codec=codec,
            container=container,
            pixel_format=pixel_format,
            size=SIZE,
            time_base=base,
            times=range(0, FRAMES * ticks, ticks),
            options={"g": "4"},
            prepare=lambda output, _, codec=sound: output.add_stream(codec, rate=48000, bit_rate=64_000),
            finish=lambda output: clips.tone(output, output.streams.audio[0], 0.3),
        )
        made[name] = path.read_bytes()
    return made


def damaged(data: bytes, dice: random.Random, other: bytes) -> bytes:
    """The file with one kind of damage; `other` is a file whose parts may get into it."""
    worse = bytearray(data)
    place = dice.randrange(len(data))
    # Headers are where numbers are believed; half of all damage is done there.
    if dice.random() < 0.5:
        place = dice.randrange(min(len(data), 2000)) if dice.random() < 0.5 else -dice.randrange(1, 2000) % len(data)
    length = dice.choice((1, 4, 16, 64, 500))
    match dice.randrange(10):
        case 0:
            return data[:place]
        case 1:
            for _ in range(dice.choice((1, 5, 50))):
                worse[dice.randrange(len(worse))] ^= 1 << dice.randrange(8)
        case 2:
            worse[place : place + length] = bytes(len(worse[place : place + length]))
        case 3:
            worse[place : place + length] = dice.randbytes(len(worse[place : place + length]))
        case 4:
            worse[place : place + 4] = dice.choice(
                (b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\0\0\0\0", b"\x80\0\0\0")
            )
        case 5:
            del worse[place : place + length]
        case 6:
            worse[place:place] = worse[max(0, place - length) : place]
        case 7:
            worse[place:] = other[place:]
        case 8:
            worse += dice.randbytes(length * 10)
        case 9:
            worse[place] = (worse[place] + dice.choice((1, 127, 128, 255))) % 256
    return bytes(worse)


def files(folder: Path, count: int, seed: int, make: Callable[[Path], dict[str, bytes]] = originals) -> Iterator[Path]:
    """`count` broken files, the same ones for the same seed."""
    whole = make(folder)
    names = list(whole)
    for number in range(count):
        name = names[number % len(names)]
        dice = random.Random(f"{seed} {number}")
        data = whole[name]
        for _ in range(dice.choice((1, 1, 1, 3))):
            data = damaged(data, dice, whole[dice.choice(names)]) or b"\0"
        path = folder / f"{number}-{name}"
        path.write_bytes(data)
        yield path


def prepare(path: list[str]) -> None:
    """Let a new process find what its parent found, and end it rather than let it take all memory."""
    sys.path[:] = path
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def attempt(path: Path) -> str:
    """Redact the file, and make sure of what came of it; "done", or the message. Runs in a process of its own."""
    output = path.with_name(f"{path.name}.out.mp4")
    before = path.read_bytes()
    with pytest.MonkeyPatch.context() as patch:
        use_fixed_face(patch)
        try:
            report = redact(path, output, Settings(audio="keep"), threads=1)
        except PasserbyError as error:
            assert not output.exists()
            assert not output.with_name(f"{output.name}.part").exists()
            assert "Traceback" not in str(error)  # noqa: PT017  (an error is one of two right answers)
            return f"{type(error).__name__}: {error}"
    assert path.read_bytes() == before
    _whole_and_masked(output, report)
    output.unlink()
    return "done" if not report.needs_review else "needs review"


def _whole_and_masked(output: Path, report: Report) -> None:
    assert not [suspect for suspect in report.check.findings if "shows" in suspect.description], report.check.findings
    frames = 0
    with VideoFile.open(output) as file:
        for number, video in enumerate(file.info.videos):
            width, height = video.geometry.display_size
            sides = (width, height) * 2
            box = box_to_stored(
                video.geometry, Box(*(part * side for part, side in zip(FACE_POSITION, sides, strict=True)))
            )
            for frame in file.frames(number):
                luma = frame.av_frame.reformat(
                    format="gray", src_color_range=2, dst_color_range=2, threads=1
                ).to_ndarray()
                shown = luma[int(box.y1) + 2 : int(box.y2) - 2, int(box.x1) + 2 : int(box.x2) - 2]
                assert not shown.size or float(np.mean(shown)) < BLACK, (number, frame.index, float(np.mean(shown)))
                frames += 1
            assert file.decode_stats[number].damage == ()
        assert file.info.damage == ()
    assert frames == report.output.frames
