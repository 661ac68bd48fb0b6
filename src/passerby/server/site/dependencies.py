"""What the routes of a site share, and how FastAPI passes it to them (`Depends`)."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Self

from fastapi import Depends, Request

from passerby.config.roles import RIGHTS, Right, Role
from passerby.server.login_throttle import LoginThrottle
from passerby.server.rate_limit import RateLimit
from passerby.server.site.auth.authenticator import Authenticator
from passerby.server.site.auth.oidc import OidcClient
from passerby.server.site.clips import ClipExports
from passerby.server.site.config.site_file import SiteFile
from passerby.server.site.context import SiteContext
from passerby.server.site.view_audit import ViewAudit

#: Notifications that an account may send to itself in so many seconds to see whether they arrive: each is an e-mail or
#: a request, and nobody is to use the site to send them to others.
MAX_TESTS, MAX_TESTS_S = 20, 3600.0
#: Backups that an account may make or restore in so many seconds: each takes a second and 128 MiB for its key.
MAX_BACKUPS, MAX_BACKUPS_S = 10, 3600.0
#: Where the identity provider redirects users back to.
OIDC_CALLBACK = "/login/oidc/callback"


@dataclass(frozen=True, slots=True)
class SiteServices:
    """Everything that the routes of one site use. `cookie` is the name of the session cookie; `secure`: browsers
    reach the server over TLS; `local`: it serves this machine alone; `reauthentication` slows down guessing the
    password of an open session; `notification_tests` limits what one sends to oneself, `backups` what these cost;
    `rights` are those of each role here."""

    context: SiteContext
    authenticator: Authenticator
    site_file: SiteFile
    view_audit: ViewAudit
    clips: ClipExports
    reauthentication: LoginThrottle
    cookie: str
    secure: bool
    local: bool
    oidc: OidcClient | None
    notification_tests: RateLimit = field(
        default_factory=lambda: RateLimit("tests of notifications", MAX_TESTS, MAX_TESTS_S, time.monotonic)
    )
    backups: RateLimit = field(default_factory=lambda: RateLimit("backups", MAX_BACKUPS, MAX_BACKUPS_S, time.monotonic))
    rights: Mapping[Role, frozenset[Right]] = field(default_factory=lambda: RIGHTS)

    @classmethod
    def of(
        cls,
        context: SiteContext,
        authenticator: Authenticator,
        port: int,
        *,
        secure: bool,
        local: bool,
        oidc: OidcClient | None = None,
        rights: Mapping[Role, frozenset[Right]] = RIGHTS,
    ) -> Self:
        """Of a server that listens on this port."""
        return cls(
            context=context,
            authenticator=authenticator,
            site_file=SiteFile(context.config),
            view_audit=ViewAudit(context.database, context.clock, context.boot),
            clips=ClipExports(context),
            reauthentication=LoginThrottle(lambda: context.clock.now().monotonic),
            cookie=f"{'__Host-' if secure else ''}passerby-{port}",  # cookies are not separated by port, so the name is
            secure=secure,
            local=local,
            oidc=oidc,
            rights=rights,
        )


async def site_services(request: Request) -> SiteServices:
    """Set by site_app."""
    services: SiteServices = request.app.state.services
    return services


Services = Annotated[SiteServices, Depends(site_services)]


async def _context(services: Services) -> SiteContext:
    return services.context


async def _site_file(services: Services) -> SiteFile:
    return services.site_file


async def _view_audit(services: Services) -> ViewAudit:
    return services.view_audit


async def _clips(services: Services) -> ClipExports:
    return services.clips


Context = Annotated[SiteContext, Depends(_context)]
ConfigFile = Annotated[SiteFile, Depends(_site_file)]
Views = Annotated[ViewAudit, Depends(_view_audit)]
Clips = Annotated[ClipExports, Depends(_clips)]
