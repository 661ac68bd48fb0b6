"""One step of a film that is done in pieces, in the process that does the work."""

from __future__ import annotations

from collections.abc import Callable

from passerby.core.errors import OutputBusy, PasserbyError
from passerby.core.progress import Progress
from passerby.documents.report import Report
from passerby.engine import distributed as spans
from passerby.jobs.film_steps import Join, Look, Paint, piece_of
from passerby.jobs.job import Outcome, State, Work
from passerby.sink.output_file import write_text_atomically


def take(work: Work, progress: Progress, beat: Callable[[], None]) -> Outcome:
    """Do one step of one film."""
    job, step = work.job, work.step
    try:
        if isinstance(step, Look):
            sight = spans.look_at(job.source, step.span, work.settings, work.threads, progress)
            return Outcome(job, State.DONE, gave=sight)
        if isinstance(step, Paint):
            place = piece_of(job, step.number)
            painted = spans.paint(
                job.source,
                place,
                job.output,
                step.plan,
                step.piece,
                step.within,
                work.verify,
                work.threads,
                progress,
            )
            return Outcome(job, State.DONE, gave=painted)
        assert isinstance(step, Join)
        report = _join(work, step, beat)
    except PasserbyError as error:
        busy = isinstance(error, OutputBusy)
        return Outcome(job, State.FAILED, error=str(error), exit_code=error.exit_code, again=busy)
    finally:
        progress.finish()
    if report.needs_a_person:
        return Outcome(job, State.NEEDS_A_PERSON, report, exit_code=3)
    return Outcome(job, State.DONE, report)


def _join(work: Work, step: Join, beat: Callable[[], None]) -> Report:
    job = work.job
    force = work.force or (work.resume and job.report.exists())
    parts = [(piece_of(job, number), *part) for number, part in enumerate(step.parts)]
    plan = job.plan if work.save_plan else None
    report = spans.join(job.source, job.output, step.plan, parts, step.within, plan, force, work.threads, beat)
    write_text_atomically(job.report, report.to_json(), force)
    for path, _, _ in parts:
        path.unlink(missing_ok=True)
    return report
