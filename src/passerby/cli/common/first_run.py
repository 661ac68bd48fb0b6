"""Serves the pages of the first run until the site is made."""

from __future__ import annotations

import socket
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from passerby.cli.common.browser import open_in_browser, redirect_file
from passerby.cli.common.media_tools import SiteTools
from passerby.cli.common.os_user import current_user
from passerby.cli.common.terminal import echo
from passerby.config.site import StatusSettings
from passerby.config.web import WebSettings, is_loopback
from passerby.core.errors import UsageError
from passerby.server.auth import SessionAuth, new_token
from passerby.server.connection_limits import LimitedListener
from passerby.server.serve import LimitedServer, limited_server, listen
from passerby.server.setup.app import PAGE, setup_app
from passerby.server.setup.context import SetupContext
from passerby.server.spa import is_built
from passerby.server.tls import self_signed
from passerby.setup.create_site import certificate_folder
from passerby.setup.draft import DraftFile

#: Seconds for which the address that is printed opens the pages.
TOKEN_LIFETIME_S = 30 * 60.0
#: Never reached: which address of this machine would be used is asked of its routes alone, and no packet is sent.
_SOMEWHERE = ("192.0.2.1", 9)


@dataclass(frozen=True, slots=True)
class SetupPorts:
    """Ports of the site to be: of this machine (`status`), and of other devices (`web`)."""

    status: int
    web: int

    @classmethod
    def of(cls, port: int | None, host: str) -> SetupPorts:
        """`port` is that of the pages of the first run, which the site takes over; None for the default."""
        status, web = StatusSettings().port, WebSettings().port
        if port is None:
            return cls(status, web)
        return cls(port, web) if is_loopback(host) else cls(status, port)


class FirstRun:
    """The pages of one first run. `run` blocks."""

    def __init__(self, config: Path, host: str, ports: SetupPorts, token_lifetime_s: float = TOKEN_LIFETIME_S) -> None:
        """Raises UsageError where they cannot be served, or an earlier draft cannot be read."""
        if not is_built(PAGE):
            raise UsageError("The page is not built in this copy. Run scripts/install, which needs npm, and try again.")
        DraftFile(config).read()
        local = is_loopback(host)
        self._config, self._made = config, False
        self._server: LimitedServer | None = None
        self._listener = listen(host, ports.status if local else ports.web)
        port = int(self._listener.getsockname()[1])
        ports = SetupPorts(port, ports.web) if local else SetupPorts(ports.status, port)
        self._certificate = None if local else self_signed(certificate_folder(config), host)
        token = new_token()
        context = SetupContext(
            config,
            SiteTools(),
            current_user(),
            ports.status,
            ports.web,
            on_network=not local,
            addresses=tuple(f"https://{name}:{ports.web}/" for name in _names()),
            finished=self._finished,
        )
        auth = SessionAuth(token=token, token_lifetime_s=token_lifetime_s)
        self._app = setup_app(context, auth, host, port, secure=not local)
        names = [host] if local else _names()
        scheme = "http" if local else "https"
        self.address, *self._others = [f"{scheme}://{name}:{port}/?token={token}" for name in names]
        self._minutes = token_lifetime_s / 60

    def run(self, *, open_browser: bool) -> bool:
        """Serve until the site is made (True), or the program is asked to stop (False)."""
        with ExitStack() as stack:
            page = None
            if open_browser and self._certificate is None:
                with suppress(OSError):  # the address is printed all the same
                    page = stack.enter_context(redirect_file(self.address))
            self._server = limited_server(self._app, self._certificate, ready=lambda: self._announce(page))
            self._server.run(sockets=[LimitedListener(self._listener, self._server.limits)])
        return self._made

    def _finished(self) -> None:
        self._made = True
        if self._server is not None:
            self._server.should_exit = True

    def _announce(self, page: Path | None) -> None:
        begun = DraftFile(self._config).path.exists()
        echo(f"{'Continue' if begun else 'Begin'} the first run of this site: {self.address}", err=True)
        for other in self._others:
            echo(f"The same by name: {other}", err=True)
        echo(
            f"It opens one browser, within {self._minutes:.0f} minutes. For a new address, start the program again: "
            "what was answered is kept.",
            err=True,
        )
        if self._certificate is not None:
            echo(f"SHA-256 fingerprint of the certificate: {self._certificate.fingerprint}", err=True)
        if page is not None and not open_in_browser(page):
            echo("No browser could be started. Open the address above.", err=True)


def _names() -> list[str]:
    """Names by which other devices reach this machine: its address, where it has one, and its host name."""
    names = [socket.gethostname()]
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        asked.connect(_SOMEWHERE)
        names.insert(0, str(asked.getsockname()[0]))
    return names
