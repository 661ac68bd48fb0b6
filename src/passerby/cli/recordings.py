"""`passerby recordings`: what was recorded, and how to get it out."""

from __future__ import annotations

import json as jsonlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Column, Table

from passerby.cli.approvals import ask, note, say_asked, take
from passerby.cli.time_arguments import moment, shown
from passerby.core.errors import StoreError, UsageError

if TYPE_CHECKING:  # the other commands do not need a database, nor its start
    from pydantic import JsonValue

    from passerby.documents.recording_report import RecordingReport
    from passerby.store.recordings.index import CameraRecordings, Recordings
    from passerby.store.recordings.segment import Segment

app = typer.Typer(help="What cameras have recorded: make a data folder, list, export, check.", no_args_is_help=True)

Data = Annotated[
    Path, typer.Option("--data", envvar="PASSERBY_DATA", help="The data folder, as `data` in site.yaml names it.")
]
Json = Annotated[bool, typer.Option("--json", help="Write JSON to standard output.")]
FROM = "Where to begin: 2026-05-04T17:30, 17:30 (today), or 20m (ago; s, m, h, d)."
TO = "Where to end, likewise; also now."
_HERE = Path("data")
#: Microseconds between two segments up to which they are told as one stretch.
_PAUSE = 1_500_000


@app.command()
def init(data: Data = _HERE) -> None:
    """Make a new or empty folder a data folder. Without this nothing is recorded: a missing disk looks like that."""
    from passerby.store.data_folder import DataFolder

    folder = DataFolder.make(data)
    typer.echo(f"{folder.path} is a data folder, {folder.identity.id}")
    folder.close()


@app.command("list")
def list_recordings(
    camera: Annotated[str | None, typer.Argument(help="Which camera; all, when none is named.")] = None,
    start: Annotated[str | None, typer.Argument(metavar="[FROM]", help=FROM)] = None,
    end: Annotated[str | None, typer.Argument(metavar="[TO]", help=TO)] = None,
    data: Data = _HERE,
    json: Json = False,
) -> None:
    """What there is: of all cameras in short, or of one camera every stretch without a pause."""
    from passerby.store.recordings.index import Recordings

    now = datetime.now(UTC)
    with Recordings.open(data) as recordings:
        if camera is None:
            _say_cameras(recordings.cameras(), json)
            return
        begins = moment(start, now) if start is not None else 0.0
        ends = moment(end, now) if end is not None else now.timestamp() + timedelta(days=36500).total_seconds()
        found = recordings.between(camera, begins, ends)
        if not found:
            raise StoreError(_nothing(recordings, camera))
        _say_stretches(list(_stretches(found)), json)


@app.command()
def export(
    camera: Annotated[str, typer.Argument(help="Which camera.")],
    start: Annotated[str, typer.Argument(metavar="FROM", help=FROM)],
    end: Annotated[str, typer.Argument(metavar="TO", help=TO)],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="MP4 to write; by default CAMERA-FROM.mp4 here.")
    ] = None,
    data: Data = _HERE,
    *,
    purpose: Annotated[
        str,
        typer.Option("--purpose", help="What it is for, as the log of `passerby audit` will say. No names: a case."),
    ],
    force: Annotated[bool, typer.Option("--force", help="Replace the output and its report.")] = False,
    json: Json = False,
) -> None:
    """Write what a camera recorded between two moments as one MP4, as it was recorded, with a report beside it. Who
    did so, and what for, is written down first. Where a clip takes two persons nothing is written but that it was asked
    for (exit code 3); `take` gets it when somebody else has agreed."""
    now = datetime.now(UTC)
    begins, ends = moment(start, now), moment(end, now)
    if ends <= begins:
        raise UsageError(f"{end} does not come after {start}. Give FROM and TO in this order.")
    export_stretch(camera, begins, ends, output, data, purpose, force, json)


def export_stretch(
    camera: str, begins: float, ends: float, output: Path | None, data: Path, purpose: str, force: bool, json: bool
) -> None:
    """What a camera recorded from `begins` to `ends` (Unix seconds), as `passerby recordings export` writes it."""
    from passerby.sink.recording.export import join, report_path
    from passerby.store.audit.log import stated
    from passerby.store.recordings.approval_clips import takes_two
    from passerby.store.recordings.index import Recordings

    path = output or Path(f"{camera}-{datetime.fromtimestamp(begins).astimezone():%Y%m%dT%H%M%S}.mp4")
    if path.suffix.lower() != ".mp4":
        raise UsageError(f"Recordings are exported as MP4. Give a name that ends in .mp4 instead of {path.name}.")
    said = stated(purpose)
    with Recordings.open(data) as recordings:
        if not recordings.between(camera, begins, ends):
            raise StoreError(_nothing(recordings, camera))
        if takes_two(recordings.database):
            say_asked(ask(recordings.database, camera, begins, ends, said), json)
            raise typer.Exit(3)
        asked = _log_asked(recordings, camera, begins, ends, said)
        reports = join(recordings, camera, begins, ends, path, force)
        _log_done(recordings, camera, asked, said, reports)
    for report in reports:
        written = path.with_name(report.output.name)
        if json:
            typer.echo(jsonlib.dumps({"path": str(written), **report.model_dump()}))
            continue
        length = report.stretches[-1].end
        typer.echo(f"{written}: {length:.1f} s, {report.output.frames} frames; report: {report_path(written)}")
        for span in report.missing:
            typer.echo(f"  nothing was recorded from {_local(span.begins)} to {_local(span.ends)}")
        for remark in report.notes:
            typer.echo(f"  {remark}")


