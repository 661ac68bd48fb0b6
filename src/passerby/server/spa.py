"""The built pages, which are the same for everybody, and login by the token in the URL or by the password."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, HTTPException, Request
from fastapi.responses import FileResponse, RedirectResponse, Response
from pydantic import Field
from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from passerby.core.model import FrozenModel
from passerby.core.version import __version__
from passerby.server.auth import SessionAuth
from passerby.server.login_throttle import TooManyAttempts
from passerby.store.accounts.passwords import RETRY_AFTER_S, HashingBusy

#: Where Vite writes the pages (web/vite.config.ts). It is part of the wheel.
STATIC_DIR = Path(__file__).parent / "static"
#: Names of assets contain a hash of their content.
ASSET_CACHING = "max-age=31536000, immutable"


class PasswordRequest(FrozenModel):
    """The password of a server that has one."""

    password: str = Field(max_length=1000)


def plain_app(title: str, **how: Any) -> FastAPI:  # noqa: ANN401  # as FastAPI takes it
    """An application without FastAPI's own pages, which load scripts from elsewhere."""
    return FastAPI(
        title=title,
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        swagger_ui_oauth2_redirect_url=None,
        **how,
    )


def is_built(page: str = "index.html") -> bool:
    return (STATIC_DIR / page).is_file()


class AssetFiles(StaticFiles):
    """Scripts and styles, which browsers may keep."""

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["cache-control"] = ASSET_CACHING
        return response


def serve_assets(app: FastAPI) -> None:
    """Serve scripts and styles at /assets, compressed. Nothing else is: the length of a compressed response that holds
    a secret beside what somebody else put there would give the secret away (BREACH)."""
    directory = STATIC_DIR / "assets"
    if directory.is_dir():
        app.mount("/assets", GZipMiddleware(AssetFiles(directory=directory)), name="assets")


def built_page(page: str = "index.html", status: int = 200) -> Response:
    """A built page."""
    if not is_built(page):
        raise HTTPException(503, "The page is not built. Run scripts/install, which needs npm, and start again.")
    return FileResponse(STATIC_DIR / page, status, media_type="text/html")


def page_routes(auth: SessionAuth, cookie: str, secure: bool, page: str = "index.html") -> APIRouter:
    """The page and its login, for servers with one token or one password."""
    routes = APIRouter(include_in_schema=False)

    def logged_in(session: str) -> Response:
        response = RedirectResponse("/", 303)
        response.set_cookie(cookie, session, httponly=True, samesite="strict", secure=secure, path="/")
        return response

    @routes.get("/")
    def index(request: Request, token: str | None = None) -> Response:
        if token is None:
            return built_page(page)
        if auth.is_valid(request.cookies.get(cookie)):
            return RedirectResponse("/", 303)  # the browser that used the token, once more
        session = auth.open_by_token(token)
        return built_page(page, 401) if session is None else logged_in(session)  # the page says what to do

    @routes.post("/login")
    def login(request: PasswordRequest) -> Response:
        try:
            session = auth.open_by_password(request.password)
        except TooManyAttempts as error:
            raise HTTPException(429, str(error), error.headers) from error
        except HashingBusy as error:
            raise HTTPException(503, str(error), {"retry-after": str(RETRY_AFTER_S)}) from error
        if session is None:
            raise HTTPException(401, "Wrong password.")
        return logged_in(session)

    return routes
