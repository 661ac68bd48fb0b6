"""The web interface of a site: the application that combines its routes."""

from __future__ import annotations

import threading
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Query

from passerby.config.roles import Right
from passerby.config.web import ProxySettings
from passerby.server.guard import RequestGuard, host_check
from passerby.server.live.routes import live_routes
from passerby.server.site import (
    audit,
    cameras,
    counts,
    events,
    exports,
    health,
    presets,
    retention,
    timeline,
    validations,
    waiting,
)
from passerby.server.site.accounts import accounts, me
from passerby.server.site.administration import routes as administration
from passerby.server.site.auth import session
from passerby.server.site.auth.authenticator import Authenticator
from passerby.server.site.auth.oidc import OidcClient
from passerby.server.site.auth.rights import (
    ERROR_RESPONSES,
    CurrentPrincipal,
    requires,
)
from passerby.server.site.config import camera_discovery, camera_settings, counting, rule_trials, settings, timetables
from passerby.server.site.context import SiteContext
from passerby.server.site.dependencies import OIDC_CALLBACK, Services, SiteServices
from passerby.server.site.error_handlers import add_error_handlers, rejection
from passerby.server.site.notifications import own, site_settings
from passerby.server.spa import plain_app, serve_assets
from passerby.server.status.app import status_routes

#: What needs no login: how to log in.
PUBLIC_PATHS = frozenset({"/api/login"})
#: What needs no login on this machine: `passerby status`, and Prometheus.
LOCAL_PATHS = frozenset({"/api/status"})


def site_app(
    context: SiteContext,
    authenticator: Authenticator,
    host: str,
    port: int,
    *,
    secure: bool = False,
    local: bool = True,
    proxy: ProxySettings | None = None,
) -> FastAPI:
    """Serves a site to users of `authenticator`, at the address that it listens on. `secure`: over TLS. `local`: for
    this machine alone, where the status of the site needs no login and the token opens a session. `proxy`: only through
    this reverse proxy, which terminates TLS, and under its name."""
    secure = secure or proxy is not None
    app = plain_app("passerby site")
    oidc = _oidc_client(context, host, port, secure=secure, proxy=proxy)
    services = app.state.services = SiteServices.of(context, authenticator, port, secure=secure, local=local, oidc=oidc)
    app.state.discovery_lock = threading.Lock()
    routers = (
        session.router,
        cameras.router,
        presets.router,
        _live_router(context),
        timeline.router,
        counting.router,
        rule_trials.router,
        settings.router,
        timetables.router,
        camera_settings.router,
        camera_discovery.router,
        exports.router,
        accounts.router,
        me.router,
        own.router,
        own.worker_router,
        site_settings.router,
        administration.router,
        retention.router,
        audit.router,
        events.router,
        counts.router,
        validations.router,
        health.router,
        waiting.router,
        *([status_routes(context.status)] if local else []),
    )
    for router in routers:
        app.include_router(router)
    serve_assets(app)
    add_error_handlers(app)
    app.add_middleware(
        RequestGuard,
        auth=authenticator,
        cookie=services.cookie,
        host_allowed=host_check(host, port, None if proxy is None else proxy.name),
        public_paths=PUBLIC_PATHS | LOCAL_PATHS if local else PUBLIC_PATHS,
        linkable_paths={"/", OIDC_CALLBACK},
        secure=secure,
        rejection=rejection,
    )
    return app


def _oidc_client(
    context: SiteContext, host: str, port: int, *, secure: bool, proxy: ProxySettings | None
) -> OidcClient | None:
    oidc = context.site.web.oidc
    if oidc is None:
        return None
    name = proxy.name if proxy is not None else f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    scheme = "https" if secure else "http"
    return OidcClient(oidc, f"{scheme}://{name}{OIDC_CALLBACK}")


def _live_router(context: SiteContext) -> APIRouter:
    """Live video. Its routes belong to `server/live`, so the right and the audit of views are added here."""
    router = APIRouter(dependencies=[requires(Right.VIEW_MEDIA), Depends(_audit_live_view)], responses=ERROR_RESPONSES)
    router.include_router(live_routes(context.live))
    return router


def _audit_live_view(
    services: Services,
    principal: CurrentPrincipal,
    camera: str = "",
    part: Annotated[list[str] | None, Query(include_in_schema=False)] = None,
) -> None:
    """Of one camera, or of several in one request: see live_routes."""
    for viewed in (camera, *(one.partition(":")[0] for one in part or ())):
        if viewed in services.context.live:
            services.view_audit.live(principal, viewed)
