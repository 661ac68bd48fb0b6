"""`passerby redact`: a thin layer over `passerby.redact`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from passerby.cluster.manifest import with_own
from passerby.config.object_path import shown
from passerby.config.regions import parse_regions
from passerby.config.settings import Audio, Codec, Profile, Settings, Style
from passerby.core.errors import PasserbyError, UsageError
from passerby.core.kinds import HIDEABLE
from passerby.documents.plan import Plan
from passerby.jobs.cluster_progress import over_cluster, put_text
from passerby.jobs.inputs import Inputs, Job, read_inputs
from passerby.jobs.job import Outcome, State, Work
from passerby.jobs.pool import run
from passerby.jobs.summary import say, summary, table

Help = {field: info.description for field, info in Settings.model_fields.items()}


def redact(
    context: typer.Context,
    inputs: Annotated[
        list[Path],
        typer.Argument(
            metavar="INPUT...",
            help="Videos, stills, folders of them, manifests (.csv, .jsonl, .parquet), or s3://, gs:// and az:// "
            "addresses.",
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="File to write, by default NAME.redacted.EXT beside the input."),
    ] = None,
    out_dir: Annotated[
        Path | None, typer.Option("--out-dir", help="Folder to write into; names and subfolders are kept.")
    ] = None,
    hide: Annotated[
        str, typer.Option(help="Kinds to hide, with commas: face,plate,person,text,screen.")
    ] = "face,plate",
    hide_regions: Annotated[str, typer.Option(help=Help["hide_regions"])] = "",
    keep_regions: Annotated[str, typer.Option(help=Help["keep_regions"])] = "",
    style: Annotated[Style, typer.Option(help=Help["style"])] = Style.SOLID,
    profile: Annotated[Profile, typer.Option(help=Help["profile"])] = Profile.BALANCED,
    audio: Annotated[Audio, typer.Option(help=Help["audio"])] = Audio.REMOVE,
    codec: Annotated[Codec | None, typer.Option(help=Help["codec"])] = None,
    quality: Annotated[int | None, typer.Option(help=Help["quality"], min=1, max=51)] = None,
    exact_chroma: Annotated[bool, typer.Option("--exact-chroma", help=Help["exact_chroma"])] = False,
    keep_times: Annotated[bool, typer.Option("--keep-times", help=Help["keep_times"])] = False,
    plan: Annotated[Path | None, typer.Option(help="Render this plan instead of looking.")] = None,
    save_plan: Annotated[bool, typer.Option("--save-plan", help="Save the plan as NAME.plan.json.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace files that exist.")] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Leave out what an earlier run has done with the same file and settings.")
    ] = False,
    jobs: Annotated[
        int | None,
        typer.Option(
            help="Files to work on at the same time: by default 1, and with --on as many as there are processors.",
            min=1,
        ),
    ] = None,
    on: Annotated[
        str | None,
        typer.Option(
            "--on",
            metavar="CLUSTER",
            help="Spread the files over a Ray cluster: ray starts one on this machine, ray://HOST:PORT is one that is "
            "there.",
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Progress and results as JSON lines on stdout.")] = False,
    no_verify: Annotated[bool, typer.Option("--no-verify", help="Do not check the result.")] = False,
) -> None:
    """Hide faces and plates (or what --hide names) in videos and stills."""
    settings = _settings(
        hide=[word.strip() for word in hide.split(",") if word.strip()],
        hide_regions=parse_regions(hide_regions, "--hide-regions"),
        keep_regions=parse_regions(keep_regions, "--keep-regions"),
        style=style,
        profile=profile,
        audio=audio,
        codec=codec,
        quality=quality,
        exact_chroma=exact_chroma,
        keep_times=keep_times,
    )
    todo = read_inputs(inputs, output, out_dir)
    together = 1 if jobs is None else jobs
    if plan is not None and len(todo.jobs) != 1:
        raise UsageError("--plan is for one file. Give one INPUT with it.")
    if plan is not None:
        settings = _of_plan(Plan.load(plan), settings, context)
    works = [
        Work(
            job=job,
            settings=with_own(settings, job.own),
            plan=plan,
            save_plan=save_plan,
            force=force,
            resume=resume,
            verify=not no_verify,
            json=json and on is None,
            quiet=True if together > 1 or on is not None else None,
            threads=_threads(together),
        )
        for job in todo.jobs
    ]
    outcomes = [_unread(path, reason) for path, reason in todo.unreadable]
    outcomes += [Outcome(Job(path, path), State.FAILED, error=why, exit_code=1) for path, why in todo.missing]
    for outcome in outcomes:
        say(outcome, json)
    if on is not None:
        outcomes += over_cluster(on, jobs, works, todo, json)
    else:
        for outcome in run(works, together):
            say(outcome, json)
            outcomes.append(outcome)
    if todo.summary is not None:
        _sum_up(todo, todo.summary, outcomes, json)
    raise typer.Exit(_exit_code(outcomes))


def _unread(folder: Path, reason: str) -> Outcome:
    error = f"The folder {folder} cannot be read: {reason}. Nothing in it was redacted. Check your rights to it."
    return Outcome(Job(folder, folder), State.FAILED, error=error, exit_code=1)


def _threads(jobs: int) -> int | None:
    """Processors for one of several jobs: jobs that each take all of them wait for each other."""
    return None if jobs == 1 else max(1, len(os.sched_getaffinity(0)) // jobs)


def _of_plan(plan: Plan, settings: Settings, context: typer.Context) -> Settings:
    """The settings that the plan was made with, and in their place those that were typed."""
    sources = {name: context.get_parameter_source(name) for name in Settings.model_fields}
    typed = [name for name, source in sources.items() if source is not None and source.name == "COMMANDLINE"]
    return plan.settings.model_copy(update={name: getattr(settings, name) for name in typed})


def _settings(**given: object) -> Settings:
    try:
        return Settings.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        option = str(first["loc"][0]).replace("_", "-") if first["loc"] else "settings"
        hint = f" Choose from {', '.join(HIDEABLE)}." if option == "hide" else ""
        raise UsageError(f"--{option}: {first['msg']}.{hint}") from error


def _sum_up(todo: Inputs, path: Path, outcomes: list[Outcome], json: bool) -> None:
    if not json:
        table(outcomes, todo.unsupported)
    try:
        put_text(path, summary(outcomes, todo.unsupported))
    except (PasserbyError, OSError) as error:
        raise UsageError(
            f"The summary {shown(path)} cannot be written: {error}. Choose another folder with --out-dir."
        ) from error


def _exit_code(outcomes: list[Outcome]) -> int:
    """That of the one file; for many: an error before what needs a person, before what is done."""
    if len(outcomes) == 1:
        return outcomes[0].exit_code
    if any(outcome.state is State.FAILED for outcome in outcomes):
        return 1
    return 3 if any(outcome.exit_code == 3 for outcome in outcomes) else 0
