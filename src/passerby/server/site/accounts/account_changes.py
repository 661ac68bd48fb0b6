"""Changes of accounts: made at once, or, where an auditor is concerned, after an auditor has approved them."""

from __future__ import annotations

import json
import pathlib
from dataclasses import dataclass, field
from typing import Any

from fastapi import HTTPException
from pydantic import Field, JsonValue

from passerby.config.roles import Role
from passerby.core.model import FrozenModel
from passerby.server.site.auth.principal import Principal
from passerby.server.site.context import SiteContext
from passerby.store.accounts.accounts import Account, Accounts
from passerby.store.accounts.approvals import Approval, ApprovalKind, Approvals, ApprovalStage
from passerby.store.accounts.breached_passwords import refuse_breached
from passerby.store.accounts.independence import set_up_since
from passerby.store.accounts.passwords import check_strength, hash_password
from passerby.store.audit.log import AuditAction


class AccountResponse(FrozenModel):
    """One account."""

    name: str
    role: Role
    has_password: bool
    has_totp: bool = Field(description="Does it have a second factor?")
    oidc: str | None = Field(description="Name at the identity provider.")
    active: bool
    created_at: float
    updated_at: float

    @classmethod
    def of(cls, account: Account) -> AccountResponse:
        return cls(
            name=account.name,
            role=account.role,
            has_password=account.has_password,
            has_totp=account.has_totp,
            oidc=account.oidc_subject,
            active=account.active,
            created_at=account.created,
            updated_at=account.changed,
        )


class AccountChangeResponse(FrozenModel):
    """Result of a change: the account as it is now, or the number of the approval that it waits for."""

    account: AccountResponse | None
    approval: int | None = Field(description="Number of the pending approval.")


@dataclass(frozen=True, slots=True)
class AccountChange:
    """A change of one account. `operation` is add, change or remove; `fields` go into the audit log, `secrets` (hashed
    password, name at the identity provider of a new account) do not. `concerns_auditor`: an auditor must approve."""

    operation: str
    name: str
    fields: dict[str, JsonValue] = field(default_factory=dict)
    secrets: dict[str, JsonValue] = field(default_factory=dict)
    concerns_auditor: bool = False

    @property
    def logged(self) -> dict[str, JsonValue]:
        """Its details for the audit log."""
        return {"operation": self.operation, "name": self.name, **self.fields}

    @property
    def request(self) -> dict[str, JsonValue]:
        """The request that is stored until it is approved."""
        return {"change": self.logged, "secrets": dict(self.secrets)}

    @classmethod
    def of(cls, approval: Approval) -> AccountChange:
        fields = dict(approval.request["change"])
        return cls(fields.pop("operation"), fields.pop("name"), fields, dict(approval.request["secrets"]))

    def summary(self) -> str:
        """A summary as text."""
        parts = [f"{name}: {json.dumps(value)}" for name, value in self.fields.items()]
        if "password" in self.secrets and self.operation == "change":
            parts.append("password: new")
        return self.operation + (f" ({', '.join(parts)})" if parts else "")


class AccountChanges:
    """Changes the accounts of one site."""

    def __init__(self, context: SiteContext, accounts: Accounts) -> None:
        self._context, self._accounts = context, accounts
        self.approvals = Approvals(context.database)

    def submit(self, principal: Principal, change: AccountChange) -> AccountChangeResponse:
        """Make a change, or request the approval of an auditor. Both are written to the audit log first."""
        details: dict[str, JsonValue] = {"subject": "account", **change.logged}
        if "password" in change.secrets:
            details["password"] = "new"
        if change.concerns_auditor and self._accounts.auditors():
            self._context.audit(principal, AuditAction.CHANGED, {**details, "needs_approval": True})
            approval = self.approvals.request(
                ApprovalKind.ACCOUNT,
                principal.actor,
                principal.purpose or "",
                change.request,
                self._context.wall_time(),
            )
            return AccountChangeResponse(account=None, approval=approval.id)
        self._context.audit(principal, AuditAction.CHANGED, details)
        return self._apply(change, principal.actor)

    def approve(self, principal: Principal, id: int) -> AccountChangeResponse:
        """Approve a change, and make it."""
        approval = self.decide(principal, id, ApprovalStage.APPROVED)
        response = self._apply(AccountChange.of(approval), approval.requested_by)
        self.approvals.set_result(id, ApprovalStage.DONE, {})
        return response

    def decide(self, principal: Principal, id: int, stage: ApprovalStage) -> Approval:
        """Approve or reject. Raises HTTPException."""
        approval = self.approvals.get(id)
        if approval is None or approval.kind is not ApprovalKind.ACCOUNT:
            raise HTTPException(404, "There is no approval with this number.")
        if approval.state is not ApprovalStage.PENDING:
            raise HTTPException(409, f"This request is already {approval.state}.")
        if set_up_since(self._accounts.find(principal.name), approval.requested_at):
            raise HTTPException(
                403, "Your account was made, reset or linked after this was requested. Another auditor must decide."
            )
        action = AuditAction.APPROVED if stage is ApprovalStage.APPROVED else AuditAction.REJECTED
        details = {"subject": "account", "requested_by": approval.requested_by, **AccountChange.of(approval).logged}
        self._context.audit(principal, action, details)
        if not self.approvals.decide(id, stage, principal.actor, self._context.wall_time()):
            raise HTTPException(409, "Somebody else has just decided this request.")
        decided = self.approvals.get(id)
        assert decided is not None
        return decided

    def _apply(self, change: AccountChange, by: str) -> AccountChangeResponse:
        """Make a change that was requested by this actor."""
        now, name, fields, secrets = self._context.wall_time(), change.name, change.fields, change.secrets
        if change.operation == "add":
            password_hash, subject = secrets.get("password"), secrets.get("oidc")
            account = self._accounts.add(
                name,
                Role(str(fields["role"])),
                now,
                password_hash=None if password_hash is None else str(password_hash),
                oidc_subject=None if subject is None else str(subject),
                initial_password=password_hash is not None,
                by=by,
            )
            return AccountChangeResponse(account=AccountResponse.of(account), approval=None)
        if change.operation == "remove":
            self._accounts.remove(name)
            return AccountChangeResponse(account=None, approval=None)
        values: dict[str, Any] = {key: fields[key] for key in ("role", "active") if key in fields}
        if "oidc" in fields:
            values["oidc_subject"] = fields["oidc"]
        if fields.get("totp") is False:
            values["totp_secret"] = None
        if "password" in secrets:
            values |= {"password_hash": secrets["password"], "initial_password": True}
        account = self._accounts.change(name, now, by=by, **values)
        return AccountChangeResponse(account=AccountResponse.of(account), approval=None)


def hash_new_password(context: SiteContext, password: str, name: str) -> str:
    """The hash of a new password. Raises UsageError for one that is easy to guess, or known from a breach."""
    breached = context.site.web.breached_passwords
    strong = check_strength(password, name, context.site.name)
    return hash_password(refuse_breached(strong, None if breached is None else pathlib.Path(breached)))
