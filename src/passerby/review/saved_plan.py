"""The plan of an open file on the disk: edits are appended to its journal, and written into it when that is closed."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from passerby.documents.plan_parts.journal import PlanMark, has_journal, journal_path, mark_line
from passerby.review.errors import ReviewError
from passerby.review.files import file_stamp
from passerby.sink.file_lock import open_locked
from passerby.sink.output_file import OutputFile, output_error, sync_folder


class SavedPlan:
    """Knows plan and journal as this program left them, and writes neither when another program changed one of them:
    two programs would lose each other's corrections. Not thread safe."""

    def __init__(self, path: Path) -> None:
        self.path, self.journal = path, journal_path(path)
        self._stamps = self._present_stamps()
        #: Bytes of the journal that are whole lines: what a power cut left after them is overwritten.
        self._length = 0
        with suppress(FileNotFoundError):
            self._length = self.journal.read_bytes().rfind(b"\n") + 1

    def require_unchanged(self) -> None:
        """Raises ReviewError."""
        if self._present_stamps() != self._stamps:
            raise ReviewError("plan_changed", plan=self.path.name)

    def append(self, line: bytes) -> None:
        """Append to the journal; the line is on the disk on return, or nothing of it is. Raises ReviewError,
        OutputError and DiskFull."""
        if not line:
            return
        with self._locked() as descriptor:
            new = self._length == 0
            if new:
                line = mark_line(self._mark()) + line
            self._write(descriptor, line)
            if new:
                sync_folder(self.path.parent)

    def write(self, parts: Sequence[bytes]) -> None:
        """Write the whole plan, `parts` with all that is in the journal, and remove that. A crash at any moment leaves
        a plan and a journal that fit. Raises as `append` does."""
        with self._locked() as descriptor:
            with OutputFile(self.path, force=True) as output:
                try:
                    with output.temp_path.open("wb") as file:
                        file.writelines(parts)
                except OSError as error:
                    raise output_error(self.path, error) from error
                output.flush()
                self._write(descriptor, mark_line(PlanMark.of(parts)))
                output.commit()
            with suppress(OSError):  # a journal that stays says itself that the plan has all of it
                self.journal.unlink()
                self._length = 0

    @property
    def has_journal(self) -> bool:
        return has_journal(self.path)

    def _mark(self) -> PlanMark:
        try:
            return PlanMark.of_file(self.path)
        except OSError as error:
            raise output_error(self.path, error) from error

    def _write(self, descriptor: int, line: bytes) -> None:
        try:
            written = 0
            while written < len(line):
                written += os.pwrite(descriptor, line[written:], self._length + written)
            os.fsync(descriptor)
        except OSError as error:
            with suppress(OSError):
                os.ftruncate(descriptor, self._length)
            raise output_error(self.journal, error) from error
        self._length += len(line)

    @contextmanager
    def _locked(self) -> Iterator[int]:
        """The journal, locked against other programs, as this program left it."""
        try:
            descriptor = open_locked(self.journal, create=True)
        except OSError as error:
            raise output_error(self.journal, error) from error
        try:
            if self._length == 0 and os.fstat(descriptor).st_size == 0:  # it was made just now
                self._stamps = (self._stamps[0], _stamp(self.journal))
            self.require_unchanged()
            os.ftruncate(descriptor, self._length)
            try:
                yield descriptor
            finally:
                self._remove_empty(descriptor)
                self._stamps = self._present_stamps()
        except ReviewError:
            self._remove_empty(descriptor)
            raise
        except OSError as error:
            raise output_error(self.journal, error) from error
        finally:
            os.close(descriptor)

    def _remove_empty(self, descriptor: int) -> None:
        with suppress(OSError):
            if os.fstat(descriptor).st_size == 0:
                self.journal.unlink()

    def _present_stamps(self) -> tuple[object, object]:
        return _stamp(self.path), _stamp(self.journal)


def _stamp(path: Path) -> tuple[tuple[int, int], int] | None:
    """What changes when a file is replaced or appended to."""
    stamp = file_stamp(path)
    with suppress(OSError):
        return None if stamp is None else (stamp, path.stat().st_size)
    return None
