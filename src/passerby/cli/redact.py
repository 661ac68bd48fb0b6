"""`passerby redact`: a thin layer over `passerby.redact`."""

from __future__ import annotations

import sys
from json import dumps
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from passerby.base.errors import OutputError, OutputExists, PasserbyError, UsageError
from passerby.base.kinds import HIDEABLE
from passerby.base.plan import Plan
from passerby.base.progress import Progress
from passerby.base.report import Report
from passerby.base.settings import Audio, Codec, Profile, Settings, Style
from passerby.cli.console import progress as console_progress
from passerby.cli.inputs import Job, jobs_for

Help = {field: info.description for field, info in Settings.model_fields.items()}


def redact(
    inputs: Annotated[list[Path], typer.Argument(metavar="INPUT...", help="Videos, or folders of them.")],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="File to write; by default NAME.redacted.EXT beside the input."),
    ] = None,
    out_dir: Annotated[
        Path | None, typer.Option("--out-dir", help="Folder to write into; names and subfolders are kept.")
    ] = None,
    hide: Annotated[
        str, typer.Option(help="Kinds to hide, with commas: face,plate,person,text,screen.")
    ] = "face,plate",
    style: Annotated[Style, typer.Option(help=Help["style"])] = Style.SOLID,
    profile: Annotated[Profile, typer.Option(help=Help["profile"])] = Profile.BALANCED,
    audio: Annotated[Audio, typer.Option(help=Help["audio"])] = Audio.REMOVE,
    codec: Annotated[Codec | None, typer.Option(help=Help["codec"])] = None,
    quality: Annotated[int | None, typer.Option(help=Help["quality"], min=1, max=51)] = None,
    plan: Annotated[Path | None, typer.Option(help="Render this plan instead of looking.")] = None,
    save_plan: Annotated[bool, typer.Option("--save-plan", help="Save the plan as NAME.plan.json.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace files that exist.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Progress and results as JSON lines on stdout.")] = False,
    no_verify: Annotated[bool, typer.Option("--no-verify", help="Do not check the result.")] = False,
) -> None:
    """Hide faces and plates (or what --hide names) in videos."""
    settings = _settings(hide, style, profile, audio, codec, quality)
    jobs = jobs_for(inputs, output, out_dir)
    if plan is not None and len(jobs) != 1:
        raise UsageError("--plan is for one file. Give one INPUT with it.")
    progress = console_progress(json=json)
    worst = 0
    for job in jobs:
        try:
            report = _run(
                job, settings, Plan.load(plan) if plan is not None else None, save_plan, force, not no_verify, progress
            )
        except PasserbyError as error:
            progress.finish()
            if len(jobs) == 1:
                raise
            _say_error(job, error, json)
            worst = 1
            continue
        finally:
            progress.finish()
        _say(job, report, json)
        if report.needs_a_person and worst == 0:
            worst = 3
    raise typer.Exit(worst)


def _settings(
    hide: str, style: Style, profile: Profile, audio: Audio, codec: Codec | None, quality: int | None
) -> Settings:
    kinds = [word.strip() for word in hide.split(",") if word.strip()]
    try:
        return Settings.model_validate(
            {"hide": kinds, "style": style, "profile": profile, "audio": audio, "codec": codec, "quality": quality}
        )
    except ValidationError as error:
        raise UsageError(f"--hide {hide}: {error.errors()[0]['msg']}. Choose from {', '.join(HIDEABLE)}.") from error


def _run(
    job: Job, settings: Settings, plan: Plan | None, save_plan: bool, force: bool, verify: bool, progress: Progress
) -> Report:
    # Here, not above: `passerby --help` need not wait for decoders and models.
    from passerby.pipeline import redact
    from passerby.sink.output import write_text_atomically

    beside = [job.output, job.report, *([job.plan] if save_plan else [])]
    there = [str(path) for path in beside if path.exists()]
    if there and not force:
        raise OutputExists(f"{there[0]} already exists. Use --force to replace it, or choose another name with -o.")
    try:
        job.output.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"The folder {job.output.parent} cannot be made: {error.strerror}. Choose another with --out-dir."
        ) from error
    report = redact(
        job.source,
        job.output,
        settings,
        plan=plan,
        save_plan=job.plan if save_plan else None,
        force=force,
        verify=verify,
        progress=progress,
    )
    write_text_atomically(job.report, report.to_json(), force)
    return report


def _say(job: Job, report: Report, json: bool) -> None:
    if json:
        line = {"event": "done", "file": str(job.source), "output": str(job.output), "report": str(job.report)}
        print(dumps({**line, "needs_a_person": report.needs_a_person}), flush=True)
        return
    found = ", ".join(f"{hidden.tracks} {hidden.kind}" for hidden in report.hidden)
    print(f"{job.output}: hidden: {found}")
    for warning in report.warnings:
        print(f"  {warning}")
    for suspect in report.check.suspects[:10]:
        print(f"  look at {suspect.time:.2f} s: {suspect.what}")
    print(f"  report: {job.report}")


def _say_error(job: Job, error: PasserbyError, json: bool) -> None:
    if json:
        print(dumps({"event": "error", "file": str(job.source), "message": str(error)}), flush=True)
    else:
        print(f"passerby: {error}", file=sys.stderr)
