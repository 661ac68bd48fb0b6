"""`passerby redact`: a thin layer over `passerby.redact`."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from pydantic import ValidationError

from passerby.cli.common.audio_option import AUDIO_METAVAR, parse_audio
from passerby.cli.common.os_user import user_name
from passerby.cli.common.terminal import echo
from passerby.cluster.manifest import merge_row_settings
from passerby.config.object_path import display_path, is_remote
from passerby.config.regions import parse_regions
from passerby.config.settings import Audio, Codec, Profile, Settings, Style, VoiceFill, settings_fault
from passerby.core.errors import OutputError, PasserbyError, UsageError
from passerby.documents.case_file import CaseEntry
from passerby.documents.file_names import PLAN_SUFFIX
from passerby.documents.plan import Plan
from passerby.jobs.events.event_stream import EventStream
from passerby.jobs.file_job import FileJob, JobList
from passerby.jobs.inputs import collect_jobs
from passerby.jobs.pool import run_tasks
from passerby.jobs.process import WorkerProcess
from passerby.jobs.remote_io import write_text
from passerby.jobs.summary import print_outcome, print_table, summary_json
from passerby.jobs.task import JobOutcome, JobState, Task
from passerby.sink.output_file import output_error

DEFAULT_HIDE = "face,plate"
#: Plans that a note names; more are counted.
MAX_NAMED = 3
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
        typer.Option("-o", "--output", help="Output file, by default NAME.redacted.EXT beside the input."),
    ] = None,
    out_dir: Annotated[
        Path | None, typer.Option("--out-dir", help="Output folder; file names and subfolders are kept.")
    ] = None,
    hide: Annotated[
        list[str] | None,
        typer.Option(
            help="Kinds to hide, separated by commas: face,plate,person,text,screen. Can be given several times.",
            show_default=DEFAULT_HIDE,
        ),
    ] = None,
    hide_regions: Annotated[list[str] | None, typer.Option(help=Help["hide_regions"])] = None,
    keep_regions: Annotated[list[str] | None, typer.Option(help=Help["keep_regions"])] = None,
    style: Annotated[Style, typer.Option(help=Help["style"])] = Style.SOLID,
    profile: Annotated[Profile, typer.Option(help=Help["profile"])] = Profile.BALANCED,
    audio: Annotated[Audio, typer.Option(help=Help["audio"], parser=parse_audio, metavar=AUDIO_METAVAR)] = Audio.REMOVE,
    voice_fill: Annotated[VoiceFill, typer.Option(help=Help["voice_fill"])] = VoiceFill.SILENCE,
    codec: Annotated[Codec | None, typer.Option(help=Help["codec"])] = None,
    quality: Annotated[int | None, typer.Option(help=Help["quality"], min=1, max=51)] = None,
    exact_chroma: Annotated[bool, typer.Option("--exact-chroma", help=Help["exact_chroma"])] = False,
    keep_times: Annotated[bool, typer.Option("--keep-times", help=Help["keep_times"])] = False,
    frame_rate: Annotated[str | None, typer.Option(help=Help["frame_rate"])] = None,
    plan: Annotated[Path | None, typer.Option(help="Render this plan instead of analysing the file.")] = None,
    plans: Annotated[
        bool,
        typer.Option(
            "--plans",
            help="INPUT is the folder of a case: render its reviewed plans into its folder release, check the copies, "
            "and pack them with report and exemption log. Copies whose plan did not change are kept, unless --force.",
        ),
    ] = False,
    save_plan: Annotated[bool, typer.Option("--save-plan", help="Save the plan as NAME.plan.json.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite existing files.")] = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="Skip files that an earlier run finished with the same settings.")
    ] = False,
    jobs: Annotated[
        int | None,
        typer.Option(
            help="Number of files in parallel: by default 1, and with --on as many as there are processors.",
            min=1,
        ),
    ] = None,
    on: Annotated[
        str | None,
        typer.Option(
            "--on",
            metavar="CLUSTER",
            help="Distribute the files over a Ray cluster: ray starts one on this machine, ray://HOST:PORT connects to "
            "an existing one.",
        ),
    ] = None,
    follow: Annotated[
        bool,
        typer.Option(
            "--follow",
            help="Keep running: whatever is completely written into the folder INPUT is redacted into --out-dir. Stop "
            "it with Ctrl+C; started again, it goes on where it was.",
        ),
    ] = False,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run",
            help="Say what would be hidden and how long it would take, and write three masked pictures "
            "(NAME.redacted.preview-1.jpg ...). Nothing else is written.",
        ),
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Progress and results as JSON lines on stdout.")] = False,
    no_verify: Annotated[bool, typer.Option("--no-verify", help="Do not check the output.")] = False,
) -> None:
    """Hide faces and plates (or what --hide names) in videos and stills."""
    settings = _settings(
        # An option that is given twice must not take back what it hid the first time.
        hide=[word.strip() for word in ",".join(hide or [DEFAULT_HIDE]).split(",") if word.strip()],
        hide_regions=parse_regions(";".join(hide_regions or []), "--hide-regions"),
        keep_regions=parse_regions(";".join(keep_regions or []), "--keep-regions"),
        style=style,
        profile=profile,
        audio=audio,
        voice_fill=voice_fill,
        codec=codec,
        quality=quality,
        exact_chroma=exact_chroma,
        keep_times=keep_times,
        frame_rate=frame_rate,
    )
    if dry_run and (plans or follow or save_plan or resume or on is not None):
        raise UsageError("--dry-run writes pictures only. Leave out --plans, --follow, --save-plan, --resume, --on.")
    if plans:
        if plan is not None or output is not None or out_dir is not None or on is not None or resume:
            raise UsageError(
                "--plans releases a case into its own folder. Leave out --plan, -o, --out-dir, --on, --resume."
            )
        raise typer.Exit(
            _release_case(context, inputs, settings, jobs or 1, json=json, verify=not no_verify, force=force)
        )
    if follow:
        if out_dir is None or len(inputs) != 1 or not inputs[0].is_dir() or is_remote(out_dir):
            raise UsageError("--follow is for one folder on this machine, with --out-dir.")
        if plan is not None or on is not None or output is not None:
            raise UsageError("--follow redacts files as they come. Leave out --plan, --on and -o.")
        options: dict[str, Any] = {"save_plan": save_plan, "force": force, "verify": not no_verify}
        _follow(context, inputs[0], out_dir, settings, jobs or 1, options, json=json)
    job_list = collect_jobs(inputs, output, out_dir)
    if dry_run:
        job_list.summary_path = None
        if any(is_remote(job.output) for job in job_list.jobs):
            raise UsageError("--dry-run writes its pictures to this machine. Give a folder here with --out-dir.")
    parallel = 1 if jobs is None else jobs
    if plan is not None and len(job_list.jobs) != 1:
        raise UsageError("--plan is for one file. Use it with one INPUT.")
    if plan is not None:
        settings = _plan_settings(Plan.load(plan), settings, context)
    elif (note := _unused_plans_note(job_list.jobs)) is not None:
        echo(note, err=True)
    tasks = [
        Task(
            job=job,
            settings=merge_row_settings(settings, job.settings_override),
            plan=plan,
            save_plan=save_plan,
            force=force,
            resume=resume,
            verify=not no_verify,
            json=json and on is None,
            quiet=True if parallel > 1 or on is not None else None,
            threads=_threads(parallel),
            skip_busy=len(job_list.jobs) > 1 and on is None,
            dry_run=dry_run,
        )
        for job in job_list.jobs
    ]
    outcomes = _rejected(job_list)
    events = EventStream(job_list.jobs, len(job_list.unsupported)) if json else None
    report = print_outcome if events is None else events.record
    for outcome in outcomes:
        report(outcome)
    if job_list.carried_columns:
        echo(f"NOTE: carried into the summary, no settings: {', '.join(job_list.carried_columns)}", err=True)
    if on is not None:
        # Imported here: one file on this machine does not wait for it.
        from passerby.jobs.cluster_run import run_on_cluster

        outcomes += run_on_cluster(on, jobs, tasks, job_list, json, report)
    else:
        outcomes += _run_here(tasks, parallel, context.find_object(WorkerProcess), events)
    if job_list.summary_path is not None:
        _write_summary(job_list, job_list.summary_path, outcomes, json)
    code = _exit_code(outcomes)
    if events is not None:
        events.finish(code, len(job_list.unsupported), job_list.summary_path)
    raise typer.Exit(code)


def _run_here(
    tasks: list[Task], parallel: int, preloaded: WorkerProcess | None, events: EventStream | None
) -> list[JobOutcome]:
    """Run the tasks on this machine, and print the outcome of each as it is there."""
    report = print_outcome if events is None else events.record
    on_progress = (lambda _, __: None) if events is None else events.progress
    outcomes = []
    with closing(run_tasks(tasks, parallel, preloaded, on_progress=on_progress)) as running:
        for outcome in running:
            report(outcome)
            outcomes.append(outcome)
    return outcomes


def _follow(
    context: typer.Context,
    folder: Path,
    out_dir: Path,
    settings: Settings,
    parallel: int,
    options: dict[str, Any],
    *,
    json: bool,
) -> NoReturn:
    """Redact what comes into the folder, until the program is stopped. With `json` each batch is a run of its own."""
    # Imported here: other runs do not need it.
    from passerby.cli.common.follow import FolderFollower
    from passerby.cli.common.follow import follow as follow_folder

    echo(
        f"Following {folder}: what is completely written into it is redacted into {out_dir}. Stop with Ctrl+C.",
        err=True,
    )
    preloaded = context.find_object(WorkerProcess)
    for found in follow_folder(FolderFollower(folder, out_dir), folder):
        events = EventStream(found.jobs) if json else None
        tasks = [
            Task(
                job=job,
                settings=settings,
                resume=True,
                json=json,
                quiet=True,
                threads=_threads(parallel),
                skip_busy=True,
                **options,
            )
            for job in found.jobs
        ]
        outcomes = _rejected(found)
        for outcome in outcomes:
            (print_outcome if events is None else events.record)(outcome)
        outcomes += _run_here(tasks, parallel, preloaded, events)
        preloaded = None  # it ended with the first batch
        if events is not None:
            events.finish(_exit_code(outcomes))
    raise AssertionError("a folder is followed without an end")


def _unused_plans_note(jobs: list[FileJob]) -> str | None:
    """A plan that lies beside a file may have been corrected for hours: that it is not used is said."""
    plans = (path for job in jobs if not is_remote(job.source) for path in _plans_beside(job))
    found = list(dict.fromkeys(path.name for path in plans))
    if not found:
        return None
    names = ", ".join(found[:MAX_NAMED]) + (f" and {len(found) - MAX_NAMED} more" if len(found) > MAX_NAMED else "")
    return (
        f"NOTE: {names} not used: the files are searched again, and corrections ignored. To render a plan use --plan "
        "with one file, or --plans with the folder of a case."
    )


def _plans_beside(job: FileJob) -> list[Path]:
    candidates = (job.plan_path, job.source.with_name(f"{job.source.stem}{PLAN_SUFFIX}"))
    return [path for path in candidates if not is_remote(path) and path.is_file()][:1]


def _release_case(
    context: typer.Context,
    inputs: list[Path],
    settings: Settings,
    parallel: int,
    *,
    json: bool,
    verify: bool,
    force: bool,
) -> int:
    """Release the case in the folder, from its reviewed plans. Copies that did not change since the last release are
    kept, unless `force` is given. The exit code."""
    # Imported here: other runs do not need the editor.
    from passerby.cases.release_lock import release_lock
    from passerby.cli.common import case_release

    case = case_release.load_case(inputs)
    context.with_resource(release_lock(case.folder))
    entries, missing = case_release.split_ready(case)
    if missing:
        echo(case_release.missing_note(missing), err=True)
    if not entries:
        raise UsageError("No file of the case is reviewed. Review them with: passerby review FOLDER")

    def settings_of(plan: Plan) -> Settings:
        return _plan_settings(plan, settings, context)

    changed, unchanged = entries, list[CaseEntry]()
    if not force:
        changed, unchanged = case_release.split_unchanged(case, entries, settings_of, verify=verify)
    if unchanged:
        echo(case_release.unchanged_note(unchanged), err=True)
    tasks = case_release.case_tasks(
        case,
        changed,
        settings_of,
        default_reasons=case_release.office_reasons(case).defaults,
        json=json,
        quiet=True if parallel > 1 else None,
        threads=_threads(parallel),
    )
    events = EventStream([task.job for task in tasks]) if json else None
    outcomes = _run_here(tasks, parallel, context.find_object(WorkerProcess), events)
    code = case_release.finish_release(
        case, entries, outcomes, missing, user_name(), unchanged=unchanged, verify=verify
    )
    if events is not None:
        events.finish(code)
    return code


def _rejected(job_list: JobList) -> list[JobOutcome]:
    """What of the list cannot be redacted, each with its reason."""
    return [_failed_folder(path, reason) for path, reason in job_list.unreadable] + [
        JobOutcome(FileJob(row.path, row.path, carried=row.carried), JobState.FAILED, error=row.reason, exit_code=1)
        for row in job_list.rejected
    ]


def _failed_folder(folder: Path, reason: str) -> JobOutcome:
    error = f"The folder {folder} cannot be read: {reason}. Nothing in it was redacted. Check its permissions."
    return JobOutcome(FileJob(folder, folder), JobState.FAILED, error=error, exit_code=1)


def _threads(jobs: int) -> int | None:
    """Processors for one of several jobs: jobs that each use all of them wait for each other."""
    return None if jobs == 1 else max(1, len(os.sched_getaffinity(0)) // jobs)


def _plan_settings(plan: Plan, settings: Settings, context: typer.Context) -> Settings:
    """The settings that the plan was made with, overridden by those on the command line."""
    sources = {name: context.get_parameter_source(name) for name in Settings.model_fields}
    typed = [name for name, source in sources.items() if source is not None and source.name == "COMMANDLINE"]
    return plan.run_settings.model_copy(update={name: getattr(settings, name) for name in typed})


def _settings(**options: object) -> Settings:
    try:
        return Settings.model_validate(options)
    except ValidationError as error:
        name, _, fault = settings_fault(error).partition(":")
        raise UsageError(f"--{name.replace('_', '-')}:{fault}.") from error


def _write_summary(job_list: JobList, path: Path, outcomes: list[JobOutcome], json: bool) -> None:
    if not json:
        print_table(outcomes, job_list.unsupported)
    try:
        write_text(path, summary_json(outcomes, job_list.unsupported))
    except OSError as error:
        raise OutputError(f"The files are done, but not their summary. {output_error(path, error)}") from error
    except PasserbyError as error:
        raise OutputError(f"The files are done, but {display_path(path)} cannot be written: {error}") from error


def _exit_code(outcomes: list[JobOutcome]) -> int:
    """That of a single file; of several, an error takes precedence over a file that needs review."""
    if len(outcomes) == 1:
        return outcomes[0].exit_code
    if any(outcome.state is JobState.FAILED for outcome in outcomes):
        return 1
    return 3 if any(outcome.exit_code == 3 for outcome in outcomes) else 0
