"""`passerby demo`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from passerby.cli.common.terminal import echo

Folder = Annotated[Path, typer.Option(help="Output folder for the sample, its redacted copy, report and comparison.")]


def demo(out_dir: Folder = Path("demo")) -> None:
    """Create a sample clip, redact it, and show before and after side by side."""
    # Imported here: `passerby --help` need not wait for decoders and models.
    from passerby.demo.run import run_demo
    from passerby.detect.fetch import fetch
    from passerby.detect.weights import Registry

    for done in fetch(Registry.load()):
        if done.fresh:
            echo(f"{done.id}: downloaded")
    files, report = run_demo(out_dir)
    echo(f"sample            {files.sample}")
    echo(f"redacted          {files.redacted}")
    echo(f"report            {files.report}")
    echo(f"before and after  {files.comparison}")
    if report.needs_review:
        raise typer.Exit(3)
