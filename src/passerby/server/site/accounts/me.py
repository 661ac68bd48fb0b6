"""One's own account: password, second factor, sessions. Each change needs the password once more."""

from __future__ import annotations

import pyotp
from fastapi import APIRouter, HTTPException
from fastapi.responses import Response
from pydantic import Field

from passerby.config.notice import Language
from passerby.config.roles import Right
from passerby.core.model import FrozenModel
from passerby.server.login_throttle import TooManyAttempts
from passerby.server.site.accounts.account_changes import hash_new_password
from passerby.server.site.accounts.open_sessions import OpenSessionResponse
from passerby.server.site.auth.principal import Principal
from passerby.server.site.auth.rights import ERROR_RESPONSES, CurrentPrincipal, requires
from passerby.server.site.dependencies import Services, SiteServices
from passerby.server.site.parameters import Password
from passerby.store.accounts.accounts import Account, totp_step
from passerby.store.audit.log import AuditAction


class PasswordChangeRequest(FrozenModel):
    """A new password for oneself."""

    old: Password
    new: Password


class PasswordConfirmation(FrozenModel):
    """The password, once more, before something changes."""

    password: Password


class TotpResponse(FrozenModel):
    """A second factor to set up in an authenticator app (TOTP)."""

    secret: str
    uri: str = Field(description="otpauth:// URI, to be shown as a QR code.")


class TotpSetupRequest(FrozenModel):
    """A code shows that the app has the secret."""

    password: Password
    secret: str = Field(pattern="^[A-Z2-7]{32}$")
    code: str = Field(max_length=20)


class LanguageRequest(FrozenModel):
    """The language of pages and notifications."""

    language: Language | None = Field(description="Null: as the browser asks.")


router = APIRouter(
    prefix="/api/me", tags=["own account"], responses=ERROR_RESPONSES, dependencies=[requires(Right.LOGIN)]
)


@router.get("/sessions")
def own_sessions(services: Services, principal: CurrentPrincipal) -> list[OpenSessionResponse]:
    """One's own open sessions."""
    opened = services.authenticator.sessions.all(services.context.wall_time())
    return [OpenSessionResponse.of(session, principal) for session in opened if session.actor == principal.actor]


@router.post("/sessions/end")
def end_other_sessions(
    services: Services, principal: CurrentPrincipal, request: PasswordConfirmation
) -> list[OpenSessionResponse]:
    """End all one's own sessions but this one. Those that are left."""
    confirm_password(services, principal, request.password)
    services.context.audit(principal, AuditAction.LOGOUT, {"session_of": principal.actor, "except": "this one"})
    for session in services.authenticator.sessions.all(services.context.wall_time()):
        if session.actor == principal.actor and session.id != principal.session_id:
            services.authenticator.sessions.close(session.id)
    return own_sessions(services, principal)


@router.put("/password", status_code=204)
def change_password(services: Services, principal: CurrentPrincipal, request: PasswordChangeRequest) -> Response:
    """Change one's own password. All one's own sessions end."""
    account = confirm_password(services, principal, request.old)
    hashed = hash_new_password(services.context, request.new, account.name)
    if request.new == request.old:
        raise HTTPException(422, "This is your current password. Choose another one.")
    services.context.audit(principal, AuditAction.CHANGED, {"subject": "own password"})
    services.authenticator.accounts.change(
        account.name, services.context.wall_time(), password_hash=hashed, initial_password=False
    )
    return Response(status_code=204)


@router.put("/language", status_code=204)
def change_language(services: Services, principal: CurrentPrincipal, request: LanguageRequest) -> Response:
    """Choose the language of the pages, in whichever browser, and of notifications."""
    if principal.method == "token":
        raise HTTPException(409, "The token belongs to no account. Log in with an account.")
    language = None if request.language is None else request.language.value
    services.authenticator.accounts.set_language(principal.name, language)
    return Response(status_code=204)


@router.post("/totp")
def new_totp(services: Services, principal: CurrentPrincipal, request: PasswordConfirmation) -> TotpResponse:
    """A new secret for a second factor. It is not in effect until a code was sent."""
    account = confirm_password(services, principal, request.password)
    secret = pyotp.random_base32(32)
    issuer = f"passerby {services.context.site.name}"
    return TotpResponse(secret=secret, uri=pyotp.TOTP(secret).provisioning_uri(name=account.name, issuer_name=issuer))


@router.put("/totp", status_code=204)
def set_up_totp(services: Services, principal: CurrentPrincipal, request: TotpSetupRequest) -> Response:
    """Set up the second factor. All one's own sessions end: log in with it."""
    account = confirm_password(services, principal, request.password)
    now = services.context.wall_time()
    step = totp_step(request.secret, request.code, now)
    if step is None:
        raise HTTPException(422, "Wrong code. Is the clock of the app right?")
    services.context.audit(principal, AuditAction.CHANGED, {"subject": "own second factor", "set": True})
    # The step of this code: it is not good for a login too.
    services.authenticator.accounts.change(account.name, now, totp_secret=request.secret, totp_step=step)
    return Response(status_code=204)


@router.post("/totp/remove", status_code=204)
def remove_totp(services: Services, principal: CurrentPrincipal, request: PasswordConfirmation) -> Response:
    """Remove one's own second factor. All one's own sessions end."""
    account = confirm_password(services, principal, request.password)
    services.context.audit(principal, AuditAction.CHANGED, {"subject": "own second factor", "set": False})
    services.authenticator.accounts.change(account.name, services.context.wall_time(), totp_secret=None)
    return Response(status_code=204)


def confirm_password(services: SiteServices, principal: Principal, password: str) -> Account:
    """The account, if this is its password: whoever finds an open session does not know it. Raises HTTPException."""
    if principal.method == "token":
        raise HTTPException(409, "The token belongs to no account. Log in with an account.")
    try:
        with services.reauthentication.attempt(principal.name, "") as attempt:
            account = services.authenticator.accounts.authenticate(principal.name, password)
            if account is not None:
                attempt.succeed()
    except TooManyAttempts as error:
        raise HTTPException(429, str(error), error.headers) from error
    if account is None:
        raise HTTPException(403, "Wrong password.")
    return account
