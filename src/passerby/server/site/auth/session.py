"""Routes of login, logout and the session: who is logged in, and for what purpose."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import Field

from passerby.config.roles import Right, Role
from passerby.core.errors import UsageError
from passerby.core.model import FrozenModel
from passerby.core.version import __version__
from passerby.server.login_throttle import TooManyAttempts
from passerby.server.site.auth.oidc import LOGIN_TIMEOUT_S, OidcClient, OidcError
from passerby.server.site.auth.principal import LoginMethod, Principal, RequiredSetup
from passerby.server.site.auth.rights import ERROR_RESPONSES, CurrentPrincipal, requires
from passerby.server.site.dependencies import OIDC_CALLBACK, Services, SiteServices
from passerby.server.site.parameters import Purpose
from passerby.server.spa import built_page
from passerby.store.audit.log import MAX_PURPOSE_CHARS

OIDC_START = "/login/oidc"


class LoginOptions(FrozenModel):
    """The ways to log in."""

    site: str
    password: bool = Field(description="Name and password.")
    oidc: str | None = Field(description="Single sign-on: name of the identity provider; null if there is none.")
    oidc_url: str = Field(description="URL that starts single sign-on; takes `purpose`.")


class LoginRequest(FrozenModel):
    """Login by password."""

    name: str = Field(min_length=1, max_length=100)
    password: str = Field(min_length=1, max_length=1000)
    code: str | None = Field(default=None, max_length=20, description="Code of the second factor, if there is one.")
    purpose: Purpose


class SessionResponse(FrozenModel):
    """Who is logged in, and their rights."""

    name: str
    role: Role
    rights: tuple[Right, ...]
    method: LoginMethod
    purpose: str | None = Field(description="Stated purpose of the session; null until stated.")
    expires_at: float = Field(description="Unix seconds; the session ends earlier when it is idle.")
    has_totp: bool = Field(description="Does the account have a second factor?")
    must_set_up: RequiredSetup | None = Field(description="What must be set up before any other request is accepted.")
    site: str
    timezone: str
    dual_approval: bool = Field(description="Does a clip need the approval of a second person?")
    version: str
    language: str | None = Field(default=None, description="That the account has chosen; null: as the browser asks.")


class PurposeRequest(FrozenModel):
    """Purpose of the session."""

    purpose: Purpose


router = APIRouter(tags=["session"], responses=ERROR_RESPONSES)


@router.get("/", include_in_schema=False)
def index(request: Request, services: Services, token: str | None = None, purpose: str | None = None) -> Response:
    """The page; with a token, log in."""
    if token is None:
        return built_page("site.html")
    if not services.local:
        raise HTTPException(401, "The token is valid on the machine that passerby runs on, and nowhere else.")
    with _login_errors():
        session = services.authenticator.open_by_token(token, purpose, _client_address(request))
    if session is None:
        raise HTTPException(401, "Unknown token. Open the address that the program printed last.")
    return _with_session(services, RedirectResponse("/", 303), session)


@router.get("/api/login")
def login_options(services: Services) -> LoginOptions:
    """The ways to log in."""
    provider = None if services.oidc is None else services.oidc.settings.display_name
    return LoginOptions(site=services.context.site.name, password=True, oidc=provider, oidc_url=OIDC_START)


@router.post("/api/login", status_code=204)
def login(request: Request, services: Services, credentials: LoginRequest) -> Response:
    """Log in. 401 with `needs: code` asks for the second factor."""
    with _login_errors():
        session = services.authenticator.open_by_password(
            credentials.name, credentials.password, credentials.code, credentials.purpose, _client_address(request)
        )
    if session is None:
        raise HTTPException(401, "Wrong name, password or code.")
    return _with_session(services, Response(status_code=204), session)


@router.get(OIDC_START, include_in_schema=False)
def start_oidc(
    request: Request, services: Services, purpose: Annotated[str, Query(min_length=1, max_length=MAX_PURPOSE_CHARS)]
) -> Response:
    """Redirect to the identity provider."""
    try:
        url, key = _oidc(services).authorization_url(purpose)
    except OidcError as error:
        raise HTTPException(503, str(error)) from error
    response = RedirectResponse(url, 303)
    response.set_cookie(
        _oidc_cookie(services),
        key,
        max_age=int(LOGIN_TIMEOUT_S),
        httponly=True,
        samesite="lax",  # it must be sent when the identity provider redirects back
        secure=services.secure,
        path="/",
    )
    return response


@router.get(OIDC_CALLBACK, include_in_schema=False)
def complete_oidc(request: Request, services: Services, state: str = "", code: str = "") -> Response:
    """The identity provider redirects back here."""
    try:
        key = request.cookies.get(_oidc_cookie(services))
        subject, purpose = _oidc(services).complete(key, state, code)
    except OidcError as error:
        raise HTTPException(401, str(error)) from error
    session = services.authenticator.open_by_oidc(subject, purpose)
    if session is None:
        raise HTTPException(401, "You have no account here. Ask the administrator of this site.")
    response = _with_session(services, RedirectResponse("/", 303), session)
    response.delete_cookie(_oidc_cookie(services), path="/", secure=services.secure, httponly=True, samesite="lax")
    return response


@router.get("/api/session", dependencies=[requires(Right.LOGIN)])
def session(services: Services, principal: CurrentPrincipal) -> SessionResponse:
    """Who is logged in."""
    return _session_response(services, principal)


@router.put("/api/session/purpose", dependencies=[requires(Right.LOGIN)])
def set_purpose(
    request: Request, services: Services, principal: CurrentPrincipal, body: PurposeRequest
) -> SessionResponse:
    """State the purpose of the session. Until then no other request is accepted."""
    services.authenticator.set_purpose(principal, body.purpose)
    updated = services.authenticator.principal_of(request.cookies.get(services.cookie)) or principal
    return _session_response(services, updated)


@router.post("/api/logout", dependencies=[requires(Right.LOGIN)], status_code=204)
def logout(request: Request, services: Services, principal: CurrentPrincipal) -> Response:
    """End the session, here and on the server."""
    services.authenticator.log_out(principal)
    response = Response(status_code=204, headers={"clear-site-data": '"cache", "storage"'})
    response.delete_cookie(services.cookie, path="/", secure=services.secure, httponly=True, samesite="strict")
    return response


@contextmanager
def _login_errors() -> Iterator[None]:
    try:
        yield
    except TooManyAttempts as error:
        raise HTTPException(429, str(error), error.headers) from error
    except UsageError as error:
        raise HTTPException(422, str(error)) from error


def _oidc(services: SiteServices) -> OidcClient:
    if services.oidc is None:
        raise HTTPException(404, "This site has no single sign-on.")
    return services.oidc


def _oidc_cookie(services: SiteServices) -> str:
    return f"{services.cookie}-oidc"


def _with_session(services: SiteServices, response: Response, session: str) -> Response:
    response.set_cookie(services.cookie, session, httponly=True, samesite="strict", secure=services.secure, path="/")
    return response


def _client_address(request: Request) -> str:
    return "" if request.client is None else request.client.host


def _session_response(services: SiteServices, principal: Principal) -> SessionResponse:
    site = services.context.site
    account = services.authenticator.accounts.find(principal.name) if principal.method != "token" else None
    return SessionResponse(
        name=principal.name,
        role=principal.role,
        rights=tuple(right for right in Right if right in services.rights[principal.role]),
        method=principal.method,
        purpose=principal.purpose,
        expires_at=principal.expires_at,
        has_totp=account is not None and account.has_totp,
        must_set_up=principal.must_set_up,
        site=site.name,
        timezone=site.timezone,
        dual_approval=site.web.dual_approval,
        version=__version__,
        language=None if account is None else account.language,
    )
