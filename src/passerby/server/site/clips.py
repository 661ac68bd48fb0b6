"""Clips for download: written once they are approved, and deleted a day after they were requested."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

from fastapi import HTTPException
from pydantic import JsonValue

from passerby.core.errors import PasserbyError
from passerby.server.site.auth.principal import Principal
from passerby.server.site.context import SiteContext
from passerby.store.accounts.approvals import Approval, ApprovalKind, Approvals, ApprovalStage
from passerby.store.audit.log import AuditAction
from passerby.store.recordings.approval_clips import CLIP_LIFETIME_S, clip_folder

_ENDED = (ApprovalStage.EXPIRED, ApprovalStage.REJECTED, ApprovalStage.FAILED)


class ClipExports:
    """The clips of one site."""

    def __init__(self, context: SiteContext) -> None:
        self._context, self.approvals = context, Approvals(context.database)
        self._lock = threading.Lock()

    def delete_expired(self) -> None:
        """Clips are deleted a day after the request; undecided requests expire then too."""
        now = self._context.wall_time()
        with self._lock:
            for approval in self.approvals.all(ApprovalKind.EXPORT):
                if abs(now - approval.requested_at) <= CLIP_LIFETIME_S or approval.state in _ENDED:
                    continue
                shutil.rmtree(clip_folder(self._context.database, approval), ignore_errors=True)
                self.approvals.set_result(approval.id, ApprovalStage.EXPIRED, approval.result)

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
