"""`passerby cameras`: which cameras there are."""

from __future__ import annotations

import json as jsonlib
import os
import sys
from dataclasses import asdict
from typing import Annotated

import typer

from passerby.core.errors import CameraLost
from passerby.source.camera.discovery import Device, Stream, find_devices, streams_of

#: Where the password may come from, so that it is on no command line.
PASSWORD = "PASSERBY_CAMERA_PASSWORD"

app = typer.Typer(help="Find the cameras of the network.", no_args_is_help=True)


@app.callback()
def _cameras() -> None:
    """Find the cameras of the network."""


@app.command("find")
def find(
    user: Annotated[
        str | None,
        typer.Option(
            "--user",
            help="Login name at the cameras, to ask for their streams. The password is taken from "
            f"{PASSWORD}, or asked for.",
        ),
    ] = None,
    at: Annotated[
        str | None, typer.Option("--at", help="Ask the camera at this address, not the whole network.")
    ] = None,
    seconds: Annotated[float, typer.Option("--seconds", help="How long to wait for answers.")] = 4.0,
    json: Annotated[bool, typer.Option("--json", help="Write JSON to standard output.")] = False,
) -> None:
    """Find cameras by WS-Discovery, and list their streams by ONVIF, with the one to watch marked.

    Cameras that are not found can be watched all the same: their own pages tell the address of the stream.
    """
    password = None if user is None else _password()
    rows = [(device, *_streams(device, user, password)) for device in find_devices(seconds, at)]
    if json:
        told = [
            {
                "name": device.name,
                "service": device.service,
                "problem": problem,
                "streams": [asdict(s) for s in streams],
            }
            for device, streams, problem in rows
        ]
        typer.echo(jsonlib.dumps(told, indent=1))
        return
    if not rows:
        typer.echo("No camera answered. They may be in another network: try --at ADDRESS.")
    for device, streams, problem in rows:
        typer.echo(f"{device.host}: {device.name}")
        for one in streams:
            rate = "" if one.frames_a_second is None else f", up to {one.frames_a_second:.0f} frames a second"
            mark = "  <- url for site.yaml" if one.chosen else ""
            typer.echo(f"  {one.role}: {one.url} ({one.width}x{one.height}, {one.codec}{rate}){mark}")
        if problem is not None:
            typer.echo(f"  {problem}")


def _streams(device: Device, user: str | None, password: str | None) -> tuple[list[Stream], str | None]:
    try:
        return streams_of(device, user, password), None
    except CameraLost as error:
        return [], str(error)


def _password() -> str:
    given = os.environ.get(PASSWORD)
    if given is not None:
        return given
    return str(typer.prompt("Password of the cameras", hide_input=True, err=True)) if sys.stdin.isatty() else ""
