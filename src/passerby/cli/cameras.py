"""`passerby cameras`: find cameras on the network."""

from __future__ import annotations

import json as jsonlib
import os
import sys
from dataclasses import asdict
from typing import Annotated

import typer

from passerby.cli.common.terminal import echo
from passerby.core.errors import CameraLost
from passerby.source.camera.discovery import OnvifDevice, OnvifStream, find_devices, list_streams

#: Environment variable for the password, so that it need not be on the command line.
PASSWORD_VARIABLE = "PASSERBY_CAMERA_PASSWORD"

app = typer.Typer(help="Find cameras on the network.", no_args_is_help=True)


@app.callback()
def _cameras() -> None:
    """Find cameras on the network."""


@app.command("find")
def find(
    user: Annotated[
        str | None,
        typer.Option(
            "--user",
            help="User name on the cameras, to list their streams. The password is read from "
            f"{PASSWORD_VARIABLE}, or prompted for.",
        ),
    ] = None,
    at: Annotated[
        str | None, typer.Option("--at", help="Query the camera at this address instead of searching the network.")
    ] = None,
    seconds: Annotated[float, typer.Option("--seconds", help="Seconds to wait for answers.")] = 4.0,
    json: Annotated[bool, typer.Option("--json", help="Write JSON to standard output.")] = False,
) -> None:
    """Find cameras by WS-Discovery, and list their streams by ONVIF, with the recommended one marked.

    Cameras that are not found can be used as well: their web interface shows the address of the stream.
    """
    password = None if user is None else _password()
    rows = [(device, *_streams(device, user, password)) for device in find_devices(seconds, at)]
    if json:
        found = [
            {
                "name": device.name,
                "service": device.service,
                "problem": problem,
                "streams": [asdict(s) for s in streams],
            }
            for device, streams, problem in rows
        ]
        echo(jsonlib.dumps(found, indent=1))
        return
    if not rows:
        echo("No camera answered. If it is on another network, use --at ADDRESS.")
    for device, streams, problem in rows:
        echo(f"{device.host}: {device.name}")
        for stream in streams:
            rate = "" if stream.fps is None else f", up to {stream.fps:.0f} fps"
            mark = "  <- url for site.yaml" if stream.recommended else ""
            echo(f"  {stream.role}: {stream.url} ({stream.width}x{stream.height}, {stream.codec}{rate}){mark}")
        if problem is not None:
            echo(f"  {problem}")


def _streams(device: OnvifDevice, user: str | None, password: str | None) -> tuple[list[OnvifStream], str | None]:
    try:
        return list_streams(device, user, password), None
    except CameraLost as error:
        return [], str(error)


def _password() -> str:
    given = os.environ.get(PASSWORD_VARIABLE)
    if given is not None:
        return given
    return str(typer.prompt("Camera password", hide_input=True, err=True)) if sys.stdin.isatty() else ""
