"""Clips for download: written once they are approved, and deleted a day after they were requested.

Clips must not displace recordings, so there are limits: for their number and bytes, of each account and of the site.
An equal clip that is still there is not written again.
"""

from __future__ import annotations

import shutil
import threading
from contextlib import suppress
from pathlib import Path

from fastapi import HTTPException
from pydantic import JsonValue

from passerby.core.errors import DiskFull, PasserbyError
from passerby.server.rate_limit import RateLimit
from passerby.server.site.auth.principal import Principal
from passerby.server.site.context import SiteContext
from passerby.store.accounts.approvals import Approval, ApprovalKind, Approvals, ApprovalStage
from passerby.store.audit.log import AuditAction
from passerby.store.recordings.approval_clips import clip_folder, delete_expired_clips
from passerby.store.recordings.clip_space import (
    ACCOUNT_SHARE,
    LENT_SHARE,
    MAX_ACCOUNT_CLIPS,
    MAX_SITE_CLIPS,
    SITE_SHARE,
    clip_bytes,
)
from passerby.store.recordings.part import to_us

#: Requests for clips of one account, in so many seconds.
MAX_REQUESTS, MAX_REQUESTS_S = 60, 3600.0


class ClipExports:
    """The clips of one site."""

    def __init__(self, context: SiteContext) -> None:
        self._context, self.approvals = context, Approvals(context.database)
        self._lock = threading.Lock()
        #: Each is a row of the audit log.
        self.requests = RateLimit(
            "requests for clips", MAX_REQUESTS, MAX_REQUESTS_S, lambda: context.clock.now().monotonic
        )

    def delete_expired(self) -> None:
        """Clips are deleted a day after the request; undecided requests expire then too."""
        with self._lock, suppress(DiskFull):  # no space to write it down: nobody is kept from the rest
            delete_expired_clips(self._context.database, self._context.wall_time())

    def equal(self, actor: str, camera: str, start: float, end: float) -> Approval | None:
        """A clip of the same time that this user has requested, and that has not ended."""
        wanted = (camera, start, end)
        for approval in self.approvals.unended(ApprovalKind.EXPORT):
            request = approval.request
            if approval.requested_by == actor and (request["camera"], request["start"], request["end"]) == wanted:
                return approval
        return None

    def estimated_bytes(self, camera: str, start: float, end: float) -> int:
        """Bytes of a clip: packets are copied."""
        total = 0.0
        for segment in self._context.recordings.between(camera, start, end):
            length = max(1, segment.wall_end - segment.wall_start)
            inside = min(segment.wall_end, to_us(end)) - max(segment.wall_start, to_us(start))
            total += segment.size * min(1.0, max(0.0, inside / length))
        return round(total)

    def check_quotas(self, actor: str, need: int, *, new: bool = True) -> None:
        """Is there room for a clip of `need` bytes, requested by this user? `new`: it is one more, and not one that
        waits already. Raises HTTPException, which says what to do."""
        folder, retention = self._context.database.folder, self._context.recordings.retention
        clips = self.approvals.unended(ApprovalKind.EXPORT)
        own = [clip for clip in clips if clip.requested_by == actor]
        capacity = folder.capacity_bytes()
        if new and (len(own) >= MAX_ACCOUNT_CLIPS or len(clips) >= MAX_SITE_CLIPS):
            raise HTTPException(
                409, f"{len(own)} clips of yours and {len(clips)} in all wait here. Clips are deleted after a day."
            )
        if sum(map(_bytes, own)) + (need if new else 0) > ACCOUNT_SHARE * capacity:
            raise HTTPException(409, "Your clips would take too much space. Request a shorter one, or wait a day.")
        if clip_bytes(folder) + need > SITE_SHARE * capacity:
            raise HTTPException(409, "The clips here would take too much space. Request a shorter one, or wait a day.")
        if folder.free_bytes() - need < retention.min_free * (1 - LENT_SHARE):
            raise HTTPException(507, "There is no space for this clip beside the recordings. Request a shorter one.")

    def find(self, id: int) -> Approval:
        """Raises HTTPException."""
        self.delete_expired()
        approval = self.approvals.get(id)
        if approval is None or approval.kind is not ApprovalKind.EXPORT:
            raise HTTPException(404, "There is no export with this number.")
        return approval

    def write_files(self, approval: Approval, principal: Principal) -> None:
        """Write the files of an approved clip. A failure becomes the result of the approval."""
        request, folder = approval.request, clip_folder(self._context.database, approval)
        details: dict[str, JsonValue] = {"camera": str(request["camera"]), "requested_in": int(request["row"])}
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            output = folder / f"{request['camera']}.mp4"
            reports = self._context.tools.export_clip(
                self._context.recordings, request["camera"], request["start"], request["end"], output
            )
            files: list[dict[str, JsonValue]] = [
                {"sha256": report.output.sha256, "bytes": report.output.size, "frames": report.output.frames}
                for report in reports
            ]
            self._context.audit(
                principal, AuditAction.EXPORT_COMPLETED, {**details, "files": list(files)}, approval.purpose
            )
            written = [
                {**file, "name": report.output.name, "seconds": report.recorded[-1].file_end}
                for file, report in zip(files, reports, strict=True)
            ]
            self.approvals.set_result(approval.id, ApprovalStage.DONE, {"files": list(written)})
        except (PasserbyError, OSError) as error:
            shutil.rmtree(folder, ignore_errors=True)
            self.approvals.set_result(approval.id, ApprovalStage.FAILED, {"problem": str(error)})

    def file(self, approval: Approval, number: int) -> Path:
        """One file of a clip. Raises HTTPException."""
        names = [str(report["name"]) for report in approval.result.get("files", ())]
        if approval.state is not ApprovalStage.DONE or not 0 <= number < len(names):
            raise HTTPException(404, "There is no such file, or it has expired.")
        return clip_folder(self._context.database, approval) / names[number]


def _bytes(approval: Approval) -> int:
    """Bytes of a clip, or what it will have."""
    files = approval.result.get("files")
    return sum(int(file["bytes"]) for file in files) if files else int(approval.request.get("bytes", 0))
