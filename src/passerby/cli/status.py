"""`passerby status`: the state of the cameras of this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

import typer
from rich.table import Table

from passerby.cli.common.terminal import Terminal, echo
from passerby.config.site import StatusSettings
from passerby.config.site_file import status_port
from passerby.core.errors import PasserbyError
from passerby.documents.status import CameraHealth, CameraState, SiteStatus

#: Seconds for the running `passerby watch` to answer.
_TIMEOUT_S = 10.0


def status(
    config: Annotated[
        Path | None, typer.Option("--config", "-c", help="The site file (site.yaml), for its status port.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Write JSON to standard output.")] = False,
) -> None:
    """Show the state of the cameras of this machine, as reported by the running `passerby watch`.

    Exit code 3 when a camera is lost or not recorded, or 10 % or more of its frames of the last minute were hidden
    completely.
    """
    port = StatusSettings().port if config is None else status_port(config)
    text = fetch_status(port)
    site = SiteStatus.model_validate_json(text)
    if json:
        echo(site.model_dump_json(indent=1))
    else:
        _show(site)
    if any(_needs_attention(camera) for camera in site.cameras.values()):
        raise typer.Exit(3)


def fetch_status(port: int) -> bytes:
    """The status of the running program, as JSON. Raises PasserbyError when nothing answers."""
    try:
        # Without the proxy that the user may have configured: the address is on this machine.
        with build_opener(ProxyHandler({})).open(f"http://127.0.0.1:{port}/api/status", timeout=_TIMEOUT_S) as answer:
            return bytes(answer.read())
    except (URLError, OSError, ValueError):
        raise PasserbyError(
            f"Nothing answers on port {port} of this machine. Start passerby with: passerby watch -c site.yaml. "
            "If it uses another port, name its site file with -c."
        ) from None


def _needs_attention(camera: CameraHealth) -> bool:
    not_recorded = bool(camera.recording.get("failure"))
    return camera.state is not CameraState.LIVE or not_recorded or camera.covered_share >= 0.1


def _show(site: SiteStatus) -> None:
    table = Table("camera", "state", "size", "fps", "last frame", "hidden", "latency")
    for name, camera in site.cameras.items():
        size = "" if camera.width is None else f"{camera.width}x{camera.height}"
        reasons = ", ".join(f"{reason} {count}" for reason, count in camera.covered.items())
        table.add_row(
            name,
            camera.state,
            size,
            f"{camera.fps:.1f}",
            _seconds(camera.last_frame_age),
            f"{100 * camera.covered_share:.1f} %" + (f" (all: {reasons})" if reasons else ""),
            _seconds(camera.latency),
        )
    console = Terminal()
    console.print(table)
    for name, camera in site.cameras.items():
        if camera.problem:
            console.print(f"{name}: {camera.problem}", soft_wrap=True)
    left = site.disk.get("days_left")
    if left is not None:
        console.print(storage_text(left, site.disk.get("limit")))
    if site.disk.get("problem"):
        console.print(f"recordings: {site.disk['problem']}", soft_wrap=True)
    if not site.clock_trusted:
        console.print("The clock of this machine is not synchronised; recordings are marked accordingly.")


def storage_text(days_left: float, limit: int | None) -> str:
    """When recordings are deleted before their time, and why: the limit in the settings, or the disk."""
    reached = "The disk will be full" if limit is None else f"The limit of {limit / 1e9:.3g} GB will be reached"
    return f"{reached} in {days_left:.1f} days; the oldest recordings are then deleted."


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.1f} s"
