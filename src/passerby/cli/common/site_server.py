"""Serves the pages of a running site: on this machine, and to others over TLS where site.yaml configures it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from passerby.cli.common.media_tools import SiteTools
from passerby.cli.common.os_user import current_user
from passerby.config.site import Site
from passerby.config.web import WebSettings
from passerby.core.clock import SystemClock, boot_id
from passerby.core.errors import UsageError
from passerby.documents.status import SiteStatus
from passerby.server.live.buffer import LiveBuffer
from passerby.server.notice.app import with_notice
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


@contextmanager
def serve_pages(
    config: Path,
    current_site: Callable[[], Site],
    status: Callable[[], SiteStatus],
    buffers: Mapping[str, LiveBuffer],
    token: str,
    apply: Callable[[Site], None],
    log: Callable[[str], None],
) -> Iterator[int]:
    """Serve the pages while the block runs; yields the port on this machine. Raises UsageError when that fails."""
    site, clock, boot = current_site(), SystemClock(), boot_id()
    settings = site.web
    with ExitStack() as stack:
        recordings = stack.enter_context(Recordings.open(Path(site.data)))
        _start_retention_limit(recordings, site, clock.now().wall)
        set_dual_approval(recordings.database, settings.dual_approval, clock.now(), boot)

        def apply_and_audit(changed: Site) -> None:
            set_dual_approval(recordings.database, changed.web.dual_approval, clock.now(), boot)
            apply(changed)

        context = SiteContext(
            config, current_site, status, buffers, recordings, SiteTools(), clock, boot, apply_and_audit
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
        proxy = settings.proxy
        local_proxy = proxy if settings.local else None
        local_socket = listen(HOST, site.status.port)
        local_port = local_socket.getsockname()[1]
        local_app = site_app(context, authenticator, HOST, local_port, proxy=local_proxy)
        proxy_address = None if local_proxy is None else local_proxy.address
        stack.enter_context(BackgroundServer(with_notice(local_app, site, status), local_socket, proxy=proxy_address))
        if not settings.local:
            _require_accounts(settings, Accounts(recordings.database))
            certificate = None if proxy is not None else _certificate(settings, Path(site.data))
            public_socket = listen(settings.host, settings.port)
            public_port = public_socket.getsockname()[1]
            secure = certificate is not None
            public_app = site_app(
                context, authenticator, settings.host, public_port, secure=secure, local=False, proxy=proxy
            )
            proxy_address = None if proxy is None else proxy.address
            stack.enter_context(
                BackgroundServer(with_notice(public_app, site, status), public_socket, certificate, proxy_address)
            )
            if certificate is not None:
                log(f"pages at https://{settings.host}:{public_port}/")
                log(f"SHA-256 fingerprint of the certificate: {certificate.fingerprint}")
        if proxy is not None:
            log(f"pages at https://{proxy.name}/, through the proxy at {proxy.address}")
        yield local_port


def _require_accounts(settings: WebSettings, accounts: Accounts) -> None:
    """Without accounts nobody could log in: fail at the start, not at the first login."""
    if not any(account.active for account in accounts.all()):
        raise UsageError(
            f"Other machines can reach {settings.host}, so the pages require a login, and there is no account yet. "
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
