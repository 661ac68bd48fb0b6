"""The application of `passerby review`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from passerby.cases.case_list import CaseList
from passerby.cases.folder_browser import FolderBrowser
from passerby.config.web import is_loopback
from passerby.core.errors import PasserbyError
from passerby.review.errors import ForbiddenError, NotFoundError, ReviewError, error_info
from passerby.review.library import ReviewLibrary
from passerby.server.auth import SessionAuth
from passerby.server.guard import RequestGuard, host_check
from passerby.server.review.case_routes import router as case_router
from passerby.server.review.pathless_response import PathlessResponse
from passerby.server.review.routes import router
from passerby.server.review.sound_routes import router as sound_router
from passerby.server.review.state import ApiError, ReviewState
from passerby.server.spa import page_routes, plain_app, serve_assets


def review_app(
    library: ReviewLibrary,
    auth: SessionAuth,
    host: str,
    port: int,
    *,
    secure: bool = False,
    cases: CaseList | None = None,
    browser: FolderBrowser | None = None,
    start_case: int | None = None,
) -> FastAPI:
    """Serves `library` to clients that `auth` accepts, and the start page where there are `cases`. `secure`: over TLS.
    Originals and folders are shown on loopback only."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        library.start()
        yield
        if cases is not None:
            cases.close()
        library.close()

    response_class = JSONResponse if is_loopback(host) else PathlessResponse
    app = plain_app("passerby review", lifespan=lifespan, default_response_class=response_class)
    app.state.review = ReviewState(library, is_loopback(host), cases, browser, start_case)
    cookie = f"passerby-{port}"  # cookies are not separated by port, so the name is
    app.include_router(page_routes(auth, cookie, secure))
    app.include_router(router)
    app.include_router(case_router)
    app.include_router(sound_router)
    serve_assets(app)
    app.add_exception_handler(ReviewError, _review_error)
    app.add_exception_handler(PasserbyError, _failure)
    app.add_exception_handler(OSError, _failure)
    # The page itself may be linked to: a file on this machine leads the browser to it, with the token.
    allowed = host_check(host, port)
    app.add_middleware(RequestGuard, auth=auth, cookie=cookie, host_allowed=allowed, linkable_paths=("/",))
    return app


def _review_error(request: Request, error: Exception) -> JSONResponse:
    status = 404 if isinstance(error, NotFoundError) else 403 if isinstance(error, ForbiddenError) else 409
    return _error_response(request, error, status)


def _failure(request: Request, error: Exception) -> JSONResponse:
    return _error_response(request, error, 409)


def _error_response(request: Request, error: Exception, status: int) -> JSONResponse:
    """Other machines are not told where files lie on this one."""
    state: ReviewState = request.app.state.review
    info = error_info(error)
    content = ApiError(detail=info.as_text, error=info).model_dump()
    return JSONResponse(content, status) if state.originals_allowed else PathlessResponse(content, status)
