"""`passerby bench`: accuracy and speed on footage of your own."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from passerby.bench.tools import Baseline
from passerby.cli.common.terminal import Terminal, echo
from passerby.config.settings import Profile, Settings
from passerby.core.errors import UsageError

if TYPE_CHECKING:
    from passerby.bench.aggregate import AccuracyReport, BoxMetrics
    from passerby.bench.speed import RoundMetrics, SpeedReport, Statistic

app = typer.Typer(help="Measure accuracy and speed.", no_args_is_help=True)

ProfileOption = Annotated[Profile, typer.Option(help=f"{Settings.model_fields['profile'].description}")]
Json = Annotated[bool, typer.Option("--json", help="Write the metrics as JSON to standard output.")]


@app.command()
def accuracy(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder with annotations.json or regression cases.")],
    redacted: Annotated[
        Path | None,
        typer.Option(help="Score these results, of any tool, instead of redacting the folder first."),
    ] = None,
    profile: ProfileOption = Profile.BALANCED,
    worst: Annotated[int, typer.Option(help="Number of worst leaks to list.", min=0)] = 0,
    json: Json = False,
) -> None:
    """Score an annotated folder: leaks, masks without need, and fidelity of the rest."""
    # Imported here: `passerby --help` need not wait for decoders.
    from passerby.bench.accuracy import read_ground_truth, redact_all, score
    from passerby.bench.aggregate import summarise
    from passerby.bench.scratch import scratch_folder
    from passerby.bench.tools import PASSERBY_COMMAND
    from passerby.core.version import PROGRAM

    if redacted is not None and not redacted.is_dir():
        raise UsageError(f"There is no folder {redacted}. --redacted names the folder with the results to score.")
    entries = read_ground_truth(folder)
    with ExitStack() as stack:
        if redacted is None:
            command = [*PASSERBY_COMMAND, "redact", "--profile", profile.value, "--no-verify"]
            results = redact_all(entries, stack.enter_context(scratch_folder()), command, quiet=json)
        else:
            results = redacted
        report = summarise(
            score(entries, results), len(entries), PROGRAM, profile.value if redacted is None else None, worst
        )
    if json:
        echo(report.model_dump_json(indent=1, exclude_none=True))
    else:
        _print_accuracy(report)


@app.command()
def speed(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The video to measure with.")],
    against: Annotated[
        list[Baseline] | None,
        typer.Option(help="Also run this tool on the same file, in turn. Can be given twice."),
    ] = None,
    rounds: Annotated[int, typer.Option(help="Number of runs of each tool.", min=1)] = 3,
    profile: ProfileOption = Profile.BALANCED,
    json: Json = False,
) -> None:
    """Measure whole cold runs in turn: speed, processor time, memory, size and fidelity of the output."""
    from passerby.bench import tools
    from passerby.bench.scratch import scratch_folder
    from passerby.bench.speed import measure
    from passerby.core.version import PROGRAM
    from passerby.detect.weights import cache_folder

    if not file.is_file():
        raise UsageError(f"There is no file {file}. Check the name.")
    compared = [tools.passerby(file, profile)]
    if Baseline.DEFACE in (against or ()):
        program = tools.deface_program(cache_folder(os.environ).with_name("benchmarks"))
        compared.append(tools.deface(file, program))
    if Baseline.TRANSCODE in (against or ()):
        compared.append(tools.transcode(file))
    with scratch_folder() as folder:
        report = measure(file, compared, rounds, folder, PROGRAM, profile.value, None if json else _print_round)
    if json:
        echo(report.model_dump_json(indent=1, exclude_none=True))
    else:
        _print_speed(report)


def _print_round(number: int, name: str, metrics: RoundMetrics) -> None:
    echo(f"round {number}: {name}: {metrics.speed:.1f} fps, {metrics.memory:.0f} MiB", err=True)


def _print_accuracy(report: AccuracyReport) -> None:
    console = Terminal()
    table = Table("kind", "size", "boxes", "leaks", "retained", "tracks", "leaking", "flicker")
    for kind, metrics in report.kinds.items():
        table.add_row(kind, "all", *_row(metrics))
        for size, of_size in metrics.sizes.items():
            table.add_row("", size, *_row(of_size))
    console.print(table)
    console.print(
        f"collateral {report.collateral:.2%}, fidelity {report.fidelity:.1f} dB, {report.files} files, "
        f"{len(report.problems)} problems"
    )
    for problem in report.problems[:10]:
        console.print(f"problem: {problem}", soft_wrap=True)
    for leak in report.worst:
        console.print(
            f"leak {leak.visible_detail:.2f}: {leak.file}, frame {leak.frame}: {leak.kind} {leak.box}", soft_wrap=True
        )


def _row(metrics: BoxMetrics) -> list[str]:
    cells = [str(metrics.boxes), f"{metrics.leaks:.2%}", f"{metrics.retained:.3f}"]
    if metrics.tracks is None or metrics.track_leaks is None:
        return [*cells, "", "", ""]
    flicker = "" if metrics.flicker is None else f"{metrics.flicker:.1f}"
    return [*cells, str(metrics.tracks), f"{metrics.track_leaks:.2%}", flicker]


def _print_speed(report: SpeedReport) -> None:
    console, clip = Terminal(), report.clip
    console.print(
        f"{clip.name}: {clip.width}x{clip.height}, {clip.frames} frames, {clip.bit_rate / 1e6:.2f} Mbit/s; "
        f"{report.processors} processors; median (min to max)",
        soft_wrap=True,
    )
    table = Table("", "fps", "CPU s/frame", "MiB", "Mbit/s", "fidelity, dB", "first frame, s")
    for name, tool in report.tools.items():
        table.add_row(
            name,
            _format_statistic(tool.speed, 1),
            _format_statistic(tool.cpu, 4),
            _format_statistic(tool.memory, 0),
            f"{tool.bit_rate.median / 1e6:.2f}",
            "" if tool.fidelity is None else f"{tool.fidelity:.1f}",
            "" if tool.first_frame_s is None else _format_statistic(tool.first_frame_s, 2),
        )
    for name, ratio in report.ratios.items():
        table.add_row(
            f"passerby / {name}",
            *(_format_statistic(value, 2) for value in (ratio.speed, ratio.cpu, ratio.memory, ratio.bit_rate)),
        )
    console.print(table)
    for name, tool in report.tools.items():
        for note in tool.notes:
            console.print(f"{name}: {note}", soft_wrap=True)


def _format_statistic(value: Statistic, digits: int) -> str:
    return f"{value.median:.{digits}f} ({value.min:.{digits}f} to {value.max:.{digits}f})"
