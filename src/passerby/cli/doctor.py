"""`passerby doctor`: what is missing or slow here, and the remedy."""

from __future__ import annotations

import json as jsonlib
from typing import Annotated

import typer

from passerby.cli.common.terminal import echo

MARKS = {"ok": "ok", "note": "NOTE", "problem": "PROBLEM"}


def doctor(
    json: Annotated[bool, typer.Option("--json", help="Write JSON to standard output.")] = False,
) -> None:
    """Check this machine: program, models, speed, memory, disk, clock and ports, with the remedy for each.

    Exit code 1 where something would keep files from being redacted. Nothing is changed, and nothing is sent.
    """
    from passerby.cli.common.diagnosis import Level, diagnose

    found = []
    for diagnosis in diagnose():
        found.append(diagnosis)
        if not json:
            echo(f"{MARKS[diagnosis.level]:8} {diagnosis.name}: {diagnosis.found}")
            if diagnosis.remedy is not None:
                echo(f"{'':8} -> {diagnosis.remedy}")
    if json:
        echo(jsonlib.dumps([diagnosis.as_dict() for diagnosis in found], indent=1))
    raise typer.Exit(1 if any(diagnosis.level is Level.PROBLEM for diagnosis in found) else 0)
