"""The application of `passerby review`, put together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from passerby.config.web import is_loopback
from passerby.core.errors import PasserbyError
from passerby.review.errors import Refused, said_of
from passerby.review.library import Shelf
from passerby.server.auth import Auth
from passerby.server.guard import Guard, host_check
from passerby.server.review.routes import Refusal, review_routes
from passerby.server.spa import page_routes


def review_app(shelf: Shelf, auth: Auth, host: str, port: int, *, secure: bool = False) -> FastAPI:
    """Serves `shelf` to whoever `auth` lets in. `secure`: over TLS. Originals are shown on loopback only."""

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        shelf.start()
        yield
        shelf.close()

    app = FastAPI(
        title="passerby review",
        version=version("passerby"),
        lifespan=life,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        swagger_ui_oauth2_redirect_url=None,
    )
    cookie = f"passerby-{port}"  # cookies do not tell ports apart, so the name does
    app.include_router(page_routes(auth, cookie, secure))
    app.include_router(review_routes(shelf, originals=is_loopback(host)))

    @app.exception_handler(Refused)
    def refused(_: Request, error: Refused) -> JSONResponse:
        return _no(error, error.status)

    @app.exception_handler(PasserbyError)
    def failed(_: Request, error: PasserbyError) -> JSONResponse:
        return _no(error, 409)

    app.add_middleware(Guard, auth=auth, cookie=cookie, ours=host_check(host, port))
    return app


def _no(error: Exception, status: int) -> JSONResponse:
    said = said_of(error)
    return JSONResponse(Refusal(detail=said.plain, said=said).model_dump(), status)
