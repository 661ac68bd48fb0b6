"""`passerby watch`: run the cameras of a site."""

from __future__ import annotations

import logging
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from passerby.cli.common.example_config import EXAMPLE
from passerby.cli.common.pages_main import COMMAND
from passerby.cli.common.site_server import PageSockets
from passerby.cli.common.terminal import echo
from passerby.config.secrets.site_secrets import CAMERA_PASSWORDS
from passerby.config.site import Site
from passerby.config.site_file import load_site
from passerby.core.errors import OutputError, UsageError
from passerby.server.auth import new_token
from passerby.server.limited_log import LineLimit, limit_logger
from passerby.server.live.token_file import remove_token_file, write_token_file
from passerby.server.pages.link import PagesSpec
from passerby.server.pages.process import PagesProcess
from passerby.server.status.app import HOST
from passerby.sink.still.png import write_snapshot
from passerby.watch.camera_check import check_camera
from passerby.watch.supervisor import Supervisor

#: Seconds between two lines of --check while a camera does not answer.
CHECK_INTERVAL_S = 5.0


def watch(
    config: Annotated[
        Path | None, typer.Option("--config", "-c", help="The site file (site.yaml).", show_default=False)
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Validate the site file, test every camera, and exit.")
    ] = False,
    stills: Annotated[
        Path | None,
        typer.Option(
            "--stills", help="With --check: folder for a masked still of each camera, as it would be recorded."
        ),
    ] = None,
    example: Annotated[bool, typer.Option("--example", help="Print an example site file, and exit.")] = False,
) -> None:
    """Run the cameras of a site: mask faces, heads and plates in memory, then record and serve the masked pictures.

    Runs until it is stopped with Ctrl+C or by the service manager. A camera that is lost is reconnected indefinitely.
    """
    if example:
        echo(EXAMPLE, nl=False)
        return
    if config is None:
        raise UsageError("No site file given. Use: passerby watch -c site.yaml (passerby watch --example prints one)")
    if stills is not None and not check:
        raise UsageError("--stills requires --check.")
    if check:
        _check(load_site(config, secrets=(CAMERA_PASSWORDS,)), stills)
    else:
        _run(load_site(config), config)


def _check(site: Site, stills: Path | None) -> None:
    failed = False
    for name, camera in site.cameras.items():
        with _told_every(CHECK_INTERVAL_S, f"{name}: still waiting for the camera"):
            result = check_camera(camera)
        if result.problem is not None or result.video is None or result.still is None:
            failed = True
            echo(f"{name}: {result.problem}")
            continue
        width, height = result.video.geometry.display_size
        echo(f"{name}: ok, {width}x{height}, {result.fps:.0f} fps")
        if stills is not None:
            path = stills / f"{name}.png"
            write_snapshot(path, result.still)
            echo(f"{name}: masked still written to {path}")
    if failed:
        raise typer.Exit(1)


@contextmanager
def _told_every(seconds: float, text: str) -> Iterator[None]:
    """Print the text, with the time that has passed, while something takes its time."""
    done, started = threading.Event(), time.monotonic()

    def tell() -> None:
        while not done.wait(seconds):
            echo(f"{text} ({time.monotonic() - started:.0f} s)", err=True)

    teller = threading.Thread(target=tell, name="passerby-check", daemon=True)
    teller.start()
    try:
        yield
    finally:
        done.set()
        teller.join()


def _run(site: Site, config: Path) -> None:
    limit_logger(logging.getLogger())
    sockets, token = PageSockets.open(site), new_token()
    try:
        supervisor = Supervisor(site, notify=_log_limited, on_live_pipe=lambda name, pipe: pages.relay(name, pipe))

        def apply_file() -> Site:
            changed = load_site(config)
            supervisor.apply(changed)
            return changed

        public_fd = None if sockets.public is None else sockets.public.fileno()
        spec = PagesSpec(config.absolute(), site, supervisor.status(), token, sockets.local.fileno(), public_fd)
        pages = PagesProcess(
            COMMAND, spec, supervisor.status, apply_file, _log_limited, on_restart=supervisor.restart_camera
        )

        def stop(*_: object) -> None:
            supervisor.stop()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        try:
            pages.start()
            _announce(site, sockets.local_port, token)
            supervisor.run(pages.poll)
        finally:
            pages.stop()
            supervisor.close()
    finally:
        sockets.close()
    remove_token_file(Path(site.data))
    _log("stopped")


def _announce(site: Site, port: int, token: str) -> None:
    _log(f"running {len(site.cameras)} cameras; status at http://{HOST}:{port}/api/status. Press Ctrl+C to stop.")
    _log_live_address(Path(site.data), f"http://{HOST}:{port}/?token={token}")
    if site.notice is not None:
        _log(f"public page: http://{HOST}:{port}/notice")


def _log_live_address(data: Path, address: str) -> None:
    """The address contains the token, so it is printed on a terminal only: any other output is a log."""
    if sys.stderr.isatty():
        _log(f"live pictures and recordings (masked): {address}")
        return
    try:
        _log(f"live pictures and recordings (masked): the address is in {write_token_file(data, address)}")
    except OutputError as error:
        _log(str(error))


def _log(line: str) -> None:
    echo(line, err=True)


#: What cameras and pages make the program say over and over is cut short.
_limit = LineLimit()


def _log_limited(line: str) -> None:
    admitted = _limit.admit(line[:200], line)
    if admitted is not None:
        _log(admitted)
