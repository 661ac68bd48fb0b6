"""Deletes what is not needed any more: originals at once, results after the time that was set, jobs a month later."""

from __future__ import annotations

import time
from collections.abc import Callable

from passerby.service.folders import ServiceFolders
from passerby.service.job_queue import JobQueue

#: Seconds after which an upload that no job has used is deleted.
UNUSED_UPLOAD_S = 86_400.0
#: Seconds for which a job without files is still known: whoever settles accounts once a month, or asks after a holiday
#: what became of a file, is told. Without an end the database would grow by each job, which counts in no quota.
FORGET_JOB_S = 30 * 86_400.0


class Housekeeping:
    """Deletes uploads and results of one service."""

    def __init__(
        self, queue: JobQueue, folders: ServiceFolders, keep_s: float, clock: Callable[[], float] = time.time
    ) -> None:
        """`keep_s`: seconds for which results are kept after the end of their job."""
        self._queue, self._folders, self._keep_s, self._clock = queue, folders, keep_s, clock

    def clear_interrupted(self) -> None:
        """Uploads that a kill interrupted. To be called before requests are answered."""
        for id in self._folders.unknown_uploads(self._queue.upload_ids()):
            self._folders.remove_upload(id)

    def clear_uploads(self) -> None:
        """Uploads of jobs that have ended, and those that nobody used. Files go first: a row without files is deleted
        the next time, files without a row would stay."""
        for id in self._queue.uploads_to_delete(self._clock() - UNUSED_UPLOAD_S):
            self._folders.remove_upload(id)
            self._queue.delete_upload(id)

    def clear(self) -> None:
        """Uploads of jobs that have ended, uploads that nobody used, results that were kept long enough, and what is
        known of jobs whose files were deleted a month ago."""
        self.clear_uploads()
        for id in self._queue.jobs_to_remove(self._clock() - self._keep_s):
            self._folders.remove_job(id)
            self._queue.mark_removed([id])
        self._queue.forget_jobs(self._clock() - FORGET_JOB_S)
