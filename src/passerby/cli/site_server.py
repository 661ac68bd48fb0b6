"""The pages of a site, served while it is watched: on this machine, and where site.yaml says so on others by TLS."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from passerby.cli.media_tools import SiteTools
from passerby.cli.os_user import person
from passerby.config.site import Site
from passerby.config.web import PagesSettings
from passerby.core.clock import SystemClock, boot_id
from passerby.core.errors import UsageError
from passerby.documents.status import SiteStatus
from passerby.server.live.buffer import Window
from passerby.server.notice.app import beside
from passerby.server.serve import Serving, listen
from passerby.server.site.app import site_app
from passerby.server.site.authenticator import Gate
from passerby.server.site.context import Place
from passerby.server.status.app import HOST
from passerby.server.tls import Certificate, given, own
from passerby.store.accounts.accounts import Accounts
from passerby.store.recordings.approval_clips import tell_two
from passerby.store.recordings.index import Recordings
from passerby.store.recordings.retention_limit import read_ceiling, set_ceiling


@contextmanager
def pages(
    config: Path,
    running: Callable[[], Site],
    status: Callable[[], SiteStatus],
    windows: Mapping[str, Window],
    token: str,
    apply: Callable[[Site], None],
    say: Callable[[str], None],
) -> Iterator[int]:
    """Serve them while the block runs; the port on this machine. Raises UsageError for what cannot be served."""
    site, clock, boot = running(), SystemClock(), boot_id()
    settings = site.pages
    with ExitStack() as stack:
        recordings = stack.enter_context(Recordings.open(Path(site.data)))
        _begin_ceiling(recordings, site, clock.now().wall)
        tell_two(recordings.database, settings.two_persons, clock.now(), boot)

        def applied(changed: Site) -> None:
            tell_two(recordings.database, changed.pages.two_persons, clock.now(), boot)
            apply(changed)

        place = Place(config, running, status, windows, recordings, SiteTools(), clock, boot, applied)
        gate = Gate(
            recordings.database,
            clock,
            boot,
            token,
            person().partition(":")[2],
            idle=settings.idle * 60,
            longest=settings.longest * 3600,
            factors=settings.second_factor,
        )
        proxy = settings.proxy
        here = listen(HOST, site.status.port)
        port = here.getsockname()[1]
        local_proxy = proxy if settings.local else None
        stack.enter_context(
            Serving(
                beside(site_app(place, gate, HOST, port, proxy=local_proxy), site, status),
                here,
                proxy=None if local_proxy is None else local_proxy.address,
            )
        )
        if not settings.local:
            _reachable(settings, Accounts(recordings.database))
            certificate = None if proxy is not None else _certificate(settings, Path(site.data))
            there = listen(settings.host, settings.port)
            number = there.getsockname()[1]
            app = site_app(place, gate, settings.host, number, secure=certificate is not None, local=False, proxy=proxy)
            stack.enter_context(
                Serving(beside(app, site, status), there, certificate, None if proxy is None else proxy.address)
            )
            if certificate is not None:
                say(f"pages at https://{settings.host}:{number}/")
                say(f"SHA-256 of their certificate: {certificate.fingerprint}")
        if proxy is not None:
            say(f"pages at https://{proxy.name}/, by the proxy at {proxy.address}")
        yield port


def _reachable(settings: PagesSettings, accounts: Accounts) -> None:
    """Nobody can log in where there are no accounts: say so now, and not when somebody stands at the door."""
    if not any(one.active for one in accounts.all()):
        raise UsageError(
            f"Other machines can reach {settings.host}, so the pages there need a login, and there is no account yet. "
            "Make one: passerby accounts add NAME --role administrator"
        )


def _certificate(settings: PagesSettings, data: Path) -> Certificate:
    if settings.certificate is not None and settings.key is not None:
        return given(Path(settings.certificate), Path(settings.key))
    return own(data / "tls", settings.host)


def _begin_ceiling(recordings: Recordings, site: Site, now: float) -> None:
    """As soon as there is an auditor, what the file says now is what it may say at most."""
    database = recordings.database
    if site.keep.days is not None and read_ceiling(database).set is None and Accounts(database).auditors():
        set_ceiling(database, site.keep.days, "passerby", now)
