"""A folder that is followed: what is completely written into it is redacted, once, for as long as the program runs."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from passerby.core.errors import SourceError
from passerby.jobs.file_job import FileJob, JobList, RejectedRow
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
        #: Which file each output is made from.
        self._owners: dict[Path, Path] = {}
        self._unreadable: set[tuple[Path, str]] = set()

    def due(self) -> JobList:
        """The files that are complete now and were not taken before, and counts them as taken. Files of earlier runs
        are among them: whether they are done, their reports say (`--resume`). A file whose output is another one's,
        and a folder that cannot be read, are listed once, as what cannot be redacted. Raises SourceError when the
        folder is gone."""
        now, listed, due = self._clock(), self._listed(), JobList()
        due.unreadable = [folder for folder in listed.unreadable if folder not in self._unreadable]
        self._unreadable = set(listed.unreadable)
        for job in listed.jobs:
            state = _state(job.source)
            if state is None:
                continue
            known, since = self._seen.get(job.source, (None, now))
            if known != state:
                self._seen[job.source] = state, now
            elif now - since >= self._settle_s and state[1] and self._taken.get(job.source) != state:
                self._taken[job.source] = state
                owner = self._owner(job)
                if owner == job.source:
                    due.jobs.append(job)
                else:
                    due.rejected.append(RejectedRow(job.source, _collision(job, owner)))
        return due

    def _owner(self, job: FileJob) -> Path:
        """The file that the job's output is made from: that of this run or an earlier one, while it is there."""
        owner = self._owners.get(job.output) or _reported_source(job)
        if owner is None or not owner.exists():
            owner = job.source
        self._owners[job.output] = owner
        return owner

    def _listed(self) -> JobList:
        if not self._folder.is_dir():
            raise SourceError(f"The folder {self._folder} is not there any more. Connect its drive, and start again.")
        try:
            return collect_jobs([self._folder], None, self._out_dir, stable_names=True)
        except SourceError:  # there is nothing in it yet
            return JobList()


def _reported_source(job: FileJob) -> Path | None:
    """What an earlier run made the output from, by its report; None where there is none that can be read."""
    try:
        name = json.loads(job.report_path.read_bytes())["source"]["name"]
    except (OSError, ValueError, LookupError, TypeError):
        return None
    return job.source.with_name(name) if isinstance(name, str) and name == Path(name).name else None


def _collision(job: FileJob, owner: Path) -> str:
    return (
        f"{job.source} was not redacted: {job.output} is the copy of {owner.name}, which came first. Give one of the "
        "two another name."
    )


def follow(follower: FolderFollower, folder: Path, force_polling: bool | None = None) -> Iterator[JobList]:
    """The files that are due, as often as there are any, without an end. Changes are told by the system, or found by
    polling where it tells none; WATCHFILES_FORCE_POLLING=1 makes it poll."""
    from watchfiles import watch

    # Looks in any case: files may be there already, and one that is not written any more makes no event.
    for _ in watch(
        folder, rust_timeout=WAIT_MS, yield_on_timeout=True, raise_interrupt=True, force_polling=force_polling
    ):
        while (due := follower.due()).jobs or due.rejected or due.unreadable:
            yield due


def _state(path: Path) -> _State | None:
    try:
        now = path.stat()
    except OSError:
        return None
    return now.st_ino, now.st_size, now.st_mtime_ns
