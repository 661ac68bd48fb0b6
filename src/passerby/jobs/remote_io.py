"""One file whose source or output lies in object storage: fetched, redacted, and put there whole or not at all."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from passerby.config.object_path import is_away, shown
from passerby.core.errors import OutputBusy, OutputExists, PasserbyError, StorageError
from passerby.documents.report import Report
from passerby.jobs import job as here
from passerby.jobs.film_steps import Join, Paint, forget, piece_of
from passerby.jobs.inputs import Job
from passerby.jobs.job import Kept, Outcome, State, Work


def do(work: Work, kept: Kept) -> Outcome:
    """As `cli.work.do`, wherever the files lie."""
    if not is_away(work.job.source) and not is_away(work.job.output):
        return here.do(work, kept)
    try:
        return _do_away(work, kept)
    except PasserbyError as error:
        again = isinstance(error, (StorageError, OutputBusy))
        return Outcome(work.job, State.FAILED, error=str(error), exit_code=error.exit_code, again=again)


def _do_away(work: Work, kept: Kept) -> Outcome:
    from passerby.cluster.object_store import Objects
    from passerby.cluster.scratch import Scratch, room_for

    job = work.job
    with ExitStack() as stack:
        output = job.output
        if is_away(output) and work.step is None:
            known = _known(work)
            if known is not None:
                return known
        scratch = stack.enter_context(Scratch())
        source = job.source
        if is_away(source):
            objects = Objects(source)
            kept.beat()
            stored = objects.stat(source)
            room_for(0 if stored is None else stored.size, scratch.folder)
            file, source = scratch.nameless(job.source.name)
            objects.fetch(job.source, file, kept.beat)
        if is_away(output):
            output = scratch.folder / "made" / job.output.name
        near = replace(work, job=Job(source, output, job.twin))
        if is_away(job.output):
            output.parent.mkdir()
            _bring_pieces(work, near, kept)
        outcome = here.do(near, kept)
        if is_away(job.output):
            target = Objects(job.output)
            for made, place in _made(near, work, outcome):
                kept.beat()
                target.send(made, place)
            if isinstance(work.step, Join) and outcome.report is not None:
                for number in range(len(work.step.parts)):
                    forget(piece_of(job, number))
        error = None if outcome.error is None else outcome.error.replace(str(source), shown(job.source))
        return replace(outcome, job=job, error=error)


def _bring_pieces(work: Work, near: Work, kept: Kept) -> None:
    """The pieces that are to be joined: they are masked, so they may have names here."""
    from passerby.cluster.object_store import Objects

    if isinstance(work.step, Join):
        objects = Objects(work.job.output)
        for number in range(len(work.step.parts)):
            with piece_of(near.job, number).open("wb") as file:
                objects.fetch(piece_of(work.job, number), file, kept.beat)


def _made(near: Work, work: Work, outcome: Outcome) -> list[tuple[Path, Path]]:
    """What was made here, and where it goes. The report comes last: where it is, all of it is."""
    if isinstance(work.step, Paint):
        return [] if outcome.gave is None else list(zip(near.writes, work.writes, strict=True))
    if outcome.report is None:
        return []
    files = [(near.job.output, work.job.output), (near.job.report, work.job.report)]
    if work.save_plan:
        files.insert(1, (near.job.plan, work.job.plan))
    return files


def _known(work: Work) -> Outcome | None:
    """What an earlier run has made of it, with `--resume`: by the storage's own times and sizes, so that nothing is
    fetched in order to find out. Raises OutputExists when something stands there that is not to be replaced."""
    from passerby.cluster.object_store import Objects

    job, objects = work.job, Objects(work.job.output)
    report = objects.stat(job.report)
    if work.resume and report is not None and work.plan is None:
        try:
            said = Report.model_validate_json(objects.read(job.report))
        except ValueError:
            said = None  # none that can be read: then it is not done
        if said is not None and _still_holds(said, work, objects, report.modified):
            return Outcome(job, State.ALREADY, said, exit_code=3 if said.needs_a_person else 0)
    if not (work.force or (work.resume and report is not None)):
        for path in (job.output, job.report, *([job.plan] if work.save_plan else [])):
            if objects.stat(path) is not None:
                raise OutputExists(f"{shown(path)} already exists. Use --force to replace it, or choose another name.")
    return None


def _still_holds(said: Report, work: Work, objects: object, made: float) -> bool:
    from passerby.cluster.object_store import Objects

    assert isinstance(objects, Objects)
    job = work.job
    if said.settings != work.settings or (work.verify and not said.check.ran):
        return False
    if work.save_plan and objects.stat(job.plan) is None:
        return False
    written = objects.stat(job.output)
    if written is None or written.size != said.output.size:
        return False
    if is_away(job.source):
        source = Objects(job.source).stat(job.source)
        return source is not None and source.size == said.source.size and source.modified <= made
    try:
        stat = job.source.stat()
    except OSError:
        return False
    return stat.st_size == said.source.size and stat.st_mtime <= made
