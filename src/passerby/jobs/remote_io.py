"""Files in object storage: downloaded before a task, uploaded after it, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from passerby.config.object_path import display_path, is_remote
from passerby.core.errors import OutputExists
from passerby.documents.report import Report
from passerby.jobs.file_job import FileJob
from passerby.jobs.task import JobOutcome, JobState, Task, refuse_other_settings
from passerby.jobs.video_steps import JoinStep, RenderStep, chunk_path, remove_chunk

if TYPE_CHECKING:
    from passerby.cluster.object_store import ObjectStorage
    from passerby.cluster.scratch import ScratchFolder


def is_remote_task(task: Task) -> bool:
    """Whether its source or its output lies in object storage."""
    return is_remote(task.job.source) or is_remote(task.job.output)


@contextmanager
def local_copy(task: Task, heartbeat: Callable[[], None]) -> Iterator[Task]:
    """The same task with local files: the source downloaded into a file without a name, outputs in a scratch folder.

    Raises SourceError, StorageError, or DiskFull where the source does not fit.
    """
    from passerby.cluster.scratch import ScratchFolder

    job = task.job
    with ScratchFolder() as scratch:
        source = _download_source(job.source, scratch, heartbeat) if is_remote(job.source) else job.source
        output = scratch.folder / "output" / job.output.name if is_remote(job.output) else job.output
        local = replace(task, job=FileJob(source, output, job.name_collides))
        if is_remote(job.output):
            output.parent.mkdir()
            _download_chunks(task, local, heartbeat)
        yield local


def _download_source(source: Path, scratch: ScratchFolder, heartbeat: Callable[[], None]) -> Path:
    from passerby.cluster.object_store import ObjectStorage
    from passerby.cluster.scratch import check_free_space

    storage = ObjectStorage(source)
    heartbeat()
    info = storage.stat(source)
    check_free_space(0 if info is None else info.size, scratch.folder)
    file, path = scratch.unnamed_file(source.name)
    storage.download(source, file, heartbeat)
    return path


def _download_chunks(task: Task, local: Task, heartbeat: Callable[[], None]) -> None:
    """The chunks that are to be joined: they are masked, so they may have names on this disk."""
    from passerby.cluster.object_store import ObjectStorage

    if isinstance(task.step, JoinStep):
        storage = ObjectStorage(task.job.output)
        for number in range(len(task.step.chunks)):
            with chunk_path(local.job, number).open("wb") as file:
                storage.download(chunk_path(task.job, number), file, heartbeat)


def upload_outputs(local: Task, task: Task, outcome: JobOutcome, heartbeat: Callable[[], None]) -> JobOutcome:
    """Upload what `local` wrote to where `task` wants it; the outcome in the terms of `task`."""
    from passerby.cluster.object_store import ObjectStorage

    job = task.job
    if is_remote(job.output):
        storage = ObjectStorage(job.output)
        for path, target in _uploads(local, task, outcome):
            heartbeat()
            storage.upload(path, target)
        if isinstance(task.step, JoinStep) and outcome.report is not None:
            for number in range(len(task.step.chunks)):
                remove_chunk(chunk_path(job, number))
    error = None if outcome.error is None else outcome.error.replace(str(local.job.source), display_path(job.source))
    return replace(outcome, job=job, error=error)


def _uploads(local: Task, task: Task, outcome: JobOutcome) -> list[tuple[Path, Path]]:
    """(file, target) of all outputs. The report comes last: where it exists, the rest does."""
    if isinstance(task.step, RenderStep):
        return [] if outcome.result is None else list(zip(local.output_paths, task.output_paths, strict=True))
    if outcome.report is None:
        return []
    files = [(local.job.output, task.job.output), (local.job.report_path, task.job.report_path)]
    if task.save_plan:
        files.insert(1, (local.job.plan_path, task.job.plan_path))
    return files


def previous_outcome(task: Task) -> JobOutcome | None:
    """With `--resume`, the outcome of an earlier run whose output in object storage is still valid, else None.

    Judged by the storage's own times and sizes, so that nothing is downloaded. Raises OutputExists when the output
    exists and must not be replaced.
    """
    if not is_remote(task.job.output) or task.step is not None:
        return None
    from passerby.cluster.object_store import ObjectStorage

    job, storage = task.job, ObjectStorage(task.job.output)
    info = storage.stat(job.report_path)
    if task.resume and info is not None and task.plan is None:
        try:
            report = Report.model_validate_json(storage.read(job.report_path))
        except ValueError:
            report = None  # not a report that can be read: the file is redacted again
        if report is not None and _is_current(report, task, storage, info.modified):
            return JobOutcome(job, JobState.ALREADY_DONE, report, exit_code=3 if report.needs_review else 0)
        refuse_other_settings(task, report)
    if not (task.force or (task.resume and info is not None)):
        for path in (job.output, job.report_path, *([job.plan_path] if task.save_plan else [])):
            if storage.stat(path) is not None:
                raise OutputExists(
                    f"{display_path(path)} already exists. Use --force to replace it, or choose another name."
                )
    return None


def _is_current(report: Report, task: Task, storage: ObjectStorage, reported_at: float) -> bool:
    from passerby.cluster.object_store import ObjectStorage

    job = task.job
    if report.settings != task.settings or (task.verify and not report.check.ran):
        return False
    if task.save_plan and storage.stat(job.plan_path) is None:
        return False
    output = storage.stat(job.output)
    if output is None or output.size != report.output.size:
        return False
    if is_remote(job.source):
        source = ObjectStorage(job.source).stat(job.source)
        return source is not None and source.size == report.source.size and source.modified <= reported_at
    try:
        stat = job.source.stat()
    except OSError:
        return False
    return stat.st_size == report.source.size and stat.st_mtime <= reported_at


def write_text(path: Path, text: str) -> None:
    """Write a small file, whole or not at all, on disk or in object storage. Raises OSError or PasserbyError."""
    write_bytes(path, text.encode())


def write_bytes(path: Path, content: bytes) -> None:
    """The same for bytes."""
    if is_remote(path):
        from passerby.cluster.object_store import ObjectStorage

        ObjectStorage(path).write(content, path)
        return
    from passerby.sink.output_file import OutputFile

    path.parent.mkdir(parents=True, exist_ok=True)
    with OutputFile(path, force=True) as output:
        output.temp_path.write_bytes(content)
        output.commit()
