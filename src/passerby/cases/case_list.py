"""All cases of this machine: those in its folder of cases, and folders elsewhere that were opened as one."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from pydantic import ValidationError

from passerby.cases.added_files import FindMedia, FoundMedia
from passerby.cases.case_folder import CaseFolder
from passerby.cases.open_case import OpenCase
from passerby.core.errors import CaseError, PasserbyError
from passerby.core.model import FrozenModel
from passerby.documents import file_names
from passerby.documents.case_file import CASE_FILE, CaseDetails, CaseEntry
from passerby.documents.reason_list import REASONS_FILE, ReasonList, ReleaseReason
from passerby.review.errors import NotFoundError, ReviewError
from passerby.review.files import make_folder, save_text
from passerby.review.library import ReviewLibrary
from passerby.review.notes import ReviewNotes
from passerby.review.page_text import without_commands
from passerby.sink.file_lock import while_locked

ELSEWHERE_FILE = "cases-elsewhere.json"


class CaseSummary(FrozenModel):
    """A case in the list. `reviewed` and `exported` count its files; `problem`, in English: why it cannot be read."""

    id: int
    folder: str
    details: CaseDetails
    files: int = 0
    reviewed: int = 0
    exported: int = 0
    released: str | None = None
    problem: str | None = None


class CaseList:
    """`folder` holds a folder for each case, and the office's reasons."""

    def __init__(self, folder: Path, library: ReviewLibrary, find_media: FindMedia) -> None:
        self.folder, self.library = folder, library
        self._find_media = find_media
        self._numbers: dict[Path, int] = {}
        self._open: dict[int, OpenCase] = {}
        self._lock = threading.RLock()

    def summaries(self) -> list[CaseSummary]:
        """All cases, the latest first."""
        found = [self._summary(folder) for folder in self._folders()]
        return sorted(found, key=lambda case: (case.details.requested, case.id), reverse=True)

    def create(self, details: CaseDetails, files: Sequence[Path]) -> OpenCase:
        """A new case in a folder named after its number. Raises CaseError when that is taken, or none of the files can
        be added, and what is wrong with the files, before anything is written."""
        found = self._find_media(files) if files else FoundMedia()
        if files and not found.files:
            names = ", ".join(refused.name for refused in found.left_out.refused[:5]) or "only hidden files"
            raise CaseError(f"None of these files can be added ({names}). Rename them, or choose others.")
        name = file_names.shortened(re.sub(r"[^\w.-]+", "-", details.number).strip("-."))
        if not name:
            raise ReviewError("invalid_name")
        make_folder(self.folder)
        case = CaseFolder.create(self.folder / name, details)
        try:
            case.add(found.files)
        except BaseException:
            case.discard()
            raise
        case.left_out = found.left_out
        return self._opened(case)

    def open_folder(self, folder: Path) -> OpenCase:
        """Any folder as a case."""
        with self._lock:
            known = self._open.get(self._number(folder.resolve()))
            if known is not None:
                return known
            case = CaseFolder.open(folder, self._find_media)
            if case.folder.parent != self.folder.resolve():
                self._remember(case.folder)
            return self._opened(case)

    def case(self, id: int) -> OpenCase:
        """The case with this number, opened when it is not. Raises NotFoundError."""
        with self._lock:
            folder = next((folder for folder, number in self._numbers.items() if number == id), None)
            if folder is None:
                raise NotFoundError("no_case")
            return self._open.get(id) or self._opened(CaseFolder.open(folder, self._find_media))

    def case_of(self, file: int) -> OpenCase | None:
        """The open case that holds a file of the library."""
        return next((case for case in self._open.values() if case.holds(file)), None)

    def find(self, paths: Sequence[Path]) -> FoundMedia:
        return self._find_media(paths)

    def reasons(self) -> ReasonList:
        """The office's reasons. Raises CaseError when the file cannot be read."""
        return ReasonList.load(self.folder / REASONS_FILE)

    def set_reasons(self, reasons: Sequence[ReleaseReason], seen: Sequence[ReleaseReason] | None = None) -> ReasonList:
        """Replace the reasons. Raises ReviewError when they are not those that were `seen` before they were changed, or
        two of them clash."""
        with self._lock, while_locked(self.folder / REASONS_FILE):
            present = self.reasons()
            if seen is not None and tuple(seen) != present.reasons:
                raise ReviewError("reasons_changed")
            try:
                changed = ReasonList(reasons=tuple(reasons), recent=present.recent)
            except ValidationError:
                raise ReviewError("reasons_twice") from None
            self._save_reasons(changed)
            return changed

    def note_reason(self, code: str) -> None:
        """A reason was used: it comes first the next time. What cannot be saved is not worth an error."""
        with suppress(PasserbyError), self._lock, while_locked(self.folder / REASONS_FILE):
            reasons = self.reasons()
            if reasons.recent[:1] != (code,):
                self._save_reasons(reasons.after_use(code))

    def _save_reasons(self, reasons: ReasonList) -> None:
        make_folder(self.folder)
        save_text(self.folder / REASONS_FILE, reasons.to_json())

    def close(self) -> None:
        for case in self._open.values():
            case.close()

    def _opened(self, case: CaseFolder) -> OpenCase:
        with self._lock:
            number = self._number(case.folder)
            opened = OpenCase(number, case, self.library, self.reasons)
            self._open[number] = opened
            return opened

    def _number(self, folder: Path) -> int:
        """A number that stays that of this folder while the program runs."""
        with self._lock:
            return self._numbers.setdefault(folder, len(self._numbers))

    def _folders(self) -> list[Path]:
        inside = (path.parent for path in self.folder.glob(f"*/{CASE_FILE}"))
        found = [folder.resolve() for folder in (*inside, *self._elsewhere())]
        return [folder for folder in dict.fromkeys(found) if (folder / CASE_FILE).exists()]

    def _elsewhere(self) -> list[Path]:
        try:
            return [Path(line) for line in json.loads((self.folder / ELSEWHERE_FILE).read_text(encoding="utf-8"))]
        except (OSError, ValueError, TypeError):
            return []

    def _remember(self, folder: Path) -> None:
        """What cannot be remembered is open all the same."""
        with suppress(PasserbyError), while_locked(self.folder / ELSEWHERE_FILE):
            known = list(dict.fromkeys([*map(str, self._elsewhere()), str(folder)]))
            make_folder(self.folder)
            save_text(self.folder / ELSEWHERE_FILE, json.dumps(known, indent=1) + "\n")

    def _summary(self, folder: Path) -> CaseSummary:
        number = self._number(folder)
        try:
            case = self._open[number].folder if number in self._open else CaseFolder.load(folder)
        except CaseError as error:
            return CaseSummary(
                id=number, folder=folder.name, details=CaseDetails(), problem=without_commands(str(error))
            )
        files = case.case.files
        return CaseSummary(
            id=number,
            folder=folder.name,
            details=case.case.details,
            files=len(files),
            reviewed=sum(_is_reviewed(case, entry) for entry in files),
            exported=sum(case.paths(entry).output.exists() for entry in files),
            released=case.case.released,
        )


def _is_reviewed(case: CaseFolder, entry: CaseEntry) -> bool:
    try:
        return ReviewNotes.load(case.paths(entry).notes).finished
    except PasserbyError:
        return False
