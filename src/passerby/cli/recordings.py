"""`passerby recordings`: list, export and check recordings."""

from __future__ import annotations

import json as jsonlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Column, Table

from passerby.cli.common.clip_export import download_clip, export_range, nothing_recorded
from passerby.cli.common.terminal import Terminal, echo
from passerby.cli.common.time_arguments import format_time, parse_time
from passerby.core.errors import StoreError, UsageError

if TYPE_CHECKING:  # the other commands need no database, whose import is slow
    from passerby.store.recordings.index import CameraRecordings
    from passerby.store.recordings.segment import Segment

app = typer.Typer(help="Recordings of cameras: initialise a data folder, list, export, check.", no_args_is_help=True)

Data = Annotated[Path, typer.Option("--data", envvar="PASSERBY_DATA", help="The data folder, `data` in site.yaml.")]
Json = Annotated[bool, typer.Option("--json", help="Write JSON to standard output.")]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", help="MP4 file to write; by default CAMERA-FROM.mp4 in this folder.")
]
Force = Annotated[bool, typer.Option("--force", help="Replace the output and its report.")]
FROM = "Start: 2026-05-04T17:30, 17:30 (today), or 20m (ago; s, m, h, d)."
TO = "End, likewise; also now."
_DATA = Path("data")
#: Largest gap between two segments that are listed as one range.
_MAX_GAP_US = 1_500_000


@app.command()
def init(data: Data = _DATA) -> None:
    """Initialise a data folder. Required, so that an unmounted disk is never written to."""
    from passerby.store.data_folder import DataFolder

    folder = DataFolder.create(data)
    echo(f"{folder.path} is a data folder, {folder.identity.id}")
    folder.close()


@app.command("list")
def list_recordings(
    camera: Annotated[str | None, typer.Argument(help="The camera; all by default.")] = None,
    start: Annotated[str | None, typer.Argument(metavar="[FROM]", help=FROM)] = None,
    end: Annotated[str | None, typer.Argument(metavar="[TO]", help=TO)] = None,
    data: Data = _DATA,
    json: Json = False,
) -> None:
    """List recordings: a summary of all cameras, or every continuous range of one camera."""
    from passerby.store.recordings.index import Recordings

    now = datetime.now(UTC)
    with Recordings.open(data) as recordings:
        if camera is None:
            _print_cameras(recordings.cameras(), json)
            return
        start_s = parse_time(start, now) if start is not None else 0.0
        end_s = parse_time(end, now) if end is not None else now.timestamp() + timedelta(days=36500).total_seconds()
        found = recordings.between(camera, start_s, end_s)
        if not found:
            raise StoreError(nothing_recorded(recordings, camera))
        _print_ranges(list(_ranges(found)), json)


@app.command()
def export(
    camera: Annotated[str, typer.Argument(help="The camera.")],
    start: Annotated[str, typer.Argument(metavar="FROM", help=FROM)],
    end: Annotated[str, typer.Argument(metavar="TO", help=TO)],
    output: Output = None,
    data: Data = _DATA,
    *,
    purpose: Annotated[
        str, typer.Option("--purpose", help="The reason, for the audit log (`passerby audit`). No names: a case.")
    ],
    force: Force = False,
    json: Json = False,
) -> None:
    """Export a time range of a camera as one MP4, without re-encoding, with a report beside it. Actor and purpose are
    written to the audit log first. With dual approval the export is only requested (exit code 3); `download` gets the
    clip once somebody else has approved it."""
    now = datetime.now(UTC)
    start_s, end_s = parse_time(start, now), parse_time(end, now)
    if end_s <= start_s:
        raise UsageError(f"{end} is not after {start}. Give FROM and TO in this order.")
    export_range(camera, start_s, end_s, output, data, purpose, force, json)


