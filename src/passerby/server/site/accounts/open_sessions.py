"""Open sessions, as lists of them show them."""

from __future__ import annotations

from pydantic import Field

from passerby.config.roles import Role
from passerby.core.model import FrozenModel
from passerby.server.site.auth.principal import Principal
from passerby.store.accounts.sessions import AccountSession


class OpenSessionResponse(FrozenModel):
    """A session of somebody who is logged in. Times are Unix seconds."""

    id: int
    name: str
    actor: str
    role: Role
    method: str
    purpose: str | None
    created_at: float
    last_used_at: float
    current: bool = Field(description="Is it the session of this request?")

    @classmethod
    def of(cls, session: AccountSession, principal: Principal) -> OpenSessionResponse:
        return cls(
            id=session.id,
            name=session.name,
            actor=session.actor,
            role=session.role,
            method=session.method,
            purpose=session.purpose,
            created_at=session.created,
            last_used_at=session.last_used,
            current=session.id == principal.session_id,
        )
