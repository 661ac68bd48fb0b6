"""Coming in and going out, and what somebody is here for."""

from __future__ import annotations

from importlib.metadata import version
from typing import Annotated

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import Field

from passerby.base.frozen import Frozen
from passerby.base.roles import RIGHTS, Right, Role
from passerby.server.page import whole
from passerby.server.site.gate import Gate
from passerby.server.site.place import Place
from passerby.server.site.rights import NO, Who, asks
from passerby.server.site.visitor import By, Visitor
from passerby.store.audit import LONGEST, stated

Purpose = Annotated[str, Field(min_length=1, max_length=LONGEST, description="In a few words; no names.")]


class WaysIn(Frozen):
    """How one can come in. Asked by whoever is not in yet."""

    site: str
    password: bool = Field(description="By name and password.")
    oidc: str | None = Field(description="By the word of another site: what it is called; null where there is none.")


class Login(Frozen):
    """Who somebody is, and what they are here for."""

    name: str = Field(min_length=1, max_length=100)
    password: str = Field(min_length=1, max_length=1000)
    code: str | None = Field(
        default=None, max_length=20, description="Of the second factor, where the account has one."
    )
    purpose: Purpose


class SessionTold(Frozen):
    """Who is logged in, and what they may do."""

    name: str
    role: Role
    rights: tuple[Right, ...]
    by: By
    purpose: str | None = Field(description="What they are here for; null until they have said.")
    expires: float = Field(description="Unix seconds; earlier when nothing is asked for meanwhile.")
    site: str
    timezone: str
    two_persons: bool = Field(description="Does a clip take a second person?")
    version: str


class PurposeWish(Frozen):
    """What somebody is here for."""

    purpose: Purpose


def session_routes(place: Place, gate: Gate, cookie: str, *, secure: bool) -> APIRouter:
    routes = APIRouter(tags=["session"], responses=NO)

    def let_in(answer: Response, session: str) -> Response:
        answer.set_cookie(cookie, session, httponly=True, samesite="strict", secure=secure, path="/")
        return answer

    @routes.get("/api/login")
    def ways() -> WaysIn:
        """How one can come in."""
        return WaysIn(site=place.site.name, password=True, oidc=None)

    @routes.get("/", include_in_schema=False)
    def enter(token: str | None = None) -> Response:
        if token is None:
            return whole("site.html")
        session = gate.by_token(token)
        if session is None:
            raise HTTPException(401, "This token is not known. Open the address that the program printed last.")
        return let_in(RedirectResponse("/", 303), session)

    @routes.get("/api/session", dependencies=[asks(Right.ENTER)])
    def session(who: Who) -> SessionTold:
        """Who is logged in."""
        return _told(place, who)

    @routes.put("/api/session/purpose", dependencies=[asks(Right.ENTER)])
    def purpose(request: Request, who: Who, wish: PurposeWish) -> SessionTold:
        """Say what for. Before that nothing else is answered."""
        gate.state(request.cookies.get(cookie), stated(wish.purpose))
        found = gate.visitor(request.cookies.get(cookie))
        return _told(place, found or who)

    @routes.post("/api/logout", dependencies=[asks(Right.ENTER)], status_code=204)
    def logout(request: Request) -> Response:
        """The session is over, here and on the server."""
        gate.close(request.cookies.get(cookie))
        answer = Response(status_code=204, headers={"clear-site-data": '"cache", "storage"'})
        answer.delete_cookie(cookie, path="/", secure=secure, httponly=True, samesite="strict")
        return answer

    return routes


def _told(place: Place, who: Visitor) -> SessionTold:
    return SessionTold(
        name=who.name,
        role=who.role,
        rights=tuple(right for right in Right if right in RIGHTS[who.role]),
        by=who.by,
        purpose=who.purpose,
        expires=who.expires,
        site=place.site.name,
        timezone=place.site.timezone,
        two_persons=False,
        version=version("passerby"),
    )