app.command()(take)


@app.command()
def check(data: Data = _HERE, json: Json = False) -> None:
    """Read every recording, and see whether files and index agree. Changes nothing: `passerby watch` does, when it
    starts."""
    from passerby.store.recordings.index import Recordings

    with Recordings.open(data) as recordings:
        found = recordings.check()
    wrong = [finding for finding in found.findings if finding.what != "open"]  # those may be growing just now
    if json:
        findings = [{"what": finding.what, "path": finding.path} for finding in wrong]
        typer.echo(jsonlib.dumps({"segments": found.segments, "sum_right": found.used, "findings": findings}, indent=1))
    else:
        typer.echo(f"{found.segments} segments, {len(wrong)} of them or of the files beside them not as they should be")
        for finding in wrong:
            typer.echo(f"  {finding.path}: {_MEANING[finding.what]}")
        if not found.used:
            typer.echo("  the sum of their sizes is written down wrongly")
    if wrong or not found.used:
        raise typer.Exit(3)


def _log_asked(recordings: Recordings, camera: str, begins: float, ends: float, purpose: str) -> int:
    """Before anything is copied, so that nothing leaves that is not written down. The number of the row."""
    from passerby.store.audit.log import Deed
    from passerby.store.recordings.part import micros

    on: dict[str, JsonValue] = {"camera": camera, "begins": micros(begins), "ends": micros(ends)}
    return note(recordings.database, Deed.EXPORT, on, purpose)


def _log_done(
    recordings: Recordings, camera: str, asked: int, purpose: str, reports: Sequence[RecordingReport]
) -> None:
    """Which files it has become: by their hashes, since a name that somebody gave a file may be anybody's."""
    from passerby.store.audit.log import Deed

    files: list[JsonValue] = [
        {"sha256": report.output.sha256, "bytes": report.output.size, "frames": report.output.frames}
        for report in reports
    ]
    note(recordings.database, Deed.EXPORTED, {"camera": camera, "asked_in": asked, "files": files}, purpose)


_MEANING = {
    "missing": "the file is gone",
    "broken": "the file is not whole",
    "long": "the file has more than the index says",
    "lost": "the index does not know of it, and it may be kept",
    "left": "the index does not know of it any more",
}


@dataclass(slots=True)
class _Listed:
    """Segments without a pause between them. Times in microseconds of Unix time."""

    begins: int
    ends: int
    segments: int
    bytes: int
    trusted: bool
    run: int


def _stretches(found: Iterable[Segment]) -> Iterator[_Listed]:
    now: _Listed | None = None
    for segment in found:
        if now is not None and now.run == segment.run.id and segment.begins - now.ends <= _PAUSE:
            now.ends, now.segments, now.bytes = segment.ends, now.segments + 1, now.bytes + segment.size
            continue
        if now is not None:
            yield now
        now = _Listed(segment.begins, segment.ends, 1, segment.size, segment.run.trusted, segment.run.id)
    if now is not None:
        yield now


def _say_cameras(cameras: Sequence[CameraRecordings], json: bool) -> None:
    if json:
        rows = [
            {
                "camera": one.camera,
                "oldest": one.oldest / 1e6,
                "newest": one.newest / 1e6,
                "seconds": one.seconds,
                "bytes": one.bytes,
                "trusted": one.trusted,
            }
            for one in cameras
        ]
        typer.echo(jsonlib.dumps({"cameras": rows}, indent=1))
        return
    if not cameras:
        typer.echo("Nothing has been recorded yet.")
        return
    table = Table(Column("camera", no_wrap=True), "from", "to", "recorded", "size")
    for one in cameras:
        length = str(timedelta(seconds=round(one.seconds)))
        table.add_row(one.camera, shown(one.oldest), shown(one.newest), length, _size(one.bytes))
    Console().print(table)
    if not all(one.trusted for one in cameras):
        typer.echo("The clock could not be trusted all the time: some of these times may be wrong.")


def _say_stretches(stretches: Sequence[_Listed], json: bool) -> None:
    if json:
        rows = [
            {"begins": one.begins / 1e6, "ends": one.ends / 1e6, "bytes": one.bytes, "trusted": one.trusted}
            for one in stretches
        ]
        typer.echo(jsonlib.dumps({"stretches": rows}, indent=1))
        return
    table = Table("from", "to", "size", "clock")
    for one in stretches:
        clock = "" if one.trusted else "not trusted"
        table.add_row(shown(one.begins), shown(one.ends), _size(one.bytes), clock)
    Console().print(table)


def _nothing(recordings: Recordings, camera: str) -> str:
    known = {one.camera: one for one in recordings.cameras()}
    if camera in known:
        one = known[camera]
        span = f"from {shown(one.oldest)} to {shown(one.newest)}"
        return f"Nothing was recorded of {camera} then. There is something {span}."
    there = f"There are recordings of: {', '.join(known)}." if known else "There are no recordings at all."
    return f"Nothing was recorded of {camera}. {there}"


def _size(count: int) -> str:
    return f"{count / 1e9:.2f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB"


def _local(told: str) -> str:
    try:
        return shown(round(datetime.fromisoformat(told).timestamp() * 1e6))
    except ValueError:
        return told