@app.command()
def download(
    number: Annotated[int, typer.Argument(help="The number that `passerby recordings export` printed.")],
    output: Output = None,
    data: Data = _DATA,
    *,
    force: Force = False,
) -> None:
    """Download a clip that you requested and somebody else approved, where exports need dual approval. The download is
    written to the audit log first."""
    download_clip(number, output, data, force)


@app.command()
def check(data: Data = _DATA, json: Json = False) -> None:
    """Read every recording and check that files and index are consistent. Changes nothing; `passerby watch` repairs
    them at its start. Exit code 3 when something is inconsistent."""
    from passerby.store.recordings.index import Recordings

    with Recordings.open(data) as recordings:
        result = recordings.check()
    findings = [finding for finding in result.findings if finding.kind != "open"]  # those may be growing right now
    if json:
        rows = [{"kind": finding.kind, "path": finding.path} for finding in findings]
        report = {"segments": result.segments, "usage_correct": result.usage_correct, "findings": rows}
        echo(jsonlib.dumps(report, indent=1))
    else:
        echo(f"{result.segments} segments, {len(findings)} inconsistencies")
        for finding in findings:
            echo(f"  {finding.path}: {_MEANING[finding.kind]}")
        if not result.usage_correct:
            echo("  the stored sum of all sizes is wrong")
    if findings or not result.usage_correct:
        raise typer.Exit(3)


_MEANING = {
    "missing": "the file does not exist",
    "broken": "the file is incomplete or damaged",
    "long": "the file is longer than the index says",
    "unindexed": "the file is not in the index, and is newer than all that are",
    "orphaned": "the file is not in the index any more",
}


@dataclass(slots=True)
class _Range:
    """Segments without a gap between them. Times in microseconds of Unix time."""

    start: int
    end: int
    bytes: int
    trusted: bool
    boot_session: int


def _ranges(segments: Iterable[Segment]) -> Iterator[_Range]:
    current: _Range | None = None
    for segment in segments:
        if (
            current is not None
            and current.boot_session == segment.boot_session.id
            and segment.wall_start - current.end <= _MAX_GAP_US
        ):
            current.end, current.bytes = segment.wall_end, current.bytes + segment.size
            continue
        if current is not None:
            yield current
        session = segment.boot_session
        current = _Range(segment.wall_start, segment.wall_end, segment.size, session.trusted, session.id)
    if current is not None:
        yield current


def _print_cameras(cameras: Sequence[CameraRecordings], json: bool) -> None:
    if json:
        rows = [
            {
                "camera": camera.camera,
                "oldest": camera.oldest / 1e6,
                "newest": camera.newest / 1e6,
                "seconds": camera.seconds,
                "bytes": camera.bytes,
                "trusted": camera.trusted,
            }
            for camera in cameras
        ]
        echo(jsonlib.dumps({"cameras": rows}, indent=1))
        return
    if not cameras:
        echo("There are no recordings yet.")
        return
    table = Table(Column("camera", no_wrap=True), "from", "to", "recorded", "size")
    for camera in cameras:
        length = str(timedelta(seconds=round(camera.seconds)))
        table.add_row(
            camera.camera, format_time(camera.oldest), format_time(camera.newest), length, _size(camera.bytes)
        )
    Terminal().print(table)
    if not all(camera.trusted for camera in cameras):
        echo("The clock was not always synchronised: some of these times may be wrong.")


def _print_ranges(ranges: Sequence[_Range], json: bool) -> None:
    if json:
        rows = [
            {"start": found.start / 1e6, "end": found.end / 1e6, "bytes": found.bytes, "trusted": found.trusted}
            for found in ranges
        ]
        echo(jsonlib.dumps({"ranges": rows}, indent=1))
        return
    table = Table("from", "to", "size", "clock")
    for found in ranges:
        clock = "" if found.trusted else "not synchronised"
        table.add_row(format_time(found.start), format_time(found.end), _size(found.bytes), clock)
    Terminal().print(table)


def _size(count: int) -> str:
    return f"{count / 1e9:.2f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB"
