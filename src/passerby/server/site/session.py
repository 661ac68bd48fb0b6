"""Coming in and going out, and what somebody is here for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import Field

from passerby.config.roles import RIGHTS, Right, Role
from passerby.core.errors import UsageError
from passerby.core.model import FrozenModel
from passerby.server.site.authenticator import Gate
from passerby.server.site.context import Place
from passerby.server.site.login_throttle import TooMany
from passerby.server.site.oidc import PATIENCE, OtherSite, Unsaid
from passerby.server.site.principal import By, Owes, Visitor
from passerby.server.site.rights import NO, Who, asks
from passerby.server.spa import whole
from passerby.store.audit.log import LONGEST

Purpose = Annotated[str, Field(min_length=1, max_length=LONGEST, description="In a few words; no names.")]
#: Where people come back to from another site.
BACK = "/login/back"


class WaysIn(FrozenModel):
    """How one can come in. Asked by whoever is not in yet."""

    site: str
    password: bool = Field(description="By name and password.")
    oidc: str | None = Field(description="By the word of another site: what it is called; null where there is none.")
    leave: str = Field(description="Address that leads to the other site; takes `purpose`.")


class Login(FrozenModel):
    """Who somebody is, and what they are here for."""

    name: str = Field(min_length=1, max_length=100)
    password: str = Field(min_length=1, max_length=1000)
    code: str | None = Field(default=None, max_length=20, description="Of the second factor, where there is one.")
    purpose: Purpose


class SessionTold(FrozenModel):
    """Who is logged in, and what they may do."""

    name: str
    role: Role
    rights: tuple[Right, ...]
    by: By
    purpose: str | None = Field(description="What they are here for; null until they have said.")
    expires: float = Field(description="Unix seconds; earlier when nothing is asked for meanwhile.")
    totp: bool = Field(description="Does the account have a second factor?")
    owes: Owes | None = Field(description="What must be set up before anything else is answered.")
    site: str
    timezone: str
    two_persons: bool = Field(description="Does a clip take a second person?")
    version: str


class PurposeWish(FrozenModel):
    """What somebody is here for."""

    purpose: Purpose


def session_routes(place: Place, gate: Gate, cookie: str, *, secure: bool, other: OtherSite | None = None) -> APIRouter:
    """`secure`: over TLS. `other`: another site that says who people are."""
    routes = APIRouter(tags=["session"], responses=NO)

    def tls(request: Request) -> bool:
        """Does the browser come by TLS? A proxy is known by its name."""
        proxy = place.site.pages.proxy
        host = request.headers.get("host", "").partition(":")[0].lower()
        return secure or (proxy is not None and host == proxy.name)

    def let_in(request: Request, answer: Response, session: str) -> Response:
        answer.set_cookie(cookie, session, httponly=True, samesite="strict", secure=tls(request), path="/")
        return answer

    @routes.get("/", include_in_schema=False)
    def enter(request: Request, token: str | None = None, purpose: str | None = None) -> Response:
        if token is None:
            return whole("site.html")
        with _slowly():
            session = gate.by_token(token, purpose, _address(request))
        if session is None:
            raise HTTPException(401, "This token is not known. Open the address that the program printed last.")
        return let_in(request, RedirectResponse("/", 303), session)

    @routes.get("/api/login")
    def ways() -> WaysIn:
        """How one can come in."""
        called = None if other is None else other.settings.called
        return WaysIn(site=place.site.name, password=True, oidc=called, leave="/login/leave")

    @routes.post("/api/login", status_code=204)
    def login(request: Request, given: Login) -> Response:
        """Come in. 401 with `needs: code` asks for the second factor."""
        with _slowly():
            session = gate.by_password(given.name, given.password, given.code, given.purpose, _address(request))
        if session is None:
            raise HTTPException(401, "The name, the password or the code is wrong.")
        return let_in(request, Response(status_code=204), session)

    @routes.get("/login/leave", include_in_schema=False)
    def leave(request: Request, purpose: Annotated[str, Query(min_length=1, max_length=LONGEST)]) -> Response:
        if other is None:
            raise HTTPException(404, "No other site says here who somebody is.")
        try:
            address, key = other.leave(purpose)
        except Unsaid as error:
            raise HTTPException(503, str(error)) from error
        answer = RedirectResponse(address, 303)
        # Lax: it has to come along when the other site sends them back.
        answer.set_cookie(
            f"{cookie}-way", key, max_age=int(PATIENCE), httponly=True, samesite="lax", secure=tls(request), path="/"
        )
        return answer

    @routes.get(BACK, include_in_schema=False)
    def back(request: Request, state: str = "", code: str = "") -> Response:
        if other is None:
            raise HTTPException(404, "No other site says here who somebody is.")
        try:
            told, purpose = other.back(request.cookies.get(f"{cookie}-way"), state, code)
        except Unsaid as error:
            raise HTTPException(401, str(error)) from error
        session = gate.by_oidc(told, purpose)
        if session is None:
            raise HTTPException(401, "You have no account here. Ask whoever runs this site.")
        answer = let_in(request, RedirectResponse("/", 303), session)
        answer.delete_cookie(f"{cookie}-way", path="/", secure=tls(request), httponly=True, samesite="lax")
        return answer

    @routes.get("/api/session", dependencies=[asks(Right.ENTER)])
    def session(who: Who) -> SessionTold:
        """Who is logged in."""
        return _told(place, gate, who)

    @routes.put("/api/session/purpose", dependencies=[asks(Right.ENTER)])
    def purpose(request: Request, who: Who, wish: PurposeWish) -> SessionTold:
        """Say what for. Before that nothing else is answered."""
        gate.state(who, wish.purpose)
        return _told(place, gate, gate.visitor(request.cookies.get(cookie)) or who)

    @routes.post("/api/logout", dependencies=[asks(Right.ENTER)], status_code=204)
    def logout(request: Request, who: Who) -> Response:
        """The session is over, here and on the server."""
        gate.close(who)
        answer = Response(status_code=204, headers={"clear-site-data": '"cache", "storage"'})
        answer.delete_cookie(cookie, path="/", secure=tls(request), httponly=True, samesite="strict")
        return answer

    return routes


@contextmanager
def _slowly() -> Iterator[None]:
    try:
        yield
    except TooMany as error:
        raise HTTPException(429, str(error), {"retry-after": str(round(error.wait) + 1)}) from error
    except UsageError as error:
        raise HTTPException(422, str(error)) from error


def _address(request: Request) -> str:
    return "" if request.client is None else request.client.host


def _told(place: Place, gate: Gate, who: Visitor) -> SessionTold:
    account = gate.accounts.named(who.name) if who.by != "token" else None
    return SessionTold(
        name=who.name,
        role=who.role,
        rights=tuple(right for right in Right if right in RIGHTS[who.role]),
        by=who.by,
        purpose=who.purpose,
        expires=who.expires,
        totp=account is not None and account.totp,
        owes=who.owes,
        site=place.site.name,
        timezone=place.site.timezone,
        two_persons=place.site.pages.two_persons,
        version=version("passerby"),
    )
