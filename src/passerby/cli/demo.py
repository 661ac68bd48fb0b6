"""`passerby demo`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Folder = Annotated[Path, typer.Option(help="Folder for the sample, the redacted clip, its report and the picture.")]


def demo(out_dir: Folder = Path("demo")) -> None:
    """Makes a sample clip, redacts it, and shows before and after side by side."""
    # Here, not above: `passerby --help` need not wait for decoders and models.
    from passerby.demo.run import run_demo
    from passerby.detect.fetch import fetch
    from passerby.detect.weights import Registry

    for done in fetch(Registry.load()):
        if done.fresh:
            typer.echo(f"{done.id}: fetched")
    files, report = run_demo(out_dir)
    typer.echo(f"sample            {files.sample}")
    typer.echo(f"redacted          {files.redacted}")
    typer.echo(f"report            {files.report}")
    typer.echo(f"before and after  {files.comparison}")
    if report.needs_a_person:
        raise typer.Exit(3)
