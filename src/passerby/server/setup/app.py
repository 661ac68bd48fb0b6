"""The pages of the first run: the application that combines its routes. Nothing else of a site is served before it."""

from __future__ import annotations

from fastapi import FastAPI

from passerby.core.version import __version__
from passerby.server.auth import SessionAuth
from passerby.server.guard import RequestGuard, host_check
from passerby.server.setup import answers, cameras
from passerby.server.setup.context import SetupContext
from passerby.server.site.error_handlers import add_error_handlers
from passerby.server.spa import page_routes, serve_assets

PAGE = "setup.html"


def setup_app(context: SetupContext, auth: SessionAuth, host: str, port: int, *, secure: bool) -> FastAPI:
    """Serves the first run to whoever opens the address with the token. `secure`: over TLS."""
    app = FastAPI(
        title="passerby first run",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        swagger_ui_oauth2_redirect_url=None,
    )
    app.state.setup = context
    cookie = f"{'__Host-' if secure else ''}passerby-setup-{port}"  # cookies are not separated by port
    app.include_router(page_routes(auth, cookie, secure, PAGE))
    app.include_router(answers.router)
    app.include_router(cameras.router)
    serve_assets(app)
    add_error_handlers(app)
    app.add_middleware(
        RequestGuard,
        auth=auth,
        cookie=cookie,
        host_allowed=host_check(host, port),
        linkable_paths={"/"},
        secure=False,  # no HSTS: a certificate of the site's own may be refused later, and then nothing could be opened
    )
    return app
