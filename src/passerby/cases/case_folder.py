"""A case on the disk: its folder, its file, and the paths of everything that belongs to each file in it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Self

from pydantic import ValidationError

from passerby.core.errors import CaseError, SourceError
from passerby.documents import file_names
from passerby.documents.case_file import CASE_FILE, RELEASE_FOLDER, CaseDetails, CaseEntry, CaseFile
from passerby.review.files import ReviewPaths, file_stamp, make_folder, save_text

#: Folder of the plans of files that lie outside of the case's folder.
PLANS_FOLDER = "plans"


@dataclass(frozen=True, slots=True)
class MediaFile:
    """A video or still that was found, and the name that a released copy of it has (its suffix may change)."""

    source: Path
    output_name: str


#: Videos and stills among files and below folders. Raises PasserbyError where there are none, or a path is missing.
FindMedia = Callable[[Sequence[Path]], Sequence[MediaFile]]


class CaseFolder:
    """One case. Every change is on the disk when the method returns. Hold no lock: methods take their own."""

    def __init__(self, folder: Path, case: CaseFile) -> None:
        self.folder, self.case = folder, case
        self._lock = threading.RLock()
        self._stamp = file_stamp(folder / CASE_FILE)

    @classmethod
    def create(cls, folder: Path, details: CaseDetails, now: datetime | None = None) -> Self:
        """A new case in a folder, which is made. Raises CaseError when there is one already."""
        if (folder / CASE_FILE).exists():
            raise CaseError(f"There is a case in {folder} already. Open it, or choose another number.")
        try:
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
            found = []  # its files lie elsewhere, or are gone: their rows say so
        if case is None:
            case = cls.create(folder, CaseDetails(number=folder.resolve().name))
        removed = set(case.case.removed)
        case.add(file for file in found if case.stored_name(file.source) not in removed)
        return case

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

    def add(self, files: Iterable[MediaFile]) -> list[CaseEntry]:
        """Add files. Those that are in the case already are passed over. The new ones."""
        with self._lock:
            self.refresh()
            entries = list(self.case.files)
            known = {entry.source for entry in entries}
            added: list[CaseEntry] = []
            for file in files:
                name = self.stored_name(file.source)
                if name in known:
                    continue
                known.add(name)
                entry = self._entry(name, file.output_name, [*entries, *added])
                added.append(entry)
                self._adopt_plan(file.source, self.folder / entry.plan)
            if added:
                names = {entry.source for entry in added}
                removed = tuple(name for name in self.case.removed if name not in names)
                self._replace(files=(*entries, *added), removed=removed)
            return added

    def remove(self, source: str) -> None:
        """Take a file out of the case. Nothing on the disk is deleted but the line in the case's file."""
        with self._lock:
            self.refresh()
            remaining = tuple(entry for entry in self.case.files if entry.source != source)
            self._replace(files=remaining, removed=(*self.case.removed, source))

    def set_details(self, details: CaseDetails) -> None:
        with self._lock:
            self.refresh()
            self._replace(details=details)

    def set_released(self, source: str, plan_sha256: str | None, output_sha256: str | None) -> None:
        """Remember from which plan a file was released, and what came out."""
        update = {"plan_sha256": plan_sha256, "output_sha256": output_sha256}
        with self._lock:
            self.refresh()
            files = tuple(
                entry.model_copy(update=update) if entry.source == source else entry for entry in self.case.files
            )
            self._replace(files=files)

    def set_packed(self, now: datetime) -> None:
        with self._lock:
            self.refresh()
            self._replace(released=now.isoformat(timespec="seconds"))

    def save(self) -> None:
        with self._lock:
            save_text(self.folder / CASE_FILE, self.case.to_json())
            self._stamp = file_stamp(self.folder / CASE_FILE)

    def _entry(self, source: str, output_name: str, others: Sequence[CaseEntry]) -> CaseEntry:
        """Paths for a new file that no other file of the case has. A photo and a video of one moment differ in their
        suffix only, and files from several folders may have the same name. A plan that lies there is kept."""
        path, output = PurePosixPath(source), PurePosixPath(output_name)
        inside = not path.is_absolute()
        plan_folder = path.parent if inside else PurePosixPath(PLANS_FOLDER)
        output_folder = path.parent if inside else PurePosixPath()
        # Who unpacks the release may have a file system that does not tell upper from lower case.
        plans, outputs = {entry.plan for entry in others}, {entry.output.lower() for entry in others}
        stems = [path.stem, path.name, *(f"{path.stem}-{number}" for number in range(2, 10_000))]
        whole = plan_folder / f"{path.name}{file_names.PLAN_SUFFIX}"
        if (self.folder / whole).exists():  # of an earlier run that saw both files of such a pair
            stems.insert(0, path.name)
        names = ((plan_folder / f"{stem}{file_names.PLAN_SUFFIX}").as_posix() for stem in stems)
        numbers = ("", *(f"-{number}" for number in range(2, 10_000)))
        released = (f"{output.stem}{number}{file_names.REDACTED_MARK}{output.suffix}" for number in numbers)
        return CaseEntry(
            source=source,
            plan=next(name for name in names if name not in plans),
            output=next(
                text for name in released if (text := (output_folder / name).as_posix()).lower() not in outputs
            ),
        )

    def _adopt_plan(self, source: Path, plan: Path) -> None:
        """A plan that lies beside a file elsewhere was made, and perhaps corrected, for it: work starts from a copy."""
        beside = source.with_name(f"{source.stem}{file_names.PLAN_SUFFIX}")
        if plan.exists() or not beside.is_file():
            return
        make_folder(plan.parent)
        try:
            save_text(plan, beside.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError):
            return  # it is analysed, as if there were none

    def _replace(self, **fields: object) -> None:
        case = self.case.model_copy(update=fields)
        save_text(self.folder / CASE_FILE, case.to_json())
        self.case, self._stamp = case, file_stamp(self.folder / CASE_FILE)
