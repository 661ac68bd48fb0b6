"""`passerby watch`: run the cameras of a site."""

from __future__ import annotations

import signal
import sys
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Annotated

import typer

from passerby.cli.example_config import EXAMPLE
from passerby.cli.site_server import pages
from passerby.config.site import Site
from passerby.config.site_file import load_site
from passerby.core.errors import OutputError, UsageError
from passerby.server.auth import new_token
from passerby.server.live import token_file as way_in
from passerby.server.live.app import receive
from passerby.server.live.buffer import Window
from passerby.server.status.app import HOST
from passerby.sink.still.png import write_snapshot
from passerby.watch.camera_check import try_camera
from passerby.watch.supervisor import Supervisor


def watch(
    config: Annotated[
        Path | None, typer.Option("--config", "-c", help="The file that describes the site.", show_default=False)
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Check the file, try every camera, and stop.")] = False,
    stills: Annotated[
        Path | None,
        typer.Option(
            "--stills", help="With --check: the folder for a still of each camera, masked as it would be recorded."
        ),
    ] = None,
    example: Annotated[bool, typer.Option("--example", help="Print a file to begin with, and stop.")] = False,
) -> None:
    """Run the cameras of a site: what is shown and recorded has faces, heads and plates taken out before.

    Runs until it is stopped with Ctrl+C or by the service manager. A camera that is lost is tried again without end.
    """
    if example:
        typer.echo(EXAMPLE, nl=False)
        return
    if config is None:
        raise UsageError("Name the file that describes the site: passerby watch -c site.yaml")
    if stills is not None and not check:
        raise UsageError("--stills goes with --check.")
    site = load_site(config)
    if check:
        _check(site, stills)
    else:
        _run(site, config)


def _check(site: Site, stills: Path | None) -> None:
    failed = False
    for name, camera in site.cameras.items():
        tried = try_camera(camera)
        if tried.problem is not None or tried.video is None or tried.still is None:
            failed = True
            typer.echo(f"{name}: {tried.problem}")
            continue
        width, height = tried.video.geometry.upright
        typer.echo(f"{name}: in order, {width}x{height}, {tried.frames_a_second:.0f} frames a second")
        if stills is not None:
            path = stills / f"{name}.png"
            write_snapshot(path, tried.still)
            typer.echo(f"{name}: masked still in {path}")
    if failed:
        raise typer.Exit(1)


def _run(site: Site, config: Path) -> None:
    windows = {name: Window(name) for name in site.cameras}

    def live(name: str, connection: Connection) -> None:
        receive(connection, windows.setdefault(name, Window(name)))

    supervisor = Supervisor(site, say=_say, live=live)
    token = new_token()

    def stop(*_: object) -> None:
        supervisor.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    with pages(config, lambda: supervisor.site, supervisor.status, windows, token, supervisor.apply, _say) as port:
        _say(f"watching {len(site.cameras)} cameras; state at http://{HOST}:{port}/api/status. Stop with Ctrl+C.")
        _say_where_live(Path(site.data), f"http://{HOST}:{port}/?token={token}")
        if site.notice is not None:
            _say(f"what everybody may know: http://{HOST}:{port}/notice")
        supervisor.run()
    way_in.forget(Path(site.data))
    _say("stopped")


def _say_where_live(data: Path, address: str) -> None:
    """The key to the live pictures: shown on a terminal alone, since everything else is a log."""
    if sys.stderr.isatty():
        _say(f"live pictures and recordings, masked: {address}")
        return
    try:
        _say(f"live pictures and recordings, masked: their address is in {way_in.keep(data, address)}")
    except OutputError as error:
        _say(str(error))


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
