"""A file that is there whole or not at all: written as NAME.part, renamed when it is done."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from passerby.core.errors import DiskFull, OutputBusy, OutputError, OutputExists


class OutputFile:
    """The promise of a file at `path`. Inside the `with`, write to `part`; then call `commit`.

    Without a commit nothing is left, neither under `path` nor under `part`. A run that was killed leaves its `.part`
    behind; the next run for the same path replaces it. Two runs for the same path at once are refused.
    """

    def __init__(self, path: Path, force: bool = False, source: Path | None = None) -> None:
        self.path = path
        self.part = part_of(path)
        self._force = force
        self._source = source
        self._descriptor: int | None = None

    def __enter__(self) -> Self:
        """Raises OutputExists without `force`, and OutputError when this is the source itself or cannot be written."""
        try:
            self._check_place()
            self._descriptor = self._claim()
        except OSError as error:
            raise output_error(self.path, error) from error
        return self

    def commit(self) -> None:
        """Make it last and give it its name. Raises OutputError or DiskFull; then nothing is left."""
        if self._descriptor is None:
            raise OutputError(f"{self.path} is not being written. Run it again.")
        try:
            os.fsync(self._descriptor)
            self._check_place()  # somebody else may have put a file there in the meantime
            os.replace(self.part, self.path)
            self._release()
            _sync_folder(self.path.parent)
        except OSError as error:
            raise output_error(self.path, error) from error

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._descriptor is not None:
            self.part.unlink(missing_ok=True)
            self._release()

    def _check_place(self) -> None:
        if self._source is not None and self._source.exists():
            for name in (self.path, self.part):
                if name.exists() and name.samefile(self._source):
                    raise OutputError(
                        f"{name} is the source itself, which is never written to. Choose another name with -o."
                    )
        if self.path.is_dir():
            raise OutputError(f"{self.path} is a folder. Name a file, or use --out-dir.")
        if not self.path.parent.is_dir():
            raise OutputError(f"There is no folder {self.path.parent}. Make it first, or choose another with -o.")
        if os.path.lexists(self.path) and not self._force:
            raise OutputExists(
                f"{self.path} already exists. Use --force to replace it, or choose another name with -o."
            )

    def _claim(self) -> int:
        """An open descriptor of the empty `.part`, locked for as long as this run lives."""
        descriptor = os.open(self.part, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o666)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # The other run may have renamed or removed the file between our open and our lock.
            if not os.path.lexists(self.part) or not os.path.samestat(os.fstat(descriptor), os.lstat(self.part)):
                raise BlockingIOError
            os.ftruncate(descriptor, 0)
        except BlockingIOError:
            os.close(descriptor)
            raise OutputBusy(
                f"Another run is writing {self.path}. Wait for it, or choose another name with -o."
            ) from None
        except OSError:
            os.close(descriptor)
            raise
        return descriptor

    def _release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def part_of(path: Path) -> Path:
    """What `path` is called for as long as it is not whole."""
    return path.with_name(path.name + ".part")


def remove_stale(path: Path) -> None:
    """Remove the `.part` that a dead run has left of `path`. One that somebody is writing stays, and so does what is
    no file of ours: a link, a folder."""
    part = part_of(path)
    with suppress(OSError):
        descriptor = os.open(part, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            found = os.fstat(descriptor)
            if stat.S_ISREG(found.st_mode) and os.path.samestat(found, os.lstat(part)):
                part.unlink()
        finally:
            os.close(descriptor)


def write_text_atomically(path: Path, text: str, force: bool = False) -> None:
    """Write a small file (a report, a plan) whole or not at all. Raises as OutputFile does."""
    with OutputFile(path, force) as output:
        try:
            output.part.write_text(text, encoding="utf-8")
        except OSError as error:
            raise output_error(path, error) from error
        output.commit()


def output_error(path: Path, error: OSError) -> OutputError:
    """What an error of the operating system while writing `path` means for a person."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull(f"There is no room left to write {path}. Free some, or choose another disk with -o.")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return OutputError(
            f"{path} cannot be written: {error.strerror}. Choose a folder that you may write to, with -o."
        )
    return OutputError(f"{path} cannot be written: {error.strerror}. Check the disk, or choose another place with -o.")


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
