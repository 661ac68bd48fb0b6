"""Parts of recordings -> one MP4, as they are: nothing is decoded, nothing encoded anew.

Times begin at 0, and where nothing was recorded the file goes on at once; the report says which second of it was when.
It begins with the part in which the asked moment lies, since only parts begin with a picture that stands alone.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fractions import Fraction
from importlib.metadata import version
from itertools import groupby
from pathlib import Path

import av
from av.container import OutputContainer
from av.video.stream import VideoStream

from passerby.core.errors import OutputError, PasserbyError, StoreError
from passerby.documents.recording_report import ExportedFile, RecordingReport, Span, Stretch
from passerby.sink.output_file import OutputFile, output_error, write_text_atomically
from passerby.sink.video.container import open_output
from passerby.store.recordings.index import Recordings
from passerby.store.recordings.part import TICKS
from passerby.store.recordings.segment import Segment

#: Ticks between two segments up to which the second goes on where the first ended.
_PAUSE = 3 * TICKS // 2
#: Microseconds by which times may differ that were rounded.
_SAME = 1_000


@dataclass(slots=True)
class _Stretch:
    """Wall times in microseconds, times in the file in ticks."""

    begins: int
    ends: int
    start: int
    end: int
    trusted: bool


@dataclass(slots=True)
class _Joined:
    """What has been written so far. `last` is the end of the newest packet on the camera's own time line."""

    stretches: list[_Stretch] = field(default_factory=list)
    frames: int = 0
    covered: int | None = 0
    last: int | None = None


@dataclass(slots=True)
class _Taken:
    """What of one segment was written: frames, and from when to when, microseconds after its beginning."""

    frames: int = 0
    start: int = 0
    end: int = 0


def join(
    recordings: Recordings, camera: str, start: float, end: float, output: Path, force: bool = False
) -> list[RecordingReport]:
    """Write what was recorded between two moments (seconds of Unix time) as `output`, with its report beside it.

    A camera whose picture changed its size in between gives several files, the later ones called NAME-2 and so on.
    Raises StoreError when nothing was recorded, and OutputError, OutputExists or DiskFull.
    """
    found = recordings.between(camera, start, end)
    if not found:
        raise StoreError(f"Nothing was recorded of {camera} then. What there is: passerby recordings list {camera}")
    alike = [
        list(group) for _, group in groupby(found, key=lambda one: (one.width, one.height, _head(recordings, one)))
    ]
    paths = [output if not n else output.with_stem(f"{output.stem}-{n + 1}") for n in range(len(alike))]
    reports = []
    for path, segments in zip(paths, alike, strict=True):
        with OutputFile(path, force) as out:
            joined = _write(recordings, segments, round(start * 1e6), round(end * 1e6), out.part, path)
            if not joined.frames:
                continue
            report = _report(camera, segments, joined, start, end, out.part, path)
            if len(alike) > 1:
                note = f"The picture changed, so this is one of {len(alike)} files."
                report = report.model_copy(update={"notes": (*report.notes, note)})
            write_text_atomically(report_path(path), report.to_json(), force)
            out.commit()
        reports.append(report)
    if not reports:
        raise StoreError(f"What was recorded of {camera} then has just been deleted for its age. Ask for later times.")
    return reports


def report_path(output: Path) -> Path:
    """Not `.report.json`, which is what `passerby redact` calls its own, and `passerby verify` looks for."""
    return output.with_name(f"{output.stem}.recording.json")


def _head(recordings: Recordings, segment: Segment) -> bytes:
    try:
        with recordings.read(segment) as file:
            return file.read(segment.head)
    except StoreError:  # deleted for its age since it was found
        return b""


def _write(
    recordings: Recordings, segments: Sequence[Segment], start: int, end: int, part: Path, path: Path
) -> _Joined:
    joined = _Joined()
    container: OutputContainer | None = None
    stream: VideoStream | None = None
    try:
        for segment in segments:
            try:
                with recordings.read(segment) as file:
                    data = io.BytesIO(file.read(segment.size))
            except StoreError:  # deleted for its age since it was found: the report says that it is missing
                continue
            with av.open(data, "r", format="mp4") as source:
                if stream is None or container is None:
                    container = open_output(part, "mp4", [Fraction(1, TICKS)])
                    stream = container.add_stream_from_template(source.streams.video[0])
                    stream.metadata["handler_name"] = "Video"
                taken = _Taken()
                for packet in _placed(source.demux(video=0), segment, start, end, joined, taken):
                    packet.stream = stream
                    container.mux(packet)
                joined.frames += taken.frames
                if taken.frames and joined.covered is not None:
                    here = recordings.covered(segment, taken.start - _SAME, taken.end - _SAME)
                    joined.covered = None if here is None else joined.covered + here
    except (av.FFmpegError, OSError) as error:
        raise _meaning(path, error) from error
    finally:
        if container is not None:
            try:
                container.close()
            except (av.FFmpegError, OSError) as error:
                raise _meaning(path, error) from error
    return joined


