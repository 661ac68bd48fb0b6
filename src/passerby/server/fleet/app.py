"""The pages of a fleet: the application that combines its routes with those of accounts and the audit log."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from fastapi import FastAPI

from passerby.config.roles import FLEET_RIGHTS
from passerby.config.site import Site
from passerby.config.web import WebSettings
from passerby.core.clock import Clock, boot_id
from passerby.documents.status import SiteStatus
from passerby.server.fleet import counts, metrics, sites
from passerby.server.fleet.services import FleetServices
from passerby.server.guard import RequestGuard, host_check
from passerby.server.site import audit
from passerby.server.site.accounts import accounts, me
from passerby.server.site.app import PUBLIC_PATHS
from passerby.server.site.auth import session
from passerby.server.site.auth.authenticator import Authenticator
from passerby.server.site.context import MediaTools, SiteContext
from passerby.server.site.dependencies import SiteServices
from passerby.server.site.error_handlers import add_error_handlers
from passerby.server.spa import plain_app, serve_assets
from passerby.store.recordings.index import Recordings


def fleet_context(fleet: FleetServices, recordings: Recordings, clock: Clock) -> SiteContext:
    """A fleet as accounts, sessions and the audit log see it: a site without cameras, whose data folder holds nothing
    else. No route of a fleet uses the rest of it."""
    site = Site.model_construct(
        name=fleet.settings.name, timezone=fleet.settings.timezone, cameras={}, web=WebSettings()
    )
    status = SiteStatus(name=site.name, started=0, now=0, clock_trusted=True, cameras={})
    tools = cast(MediaTools, None)
    return SiteContext(Path("fleet.toml"), lambda: site, lambda: status, {}, recordings, tools, clock, boot_id())


def fleet_app(
    fleet: FleetServices,
    context: SiteContext,
    authenticator: Authenticator,
    host: str,
    port: int,
    *,
    secure: bool = False,
    local: bool = True,
) -> FastAPI:
    """Serves a fleet to users of `authenticator`, at the address that it listens on. `secure`: over TLS. `local`: for
    this machine alone, where the token opens a session and Prometheus needs no login."""
    app = plain_app("passerby fleet")
    services = SiteServices.of(context, authenticator, port, secure=secure, local=local, rights=FLEET_RIGHTS)
    app.state.services, app.state.fleet = services, fleet
    for router in (session.router, accounts.router, me.router, audit.router, sites.router, counts.router):
        app.include_router(router)
    if local:
        app.include_router(metrics.router)
    serve_assets(app)
    add_error_handlers(app)
    app.add_middleware(
        RequestGuard,
        auth=authenticator,
        cookie=services.cookie,
        host_allowed=host_check(host, port),
        public_paths=PUBLIC_PATHS,
        linkable_paths={"/"},
        secure=secure,
    )
    return app
