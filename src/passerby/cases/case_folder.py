"""A case on the disk: its folder, its file, and the paths of everything that belongs to each file in it."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from pydantic import ValidationError

from passerby.cases.added_files import FindMedia, FoundMedia, LeftOut, MediaFile, shown_name
from passerby.cases.entry_names import PLANS_FOLDER, EntryNames
from passerby.cases.plan_owner import is_plan_of
from passerby.core.errors import CaseError, PasserbyError, SourceError
from passerby.documents import file_names
from passerby.documents.case_file import (
    CASE_FILE,
    MAX_FILES,
    MAX_NUMBER_CHARS,
    RELEASE_FOLDER,
    CaseDetails,
    CaseEntry,
    CaseFile,
)
from passerby.documents.plan_text import current_content
from passerby.review.errors import ReviewError
from passerby.review.files import ReviewPaths, file_stamp, make_folder, save_text
from passerby.sink.file_lock import while_locked

#: A plan beside a file elsewhere is compared with all of the file up to this size, bytes; with its size beyond. Opening
#: the file compares the rest, in the background.
MAX_COMPARED_BYTES = 200_000_000


class CaseFolder:
    """One case. Every change is on the disk when the method returns. Hold no lock: methods take their own.

    `left_out`: what was not added with the files that were added last."""

    def __init__(self, folder: Path, case: CaseFile) -> None:
        self.folder, self.case = folder, case
        self.left_out = LeftOut()
        self._lock = threading.RLock()
        self._stamp = file_stamp(folder / CASE_FILE)

    @classmethod
    def create(cls, folder: Path, details: CaseDetails, now: datetime | None = None) -> Self:
        """A new case in a folder, which is made. Raises CaseError when there is one already."""
        try:
            if (folder / CASE_FILE).exists():
                raise CaseError(f"There is a case in {folder} already. Open it, or choose another number.")
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CaseError(
                f"The folder {folder} cannot be created: {error.strerror}. Choose another place."
            ) from error
        created = (now or datetime.now(UTC)).isoformat(timespec="seconds")
        case = cls(folder.resolve(), CaseFile(details=details, created=created))
        case.save()
        return case

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The case in this folder. Raises CaseError when its file is missing or is none."""
        path = folder / CASE_FILE
        try:
            return cls(folder.resolve(), CaseFile.model_validate_json(path.read_bytes()))
        except OSError as error:
            raise CaseError(f"There is no case in {folder}: {error.strerror}. Open it with: passerby review") from error
        except ValidationError as error:
            raise CaseError(
                f"{path} is not a case file: {error.errors()[0]['msg']}. Correct it, or move it away."
            ) from error

    @classmethod
    def open(cls, folder: Path, find_media: FindMedia) -> Self:
        """The case in a folder; a folder that is none becomes one. New videos and stills in it are added."""
        case = cls.load(folder) if (folder / CASE_FILE).exists() else None
        try:
            found = find_media([folder])
        except SourceError:
            if case is None:
                raise
            found = FoundMedia()  # its files lie elsewhere, or are gone: their rows say so
        if case is None:
            number = shown_name(folder.resolve().name)[:MAX_NUMBER_CHARS]
            case = cls.create(folder, CaseDetails(number=number))
        removed = set(case.case.removed)
        case.add(file for file in found.files if case.stored_name(file.source) not in removed)
        case.left_out = found.left_out
        return case

    def discard(self) -> None:
        """Undo `create`: a case that could not be filled is not left behind empty."""
        for path in (self.folder / CASE_FILE, self.folder / PLANS_FOLDER, self.folder):
            with suppress(OSError):  # what holds anything else stays
                path.unlink() if path.is_file() else path.rmdir()

    @property
    def release_folder(self) -> Path:
        return self.folder / RELEASE_FOLDER

    def paths(self, entry: CaseEntry) -> ReviewPaths:
        """The paths of one file, as the editor wants them."""
        source, output = self.folder / entry.source, self.release_folder / entry.output
        return ReviewPaths(source, output, file_names.report_path(output, whole_name=True), self.folder / entry.plan)

    def stored_name(self, source: Path) -> str:
        """How a file is named in the case: relative to its folder where it lies in it, so that the folder can move."""
        # Its folder is resolved, not the file: a link is named as it stands there.
        path = source.parent.resolve() / source.name
        inside = path.is_relative_to(self.folder)
        return path.relative_to(self.folder).as_posix() if inside else path.as_posix()

    def refresh(self) -> None:
        """Read the file again when another program has changed it, such as a release on the command line."""
        with self._lock:
            if file_stamp(self.folder / CASE_FILE) != self._stamp:
                again = self.load(self.folder)
                self.case, self._stamp = again.case, again._stamp

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Held from reading the case's file until it is replaced, so that no change of another program is lost."""
        with self._lock, while_locked(self.folder / CASE_FILE):
            self.refresh()
            yield

    def add(self, files: Iterable[MediaFile]) -> list[CaseEntry]:
        """Add files. Those that are in the case already are passed over. The new ones."""
        with self._changing():
            known = {entry.source for entry in self.case.files}
            new = {self.stored_name(file.source): file for file in files}
            new = {name: file for name, file in new.items() if name not in known}
            if len(known) + len(new) > MAX_FILES:
                raise CaseError(f"A case holds up to {MAX_FILES} files. Make another case for the others.")
            names = EntryNames(self.folder, self.case)
            added = [names.entry(name, file.output_name) for name, file in new.items()]
            for entry, file in zip(added, new.values(), strict=True):
                self._adopt_plan(file.source, self.folder / entry.plan)
            if added:
                removed = tuple(name for name in self.case.removed if name not in new)
                self._replace(files=(*self.case.files, *added), removed=removed)
            return added

    def remove(self, source: str) -> None:
        """Take a file out of the case. Nothing on the disk is deleted but the line in the case's file."""
        with self._changing():
            remaining = tuple(entry for entry in self.case.files if entry.source != source)
            self._replace(files=remaining, removed=(*self.case.removed, source))

    def set_details(self, details: CaseDetails, seen: CaseDetails | None = None) -> None:
        """Raises ReviewError when the details are not those that were `seen` before they were changed."""
        with self._changing():
            if seen is not None and seen != self.case.details:
                raise ReviewError("details_changed")
            self._replace(details=details)

    def set_released(self, source: str, plan_sha256: str | None, output_sha256: str | None) -> None:
        """Remember from which plan a file was released, and what came out."""
        update = {"plan_sha256": plan_sha256, "output_sha256": output_sha256}
        with self._changing():
            files = tuple(
                entry.model_copy(update=update) if entry.source == source else entry for entry in self.case.files
            )
            self._replace(files=files)

    def set_packed(self, now: datetime, archive: str) -> None:
        """Remember when it was packed, and as what. The archive of an earlier number of the case is removed."""
        with self._changing():
            earlier = self.case.archive
            self._replace(released=now.isoformat(timespec="seconds"), archive=archive)
            if earlier is not None and earlier != archive:
                with suppress(OSError):  # what cannot be removed is told by its name
                    (self.folder / earlier).unlink()

    def save(self) -> None:
        with self._lock:
            save_text(self.folder / CASE_FILE, self.case.to_json())
            self._stamp = file_stamp(self.folder / CASE_FILE)

    def _adopt_plan(self, source: Path, plan: Path) -> None:
        """A plan that lies beside a file elsewhere was made, and perhaps corrected, for it: work starts from a copy."""
        beside = source.parent / file_names.shortened(f"{source.stem}{file_names.PLAN_SUFFIX}", ".plan")
        try:
            if plan.exists() or not beside.is_file():
                return
            if not is_plan_of(beside, source, whole=source.stat().st_size <= MAX_COMPARED_BYTES):
                return
            make_folder(plan.parent)
            save_text(plan, current_content(beside).decode())
        except (OSError, UnicodeDecodeError, PasserbyError):
            return  # it is analysed, as if there were none

    def _replace(self, **fields: object) -> None:
        case = self.case.model_copy(update=fields)
        save_text(self.folder / CASE_FILE, case.to_json())
        self.case, self._stamp = case, file_stamp(self.folder / CASE_FILE)
