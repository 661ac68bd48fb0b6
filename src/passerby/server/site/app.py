"""The application that serves the pages of a site, put together."""

from __future__ import annotations

from importlib.metadata import version

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from passerby.config.roles import Right
from passerby.config.web import Proxy
from passerby.core.errors import DiskFull, PasserbyError, UsageError
from passerby.server.guard import Guard, host_check
from passerby.server.live.routes import live_routes
from passerby.server.site.accounts import people_routes
from passerby.server.site.audit import log_routes
from passerby.server.site.authenticator import Gate
from passerby.server.site.camera_discovery import finding_routes
from passerby.server.site.cameras import camera_routes
from passerby.server.site.config_file import Outdated, SiteFile
from passerby.server.site.context import Place
from passerby.server.site.counting import counting_routes
from passerby.server.site.counts import count_routes
from passerby.server.site.events import event_routes
from passerby.server.site.exports import export_routes
from passerby.server.site.health import health_routes
from passerby.server.site.oidc import OtherSite
from passerby.server.site.retention import retention_routes
from passerby.server.site.rights import NO, Denied, Needs, Who, asks
from passerby.server.site.session import BACK, session_routes
from passerby.server.site.settings import settings_routes
from passerby.server.site.timeline import timeline_routes
from passerby.server.site.view_audit import Viewing
from passerby.server.spa import asset_routes
from passerby.server.status.app import status_routes

#: What is answered to whoever is not logged in: how to log in.
OPEN = frozenset({"/api/login"})
#: What this machine alone may ask without a login: `passerby status`, and Prometheus.
STATUS = frozenset({"/api/status"})


def site_app(
    place: Place,
    gate: Gate,
    host: str,
    port: int,
    *,
    secure: bool = False,
    local: bool = True,
    proxy: Proxy | None = None,
) -> FastAPI:
    """Serves `place` to whoever `gate` knows, at the address that it listens on. `secure`: over TLS, its own. `local`:
    on loopback, where the state of the site is told to everybody. `proxy`: what stands in front, and does TLS."""
    app = FastAPI(
        title="passerby site",
        version=version("passerby"),
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        swagger_ui_oauth2_redirect_url=None,
    )
    cookie = f"{'__Host-' if secure else ''}passerby-{port}"  # cookies do not tell ports apart, so the name does
    file = SiteFile(place.config)
    name = proxy.name if proxy is not None else f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    oidc = place.site.pages.oidc
    back = f"{'https' if secure or proxy is not None else 'http'}://{name}{BACK}"
    other = None if oidc is None else OtherSite(oidc, back)
    viewing = Viewing(place.database, place.clock, place.boot)

    def watched(who: Who, camera: str = "") -> None:
        if camera in place.windows:
            viewing.live(who, camera)

    # Live pictures are asked for by cameras' names alone, so what all of them need stands here.
    live = APIRouter(dependencies=[asks(Right.LOOK), Depends(watched)], responses=NO)
    live.include_router(live_routes(place.windows))
    for router in (
        session_routes(place, gate, cookie, secure=secure, other=other),
        asset_routes("site.html"),
        camera_routes(place, viewing),
        live,
        timeline_routes(place, viewing),
        counting_routes(place, file),
        settings_routes(place, file),
        finding_routes(place),
        export_routes(place),
        people_routes(place, gate),
        retention_routes(place),
        log_routes(place),
        event_routes(place, viewing),
        count_routes(place, viewing),
        health_routes(place),
        *([status_routes(place.status)] if local else []),
    ):
        app.include_router(router)

    @app.exception_handler(HTTPException)
    def refused(_: Request, error: HTTPException) -> JSONResponse:
        needs = error.needs if isinstance(error, Needs) else None
        if isinstance(error, Denied):
            viewing.denied(error.visitor, error.right)
        return JSONResponse({"detail": error.detail, "needs": needs}, error.status_code, error.headers)

    @app.exception_handler(RequestValidationError)
    def wrong(_: Request, error: RequestValidationError) -> JSONResponse:
        """Without what was given: it may be a password."""
        said = "; ".join(f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in error.errors())
        return JSONResponse({"detail": said, "needs": None}, 422)

    @app.exception_handler(Outdated)
    def outdated(_: Request, error: Outdated) -> JSONResponse:
        return JSONResponse({"detail": str(error), "needs": "reload"}, 409)

    @app.exception_handler(PasserbyError)
    def failed(_: Request, error: PasserbyError) -> JSONResponse:
        status = 422 if isinstance(error, UsageError) else 507 if isinstance(error, DiskFull) else 409
        return JSONResponse({"detail": str(error), "needs": None}, status)

    app.add_middleware(
        Guard,
        auth=gate,
        cookie=cookie,
        ours=host_check(host, port, None if proxy is None else proxy.name),
        open_paths=OPEN | STATUS if local else OPEN,
        ways={"/", BACK},
        secure=secure or proxy is not None,
        peer=None if proxy is None else proxy.address,
    )
    return app
