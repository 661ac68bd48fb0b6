"""Exporting a clip at the command line, at once or with the approval of a second person.

With dual approval the export is only requested here; another person approves it on the web pages, and then the clip is
downloaded here. Each step is written to the audit log before it happens.
"""

from __future__ import annotations

import json as jsonlib
import shutil
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from passerby.cli.common.os_user import current_user
from passerby.cli.common.terminal import echo
from passerby.cli.common.time_arguments import format_time
from passerby.core.errors import StoreError, UsageError

if TYPE_CHECKING:  # the other commands need no database, whose import is slow
    from pydantic import JsonValue

    from passerby.documents.recording_report import RecordingReport
    from passerby.store.accounts.approvals import Approval
    from passerby.store.audit.log import AuditAction
    from passerby.store.database import Database
    from passerby.store.recordings.index import Recordings


def export_range(
    camera: str, start: float, end: float, output: Path | None, data: Path, purpose: str, force: bool, json: bool
) -> None:
    """Export what a camera recorded from `start` to `end` (Unix seconds), or request it where dual approval is on."""
    from passerby.sink.recording.export import export_recording
    from passerby.store.audit.log import clean_purpose
    from passerby.store.recordings.approval_clips import needs_dual_approval
    from passerby.store.recordings.index import Recordings

    path = output or Path(f"{camera}-{datetime.fromtimestamp(start).astimezone():%Y%m%dT%H%M%S}.mp4")
    _check_extension(path)
    purpose = clean_purpose(purpose)
    with Recordings.open(data) as recordings:
        if not recordings.between(camera, start, end):
            raise StoreError(nothing_recorded(recordings, camera))
        if needs_dual_approval(recordings.database):
            _print_requested(request_clip(recordings.database, camera, start, end, purpose), json)
            raise typer.Exit(3)
        row = _log_request(recordings.database, camera, start, end, purpose, needs_approval=False)
        reports = export_recording(recordings, camera, start, end, path, force)
        _log_completed(recordings.database, camera, row, purpose, reports)
    for report in reports:
        _print_report(path.with_name(report.output.name), report, json)


def request_clip(database: Database, camera: str, start: float, end: float, purpose: str) -> int:
    """Request a clip. Returns the number with which it is downloaded once a second person has approved it."""
    from passerby.core.clock import SystemClock
    from passerby.store.accounts.approvals import ApprovalKind, Approvals

    row = _log_request(database, camera, start, end, purpose, needs_approval=True)
    request: dict[str, JsonValue] = {"camera": camera, "start": start, "end": end, "row": row}
    now = SystemClock().now().wall
    return Approvals(database).request(ApprovalKind.EXPORT, current_user(), purpose, request, now).id


def download_clip(number: int, output: Path | None, data: Path, force: bool) -> None:
    """Copy the files of an approved clip. Raises StoreError while it is not available."""
    from passerby.store.audit.log import AuditAction
    from passerby.store.database import Database
    from passerby.store.recordings.approval_clips import clip_folder, clip_name

    if output is not None:
        _check_extension(output)
    with Database.open(data) as database:
        clip = _approved(database, number)
        details = {"camera": clip.request["camera"], "requested_in": clip.request["row"]}
        _log(database, AuditAction.EXPORT_DOWNLOADED, details, clip.purpose)
        for n, file in enumerate(clip.result["files"]):
            video = clip_folder(database, clip) / str(file["name"])
            path = Path(clip_name(clip, n, ".mp4")) if output is None else _numbered(output, n)
            _copy(video, path, force)
            echo(f"{path}: {file['seconds']:.1f} s, {file['frames']} frames; SHA-256 {file['sha256']}")


def nothing_recorded(recordings: Recordings, camera: str) -> str:
    """The message for a time range without recordings, with what there is instead."""
    cameras = {found.camera: found for found in recordings.cameras()}
    if camera in cameras:
        found = cameras[camera]
        available = f"{format_time(found.oldest)} to {format_time(found.newest)}"
        return f"No recording of {camera} in this time range. There are recordings from {available}."
    others = f"There are recordings of: {', '.join(cameras)}." if cameras else "There are no recordings at all."
    return f"No recording of {camera}. {others}"


def _check_extension(path: Path) -> None:
    if path.suffix.lower() != ".mp4":
        raise UsageError(f"Recordings are exported as MP4. Give a name that ends in .mp4 instead of {path.name}.")


