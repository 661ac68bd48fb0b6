"""Serves the pages of a running site: on this machine, and to others over TLS where site.yaml configures it."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from starlette.types import ASGIApp

from passerby.cli.common.media_tools import SiteTools
from passerby.cli.common.os_user import current_user
from passerby.config.site import Site
from passerby.config.web import WebSettings
from passerby.core.clock import SystemClock, boot_id
from passerby.core.errors import UsageError
from passerby.documents.status import SiteStatus
from passerby.server.connection_limits import ConnectionLimits, affordable_connections
from passerby.server.live.buffer import LiveBuffer
from passerby.server.notice.app import with_notice
from passerby.server.proxy import behind_proxy, without_proxy
from passerby.server.serve import BackgroundServer, listen
from passerby.server.site.app import site_app
from passerby.server.site.auth.authenticator import Authenticator
from passerby.server.site.context import SiteContext
from passerby.server.status.app import HOST
from passerby.server.tls import Certificate, load_certificate, self_signed
from passerby.store.accounts.accounts import Accounts
from passerby.store.recordings.approval_clips import set_dual_approval
from passerby.store.recordings.index import Recordings
from passerby.store.recordings.retention_limit import read_retention_limit, set_retention_limit
from passerby.store.site_name import write_site_name


@dataclass(frozen=True, slots=True)
class PageSockets:
    """The listening sockets of the pages: for this machine, and for others or for a proxy, where there are any."""

    local: socket.socket
    public: socket.socket | None

    @classmethod
    def open(cls, site: Site) -> PageSockets:
        """Raises UsageError where it cannot be listened on."""
        local, settings = listen(HOST, site.status.port), site.web
        if settings.local and settings.proxy is None:
            return cls(local, None)
        try:
            return cls(local, listen(settings.host, settings.port))
        except UsageError as error:
            local.close()
            raise UsageError(f"{str(error).partition(' Choose')[0]} Choose another `web.port` in site.yaml.") from error

    @property
    def local_port(self) -> int:
        return int(self.local.getsockname()[1])

    def close(self) -> None:
        for listener in (self.local, self.public):
            if listener is not None:
                listener.close()


@contextmanager
def serve_pages(
    config: Path,
    current_site: Callable[[], Site],
    status: Callable[[], SiteStatus],
    buffers: Mapping[str, LiveBuffer],
    token: str,
    apply: Callable[[Site], None],
    log: Callable[[str], None],
    sockets: PageSockets | None = None,
    restart_camera: Callable[[str], None] | None = None,
) -> Iterator[int]:
    """Serve the pages while the block runs; yields the port on this machine. `sockets` are taken over;
    `restart_camera` has a camera started again. Raises
    UsageError when it cannot be done."""
    site, clock, boot = current_site(), SystemClock(), boot_id()
    settings = site.web
    sockets = sockets or PageSockets.open(site)
    with ExitStack() as stack:
        stack.callback(sockets.close)
        recordings = stack.enter_context(Recordings.open(Path(site.data)))
        _start_retention_limit(recordings, site, clock.now().wall)
        set_dual_approval(recordings.database, settings.dual_approval, clock.now(), boot)
        write_site_name(Path(site.data), site.name)

        def apply_and_audit(changed: Site) -> None:
            set_dual_approval(recordings.database, changed.web.dual_approval, clock.now(), boot)
            write_site_name(Path(changed.data), changed.name)
            apply(changed)

        context = SiteContext(
            config, current_site, status, buffers, recordings, SiteTools(), clock, boot, apply_and_audit, restart_camera
        )
        authenticator = Authenticator(
            recordings.database,
            clock,
            boot,
            token,
            current_user().partition(":")[2],
            idle_timeout_s=settings.idle_timeout * 60,
            max_session_s=settings.max_session * 3600,
            second_factor_required=settings.second_factor,
        )
        connections = affordable_connections(1 if sockets.public is None else 2)
        local_port = sockets.local_port
        local_app = without_proxy(with_notice(site_app(context, authenticator, HOST, local_port), site, status))
        # Everybody on this machine has one address.
        limits = ConnectionLimits(connections, connections)
        stack.enter_context(BackgroundServer(local_app, sockets.local, limits=limits))
        if sockets.public is not None:
            app, certificate = _public_app(context, authenticator, sockets.public, site, status, log)
            proxy = settings.proxy
            limits = ConnectionLimits(connections, unlimited_address=None if proxy is None else proxy.address)
            stack.enter_context(BackgroundServer(app, sockets.public, certificate, limits))
        yield local_port


def _public_app(
    context: SiteContext,
    authenticator: Authenticator,
    listener: socket.socket,
    site: Site,
    status: Callable[[], SiteStatus],
    log: Callable[[str], None],
) -> tuple[ASGIApp, Certificate | None]:
    """The application for other machines, over TLS with a certificate or through a proxy."""
    settings, port = site.web, int(listener.getsockname()[1])
    _require_accounts(settings, Accounts(context.database))
    proxy, certificate = settings.proxy, None
    if proxy is None:
        certificate = _certificate(settings, Path(site.data))
        log(f"pages at https://{settings.host}:{port}/")
        log(f"SHA-256 fingerprint of the certificate: {certificate.fingerprint}")
    else:
        log(f"pages at https://{proxy.name}/, through the proxy at {proxy.address}, which uses port {port} here")
    secure = certificate is not None
    app = with_notice(
        site_app(context, authenticator, settings.host, port, secure=secure, local=False, proxy=proxy), site, status
    )
    return app if proxy is None else behind_proxy(app, proxy.address), certificate


def _require_accounts(settings: WebSettings, accounts: Accounts) -> None:
    """Without accounts nobody could log in: fail at the start, not at the first login."""
    if not any(account.active for account in accounts.all()):
        name = settings.host if settings.proxy is None else settings.proxy.name
        raise UsageError(
            f"Other machines can reach {name}, so the pages require a login, and there is no account yet. "
            "Create one: passerby accounts add NAME --role administrator"
        )


def _certificate(settings: WebSettings, data: Path) -> Certificate:
    if settings.certificate is not None and settings.key is not None:
        return load_certificate(Path(settings.certificate), Path(settings.key))
    return self_signed(data / "tls", settings.host)


def _start_retention_limit(recordings: Recordings, site: Site, now: float) -> None:
    """Once there is an auditor, the retention of the current site file becomes the upper limit."""
    database, days = recordings.database, site.retention.days
    if days is not None and read_retention_limit(database).set_at is None and Accounts(database).auditors():
        set_retention_limit(database, days, "passerby", now)
