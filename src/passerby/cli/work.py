"""One file, in the process that does the work: from what was asked for to what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from passerby.base.errors import OutputError, OutputExists, PasserbyError
from passerby.base.plan import Plan
from passerby.base.report import Report
from passerby.base.settings import Settings
from passerby.cli.console import progress
from passerby.cli.inputs import Job


@dataclass(frozen=True, slots=True)
class Work:
    """What is asked for, for one file."""

    job: Job
    settings: Settings
    plan: Path | None = None
    save_plan: bool = False
    force: bool = False
    resume: bool = False
    verify: bool = True
    json: bool = False
    quiet: bool | None = None


class State(StrEnum):
    """What came of a file."""

    DONE = "done"
    ALREADY = "already done"
    NEEDS_A_PERSON = "needs a person"
    FAILED = "failed"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one file. `error` is the message, `exit_code` what the program ends with for this file alone."""

    job: Job
    state: State
    report: Report | None = None
    error: str | None = None
    exit_code: int = 0


def do(work: Work) -> Outcome:
    """Redact one file. Errors that a user can do something about become an Outcome; faults of ours are raised."""
    # Here, not above: the process that only waits need not load decoders and models.
    from passerby.dispatch import redact
    from passerby.sink.output import write_text_atomically

    job, shown = work.job, progress(json=work.json, quiet=work.quiet)
    try:
        done = _done_before(work) if work.resume else None
        if done is not None:
            return Outcome(job, State.ALREADY, done)
        force = work.force or (work.resume and job.report.exists())  # a report says that the output there is ours
        _make_room(work, force)
        report = redact(
            job.source,
            job.output,
            work.settings,
            plan=Plan.load(work.plan) if work.plan is not None else None,
            save_plan=job.plan if work.save_plan else None,
            force=force,
            verify=work.verify,
            progress=shown,
        )
        write_text_atomically(job.report, report.to_json(), force)
    except PasserbyError as error:
        return Outcome(job, State.FAILED, error=str(error), exit_code=error.exit_code)
    finally:
        shown.finish()
    if report.needs_a_person:
        return Outcome(job, State.NEEDS_A_PERSON, report, exit_code=3)
    return Outcome(job, State.DONE, report)


def _make_room(work: Work, force: bool) -> None:
    job = work.job
    for path in (job.output, job.report, *([job.plan] if work.save_plan else [])):
        if path.exists() and not force:
            raise OutputExists(f"{path} already exists. Use --force to replace it, or choose another name with -o.")
    try:
        job.output.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"The folder {job.output.parent} cannot be made: {error.strerror}. Choose another with --out-dir."
        ) from error


def _done_before(work: Work) -> Report | None:
    """The report of an earlier run, if it was of this very file with these settings, and its output is still there."""
    from passerby.source.fingerprint import fingerprint

    try:
        report = Report.model_validate_json(work.job.report.read_bytes())
        same = report.settings == work.settings and report.source.sha256 == fingerprint(work.job.source)[0]
        return report if same and report.output.sha256 == fingerprint(work.job.output)[0] else None
    except (OSError, ValueError, PasserbyError):
        return None  # no report, or none that can be read: then it is not done
