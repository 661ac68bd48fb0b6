"""What people's files and disks do: how each situation is made, what is expected, and what comes of it.

`python -m tests.formats` writes the table into docs/ref/formats.md from a run; tests/test_situations.py holds each row.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer

from passerby import Report, Settings, redact
from passerby.core.errors import PasserbyError
from passerby.core.media import AudioInfo
from passerby.source.still.sniff import is_still
from passerby.source.video.audio import AudioReader
from passerby.source.video.file import VideoFile
from passerby.source.video.open import container_format
from passerby.source.video.raw_streams import RAW_DEMUXERS

#: All of the source is in the output, and ffprobe agrees; the report says what is not, with exit code 3; an error.
WHOLE, REVIEW, REFUSED = "all of it", "exit code 3", "an error"
KEEP = Settings(audio="keep")
Make = Callable[[Path], object]


@dataclass(frozen=True)
class Situation:
    """`made` says what was made; `thread` numbers the public threads of docs/design/faults.md. `says` is a part of what
    report or error must say."""

    made: str
    expected: str
    make: Make
    says: str = ""
    thread: tuple[int, ...] = ()
    suffix: str = ".mp4"
    becomes: str = ".mp4"
    settings: Settings = field(default_factory=lambda: KEEP)
    #: Seconds by which the total length may differ: a packet of sound is copied whole or not at all.
    tolerance: float = 1.5e-3
    #: Seconds by which sound may begin elsewhere, as that of a container which states whole packets or milliseconds.
    sound_tolerance: float = 1.5e-3
    #: Whether channels or samples of sound may differ; the report says so.
    sound_differs: bool = False


@dataclass(frozen=True)
class Outcome:
    """What came: one of the expectations, the report or the error, and what does not agree, one line each."""

    kind: str
    report: Report | None
    error: str
    differences: tuple[str, ...]
    summary: str


def run(situation: Situation, folder: Path) -> Outcome:
    """Make it and redact it. The caller has installed fake detectors."""
    source, output = folder / f"source{situation.suffix}", folder / f"output{situation.becomes}"
    situation.make(source)
    try:
        report = redact(source, output, situation.settings)
    except PasserbyError as error:
        text = str(error).replace(f"{folder}/", "")
        return Outcome(REFUSED, None, text, (), text)
    differences = () if is_still(source) else tuple(_differences(source, output, situation))
    said = "; ".join(line for line in (*report.damage, *report.warnings, *_dropped(report)))
    kind = REVIEW if report.needs_review else WHOLE
    parts = [f"{report.output.frames} frames", *([_described(output)] if not is_still(source) else []), said]
    return Outcome(kind, report, "", differences, "; ".join(part for part in parts if part))


def _dropped(report: Report) -> Iterator[str]:
    return (line for line in report.dropped if not line.startswith("tags:"))


def _described(path: Path) -> str:
    with av.open(path) as container:
        size = {f"{stream.width}x{stream.height}" for stream in container.streams.video}
        sounds = len(container.streams.audio)
        seconds = (container.duration or 0) / av.time_base
    return f"{', '.join(sorted(size))}, {seconds:.2f} s{f', {sounds} audio' if sounds else ''}"


def _differences(source: Path, output: Path, situation: Situation) -> Iterator[str]:
    """What is not the same in source and output: frames, times, length, tracks, size, orientation, aspect."""
    rate = situation.settings.frame_rate
    with VideoFile.open(source, frame_rate=rate) as before, VideoFile.open(output) as after:
        if len(before.info.videos) != len(after.info.videos):
            yield "video tracks"
        if len(before.info.audio_tracks) != len(after.info.audio_tracks):
            yield "audio tracks"
        for one, other in zip(before.info.audio_tracks, after.info.audio_tracks, strict=False):
            formats = [(sound.channels, sound.sample_rate) for sound in (one, other)]
            if formats[0] != formats[1] and not situation.sound_differs:
                yield f"sound ({formats[0]} became {formats[1]})"
            if (late := abs(_begins(before, one) - _begins(after, other))) > situation.sound_tolerance:
                yield f"sound ({late:.3f} s off)"
        for number, (old, new) in enumerate(zip(before.info.videos, after.info.videos, strict=False)):
            times = [[frame.time * info.time_base for frame in file.frames(number)]
                     for file, info in ((before, old), (after, new))]  # fmt: skip
            if len(times[0]) != len(times[1]):
                yield "frames"
            elif any(abs(a - b) > Fraction(1, 1000) for a, b in zip(*times, strict=True)):
                yield "times"
            a, b = old.geometry, new.geometry
            if (a.rotation, a.mirrored, a.pixel_aspect) != (b.rotation, b.mirrored, b.pixel_aspect):
                yield "orientation or aspect"
            if (a.width + a.width % 2, a.height + a.height % 2) != (b.width + b.width % 2, b.height + b.height % 2):
                yield "size"
    lengths = [length(path) for path in (source, output)]
    if lengths[0] is not None and lengths[1] is not None and abs(lengths[0] - lengths[1]) > situation.tolerance:
        yield f"length ({lengths[0]:.3f} s became {lengths[1]:.3f} s)"


def _begins(file: VideoFile, audio: AudioInfo) -> float:
    """When the sound that is played begins, in seconds of the presentation."""
    with AudioReader(file.path, file.info, audio) as reader:
        return float(next(time for time, _ in reader.frames()) * audio.time_base)


def length(path: Path) -> float | None:
    """Seconds from the beginning of the file's presentation to its end, as its container states them."""
    if container_format(path) in RAW_DEMUXERS:
        return None
    with av.open(path) as container:
        if not container.duration or container.duration < 0:
            return None
        start = container.start_time or 0
        ends = [((s.start_time or 0) + s.duration) * s.time_base for s in container.streams if s.duration]
        if "mp4" in container.format.name and len(ends) == len(container.streams):
            return float(max(ends))
        if "matroska" in container.format.name and (end := _matroska_end(container)) is not None:
            return end
        broadcast = container.format.name in ("mpegts", "mpeg", "flv", "dhav")
        # Everywhere else presentation begins at 0, and what FFmpeg counts from is the first packet.
        return float((container.duration + (0 if broadcast else max(0, start))) / av.time_base)


