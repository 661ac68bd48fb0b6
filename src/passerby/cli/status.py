"""`passerby status`: how the cameras of this machine are."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

import typer
from rich.console import Console
from rich.table import Table

from passerby.config.site import StatusSettings
from passerby.config.site_file import status_port
from passerby.core.errors import PasserbyError
from passerby.documents.status import CameraHealth, SiteStatus, State

#: Seconds for the running program to answer.
_PATIENCE = 10.0


def status(
    config: Annotated[
        Path | None, typer.Option("--config", "-c", help="The file that describes the site, for its port.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Write JSON to standard output.")] = False,
) -> None:
    """Show how the cameras of this machine are, as the running `passerby watch` tells it.

    Exit code 3 when a camera is lost, or a tenth or more of its last minute was covered whole.
    """
    port = StatusSettings().port if config is None else status_port(config)
    text = asked(port)
    site = SiteStatus.model_validate_json(text)
    if json:
        typer.echo(site.model_dump_json(indent=1))
    else:
        _show(site)
    if any(_needs_somebody(camera) for camera in site.cameras.values()):
        raise typer.Exit(3)


def asked(port: int) -> bytes:
    """What the running program says of itself, as JSON. Raises PasserbyError when nothing answers."""
    try:
        # Whatever proxy the user has, this machine is asked directly.
        with build_opener(ProxyHandler({})).open(f"http://127.0.0.1:{port}/api/status", timeout=_PATIENCE) as answer:
            return bytes(answer.read())
    except (URLError, OSError, ValueError):
        raise PasserbyError(
            f"Nothing answers on port {port} of this machine. Start it with: passerby watch -c site.yaml; "
            "if it has another port, name its file with -c."
        ) from None


def _needs_somebody(camera: CameraHealth) -> bool:
    return camera.state is not State.LIVE or camera.covered_share >= 0.1


def _show(site: SiteStatus) -> None:
    table = Table("camera", "state", "picture", "frames/s", "newest", "covered", "latency")
    for name, camera in site.cameras.items():
        size = "" if camera.width is None else f"{camera.width}x{camera.height}"
        reasons = ", ".join(f"{reason} {count}" for reason, count in camera.covered.items())
        table.add_row(
            name,
            camera.state,
            size,
            f"{camera.frames_a_second:.1f}",
            _seconds(camera.last_frame_age),
            f"{100 * camera.covered_share:.1f} %" + (f" (all: {reasons})" if reasons else ""),
            _seconds(camera.latency),
        )
    console = Console()
    console.print(table)
    for name, camera in site.cameras.items():
        if camera.problem:
            console.print(f"{name}: {camera.problem}", soft_wrap=True)
    left = site.disk.get("days_left")
    if left is not None:
        console.print(f"The disk is full in {left:.1f} days.")
    if site.disk.get("problem"):
        console.print(f"recordings: {site.disk['problem']}", soft_wrap=True)
    if not site.clock_trusted:
        console.print("The clock of this machine is not kept by a better one; recordings are marked so.")


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.1f} s"
