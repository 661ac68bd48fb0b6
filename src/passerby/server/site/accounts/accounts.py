"""Administration of accounts, of their sessions, and of changes that an auditor must approve."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Path
from fastapi.responses import Response
from pydantic import Field, JsonValue

from passerby.config.roles import Right, Role
from passerby.core.model import FrozenModel
from passerby.server.site.accounts.account_changes import (
    AccountChange,
    AccountChangeResponse,
    AccountChanges,
    AccountResponse,
    hash_new_password,
)
from passerby.server.site.accounts.open_sessions import OpenSessionResponse
from passerby.server.site.auth.rights import ERROR_RESPONSES, CurrentPrincipal, requires
from passerby.server.site.dependencies import Services, SiteServices
from passerby.server.site.parameters import Password
from passerby.store.accounts.accounts import Account, account_name
from passerby.store.accounts.approvals import Approval, ApprovalKind, ApprovalStage
from passerby.store.audit.log import AuditAction

AccountName = Annotated[str, Path(max_length=64)]
Id = Annotated[int, Path(ge=1, le=2**31)]
OidcSubject = Annotated[str, Field(min_length=1, max_length=200)]


class AccountRequest(FrozenModel):
    """A new account, with an initial password or a name at the identity provider."""

    name: str = Field(max_length=64)
    role: Role
    password: Password | None = None
    oidc: OidcSubject | None = None


class AccountChangeRequest(FrozenModel):
    """Fields to change; what is left out stays. `totp: false` removes the second factor."""

    role: Role | None = None
    password: Password | None = None
    active: bool | None = None
    oidc: OidcSubject | None = None
    totp: bool | None = Field(default=None, description="Only false: only its owner can set one up.")


class ApprovalResponse(FrozenModel):
    """A change of an auditor's account, or to the role of auditor, that an auditor must approve."""

    id: int
    requested_by: str
    requested_at: float
    purpose: str
    name: str
    summary: str = Field(description="The change, as text.")
    state: ApprovalStage
    decided_by: str | None
    decided_at: float | None

    @classmethod
    def of(cls, approval: Approval) -> ApprovalResponse:
        change = AccountChange.of(approval)
        return cls(
            id=approval.id,
            requested_by=approval.requested_by,
            requested_at=approval.requested_at,
            purpose=approval.purpose,
            name=change.name,
            summary=change.summary(),
            state=approval.state,
            decided_by=approval.decided_by,
            decided_at=approval.decided_at,
        )


def account_changes(services: Services) -> AccountChanges:
    return AccountChanges(services.context, services.authenticator.accounts)


Changes = Annotated[AccountChanges, Depends(account_changes)]
router = APIRouter(tags=["accounts"], responses=ERROR_RESPONSES)


@router.get("/api/accounts", dependencies=[requires(Right.VIEW_ACCOUNTS)])
def accounts(services: Services) -> list[AccountResponse]:
    """All accounts."""
    return [AccountResponse.of(account) for account in services.authenticator.accounts.all()]


@router.post("/api/accounts", dependencies=[requires(Right.MANAGE_ACCOUNTS)])
def add_account(
    services: Services, changes: Changes, principal: CurrentPrincipal, request: AccountRequest
) -> AccountChangeResponse:
    """Create an account. That of an auditor needs the approval of an auditor, if there is one."""
    name = account_name(request.name)
    if (request.password is None) == (request.oidc is None):
        raise HTTPException(422, "Give either a password or a name at the identity provider.")
    hashed = None if request.password is None else hash_new_password(services.context, request.password, name)
    if services.authenticator.accounts.find(name) is not None:
        raise HTTPException(409, f"There already is an account {name}.")
    change = AccountChange(
        "add",
        name,
        {"role": request.role.value},
        {"password": hashed, "oidc": request.oidc},
        concerns_auditor=request.role is Role.AUDITOR,
    )
    return changes.submit(principal, change)


