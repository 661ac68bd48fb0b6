"""One file, in the process that does the work: from what was asked for to what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from passerby.config.settings import Settings
from passerby.core.errors import OutputBusy, OutputError, OutputExists, PasserbyError
from passerby.core.progress import Progress, Silent
from passerby.documents.plan import Plan
from passerby.documents.report import Report
from passerby.jobs.film_steps import Paint, Step, piece_of
from passerby.jobs.inputs import Job
from passerby.jobs.progress_output import progress
from passerby.track.segments import Lengths, Span

if TYPE_CHECKING:
    from passerby.engine.still import Lookers


#: Bytes that a film has for each second of a stretch, if it is one that is long enough to be cut: no codec needs fewer,
#: and what has fewer need not be opened in order to know.
LEAST = 500


@dataclass(frozen=True, slots=True)
class Work:
    """What is asked for, for one file, or (`step`) for one step of a film that is done in pieces. `cut` allows a long
    film to be done so, in spans of so many stretches at least; 0 does not."""

    job: Job
    settings: Settings
    plan: Path | None = None
    save_plan: bool = False
    force: bool = False
    resume: bool = False
    verify: bool = True
    json: bool = False
    quiet: bool | None = None
    threads: int | None = None
    cut: int = 0
    step: Step | None = None

    @property
    def writes(self) -> tuple[Path, ...]:
        """The files that come of it."""
        if isinstance(self.step, Paint):
            return (piece_of(self.job, self.step.number),)
        return self.job.output, self.job.report, self.job.plan


class State(StrEnum):
    """What came of a file."""

    DONE = "done"
    ALREADY = "already done"
    NEEDS_A_PERSON = "needs a person"
    FAILED = "failed"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one file. `error` is the message, `exit_code` what the program ends with for this file alone.
    `again` says of a failed one that it may do better another time, or on another machine. `gave` is what a step gave,
    or the spans that a film is to be done in."""

    job: Job
    state: State
    report: Report | None = None
    error: str | None = None
    exit_code: int = 0
    again: bool = False
    gave: object = None


@dataclass(slots=True)
class Kept:
    """What a process keeps from file to file: how it shows that it is at work, and the models that look at stills."""

    beat: Callable[[], None] = lambda: None
    lookers: Lookers | None = None


class _Beating:
    """A progress that shows at each step that there is life."""

    def __init__(self, shown: Progress, beat: Callable[[], None]) -> None:
        self._shown, self._beat = shown, beat

    def start(self, file: str, stage: str, total: int | None) -> None:
        self._beat()
        self._shown.start(file, stage, total)

    def advance(self, frames: int) -> None:
        self._beat()
        self._shown.advance(frames)

    def finish(self) -> None:
        self._beat()
        self._shown.finish()


def do(work: Work, kept: Kept) -> Outcome:
    """Redact one file. Errors that a user can do something about become an Outcome; faults of ours are raised."""
    # Here, not above: the process that only waits need not load decoders and models.
    from passerby.engine.api import Lookers, redact
    from passerby.sink.output_file import write_text_atomically

    if work.step is not None:
        from passerby.jobs.steps import take

        return take(work, _Beating(Silent(), kept.beat), kept.beat)
    job, shown = work.job, _Beating(progress(json=work.json, quiet=work.quiet), kept.beat)
    kept.lookers = kept.lookers or Lookers()
    try:
        done = _done_before(work) if work.resume else None
        if done is not None:
            return Outcome(job, State.ALREADY, done, exit_code=3 if done.needs_a_person else 0)
        force = work.force or (work.resume and job.report.exists())  # a report says that the output there is ours
        _make_room(work, force)
        if work.cut and (spans := _spans(work)):
            return Outcome(job, State.DONE, gave=spans)
        report = redact(
            job.source,
            job.output,
            work.settings,
            plan=Plan.load(work.plan) if work.plan is not None else None,
            save_plan=job.plan if work.save_plan else None,
            force=force,
            verify=work.verify,
            threads=work.threads,
            progress=shown,
            lookers=kept.lookers,
        )
        write_text_atomically(job.report, report.to_json(), force)
    except PasserbyError as error:
        busy = isinstance(error, OutputBusy)
        return Outcome(job, State.FAILED, error=str(error), exit_code=error.exit_code, again=busy)
    finally:
        shown.finish()
    if report.needs_a_person:
        return Outcome(job, State.NEEDS_A_PERSON, report, exit_code=3)
    return Outcome(job, State.DONE, report)


def _spans(work: Work) -> list[Span]:
    """What a long film is to be done in; nothing for everything else."""
    job = work.job
    if work.plan is not None or job.source.stat().st_size < LEAST * Lengths.here().each:
        return []
    from passerby.engine.distributed import cut
    from passerby.source.still.sniff import is_still

    spans = [] if is_still(job.source) else cut(job.source, work.cut)
    return spans if len(spans) > 1 else []


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
    """The report of an earlier run, if it was of this very file with these settings, and its output is still there.

    With a plan it is done again, and so it is when the earlier run left out what this one is to do: check, save a plan.
    """
    from passerby.source.fingerprint import fingerprint

    if work.plan is not None or (work.save_plan and not work.job.plan.exists()):
        return None
    try:
        report = Report.model_validate_json(work.job.report.read_bytes())
        if work.verify and not report.check.ran:
            return None
        same = report.settings == work.settings and report.source.sha256 == fingerprint(work.job.source)[0]
        return report if same and report.output.sha256 == fingerprint(work.job.output)[0] else None
    except (OSError, ValueError, PasserbyError):
        return None  # no report, or none that can be read: then it is not done
