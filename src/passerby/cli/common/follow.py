"""A folder that is followed: what is completely written into it is redacted, once, for as long as the program runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from passerby.core.errors import SourceError
from passerby.jobs.file_job import FileJob, JobList
from passerby.jobs.inputs import collect_jobs

#: Seconds for which a file must not change before it counts as completely written: copies over a network pause.
SETTLE_S = 3.0
#: Milliseconds between two looks where nothing is told: network drives tell nothing, and a file that is no longer
#: written makes no event either.
WAIT_MS = 1000

#: Changes when a file is written to.
_State = tuple[int, int, int]


class FolderFollower:
    """Finds files that are complete and not redacted yet. A file that changes later is redacted again."""

    def __init__(
        self, folder: Path, out_dir: Path, settle_s: float = SETTLE_S, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._folder, self._out_dir, self._settle_s, self._clock = folder, out_dir, settle_s, clock
        #: The state of each file, and since when it is in it.
        self._seen: dict[Path, tuple[_State, float]] = {}
        self._taken: dict[Path, _State] = {}

    def due(self) -> list[FileJob]:
        """The files that are complete now and were not taken before, and counts them as taken. Files of earlier runs
        are among them: whether they are done, their reports say (`--resume`)."""
        now, jobs = self._clock(), self._jobs()
        due = []
        for job in jobs:
            state = _state(job.source)
            if state is None:
                continue
            known, since = self._seen.get(job.source, (None, now))
            if known != state:
                self._seen[job.source] = state, now
            elif now - since >= self._settle_s and state[1] and self._taken.get(job.source) != state:
                self._taken[job.source] = state
                due.append(job)
        return due

    def _jobs(self) -> list[FileJob]:
        try:
            return collect_jobs([self._folder], None, self._out_dir, stable_names=True).jobs
        except SourceError:  # there is nothing in it yet
            return []


def follow(follower: FolderFollower, folder: Path, force_polling: bool | None = None) -> Iterator[JobList]:
    """The files that are due, as often as there are any, without an end. Changes are told by the system, or found by
    polling where it tells none; WATCHFILES_FORCE_POLLING=1 makes it poll."""
    from watchfiles import watch

    # Looks in any case: files may be there already, and one that is not written any more makes no event.
    for _ in watch(
        folder, rust_timeout=WAIT_MS, yield_on_timeout=True, raise_interrupt=True, force_polling=force_polling
    ):
        while jobs := follower.due():
            yield JobList(jobs)


def _state(path: Path) -> _State | None:
    try:
        now = path.stat()
    except OSError:
        return None
    return now.st_ino, now.st_size, now.st_mtime_ns