@router.put("/api/accounts/{name}", dependencies=[requires(Right.MANAGE_ACCOUNTS)])
def change_account(
    services: Services,
    changes: Changes,
    principal: CurrentPrincipal,
    name: AccountName,
    request: AccountChangeRequest,
) -> AccountChangeResponse:
    """Change an account: its sessions end. A change of an auditor needs the approval of an auditor."""
    account = _find(services, name)
    if request.totp:
        raise HTTPException(422, "Only its owner can set up a second factor.")
    sent = request.model_dump(mode="json", exclude_none=True)
    fields: dict[str, JsonValue] = {key: sent[key] for key in ("role", "active", "oidc", "totp") if key in sent}
    secrets: dict[str, JsonValue] = {}
    if request.password is not None:
        secrets["password"] = hash_new_password(services.context, request.password, account.name)
    auditor = Role.AUDITOR in (account.role, request.role)
    return changes.submit(principal, AccountChange("change", account.name, fields, secrets, concerns_auditor=auditor))


@router.delete("/api/accounts/{name}", dependencies=[requires(Right.MANAGE_ACCOUNTS)])
def remove_account(
    services: Services, changes: Changes, principal: CurrentPrincipal, name: AccountName
) -> AccountChangeResponse:
    """Remove an account. That of an auditor needs the approval of an auditor."""
    account = _find(services, name)
    return changes.submit(
        principal, AccountChange("remove", account.name, concerns_auditor=account.role is Role.AUDITOR)
    )


@router.get("/api/approvals", dependencies=[requires(Right.VIEW_ACCOUNTS)])
def approvals(changes: Changes) -> list[ApprovalResponse]:
    """Changes that need or needed the approval of an auditor, the newest first."""
    return [ApprovalResponse.of(approval) for approval in changes.approvals.all(ApprovalKind.ACCOUNT)]


@router.post("/api/approvals/{id}/approve", dependencies=[requires(Right.SET_RETENTION_LIMIT)])
def approve(changes: Changes, principal: CurrentPrincipal, id: Id) -> AccountChangeResponse:
    """Approve a change, and make it."""
    return changes.approve(principal, id)


@router.post("/api/approvals/{id}/reject", dependencies=[requires(Right.SET_RETENTION_LIMIT)])
def reject(changes: Changes, principal: CurrentPrincipal, id: Id) -> ApprovalResponse:
    """Reject a change."""
    return ApprovalResponse.of(changes.decide(principal, id, ApprovalStage.REJECTED))


@router.get("/api/sessions", dependencies=[requires(Right.MANAGE_ACCOUNTS)])
def sessions(services: Services, principal: CurrentPrincipal) -> list[OpenSessionResponse]:
    """All open sessions."""
    opened = services.authenticator.sessions.all(services.context.wall_time())
    return [OpenSessionResponse.of(session, principal) for session in opened]


@router.delete("/api/sessions/{id}", dependencies=[requires(Right.MANAGE_ACCOUNTS)], status_code=204)
def end_session(services: Services, principal: CurrentPrincipal, id: Id) -> Response:
    """End a session at once. Not that of an auditor: an administrator alone could keep them out."""
    opened = services.authenticator.sessions.all(services.context.wall_time())
    session = next((opened_session for opened_session in opened if opened_session.id == id), None)
    if session is None:
        raise HTTPException(404, "There is no such session, or it has ended.")
    if session.role is Role.AUDITOR and session.id != principal.session_id:
        raise HTTPException(
            403,
            "Only auditors end their sessions, under Own account. In an emergency deactivate the account: another "
            "auditor approves it.",
        )
    services.context.audit(principal, AuditAction.LOGOUT, {"session_of": session.actor})
    services.authenticator.sessions.close(id)
    return Response(status_code=204)


def _find(services: SiteServices, name: str) -> Account:
    account = services.authenticator.accounts.find(name)
    if account is None:
        raise HTTPException(404, f"There is no account {name}.")
    return account
