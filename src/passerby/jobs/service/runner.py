"""Takes jobs from the service's queue, and runs as many at a time as there are executors.

What is run is the task of `passerby redact`, so it is the one engine that the review page exports with as well
(engine/api.py:redact_file): crashes and hangs of a codec end in a message, outputs appear whole or not at all.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from passerby.cluster.manifest import is_manifest
from passerby.config.object_path import is_remote
from passerby.core.errors import PasserbyError, SourceError
from passerby.documents.plan import Plan
from passerby.documents.report import Report
from passerby.jobs.file_job import FileJob
from passerby.jobs.inputs import collect_jobs
from passerby.jobs.output_names import output_name
from passerby.jobs.remote_io import write_text
from passerby.jobs.service.executors import Executor, JobStopped
from passerby.jobs.task import JobOutcome, Task
from passerby.service.folders import ServiceFolders, size_of
from passerby.service.housekeeping import Housekeeping
from passerby.service.job_queue import JobQueue
from passerby.service.progress import JobStages
from passerby.service.records import JobOutput, ServiceJobState, StoredJob

#: Seconds between two looks into the queue where nothing is told, and between two clean-ups.
POLL_S, CLEAN_UP_S = 1.0, 30.0
#: Bytes of a plan: three times that of a film of half an hour with many people.
MAX_PLAN_BYTES = 1 << 27
#: Report of a job whose result went to object storage: a copy here, so that it is fetched like any other.
REPORT_COPY = "report.json"
_log = logging.getLogger(__name__)


class JobRunner:
    """Runs the jobs of a queue, in threads."""

    def __init__(
        self,
        queue: JobQueue,
        folders: ServiceFolders,
        stages: JobStages,
        executors: Sequence[Executor],
        housekeeping: Housekeeping,
        threads: int | None = None,
    ) -> None:
        """`threads` are for each job."""
        self._queue, self._folders, self._stages, self._threads = queue, folders, stages, threads
        self._housekeeping = housekeeping
        self._stopped = threading.Event()
        self._running: dict[str, Executor] = {}
        self._lock = threading.Lock()
        self._executors = executors
        self._workers = [
            threading.Thread(target=self._work, args=(executor,), name=f"passerby-job-{number}", daemon=True)
            for number, executor in enumerate(executors)
        ]
        self._cleaner = threading.Thread(target=self._clean, name="passerby-clean", daemon=True)

    def start(self) -> None:
        """Begin again what was running when the service ended, and run what waits."""
        recovered = self._queue.recover()
        if recovered:
            _log.warning("%d jobs were running when the service ended. They are begun again.", recovered)
        self._housekeeping.clear_interrupted()
        for thread in (*self._workers, self._cleaner):
            thread.start()

    def stop(self) -> None:
        """End what is running, and put it back into the queue."""
        self._stopped.set()
        with self._lock:
            running = list(self._running.values())
        for executor in running:
            executor.stop()
        for thread in (*self._workers, self._cleaner):
            thread.join(30)
        for executor in self._executors:
            executor.close()

    def interrupt(self, id: str) -> None:
        """End a job that was cancelled."""
        with self._lock:
            executor = self._running.get(id)
        if executor is not None:
            executor.stop()

    def _work(self, executor: Executor) -> None:
        while not self._stopped.is_set():
            try:
                job = self._queue.take()
                if job is None:
                    self._queue.wait(POLL_S)
                    continue
                self._run(job, executor)
                self._housekeeping.clear_uploads()  # the original, at once
            except PasserbyError as error:  # of the database: it is tried again
                _log.warning("%s", error)
                self._stopped.wait(POLL_S)
            except Exception:  # a fault of passerby ends no thread: nobody else would run the jobs that wait
                _log.exception("The service goes on: this is a fault of passerby")
                self._stopped.wait(POLL_S)

    def _run(self, job: StoredJob, executor: Executor) -> None:
        with self._lock:
            self._running[job.id] = executor
        try:
            if self._stopped.is_set():
                raise JobStopped
            task = self._task(job)
            outcome = executor.run(task, lambda stage: self._stages.set(job.id, stage.stage, stage.done, stage.total))
            end = self._end(job, outcome)
        except JobStopped:
            end = partial(self._queue.release, job.id)
        except PasserbyError as error:
            # Where the service stops, it may be why: a cluster that is disconnected loses its jobs.
            end = (
                partial(self._queue.release, job.id)
                if self._stopped.is_set()
                else self._failure(job, self._without_paths(str(error), job))
            )
        except OSError as error:
            end = self._failure(job, f"Its result cannot be stored by the service: {error.strerror}. Submit it later.")
        except Exception as error:  # a fault of passerby ends one job, and no thread
            _log.exception("Job %s failed: this is a fault of passerby", job.id)
            what = f"{type(error).__name__}: this is a fault of passerby. The log of the service says more."
            end = self._failure(job, what)
        finally:
            with self._lock:
                self._running.pop(job.id, None)
            self._stages.remove(job.id)
        if self._stored(end) is False:
            self._folders.remove_job(job.id)  # it was cancelled meanwhile

    def _stored(self, end: Callable[[], bool]) -> bool | None:
        """Write down how a job has ended, however often that fails: nobody else will. None where the service stops
        before: then it is begun again."""
        while True:
            try:
                return end()
            except PasserbyError as error:
                _log.warning("The end of a job cannot be written down. It is tried again: %s", error)
                if self._stopped.wait(POLL_S):
                    return None

    def _failure(self, job: StoredJob, message: str) -> Callable[[], bool]:
        return partial(self._queue.finish, job.id, ServiceJobState.FAILED, message)

    def _end(self, job: StoredJob, outcome: JobOutcome) -> Callable[[], bool]:
        """What writes down how a job has ended. Raises OSError."""
        if outcome.report is None:
            return self._failure(job, self._without_paths(outcome.error or "It failed.", job))
        output = self._output(job.id, outcome, outcome.report)
        state = ServiceJobState.NEEDS_REVIEW if outcome.report.needs_review else ServiceJobState.DONE
        stored = size_of(self._folders.job(job.id))
        return partial(self._queue.finish, job.id, state, output=output, stored_bytes=stored)

    def _output(self, id: str, outcome: JobOutcome, report: Report) -> JobOutput:
        job = outcome.job
        remote = is_remote(job.output)
        if remote:
            write_text(self._folders.make_job(id) / REPORT_COPY, report.to_json())
        return JobOutput(
            result=None if remote else job.output.name,
            report=REPORT_COPY if remote else job.report_path.name,
            plan=None if remote else job.plan_path.name,
            media_type=_media_type(job.output),
            hidden={hidden.kind.value: hidden.tracks for hidden in report.hidden},
            findings=len(report.check.findings),
            frames=report.output.frames,
        )

    def _task(self, job: StoredJob) -> Task:
        """The task of `passerby redact` for a job. Raises PasserbyError where its source cannot be one."""
        request, folder = job.request, self._folders.make_job(job.id)
        plan = None
        if request.plan_upload is not None:
            plan = next(self._folders.upload(request.plan_upload).iterdir(), None)
            if plan is None:
                raise SourceError("The plan that was sent is gone. Send it and the file once more.")
            if plan.stat().st_size > MAX_PLAN_BYTES:  # it is read into memory here
                raise SourceError(f"A plan has {MAX_PLAN_BYTES} bytes at most. Redact it with `passerby redact`.")
        # An earlier attempt may have been killed between the result and its report, or stopped right after it.
        again = self._queue.transitions(job.id).count(ServiceJobState.RUNNING) > 1
        return Task(
            job=self._file_job(job, folder),
            settings=request.settings if plan is None else Plan.load(plan).run_settings,
            plan=plan,
            save_plan=True,
            resume=again,
            force=again and request.output is None,  # what else lies in object storage is never replaced
            verify=request.verify,
            json=True,
            quiet=True,
            threads=self._threads,
        )

    def _file_job(self, job: StoredJob, folder: Path) -> FileJob:
        request = job.request
        if request.upload is not None:
            source = next(self._folders.upload(request.upload).iterdir(), None)
            if source is None:
                raise SourceError("The file that was sent is gone. Send it once more.")
            output = folder / output_name(source) if request.output is None else Path(request.output)
            return FileJob(source, output)
        source = Path(request.source or "")
        if not is_remote(source) or is_manifest(source):
            raise SourceError(f"{request.source} is not a video or still. Submit a job for each file.")
        target = None if request.output is None else Path(request.output)
        found = collect_jobs([source], target, None if target is not None else folder)
        if len(found.jobs) != 1 or found.jobs[0].source != source:
            raise SourceError(f"{request.source} is not one file. Submit a job for each file.")
        return found.jobs[0]

    def _without_paths(self, message: str, job: StoredJob) -> str:
        """Clients are not told where files lie on this machine."""
        for folder in (self._folders.upload(job.request.upload or ""), self._folders.job(job.id)):
            message = message.replace(f"{folder}/", "")
        return message.replace(str(self._folders.root), "the service")

    def _clean(self) -> None:
        while not self._stopped.is_set():
            try:
                self._housekeeping.clear()
            except (PasserbyError, OSError) as error:
                _log.warning("Files that are not needed any more cannot be deleted: %s", error)
            self._stopped.wait(CLEAN_UP_S)


def _media_type(path: Path) -> str:
    return _MEDIA_TYPES.get(path.suffix.lower(), "application/octet-stream")


_MEDIA_TYPES = {
    ".mp4": "video/mp4",
    ".m4v": "video/mp4",
    ".mov": "video/quicktime",
    ".mkv": "video/x-matroska",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".heic": "image/heic",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".bmp": "image/bmp",
}
