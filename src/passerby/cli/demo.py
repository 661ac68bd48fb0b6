"""`passerby demo`: a sample clip made on the spot, redacted, before and after side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from passerby.base.errors import OutputError

Folder = Annotated[Path, typer.Option(help="Folder for the sample, the redacted clip, its report and the picture.")]


def demo(out_dir: Folder = Path("demo")) -> None:
    """Makes a sample clip, redacts it, and shows before and after side by side."""
    # Here, not above: `passerby --help` need not wait for decoders and models.
    from passerby import redact
    from passerby.cli.console import progress
    from passerby.cli.portrait import portrait
    from passerby.cli.sample import make_sample
    from passerby.cli.strip import make_strip
    from passerby.detect.fetch import fetch
    from passerby.detect.weights import Registry
    from passerby.sink.output import write_text_atomically

    for done in fetch(Registry.load()):
        if done.fresh:
            typer.echo(f"{done.id}: fetched")
    names = ("sample.mp4", "sample.redacted.mp4", "sample.redacted.report.json", "before-after.png")
    sample, output, told, strip = (out_dir / name for name in names)
    face = portrait()
    try:
        out_dir.mkdir(parents=True, exist_ok=True)
        make_sample(sample, face)
    except OSError as error:
        raise OutputError(f"{out_dir} cannot be written: {error.strerror}. Choose another with --out-dir.") from error
    report = redact(sample, output, force=True, progress=progress())
    write_text_atomically(told, report.to_json(), force=True)
    make_strip(strip, sample, output)
    typer.echo(f"sample            {sample}")
    typer.echo(f"redacted          {output}")
    typer.echo(f"report            {told}")
    typer.echo(f"before and after  {strip}")
    if report.needs_a_person:
        raise typer.Exit(3)