def _matroska_end(container: InputContainer) -> float | None:
    """Seconds from 0 to the end of the track that ends last, by its tag. Matroska counts what primes a decoder, which
    is not played; it is timed in whole milliseconds."""
    tags = [stream.metadata.get("DURATION", "") for stream in container.streams]
    if not all(tags):
        return None
    primed: dict[int, float] = {}
    for packet in container.demux(*container.streams.audio) if container.streams.audio else ():
        skipped = bytes(packet.get_sidedata("skip_samples"))[:4] if packet.has_sidedata("skip_samples") else b""
        delay = int.from_bytes(skipped, "little") / packet.stream.codec_context.sample_rate
        primed.setdefault(packet.stream_index, int(delay * 1000 + 0.5) / 1000)
    ends = [[float(part) for part in tag.split(":")] for tag in tags]
    return max(60 * (60 * h + m) + s - primed.get(n, 0.0) for n, (h, m, s) in enumerate(ends))


def section(situations: Iterable[Situation], outcomes: Callable[[Situation], Outcome]) -> str:
    """The table of docs/ref/formats.md."""
    rows = [_row(situation, outcomes(situation)) for situation in situations]
    return (
        "\n## Situations\n\n"
        "What people's files and disks do, each made and redacted with `--audio keep`. *All of it*: frames, times\n"
        "(to the millisecond), total length, tracks, crop, orientation and pixel aspect of source and result agree,\n"
        "and the exit code is 0. *Exit code 3*: the report says what does not. *An error*: nothing was written, and\n"
        "the message says what to do. Made by tests/situation_list.py; the numbers are public bug threads of other\n"
        "tools, listed in [faults](../design/faults.md).\n\n"
        "| what was made | from | expected | what came |\n| --- | --- | --- | --- |\n" + "".join(rows)
    )


def _row(situation: Situation, outcome: Outcome) -> str:
    came = outcome.kind if outcome.kind == situation.expected else f"**{outcome.kind}**"
    # How many frames a damage reaches depends on the decoder's threads.
    said = re.sub(r"\d+ frames (were damaged|were covered|could not)", r"some frames \1", outcome.summary)
    said = said.replace("|", "\\|").replace("\n", " ")
    threads = ", ".join(map(str, situation.thread))
    return f"| {situation.made} | {threads} | {situation.expected} | {came}: {said} |\n"