def _placed(
    packets: Iterable[av.Packet[VideoStream]], segment: Segment, start: int, end: int, joined: _Joined, taken: _Taken
) -> Iterator[av.Packet[VideoStream]]:
    """The packets of those parts that show something between the two moments, at their times in the file."""
    first: int | None = None
    for part in _parts(packets):
        began, ended = part[0].pts or 0, (part[-1].pts or 0) + (part[-1].duration or 0)
        first = began if first is None else first
        after, until = ((ticks - first) * 1_000_000 // TICKS for ticks in (began, ended))
        begins, ends = segment.begins + after, segment.begins + until
        if ends <= start or begins >= end:
            continue
        here = joined.stretches[-1].end if joined.stretches else 0
        pause = None if joined.last is None else began - joined.last
        if pause is None or not 0 <= pause <= _PAUSE:
            joined.stretches.append(_Stretch(begins, ends, here, here, segment.run.trusted))
            pause = 0
        shift = here + pause - began
        stretch = joined.stretches[-1]
        stretch.ends, stretch.end, joined.last = ends, ended + shift, ended
        stretch.trusted = stretch.trusted and segment.run.trusted
        taken.start = taken.start if taken.frames else after
        taken.frames, taken.end = taken.frames + len(part), until
        for packet in part:
            packet.pts = packet.dts = (packet.pts or 0) + shift
            yield packet


def _parts(packets: Iterable[av.Packet[VideoStream]]) -> Iterator[list[av.Packet[VideoStream]]]:
    part: list[av.Packet[VideoStream]] = []
    for packet in packets:
        if packet.pts is None:  # the end
            break
        if packet.is_keyframe and part:
            yield part
            part = []
        part.append(packet)
    if part:
        yield part


def _report(
    camera: str, segments: Sequence[Segment], joined: _Joined, start: float, end: float, part: Path, path: Path
) -> RecordingReport:
    with part.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return RecordingReport(
        program=f"passerby {version('passerby')}",
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        camera=camera,
        asked=Span(begins=_told(round(start * 1e6)), ends=_told(round(end * 1e6))),
        output=ExportedFile(
            name=path.name.encode("utf-8", "replace").decode(),
            sha256=sha256,
            size=part.stat().st_size,
            width=segments[0].width,
            height=segments[0].height,
            frames=joined.frames,
            covered=joined.covered,
        ),
        stretches=tuple(
            Stretch(
                begins=_told(one.begins),
                ends=_told(one.ends),
                start=round(one.start / TICKS, 3),
                end=round(one.end / TICKS, 3),
                trusted=one.trusted,
            )
            for one in joined.stretches
        ),
        missing=tuple(_missing(joined.stretches, round(start * 1e6), round(end * 1e6))),
        notes=tuple(_notes(joined)),
    )


def _missing(stretches: Sequence[_Stretch], start: int, end: int) -> Iterator[Span]:
    """What of the asked time no stretch covers, if it is more than a frame or two."""
    at = start
    for stretch in sorted(stretches, key=lambda one: one.begins):
        if stretch.begins - at > 500_000:
            yield Span(begins=_told(at), ends=_told(stretch.begins))
        at = max(at, stretch.ends)
    if end - at > 500_000:
        yield Span(begins=_told(at), ends=_told(end))


def _notes(joined: _Joined) -> Iterator[str]:
    if not all(stretch.trusted for stretch in joined.stretches):
        yield "The clock could not be trusted when some of this was recorded: times of those stretches may be wrong."
    if joined.covered:
        yield (
            f"{joined.covered} of {joined.frames} frames were painted over whole when they were recorded, because what "
            "is in them could not be told in time."
        )


def _told(micros: int) -> str:
    try:
        return datetime.fromtimestamp(micros / 1e6, UTC).isoformat(timespec="milliseconds")
    except (OverflowError, ValueError, OSError):
        return "beyond the calendar"


def _meaning(path: Path, error: Exception) -> PasserbyError:
    if isinstance(error, OSError):
        return output_error(path, error)
    return OutputError(f"{path} cannot be put together: {error}. Look at the recordings: passerby recordings check")
