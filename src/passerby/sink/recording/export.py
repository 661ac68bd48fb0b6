"""Export of recordings to one MP4 by copying packets: nothing is decoded or encoded again.

Timestamps start at 0, and gaps in the recording are closed; the report maps file time to wall-clock time. The file
starts with the part that contains the requested start, since only parts start with a keyframe.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fractions import Fraction
from itertools import groupby
from pathlib import Path

import av
from av.container import OutputContainer
from av.video.stream import VideoStream

from passerby.core.errors import OutputError, PasserbyError, StoreError
from passerby.core.version import PROGRAM
from passerby.documents.recording_report import ExportedFile, ExportedSpan, RecordingReport, UtcSpan
from passerby.sink.output_file import OutputFile, output_error, write_text_atomically
from passerby.sink.video.container import open_output
from passerby.store.recordings.index import Recordings
from passerby.store.recordings.part import TIMESCALE
from passerby.store.recordings.segment import Segment

#: Gap between two segments, in ticks, up to which the second is treated as a continuation of the first.
_MAX_PAUSE_TICKS = 3 * TIMESCALE // 2
#: Missing time shorter than this is not reported: up to 0.5 s may be a frame or two of a slow camera.
_MIN_MISSING_US = 500_000
#: Tolerance for rounded times, in microseconds.
_ROUNDING_US = 1_000


@dataclass(slots=True)
class _ExportedRange:
    """A continuous range. Wall-clock times in microseconds, times in the file in ticks."""

    wall_start: int
    wall_end: int
    file_start: int
    file_end: int
    trusted: bool


@dataclass(slots=True)
class _ExportState:
    """What has been written so far. `last` is the end of the newest packet on the camera's own timeline."""

    ranges: list[_ExportedRange] = field(default_factory=list)
    frames: int = 0
    covered: int | None = 0
    last: int | None = None


@dataclass(slots=True)
class _SegmentProgress:
    """What was written of one segment: frames, and the range in microseconds after the segment's start."""

    frames: int = 0
    start: int = 0
    end: int = 0


def export_recording(
    recordings: Recordings, camera: str, start: float, end: float, output: Path, force: bool = False
) -> list[RecordingReport]:
    """Write what was recorded between two times (Unix seconds) to `output`, with its report beside it.

    If the camera's resolution changed in between, several files are written, the later ones named NAME-2 and so on.
    Raises StoreError when nothing was recorded, and OutputError, OutputExists or DiskFull.
    """
    segments_found = recordings.between(camera, start, end)
    if not segments_found:
        raise StoreError(
            f"No recording of {camera} in this time range. List what exists: passerby recordings list {camera}"
        )
    groups = [
        list(group)
        for _, group in groupby(
            segments_found, key=lambda segment: (segment.width, segment.height, _init_section(recordings, segment))
        )
    ]
    paths = [output if not n else output.with_stem(f"{output.stem}-{n + 1}") for n in range(len(groups))]
    reports = []
    for path, segments in zip(paths, groups, strict=True):
        with OutputFile(path, force) as out:
            state = _write(recordings, segments, round(start * 1e6), round(end * 1e6), out.temp_path, path)
            if not state.frames:
                continue
            report = _report(camera, segments, state, start, end, out.temp_path, path)
            if len(groups) > 1:
                note = f"The picture size or encoding changed, so this is one of {len(groups)} files."
                report = report.model_copy(update={"notes": (*report.notes, note)})
            write_text_atomically(recording_report_path(path), report.to_json(), force)
            out.commit()
        reports.append(report)
    if not reports:
        raise StoreError(
            f"The recording of {camera} in this time range has just expired and was deleted. Choose a later range."
        )
    return reports


def recording_report_path(output: Path) -> Path:
    """Path of the recording report. Not `.report.json`: `passerby redact` writes that, and `passerby verify` reads
    it."""
    return output.with_name(f"{output.stem}.recording.json")


def _init_section(recordings: Recordings, segment: Segment) -> bytes:
    try:
        with recordings.open_segment(segment) as file:
            return file.read(segment.init_size)
    except StoreError:  # expired since it was listed
        return b""


def _write(
    recordings: Recordings, segments: Sequence[Segment], start: int, end: int, temp_path: Path, path: Path
) -> _ExportState:
    state = _ExportState()
    container: OutputContainer | None = None
    stream: VideoStream | None = None
    try:
        for segment in segments:
            try:
                with recordings.open_segment(segment) as file:
                    data = io.BytesIO(file.read(segment.size))
            except StoreError:  # expired since it was listed: the report lists it as missing
                continue
            with av.open(data, "r", format="mp4") as source:
                if stream is None or container is None:
                    container = open_output(temp_path, "mp4", [Fraction(1, TIMESCALE)])
                    stream = container.add_stream_from_template(source.streams.video[0])
                    stream.metadata["handler_name"] = "Video"
                progress = _SegmentProgress()
                for packet in _retimed(source.demux(video=0), segment, start, end, state, progress):
                    packet.stream = stream
                    container.mux(packet)
                state.frames += progress.frames
                if progress.frames and state.covered is not None:
                    covered = recordings.covered_frames(
                        segment, progress.start - _ROUNDING_US, progress.end - _ROUNDING_US
                    )
                    state.covered = None if covered is None else state.covered + covered
    except (av.FFmpegError, OSError) as error:
        raise _export_error(path, error) from error
    finally:
        if container is not None:
            try:
                container.close()
            except (av.FFmpegError, OSError) as error:
                raise _export_error(path, error) from error
    return state


