"""One file under review: its plan and history, its frames, and its notes."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from fractions import Fraction
from typing import Literal

from passerby.core.errors import PasserbyError
from passerby.documents.plan import Plan
from passerby.review.background_job import JobProgress
from passerby.review.errors import ErrorInfo, ReviewError, error_info
from passerby.review.files import ReviewPaths, file_stamp, make_plan, matches_plan, save_text
from passerby.review.frames import FileViewer
from passerby.review.history import Change, History, Key
from passerby.review.notes import ReviewNotes
from passerby.review.queue import KnownEntries, QueueEntry, queue_entries
from passerby.review.saved_plan import SavedPlan
from passerby.sink.file_lock import while_locked
from passerby.sink.output_file import output_error

FileState = Literal["waiting", "analysing", "opening", "ready", "failed"]


class OpenFile:
    """A file from the command line. Hold `lock` while changing the plan or the notes."""

    def __init__(
        self, id: int, paths: ReviewPaths, reviewer: str, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self.id, self.paths, self.reviewer, self.now = id, paths, reviewer, now
        self.state: FileState = "waiting"
        self.error: ErrorInfo | None = None
        #: Frames a second of a stream without times, where a person has given them.
        self.frame_rate: Fraction | None = None
        self.lock = threading.RLock()
        self.notes = ReviewNotes()
        self.progress = JobProgress()
        self._history: History | None = None
        self._viewer: FileViewer | None = None
        self._thumbnail_viewer: FileViewer | None = None
        self._saved: SavedPlan | None = None
        self._notes_stamp: tuple[int, int] | None = None
        self._plan_entries: tuple[int, list[QueueEntry]] | None = None
        self._known_entries: KnownEntries = {}

    def prepare(self) -> None:
        """Load the plan, or make it, and open the file. Every error ends in the state `failed`, with its cause."""
        try:
            notes = ReviewNotes.load(self.paths.notes)
            if not self.paths.plan.exists():
                self.state = "analysing"
                make_plan(self.paths, self.progress, self.frame_rate)
                notes = ReviewNotes()  # what was reviewed was another analysis, and perhaps another file
            self.state = "opening"
            saved = SavedPlan(self.paths.plan)
            with without_garbage_collection():
                plan = Plan.load(self.paths.plan)
            saved.require_unchanged()
            self.notes = notes.of_source(plan.source.sha256)
            self._notes_stamp = file_stamp(self.paths.notes)
            if self.paths.source.stat().st_size != plan.source.size:
                raise self._mismatch()
            viewer = FileViewer.open(self.paths.source, plan)
            self._viewer, self._thumbnail_viewer = viewer, viewer.duplicate()
            self._history, self._saved = History(plan, self.reviewer, self.now), saved
            self.state = "ready"
            self.plan_entries()  # so that who asks for the queue need not wait
        except Exception as error:
            self.fail(error)

    def check_fingerprint(self) -> None:
        """Compare the whole file with the plan's fingerprint, which takes longer than a person wants to wait."""
        if self.state == "ready" and not matches_plan(self.history.plan, self.paths.source):
            self.fail(self._mismatch())

    def fail(self, cause: Exception) -> None:
        self.error, self.state = error_info(cause), "failed"

    def wait_again(self) -> None:
        """Forget why it failed: it is to be opened once more."""
        self.progress = JobProgress()
        self.error, self.state = None, "waiting"

    def forget_plan(self, frame_rate: Fraction) -> None:
        """Remove the plan of a stream without times, so that it is made for this rate. Raises ReviewError when the file
        has times, or when somebody has corrected the plan: corrections have times of the present rate."""
        with self.lock:
            self._check_unmodified()
            if self.viewer.stream_rate is None:
                raise ReviewError("no_rate")
            if self.history.plan.corrections:
                raise ReviewError("rate_corrected", plan=self.paths.plan.name)
            try:
                self.paths.plan.unlink()
            except OSError as error:
                raise output_error(self.paths.plan, error) from error
            self.frame_rate = frame_rate
            self._plan_entries, self._known_entries = None, {}
            self.wait_again()

    def _mismatch(self) -> ReviewError:
        return ReviewError("file_mismatch", plan=self.paths.plan.name, source=self.paths.source.name)

    @property
    def history(self) -> History:
        if self._history is None:
            raise FileNotReady(self.error)
        return self._history

    @property
    def viewer(self) -> FileViewer:
        """The viewer for the main image. Raises FileNotReady until the file is open."""
        if self._viewer is None or self.state != "ready":
            raise FileNotReady(self.error)
        return self._viewer

    @property
    def thumbnail_viewer(self) -> FileViewer:
        """The viewer for thumbnails, so that they do not move the decoder of the main image."""
        if self._thumbnail_viewer is None or self.state != "ready":
            raise FileNotReady(self.error)
        return self._thumbnail_viewer

    def times(self, video: int) -> Sequence[int]:
        """Presentation times of all frames, in ticks."""
        return self.viewer.times(video)

    def time_base(self, video: int) -> Fraction:
        return self.viewer.time_base(video)

    def plan_entries(self) -> Sequence[QueueEntry]:
        """Queue entries that follow from the plan alone. Cached: they are requested often, and take a while for hours
        of video."""
        with self.lock:
            known, revision = self._plan_entries, self.history.revision
            if known is not None and known[0] == revision:
                return known[1]
            videos = self.history.plan.videos
            tracks = [self.history.tracks(number) for number in range(len(videos))]
        # Without the lock: an edit does not wait for it.
        found: list[QueueEntry] = []
        for number, video in enumerate(videos):
            times, base, still = self.times(number), self.time_base(number), self.viewer.is_still
            found += queue_entries(number, video, tracks[number], times, base, still=still, known=self._known_entries)
        with self.lock:
            if self._plan_entries is None or self._plan_entries[0] < revision:
                self._plan_entries = revision, found
        return found

    def edit(self, changes: Iterable[Change], group: int | None = None) -> tuple[int, list[Key]]:
        """Append changes; they are on the disk on return. (number of the group, keys of what changed)"""
        with self.lock:
            self._check_unmodified()
            listed = list(changes)
            number = self.history.apply(listed, group)
            self._save(undo_with=self.history.undo)
            return number, [change.key for change in listed]

    def undo(self) -> list[Key]:
        with self.lock:
            self._check_unmodified()
            keys = self.history.undo()
            self._save(undo_with=self.history.redo)
            return keys

    def redo(self) -> list[Key]:
        with self.lock:
            self._check_unmodified()
            keys = self.history.redo()
            self._save(undo_with=self.history.undo)
            return keys

    def update_notes(self, **fields: object) -> None:
        """Change the notes; they are on the disk on return."""
        with self.lock, while_locked(self.paths.notes):
            if file_stamp(self.paths.notes) != self._notes_stamp:
                raise ReviewError("plan_changed", plan=self.paths.notes.name)
            notes = self.notes.model_copy(update={"source_sha256": self.history.plan.source.sha256, **fields})
            save_text(self.paths.notes, notes.to_json())
            self.notes, self._notes_stamp = notes, file_stamp(self.paths.notes)

    def refresh_notes(self) -> None:
        """Read the notes again where another program has changed them. Raises PlanError when they cannot be read."""
        with self.lock:
            stamp = file_stamp(self.paths.notes)
            if self.state == "ready" and stamp != self._notes_stamp:
                self.notes = ReviewNotes.load(self.paths.notes).of_source(self.history.plan.source.sha256)
                self._notes_stamp = stamp

    def write_plan(self) -> None:
        """Write the plan with all that is in its journal, as what is released belongs to a plan file; where nothing was
        changed, nothing is written. Raises ReviewError, OutputError and DiskFull."""
        with self.lock:
            saved = self._saved_plan()
            if saved.has_journal:
                saved.write(self.history.saved_parts())
                self.history.saved()

    def close(self) -> None:
        """Write the plan where that is possible; the journal has what is missing in it."""
        if self._viewer is not None:
            self._viewer.close_sounds()
        with suppress(ReviewError, PasserbyError):
            self.write_plan()

    def _saved_plan(self) -> SavedPlan:
        if self._saved is None:
            raise FileNotReady(self.error)
        return self._saved

    def _check_unmodified(self) -> None:
        """Two programs that write the same plan would lose each other's corrections."""
        self._saved_plan().require_unchanged()

    def _save(self, undo_with: Callable[[], object]) -> None:
        """Append to the journal; where that fails, what is shown and released stays what is on the disk."""
        try:
            self._saved_plan().append(self.history.unsaved())
        except BaseException:
            undo_with()
            raise
        self.history.saved()


@contextmanager
def without_garbage_collection() -> Iterator[None]:
    """Suspends garbage collection: what is created inside stays for as long as the program runs. The plan of an hour is
    a million objects; scanning them for garbage again and again takes three times as long as creating them."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


class FileNotReady(ReviewError):
    """The file is not open yet, or could not be opened: `cause`."""

    def __init__(self, cause: ErrorInfo | None) -> None:
        super().__init__("not_open")
        self.info = cause or self.info
