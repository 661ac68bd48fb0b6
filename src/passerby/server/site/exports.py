"""Clips: requested with a purpose, approved by a second person if the site requires it, downloaded by the requester."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path
from fastapi.responses import FileResponse, Response
from pydantic import Field, JsonValue

from passerby.config.roles import Right
from passerby.core.model import FrozenModel
from passerby.server.site.auth.principal import Principal
from passerby.server.site.auth.rights import ERROR_RESPONSES, CurrentPrincipal, requires
from passerby.server.site.context import SiteContext
from passerby.server.site.dependencies import Clips, Context
from passerby.server.site.parameters import JSON, MAX_UNIX_S, MP4, Purpose, check_range, content
from passerby.store.accounts.accounts import Accounts
from passerby.store.accounts.approvals import Approval, ApprovalKind, ApprovalStage
from passerby.store.accounts.independence import requester_set_up_since, why_not_independent
from passerby.store.audit.log import AuditAction, clean_purpose
from passerby.store.recordings.approval_clips import clip_name, export_details

#: Seconds of a clip.
MAX_CLIP_S = 6 * 3600.0
ExportId = Annotated[int, Path(ge=1, le=2**31)]
FileNumber = Annotated[int, Path(ge=0, le=10_000)]
ClipTime = Annotated[float, Field(ge=0, le=MAX_UNIX_S, allow_inf_nan=False, description="Unix seconds.")]


class ClipRequest(FrozenModel):
    """Which clip, and for what purpose."""

    camera: str = Field(max_length=63)
    start: ClipTime
    end: ClipTime
    purpose: Purpose


class ClipFile(FrozenModel):
    """One file of a clip. Its report says which parts of the requested time it contains."""

    url: str
    report_url: str
    name: str
    bytes: int
    seconds: float
    sha256: str


class ClipResponse(FrozenModel):
    """A requested clip. Times are Unix seconds."""

    id: int
    camera: str
    start: float
    end: float
    purpose: str
    requested_by: str
    requested_at: float
    state: ApprovalStage
    decided_by: str | None = Field(description="Who approved or rejected it.")
    decided_at: float | None
    own_request: bool = Field(description="Did the current user request it? Only they may download it.")
    can_approve: bool = Field(description="May the current user approve or reject it?")
    problem: str | None
    files: tuple[ClipFile, ...]


router = APIRouter(
    prefix="/api/exports", tags=["exports"], responses=ERROR_RESPONSES, dependencies=[requires(Right.MANAGE_EVENTS)]
)


@router.get("")
def exports(clips: Clips, principal: CurrentPrincipal) -> list[ClipResponse]:
    """Requested clips, the newest first."""
    clips.delete_expired()
    return [_response(approval, principal) for approval in clips.approvals.all(ApprovalKind.EXPORT)]


@router.post("")
def request_export(context: Context, clips: Clips, principal: CurrentPrincipal, request: ClipRequest) -> ClipResponse:
    """Request a clip. It is written at once, or after a second person has approved it."""
    check_range(request.start, request.end, MAX_CLIP_S)
    context.require_camera(request.camera)
    if not context.recordings.between(request.camera, request.start, request.end):
        raise HTTPException(404, f"{request.camera} has no recording of this time.")
    dual_approval, purpose = context.site.web.dual_approval, clean_purpose(request.purpose)
    clips.delete_expired()
    equal = clips.equal(principal.actor, request.camera, request.start, request.end)
    if equal is not None and equal.purpose == purpose:
        return _response(equal, principal)
    clips.requests.take(principal.actor)
    estimate = clips.estimated_bytes(request.camera, request.start, request.end)
    if equal is None:
        clips.check_quotas(principal.actor, estimate)
    details = export_details(request.camera, request.start, request.end, dual_approval)
    row = context.audit(principal, AuditAction.EXPORT_REQUESTED, details, purpose)
    if equal is not None:  # for another purpose, which is in the log now
        return _response(equal, principal)
    body: dict[str, JsonValue] = {
        "camera": request.camera,
        "start": request.start,
        "end": request.end,
        "row": row,
        "bytes": estimate,
    }
    stage = ApprovalStage.PENDING if dual_approval else ApprovalStage.APPROVED
    approval = clips.approvals.request(ApprovalKind.EXPORT, principal.actor, purpose, body, context.wall_time(), stage)
    if not dual_approval:
        clips.write_files(approval, principal)
    return _response(clips.find(approval.id), principal)


@router.get("/{id}")
def export(clips: Clips, principal: CurrentPrincipal, id: ExportId) -> ClipResponse:
    """One requested clip."""
    return _response(clips.find(id), principal)


@router.post("/{id}/approve")
def approve(context: Context, clips: Clips, principal: CurrentPrincipal, id: ExportId) -> ClipResponse:
    """Approve a clip that somebody else requested, and write it."""
    approval = clips.find(id)
    if approval.state is ApprovalStage.PENDING:
        clips.check_quotas(approval.requested_by, int(approval.request.get("bytes", 0)), new=False)
    _decide(context, clips, approval, principal, ApprovalStage.APPROVED)
    clips.write_files(clips.find(id), principal)
    return _response(clips.find(id), principal)


@router.post("/{id}/reject")
def reject(context: Context, clips: Clips, principal: CurrentPrincipal, id: ExportId) -> ClipResponse:
    """Reject a clip that somebody else requested."""
    _decide(context, clips, clips.find(id), principal, ApprovalStage.REJECTED)
    return _response(clips.find(id), principal)


@router.get("/{id}/files/{number}.mp4", response_class=Response, responses=content(MP4))
def download_clip(
    context: Context, clips: Clips, principal: CurrentPrincipal, id: ExportId, number: FileNumber
) -> Response:
    """The clip, for its requester."""
    approval = _own(context, clips.find(id), principal)
    path = clips.file(approval, number)
    details = {"camera": approval.request["camera"], "requested_in": approval.request["row"]}
    context.audit(principal, AuditAction.EXPORT_DOWNLOADED, details, approval.purpose)
    return FileResponse(path, media_type=MP4, filename=clip_name(approval, number, ".mp4"))


@router.get("/{id}/files/{number}.json", response_class=Response, responses=content(JSON))
def download_report(
    context: Context, clips: Clips, principal: CurrentPrincipal, id: ExportId, number: FileNumber
) -> Response:
    """The report of the clip."""
    approval = _own(context, clips.find(id), principal)
    path = clips.file(approval, number).with_suffix(".recording.json")
    return FileResponse(path, media_type=JSON, filename=clip_name(approval, number, ".recording.json"))


def _decide(context: SiteContext, clips: Clips, approval: Approval, principal: Principal, stage: ApprovalStage) -> None:
    if approval.state is not ApprovalStage.PENDING:
        raise HTTPException(409, f"This request is already {approval.state}.")
    if approval.requested_by == principal.actor:
        raise HTTPException(403, "You requested this clip yourself: a second person must decide.")
    if principal.method == "token":
        raise HTTPException(403, "The token belongs to no person. Log in with an account to decide this.")
    reason = why_not_independent(
        Accounts(context.database), approval.requested_by, approval.requested_at, principal.actor
    )
    if reason is not None:
        raise HTTPException(403, reason)
    action = AuditAction.APPROVED if stage is ApprovalStage.APPROVED else AuditAction.REJECTED
    details: dict[str, JsonValue] = {
        "camera": approval.request["camera"],
        "requested_by": approval.requested_by,
        "requested_in": approval.request["row"],
    }
    context.audit(principal, action, details)
    if not clips.approvals.decide(approval.id, stage, principal.actor, context.wall_time()):
        raise HTTPException(409, "Somebody else has just decided this request.")


def _own(context: SiteContext, approval: Approval, principal: Principal) -> Approval:
    if approval.requested_by != principal.actor:
        raise HTTPException(403, "Only the person who requested a clip may download it.")
    if requester_set_up_since(Accounts(context.database), approval.requested_by, approval.requested_at):
        raise HTTPException(403, "Your account was made, reset or linked after you requested this. Request it again.")
    return approval


def _response(approval: Approval, principal: Principal) -> ClipResponse:
    own, pending = approval.requested_by == principal.actor, approval.state is ApprovalStage.PENDING
    files = approval.result.get("files", ()) if approval.state is ApprovalStage.DONE else ()
    return ClipResponse(
        id=approval.id,
        camera=approval.request["camera"],
        start=approval.request["start"],
        end=approval.request["end"],
        purpose=approval.purpose,
        requested_by=approval.requested_by,
        requested_at=approval.requested_at,
        state=approval.state,
        decided_by=approval.decided_by,
        decided_at=approval.decided_at,
        own_request=own,
        can_approve=pending and not own and principal.method != "token",
        problem=approval.result.get("problem"),
        files=tuple(
            ClipFile(
                url=f"/api/exports/{approval.id}/files/{n}.mp4",
                report_url=f"/api/exports/{approval.id}/files/{n}.json",
                name=clip_name(approval, n, ".mp4"),
                bytes=file["bytes"],
                seconds=file["seconds"],
                sha256=file["sha256"],
            )
            for n, file in enumerate(files)
        ),
    )
