"""The built page, which is the same for everybody, and the ways in: the address with the token, and the password."""

from __future__ import annotations

import gzip
from functools import cache
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Header, HTTPException
from fastapi.responses import FileResponse, RedirectResponse, Response
from pydantic import Field

from passerby.core.model import FrozenModel
from passerby.server.auth import Auth, TooMany

#: Where Vite puts the page (web/vite.config.ts). It is in the wheel.
BUILT = Path(__file__).parent / "static"


class Password(FrozenModel):
    """What somebody types who wants to come in."""

    password: str = Field(max_length=1000)


_KINDS = {".js": "text/javascript", ".css": "text/css", ".html": "text/html", ".svg": "image/svg+xml"}


def is_built(page: str = "index.html") -> bool:
    return (BUILT / page).is_file()


def asset_routes(page: str = "index.html") -> APIRouter:
    """The page at /, and what it is made of."""
    routes = APIRouter(include_in_schema=False)
    files = {path.name: path for path in BUILT.glob("assets/*")}

    @routes.get("/")
    def index() -> Response:
        return whole(page)

    @routes.get("/assets/{name}")
    def asset(name: str, accept_encoding: Annotated[str, Header()] = "") -> Response:
        path = files.get(name)
        if path is None:
            raise HTTPException(404, "There is no such file.")
        kind = _KINDS.get(path.suffix, "application/octet-stream")
        headers = {"cache-control": "max-age=31536000, immutable", "vary": "accept-encoding"}  # names go by content
        if not _takes_gzip(accept_encoding):
            return FileResponse(path, media_type=kind, headers=headers)
        return Response(_packed(path), media_type=kind, headers={**headers, "content-encoding": "gzip"})

    return routes


def _takes_gzip(accepted: str) -> bool:
    offers = (offer.replace(" ", "").lower().partition(";") for offer in accepted.split(","))
    return any(name == "gzip" and weight not in ("q=0", "q=0.0") for name, _, weight in offers)


@cache
def _packed(path: Path) -> bytes:
    """A third of it, for slow links. Only what everybody may have: answers that hold a secret beside what somebody else
    has put there tell of it by their length when they are packed."""
    return gzip.compress(path.read_bytes(), mtime=0)


def whole(page: str = "index.html", status: int = 200) -> Response:
    """A built page."""
    if not is_built(page):
        raise HTTPException(503, "The page was not built. Run scripts/install, which needs npm, and begin again.")
    return FileResponse(BUILT / page, status, media_type="text/html")


def page_routes(auth: Auth, cookie: str, secure: bool) -> APIRouter:
    """Everything that is not /api/, for servers with one token or one password."""
    routes = APIRouter(include_in_schema=False)

    def let_in(session: str) -> Response:
        answer = RedirectResponse("/", 303)
        answer.set_cookie(cookie, session, httponly=True, samesite="strict", secure=secure, path="/")
        return answer

    @routes.get("/")
    def index(token: str | None = None) -> Response:
        if token is not None:
            session = auth.by_token(token)
            if session is None:
                return whole(status=401)  # it says what to do
            return let_in(session)
        return whole()

    @routes.post("/login")
    def login(given: Password) -> Response:
        try:
            session = auth.by_word(given.password)
        except TooMany as error:
            raise HTTPException(429, str(error), {"retry-after": str(round(error.wait) + 1)}) from error
        if session is None:
            raise HTTPException(401, "That is not the password.")
        return let_in(session)

    routes.include_router(asset_routes())
    return routes
