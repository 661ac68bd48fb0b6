"""`passerby site`: set a site up in the browser, or by a file of answers, and run it."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from passerby.cli.common.terminal import echo
from passerby.core.errors import UsageError


def site(
    config: Annotated[Path, typer.Option("--config", "-c", help="The site file; it is made in the first run.")] = Path(
        "site.yaml"
    ),
    answers: Annotated[
        Path | None,
        typer.Option(
            "--answers", help="File with the answers of the first run, instead of the pages.", show_default=False
        ),
    ] = None,
    setup_only: Annotated[
        bool, typer.Option("--setup-only", help="End after the first run; do not run the cameras.")
    ] = False,
    host: Annotated[
        str | None,
        typer.Option(
            help="Address that the pages of the first run listen on; by default 127.0.0.1, or PASSERBY_WEB_HOST. Other "
            "than loopback: over TLS.",
            show_default=False,
        ),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(
            help="Their port, and that of the site afterwards; by default 8770, or 8443 for other devices.",
            min=0,
            max=65535,
            show_default=False,
        ),
    ] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Print the address; do not open a browser.")] = False,
) -> None:
    """Set up a new site in the browser, and run it. A site that is set up is run, as by `passerby watch`.

    The address that is printed opens the pages of the first run, in one browser and for half an hour. What was answered
    is kept when the program is stopped, and the first run goes on there.
    """
    # Imported here: other commands need no web server, and should not wait for it.
    from passerby.cli.common.first_run import FirstRun, SetupPorts
    from passerby.cli.common.os_user import current_user
    from passerby.config.site_file import HOST_VARIABLE
    from passerby.server.limited_log import limit_logger
    from passerby.setup.answers import draft_of, read_answers
    from passerby.setup.create_site import create_site

    limit_logger(logging.getLogger())
    if config.exists():
        if answers is not None or setup_only:
            raise UsageError(f"{config} is there already: this site was set up before. Start it without --answers.")
        _watch(config)
        return
    _require_models()
    address = host or os.environ.get(HOST_VARIABLE) or "127.0.0.1"
    ports = SetupPorts.of(port, address)
    if answers is not None:
        draft = draft_of(read_answers(answers, os.environ), config)
        create_site(config, draft, actor=current_user(), status_port=ports.status, web_port=ports.web)
        echo(f"{config} was made. Test its cameras: passerby watch -c {config} --check", err=True)
    elif not FirstRun(config, address, ports).run(open_browser=not no_browser):
        return
    if not setup_only:
        _watch(config)


def _require_models() -> None:
    """Test pictures need them, and so does the site. Raises WeightsError."""
    from passerby.config.site import CameraDefaults
    from passerby.detect.frame_detector import required_models
    from passerby.detect.live_schedule import LIVE_PROFILES
    from passerby.detect.weights import Registry

    registry, defaults = Registry.load(), CameraDefaults()
    registry.require(required_models(defaults.hide, LIVE_PROFILES[defaults.profile]))


def _watch(config: Path) -> None:
    """Run the site, in place of this program: with the same process id, and without what the first run loaded."""
    sys.stderr.flush()
    os.execv(sys.executable, [sys.executable, "-m", "passerby", "watch", "-c", str(config)])
