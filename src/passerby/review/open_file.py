"""One file under review: its plan and history, its pictures, and the jobs that run for it."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Literal

from passerby.documents.plan import Plan
from passerby.review import files as desk
from passerby.review.errors import Refused, Said, said_of
from passerby.review.files import Given
from passerby.review.frames import Viewer
from passerby.review.history import Change, History, Key
from passerby.review.notes import Notes
from passerby.review.progress import JobProgress, Stopped, Told
from passerby.review.queue import Entry, entries

State = Literal["waiting", "analysing", "opening", "ready", "failed"]


class OpenFile:
    """A file that was given on the command line. `lock` is held by whoever changes the plan or the notes."""

    def __init__(
        self, id: int, given: Given, who: str, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self.id, self.given, self.who, self.now = id, given, who, now
        self.state: State = "waiting"
        self.error: Said | None = None
        self.lock = threading.RLock()
        self.notes = Notes()
        self.progress = JobProgress()
        self._history: History | None = None
        self._viewer: Viewer | None = None
        self._small: Viewer | None = None
        self._stamp: tuple[int, int] | None = None
        self._doubts: tuple[int, list[Entry]] | None = None

    def prepare(self) -> None:
        """Load the plan, or make it, and open the file. Every error ends in the state `failed`, with what to do."""
        try:
            self.notes = Notes.load(self.given.notes)
            if not self.given.plan.exists():
                self.state = "analysing"
                desk.make_plan(self.given, self.progress)
            self.state = "opening"
            with one_large_piece():
                plan = Plan.load(self.given.plan)
            self._stamp = _stamp(self.given.plan)
            if self.given.source.stat().st_size != plan.source.size:
                raise self._other_file()
            viewer = Viewer.open(self.given.source, plan)
            self._viewer, self._small = viewer, viewer.beside()
            self._history = History(plan, self.who, self.now)
            self.state = "ready"
        except Exception as error:
            self.fail(error)

    def prove(self) -> None:
        """Compare the whole file with the plan's fingerprint, which takes longer than a person wants to wait."""
        if self.state == "ready" and not desk.belongs(self.history.plan, self.given.source):
            self.fail(self._other_file())

    def _other_file(self) -> Refused:
        return Refused("other_file", plan=self.given.plan.name, source=self.given.source.name)

    def fail(self, why: Exception) -> None:
        self.error, self.state = said_of(why), "failed"

    def _not_open(self) -> NotReady:
        return NotReady(self.error)

    @property
    def history(self) -> History:
        if self._history is None:
            raise self._not_open()
        return self._history

    @property
    def viewer(self) -> Viewer:
        """For the large picture."""
        if self._viewer is None or self.state != "ready":
            raise self._not_open()
        return self._viewer

    @property
    def small(self) -> Viewer:
        """For thumbnails, so that they do not take the large picture's place in the film."""
        if self._small is None or self.state != "ready":
            raise self._not_open()
        return self._small

    def times(self, video: int) -> Sequence[int]:
        return self.viewer.times(video)

    def base(self, video: int) -> Fraction:
        return self.viewer.time_base(video)

    def doubts(self) -> Sequence[Entry]:
        """What is doubtful by the plan alone. It is asked for often, and for hours of film it takes a while."""
        with self.lock:
            if self._doubts is None or self._doubts[0] != self.history.count:
                found: list[Entry] = []
                for number, video in enumerate(self.history.plan.videos):
                    tracks = self.history.tracks(number)
                    found += entries(number, video, tracks, self.times(number), self.base(number))
                self._doubts = self.history.count, found
            return self._doubts[1]

    def edit(self, changes: Iterable[Change], act: int | None = None) -> tuple[int, list[Key]]:
        """Append changes and have them on the disk before returning. (number of the act, what changed)"""
        with self.lock:
            self._unchanged()
            listed = list(changes)
            number = self.history.apply(listed, act)
            self._save()
            return number, [change.key for change in listed]

    def undo(self) -> list[Key]:
        with self.lock:
            self._unchanged()
            keys = self.history.undo()
            self._save()
            return keys

    def redo(self) -> list[Key]:
        with self.lock:
            self._unchanged()
            keys = self.history.redo()
            self._save()
            return keys

    def note(self, **what: object) -> None:
        """Change the notes and have them on the disk before returning."""
        with self.lock:
            self.notes = self.notes.model_copy(update=what)
            desk.keep(self.given.notes, self.notes.to_json())

    def _unchanged(self) -> None:
        """Two who write the same plan would lose each other's corrections."""
        if _stamp(self.given.plan) != self._stamp:
            raise Refused("changed_elsewhere", plan=self.given.plan.name)

    def _save(self) -> None:
        desk.keep(self.given.plan, self.history.to_json())
        self._stamp = _stamp(self.given.plan)


@contextmanager
def one_large_piece() -> Iterator[None]:
    """What is made inside stays for as long as the program runs. An hour's plan is a million objects; to look through
    them for garbage again and again takes three times as long as making them."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


class NotReady(Refused):
    """The file is not open, or cannot be opened: `why`."""

    def __init__(self, why: Said | None) -> None:
        super().__init__("not_open")
        self.said = why or self.said


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_ino


class Job:
    """Work in a thread of its own, one at a time. `told` says how far it is."""

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None
        self._told = Told()
        self.progress = JobProgress()

    @property
    def running(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    @property
    def told(self) -> Told:
        return self.progress.told() if self.running else self._told

    def start(self, work: Callable[[JobProgress], None]) -> None:
        """Raises Refused while an earlier one runs."""
        if self.running:
            raise Refused("busy")
        self.progress = JobProgress()
        self._told = Told(state="running")
        self._thread = threading.Thread(target=self._work, args=(work,), name="passerby-job", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ask it to end, and wait until it has."""
        self.progress.stop()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()

    def _work(self, work: Callable[[JobProgress], None]) -> None:
        try:
            work(self.progress)
            self._told = Told(state="done")
        except Stopped:
            self._told = Told(state="stopped")
        except Exception as error:
            self._told = Told(state="failed", error=said_of(error))
