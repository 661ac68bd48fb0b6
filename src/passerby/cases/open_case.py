"""A case that is open in the page: its folder, and the editor of each of its files."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from passerby.cases.added_files import FoundMedia, LeftOut
from passerby.cases.case_folder import CaseFolder
from passerby.cases.case_rows import CaseRow, FileHashes, case_row, is_up_to_date
from passerby.cases.distinct_names import distinct_names
from passerby.cases.package import PackedCase, write_release
from passerby.cases.release_lock import release_lock
from passerby.config.settings import Audio
from passerby.core.errors import CaseError, PasserbyError
from passerby.core.kinds import Kind
from passerby.core.model import FrozenModel
from passerby.documents.case_file import CaseDetails, CaseEntry
from passerby.documents.case_report import MissingFile, MissingReason
from passerby.documents.reason_list import ReasonList
from passerby.documents.report import Report
from passerby.review.background_job import BackgroundJob, JobProgress, JobStatus
from passerby.review.commands import EditMany
from passerby.review.errors import ErrorInfo, NotFoundError, ReviewError, error_info
from passerby.review.files import ReviewPaths
from passerby.review.library import ReviewLibrary
from passerby.review.review_item import ReviewItem

#: Seconds between two looks at the export of a file that is being released.
EXPORT_POLL_S = 0.1


class CaseReleaseStatus(FrozenModel):
    """How far the release of a case is. `current` is the file that is worked on, `done` of `total` files are finished;
    `archive` is the name of what was packed last, in the folder of the case."""

    progress: JobStatus
    current: str | None = None
    done: int = 0
    total: int = 0
    archive: str | None = None
    problems: int = 0


class KindResponse(FrozenModel):
    """How many items were changed, and in which files the kind was not searched for."""

    changed: int
    not_searched: tuple[str, ...]


class KindUndoResponse(FrozenModel):
    """How many items are as they were before, and which files were left, since they were changed after it."""

    changed: int
    changed_since: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _KindEdit:
    """What a change of a type did in one file: how many edits, and how many corrections the plan had then."""

    item: ReviewItem
    edits: int
    revision: int


class CaseResponse(FrozenModel):
    """A case with its files. `missing`: what would not go out if it were released now; `folder` is its name;
    `left_out`: what was not added with the files that were added last."""

    id: int
    folder: str
    details: CaseDetails
    files: tuple[CaseRow, ...]
    missing: tuple[MissingFile, ...]
    release: CaseReleaseStatus
    released: str | None
    left_out: LeftOut


class OpenCase:
    """One case, open. Numbers of files are those of the library; `reasons` gives those of the office."""

    def __init__(
        self,
        id: int,
        folder: CaseFolder,
        library: ReviewLibrary,
        reasons: Callable[[], ReasonList] = lambda: ReasonList(),
    ) -> None:
        self.id, self.folder = id, folder
        self._reasons = reasons
        self._library = library
        self._items: dict[str, ReviewItem] = {}
        self._hashes = FileHashes()
        self._lock = threading.Lock()
        self._job = BackgroundJob()
        #: The last change of a type in all files, so that it can be undone in one step.
        self._kind_edits: list[_KindEdit] = []
        self._release = CaseReleaseStatus(progress=JobStatus())
        self._load()

    def _load(self) -> None:
        """Have the library open what is new."""
        with self._lock:
            new = [entry for entry in self.folder.case.files if entry.source not in self._items]
            items = self._library.add(self.folder.paths(entry) for entry in new)
            self._items |= {entry.source: item for entry, item in zip(new, items, strict=True)}

    def _note_exports(self) -> None:
        """An export that was made in the editor of one file, and is what the release would be, counts as released."""
        for entry, item in self._pairs():
            if item.file.state != "ready" or not item.file.notes.finished or self._job.running:
                continue
            with item.file.lock:  # so that the plan is not changed meanwhile
                copy = item.export.checked_copy() if item.file.paths.output.exists() else None
                if copy is not None and copy != entry.output_sha256:
                    self.folder.set_released(entry.source, self._hashes.plan_sha256(item.file.paths.plan), copy)

    def _pairs(self) -> list[tuple[CaseEntry, ReviewItem]]:
        return [(entry, self._items[entry.source]) for entry in self.folder.case.files if entry.source in self._items]

    def holds(self, id: int) -> bool:
        return any(item.file.id == id for item in self._items.values())

    def response(self) -> CaseResponse:
        self.folder.refresh()
        self._load()
        self._note_exports()
        pairs = self._pairs()
        names = distinct_names(entry.source for entry, _ in pairs)
        reasons = self._known_reasons()
        return CaseResponse(
            id=self.id,
            folder=self.folder.folder.name,
            details=self.folder.case.details,
            files=tuple(case_row(item, entry, self._hashes, reasons) for entry, item in pairs),
            missing=tuple(
                missing for entry, item in pairs if (missing := missing_file(item, names[entry.source])) is not None
            ),
            release=self._release.model_copy(update={"progress": self._job.status}),
            released=self.folder.case.released,
            left_out=self.folder.left_out,
        )

    def _known_reasons(self) -> ReasonList | None:
        """None when they cannot be read, which the release says."""
        try:
            return self._reasons()
        except CaseError:
            return None

    def set_details(self, details: CaseDetails, seen: CaseDetails | None = None) -> None:
        self.folder.set_details(details, seen)

    def add(self, found: FoundMedia) -> None:
        """Add what was found; what was not is told until files are added again."""
        self.folder.add(found.files)
        self.folder.left_out = found.left_out
        self._load()

    def remove(self, id: int) -> None:
        """Take a file out of the case; nothing on the disk is deleted. Raises NotFoundError."""
        source = next((source for source, item in self._items.items() if item.file.id == id), None)
        if source is None:
            raise NotFoundError("no_file")
        self.folder.remove(source)
        self._library.drop(self._items.pop(source))

    def items(self) -> list[ReviewItem]:
        return [item for _, item in self._pairs()]

    def show_kind(self, kind: Kind, *, shown: bool, reason: str | None) -> KindResponse:
        """Show, or hide again, all items of a kind in every file that is open. In files whose settings do not name the
        kind it was not searched for, which is told."""
        changed = 0
        not_searched: list[str] = []
        self._kind_edits = []
        for item in self.items():
            file = item.file
            if file.state != "ready":
                continue
            if kind not in file.history.plan.settings.hide:
                not_searched.append(file.paths.source.name)
            edits, before = 0, file.history.revision
            for video in range(len(file.history.plan.videos)):
                numbers = tuple(track.number for track in file.history.tracks(video) if track.kind is kind)
                if not numbers:
                    continue
                action: Literal["show", "hide"] = "show" if shown else "hide"
                command = EditMany(op="many", video=video, tracks=numbers, action=action, reason=reason)
                changed += len(item.edits.apply(command).tracks)
                edits, before = edits + (file.history.revision > before), file.history.revision
            if edits:
                if file.notes.finished:
                    file.update_notes(finished=False)  # nobody has seen it as it is now
                self._kind_edits.append(_KindEdit(item, edits, file.history.revision))
        return KindResponse(changed=changed, not_searched=tuple(not_searched))

    def undo_kind(self) -> KindUndoResponse:
        """Undo the last change of a type in all files. A file that was changed after it is left as it is."""
        changed = 0
        changed_since: list[str] = []
        while self._kind_edits:
            made = self._kind_edits.pop(0)
            file = made.item.file
            with file.lock:
                if file.state != "ready" or file.history.revision != made.revision:
                    changed_since.append(file.paths.source.name)
                    continue
                changed += sum(len(made.item.edits.undo().tracks) for _ in range(made.edits))
        return KindUndoResponse(changed=changed, changed_since=tuple(changed_since))

    def start_release(self, reasons: ReasonList, now: datetime | None = None) -> None:
        """Render and check all files that were reviewed, and pack them, in the background. Raises ReviewError when
        there is none, or when it is running already."""
        ready = [(entry, item) for entry, item in self._pairs() if missing_file(item) is None]
        if not ready:
            raise ReviewError("release_nothing")
        with ExitStack() as stack:
            stack.enter_context(release_lock(self.folder.folder))
            held = stack.pop_all()

        def work(progress: JobProgress) -> None:
            with held:
                self._release_all(ready, reasons, now, progress)

        try:
            self._job.start(work)
        except BaseException:
            held.close()
            raise

    def _release_all(
        self,
        ready: Sequence[tuple[CaseEntry, ReviewItem]],
        reasons: ReasonList,
        now: datetime | None,
        progress: JobProgress,
    ) -> None:
        self._release = CaseReleaseStatus(progress=JobStatus(), total=len(ready))
        pairs = self._pairs()
        names = distinct_names(entry.source for entry, _ in pairs)
        missing = [gone for entry, item in pairs if (gone := missing_file(item, names[entry.source])) is not None]
        released: list[CaseEntry] = []
        for number, (entry, item) in enumerate(ready):
            if not self._is_wanted(entry, item):  # it was withdrawn while others were rendered
                continue
            progress.start(item.file.paths.source.name, "release", len(ready))
            self._release = self._release.model_copy(update={"current": item.file.paths.source.name, "done": number})
            error = self._render(entry, item, reasons, progress)
            if error is None:
                released.append(entry)
            else:
                missing.append(MissingFile(name=names[entry.source], reason="failed", detail=error.as_text))
        withdrawn = [(entry, item) for entry, item in ready if entry in released and not self._is_wanted(entry, item)]
        missing += [gone for entry, item in withdrawn if (gone := missing_file(item, names[entry.source])) is not None]
        released = [entry for entry, item in ready if entry in released and self._is_wanted(entry, item)]
        summary = write_release(
            self.folder, released, missing, reasons, self._library.reviewer, now or datetime.now(UTC)
        )
        self._release = _finished(summary, len(ready))

    def _is_wanted(self, entry: CaseEntry, item: ReviewItem) -> bool:
        """Is it still in the case, and reviewed?"""
        return self._items.get(entry.source) is item and missing_file(item) is None

    def stop_release(self) -> None:
        """Stop; files that are finished stay, nothing is packed."""
        for item in self.items():
            item.export.job.progress.cancel()
        self._job.stop()

    def close(self) -> None:
        self._job.progress.cancel()

    def _render(
        self, entry: CaseEntry, item: ReviewItem, reasons: ReasonList, progress: JobProgress
    ) -> ErrorInfo | None:
        """Render and check one file, unless its copy is that of the plan as it is. Why it did not succeed."""
        paths = item.file.paths
        try:
            item.propagation.stop()
            item.file.write_plan()
            if is_up_to_date(entry, paths, reasons, self._hashes) and item.export.status().verdict is not None:
                return None
            plan_sha256 = self._hashes.plan_sha256(paths.plan)
            chosen = item.file.history.plan.audio_mode is not None
            item.start_export(None if chosen else _sound_of_copy(paths), reasons.defaults)
        except (ReviewError, PasserbyError) as error:
            return error_info(error)
        while item.export.job.running:
            if progress.cancelled:
                item.export.job.progress.cancel()
            item.export.job.wait(EXPORT_POLL_S)
        progress.advance(0)  # raises when it was stopped
        status = item.export.job.status
        if status.state != "done":
            return status.error or ErrorInfo(code="busy")
        self.folder.set_released(entry.source, plan_sha256, self._hashes.sha256(paths.output))
        return None


def missing_file(item: ReviewItem, name: str | None = None) -> MissingFile | None:
    """Why a file would not go out now; None when it would. `name` tells it from others of its name."""
    file = item.file
    file.refresh_notes()  # another program may have the case open too
    reason: MissingReason | None = None
    if file.state == "failed":
        reason = "failed"
    elif file.state != "ready":
        reason = "waiting" if file.state == "waiting" else "not_open"
    elif not file.notes.finished:
        reason = "not_reviewed"
    if reason is None:
        return None
    detail = file.error.as_text if file.error is not None else ""
    return MissingFile(name=name or file.paths.source.name, reason=reason, detail=detail)


def _sound_of_copy(paths: ReviewPaths) -> Audio | None:
    """What was done with the sound of the copy that there is: a person chose it in the editor of the file."""
    try:
        return Report.model_validate_json(paths.report.read_bytes()).settings.audio
    except (OSError, ValueError):
        return None


def _finished(summary: PackedCase, total: int) -> CaseReleaseStatus:
    problems = sum(file.verdict == "review" for file in summary.report.files)
    problems += sum(file.reason == "failed" for file in summary.report.missing)
    return CaseReleaseStatus(
        progress=JobStatus(), done=total, total=total, archive=summary.archive.name, problems=problems
    )