def _print_requested(number: int, json: bool) -> None:
    if json:
        echo(jsonlib.dumps({"request": number, "state": "pending"}))
        return
    echo(
        "Exports need the approval of a second person here (web: dual_approval in site.yaml), so nothing was exported. "
        f"Your request has the number {number}. Another operator or administrator approves it within a day on the web "
        f"pages under Clips. Then download it: passerby recordings download {number}"
    )


def _print_report(path: Path, report: RecordingReport, json: bool) -> None:
    from passerby.sink.recording.export import recording_report_path

    if json:
        echo(jsonlib.dumps({"path": str(path), **report.model_dump()}))
        return
    length_s = report.recorded[-1].file_end
    echo(f"{path}: {length_s:.1f} s, {report.output.frames} frames; report: {recording_report_path(path)}")
    for span in report.missing:
        echo(f"  nothing was recorded from {_local(span.start)} to {_local(span.end)}")
    for note in report.notes:
        echo(f"  {note}")


def _log(database: Database, action: AuditAction, details: dict[str, JsonValue], purpose: str) -> int:
    """Write to the audit log, before the action. Returns the number of the row."""
    from passerby.core.clock import SystemClock, boot_id
    from passerby.store.audit.log import AuditEntry, write

    entry = AuditEntry.of(current_user(), action, details, SystemClock().now(), boot_id(), purpose)
    return write(database, entry).number


def _log_request(
    database: Database, camera: str, start: float, end: float, purpose: str, *, needs_approval: bool
) -> int:
    """Before anything is copied, so that no export is missing in the log. Returns the number of the row."""
    from passerby.store.audit.log import AuditAction
    from passerby.store.recordings.approval_clips import export_details

    details = export_details(camera, start, end, needs_approval=needs_approval)
    return _log(database, AuditAction.EXPORT_REQUESTED, details, purpose)


def _log_completed(
    database: Database, camera: str, request_row: int, purpose: str, reports: Sequence[RecordingReport]
) -> None:
    """Which files were written: by their hashes, since a file name may be of anything."""
    from passerby.store.audit.log import AuditAction

    files: list[JsonValue] = [
        {"sha256": report.output.sha256, "bytes": report.output.size, "frames": report.output.frames}
        for report in reports
    ]
    details: dict[str, JsonValue] = {"camera": camera, "requested_in": request_row, "files": files}
    _log(database, AuditAction.EXPORT_COMPLETED, details, purpose)


def _approved(database: Database, number: int) -> Approval:
    """Raises StoreError while the clip is not available, and when it is not available any more."""
    from passerby.store.accounts.approvals import ApprovalKind, Approvals, ApprovalStage

    clip = Approvals(database).get(number)
    if clip is None or clip.kind is not ApprovalKind.EXPORT:
        raise StoreError(f"There is no export request number {number}.")
    if clip.requested_by != current_user():
        raise StoreError(
            f"Request {number} is by {clip.requested_by}, and only they may download it. You are {current_user()}."
        )
    if clip.state is ApprovalStage.DONE:
        return clip
    raise StoreError(
        {
            ApprovalStage.PENDING: f"Request {number} is still waiting for approval on the web pages under Clips.",
            ApprovalStage.APPROVED: f"{clip.decided_by} has approved request {number}, and the clip is being written. "
            "Try again in a moment.",
            ApprovalStage.REJECTED: f"{clip.decided_by} has rejected request {number}.",
            ApprovalStage.FAILED: f"The clip of request {number} could not be written: {clip.result.get('problem')}",
            ApprovalStage.EXPIRED: f"Request {number} has expired: clips are kept for a day. Request it again.",
        }[clip.state]
    )


def _numbered(output: Path, n: int) -> Path:
    return output if not n else output.with_stem(f"{output.stem}-{n + 1}")


def _copy(video: Path, path: Path, force: bool) -> None:
    """The video and its report, each atomically."""
    from passerby.sink.output_file import OutputFile
    from passerby.sink.recording.export import recording_report_path

    for source, target in ((recording_report_path(video), recording_report_path(path)), (video, path)):
        with OutputFile(target, force) as out:
            try:
                shutil.copyfile(source, out.temp_path)
            except FileNotFoundError:
                raise StoreError("The clip has expired: clips are kept for a day. Request it again.") from None
            out.commit()


def _local(text: str) -> str:
    try:
        return format_time(round(datetime.fromisoformat(text).timestamp() * 1e6))
    except ValueError:
        return text
