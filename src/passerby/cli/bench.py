"""`passerby bench`: how well it hides, and how fast, on footage of your own."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from passerby.bench.tools import Against
from passerby.config.settings import Profile, Settings
from passerby.core.errors import UsageError

if TYPE_CHECKING:
    from passerby.bench.aggregate import Accuracy, Figures
    from passerby.bench.speed import Round, Speed, Spread

app = typer.Typer(help="Measure how well it hides, and how fast.", no_args_is_help=True)

ProfileOption = Annotated[Profile, typer.Option(help=f"{Settings.model_fields['profile'].description}")]
Json = Annotated[bool, typer.Option("--json", help="Write the figures as JSON to standard output.")]


@app.command()
def accuracy(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder with annotations.json, or with saved cases.")],
    redacted: Annotated[
        Path | None,
        typer.Option(help="Score these results, of whatever tool, in place of redacting the folder first."),
    ] = None,
    profile: ProfileOption = Profile.BALANCED,
    worst: Annotated[int, typer.Option(help="List so many of the worst leaks.", min=0)] = 0,
    json: Json = False,
) -> None:
    """Scores an annotated folder: what leaks, what is hidden without need, and what becomes of the rest."""
    # Here, not above: `passerby --help` need not wait for decoders.
    from passerby.bench.accuracy import read_truth, redact_all, score
    from passerby.bench.aggregate import accuracy as sum_up
    from passerby.bench.scratch import scratch
    from passerby.bench.tools import PASSERBY
    from passerby.engine.report import PROGRAM

    if redacted is not None and not redacted.is_dir():
        raise UsageError(f"There is no folder {redacted}. --redacted names the folder with the results to score.")
    entries = read_truth(folder)
    with ExitStack() as stack:
        if redacted is None:
            command = [*PASSERBY, "redact", "--profile", profile.value, "--no-verify"]
            results = redact_all(entries, stack.enter_context(scratch()), command, quiet=json)
        else:
            results = redacted
        found = sum_up(
            score(entries, results), len(entries), PROGRAM, profile.value if redacted is None else None, worst
        )
    if json:
        typer.echo(found.model_dump_json(indent=1, exclude_none=True))
    else:
        _show_accuracy(found)


@app.command()
def speed(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The video to run everything on.")],
    against: Annotated[
        list[Against] | None,
        typer.Option(help="Also run this on the same file, in turn. Can be given twice."),
    ] = None,
    rounds: Annotated[int, typer.Option(help="How many times each runs.", min=1)] = 3,
    profile: ProfileOption = Profile.BALANCED,
    json: Json = False,
) -> None:
    """Times whole cold runs, each in turn: speed, processor time, memory, size and fidelity of what comes out."""
    from passerby.bench import tools
    from passerby.bench.scratch import scratch
    from passerby.bench.speed import measure
    from passerby.detect.weights import cache_folder
    from passerby.engine.report import PROGRAM

    if not file.is_file():
        raise UsageError(f"There is no file {file}. Check the name.")
    compared = [tools.passerby(file, profile)]
    if Against.DEFACE in (against or ()):
        program = tools.deface_program(cache_folder(os.environ).with_name("benchmarks"))
        compared.append(tools.deface(file, program))
    if Against.TRANSCODE in (against or ()):
        compared.append(tools.transcode(file))
    with scratch() as folder:
        found = measure(file, compared, rounds, folder, PROGRAM, profile.value, None if json else _tell)
    if json:
        typer.echo(found.model_dump_json(indent=1, exclude_none=True))
    else:
        _show_speed(found)


def _tell(number: int, name: str, one: Round) -> None:
    typer.echo(f"round {number}: {name}: {one.speed:.1f} frames a second, {one.memory:.0f} MiB", err=True)


def _show_accuracy(found: Accuracy) -> None:
    console = Console()
    table = Table("kind", "size", "boxes", "leaks", "retained", "tracks", "leaking", "flicker")
    for kind, figures in found.kinds.items():
        table.add_row(kind, "all", *_row(figures))
        for size, those in figures.sizes.items():
            table.add_row("", size, *_row(those))
    console.print(table)
    console.print(
        f"collateral {found.collateral:.2%}, fidelity {found.fidelity:.1f} dB, {found.files} files, "
        f"{len(found.problems)} problems"
    )
    for problem in found.problems[:10]:
        console.print(f"problem: {problem}", soft_wrap=True)
    for leak in found.worst:
        console.print(f"leak {leak.left:.2f}: {leak.file}, frame {leak.frame}: {leak.kind} {leak.box}", soft_wrap=True)


def _row(figures: Figures) -> list[str]:
    cells = [str(figures.boxes), f"{figures.leaks:.2%}", f"{figures.retained:.3f}"]
    if figures.tracks is None or figures.track_leaks is None:
        return [*cells, "", "", ""]
    flicker = "" if figures.flicker is None else f"{figures.flicker:.1f}"
    return [*cells, str(figures.tracks), f"{figures.track_leaks:.2%}", flicker]


def _show_speed(found: Speed) -> None:
    console, clip = Console(), found.clip
    console.print(
        f"{clip.name}: {clip.width}x{clip.height}, {clip.frames} frames, {clip.bit_rate / 1e6:.2f} Mbit/s; "
        f"{found.processors} processors; median (least to most)",
        soft_wrap=True,
    )
    table = Table("", "frames a second", "CPU s a frame", "MiB", "Mbit/s", "fidelity, dB", "start, s")
    for name, tool in found.tools.items():
        table.add_row(
            name,
            _spread(tool.speed, 1),
            _spread(tool.cpu, 4),
            _spread(tool.memory, 0),
            f"{tool.bit_rate.median / 1e6:.2f}",
            "" if tool.fidelity is None else f"{tool.fidelity:.1f}",
            "" if tool.start is None else _spread(tool.start, 2),
        )
    for name, ratio in found.ratios.items():
        table.add_row(
            f"passerby / {name}",
            *(_spread(value, 2) for value in (ratio.speed, ratio.cpu, ratio.memory, ratio.bit_rate)),
        )
    console.print(table)
    for name, tool in found.tools.items():
        for note in tool.notes:
            console.print(f"{name}: {note}", soft_wrap=True)


def _spread(value: Spread, digits: int) -> str:
    return f"{value.median:.{digits}f} ({value.min:.{digits}f} to {value.max:.{digits}f})"