def _retimed(
    packets: Iterable[av.Packet[VideoStream]],
    segment: Segment,
    start: int,
    end: int,
    state: _ExportState,
    progress: _SegmentProgress,
) -> Iterator[av.Packet[VideoStream]]:
    """The packets of those parts that overlap the requested time, with their timestamps in the file.

    Updates `state` and `progress` as they are taken.
    """
    first: int | None = None
    for part in _group_by_keyframe(packets):
        began, ended = part[0].pts or 0, (part[-1].pts or 0) + (part[-1].duration or 0)
        first = began if first is None else first
        after, until = ((ticks - first) * 1_000_000 // TIMESCALE for ticks in (began, ended))
        begins, ends = segment.wall_start + after, segment.wall_start + until
        if ends <= start or begins >= end:
            continue
        file_end = state.ranges[-1].file_end if state.ranges else 0
        pause = None if state.last is None else began - state.last
        if pause is None or not 0 <= pause <= _MAX_PAUSE_TICKS:
            state.ranges.append(_ExportedRange(begins, ends, file_end, file_end, segment.boot_session.trusted))
            pause = 0
        shift = file_end + pause - began
        current = state.ranges[-1]
        current.wall_end, current.file_end, state.last = ends, ended + shift, ended
        current.trusted = current.trusted and segment.boot_session.trusted
        progress.start = progress.start if progress.frames else after
        progress.frames, progress.end = progress.frames + len(part), until
        for packet in part:
            packet.pts = packet.dts = (packet.pts or 0) + shift
            yield packet


def _group_by_keyframe(packets: Iterable[av.Packet[VideoStream]]) -> Iterator[list[av.Packet[VideoStream]]]:
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
    camera: str, segments: Sequence[Segment], state: _ExportState, start: float, end: float, temp_path: Path, path: Path
) -> RecordingReport:
    with temp_path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return RecordingReport(
        program=PROGRAM,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        camera=camera,
        requested=UtcSpan(start=_iso_time(round(start * 1e6)), end=_iso_time(round(end * 1e6))),
        output=ExportedFile(
            name=path.name.encode("utf-8", "replace").decode(),
            sha256=sha256,
            size=temp_path.stat().st_size,
            width=segments[0].width,
            height=segments[0].height,
            frames=state.frames,
            covered=state.covered,
        ),
        recorded=tuple(
            ExportedSpan(
                start=_iso_time(recorded.wall_start),
                end=_iso_time(recorded.wall_end),
                file_start=round(recorded.file_start / TIMESCALE, 3),
                file_end=round(recorded.file_end / TIMESCALE, 3),
                trusted=recorded.trusted,
            )
            for recorded in state.ranges
        ),
        missing=tuple(_missing(state.ranges, round(start * 1e6), round(end * 1e6))),
        notes=tuple(_notes(state)),
    )


def _missing(ranges: Sequence[_ExportedRange], start: int, end: int) -> Iterator[UtcSpan]:
    """The requested time that no range covers, where it exceeds a frame or two."""
    at = start
    for current in sorted(ranges, key=lambda recorded: recorded.wall_start):
        if current.wall_start - at > _MIN_MISSING_US:
            yield UtcSpan(start=_iso_time(at), end=_iso_time(current.wall_start))
        at = max(at, current.wall_end)
    if end - at > _MIN_MISSING_US:
        yield UtcSpan(start=_iso_time(at), end=_iso_time(end))


def _notes(state: _ExportState) -> Iterator[str]:
    if not all(recorded.trusted for recorded in state.ranges):
        yield "The clock was not synchronised while some of this was recorded: times of those ranges may be wrong."
    if state.covered:
        yield (
            f"{state.covered} of {state.frames} frames were covered whole when they were recorded, because they "
            "could not be analysed in time."
        )


def _iso_time(time_us: int) -> str:
    try:
        return datetime.fromtimestamp(time_us / 1e6, UTC).isoformat(timespec="milliseconds")
    except (OverflowError, ValueError, OSError):
        return "out of range"


def _export_error(path: Path, error: Exception) -> PasserbyError:
    if isinstance(error, OSError):
        return output_error(path, error)
    return OutputError(f"{path} cannot be written: {error}. Check the recordings: passerby recordings check")
