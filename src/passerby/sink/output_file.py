"""Atomic output files: written as NAME.part, renamed when complete."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from passerby.core.errors import DiskFull, OutputBusy, OutputError, OutputExists, SourceError, UsageError
from passerby.documents.file_names import MAX_NAME_BYTES


class OutputFile:
    """A file at `path` that appears complete or not at all. Inside the `with`, write to `temp_path`; then call
    `commit`.

    Without a commit nothing is left, neither at `path` nor at `temp_path`. A killed run leaves its `.part` behind; the
    next run for the same path replaces it. Two concurrent runs for the same path are refused.
    """

    def __init__(self, path: Path, force: bool = False, source: Path | None = None) -> None:
        self.path = path
        self.temp_path = temp_path_for(path)
        self._force = force
        self._source = source
        self._descriptor: int | None = None

    def __enter__(self) -> Self:
        """Raises OutputExists without `force`, and OutputError when `path` is the source itself or cannot be
        written."""
        try:
            self._check_path()
            self._descriptor = self._lock_temporary()
        except OSError as error:
            raise output_error(self.path, error) from error
        return self

    def commit(self) -> None:
        """Flush it to disk and rename it to `path`. Raises OutputError or DiskFull; then nothing is left."""
        self.flush()
        self._rename()

    def write_text(self, text: str) -> None:
        """Write the whole content of a small file. Raises OutputError or DiskFull."""
        self.write_bytes(text.encode())

    def write_bytes(self, content: bytes) -> None:
        """The same for bytes."""
        try:
            self.temp_path.write_bytes(content)
        except OSError as error:
            raise output_error(self.path, error) from error

    def flush(self) -> None:
        """Flush what was written to disk: afterwards there is room for all of it. Raises OutputError or DiskFull."""
        if self._descriptor is None:
            raise OutputError(f"{self.path} is not open for writing. Run it again.")
        try:
            os.fsync(self._descriptor)
            self._check_path()  # another process may have created a file there in the meantime
        except OSError as error:
            raise output_error(self.path, error) from error

    def _rename(self) -> None:
        try:
            os.replace(self.temp_path, self.path)
            self._release()
            sync_folder(self.path.parent)
        except OSError as error:
            raise output_error(self.path, error) from error

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._descriptor is not None:
            self.temp_path.unlink(missing_ok=True)
            self._release()

    def _check_path(self) -> None:
        if self._source is not None and self._source.exists():
            for name in (self.path, self.temp_path):
                if name.exists() and name.samefile(self._source):
                    raise OutputError(
                        f"{name} is the source itself, which is never overwritten. Choose another name with -o."
                    )
        if self.path.is_dir():
            raise OutputError(f"{self.path} is a folder. Give a file name, or use --out-dir.")
        if not self.path.parent.is_dir():
            raise OutputError(f"There is no folder {self.path.parent}. Create it, or choose another with -o.")
        if os.path.lexists(self.path) and not self._force:
            raise OutputExists(
                f"{self.path} already exists. Use --force to replace it, or choose another name with -o."
            )

    def _lock_temporary(self) -> int:
        """An open descriptor of the empty `.part`, locked for the lifetime of this run. A file that has another name
        too, or is no regular one, is not written to: it is somebody else's."""
        descriptor = os.open(self.temp_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o666)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # The other run may have renamed or removed the file between our open and our lock.
            if not os.path.lexists(self.temp_path) or not os.path.samestat(
                os.fstat(descriptor), os.lstat(self.temp_path)
            ):
                raise BlockingIOError
            found = os.fstat(descriptor)
            if found.st_nlink > 1 or not stat.S_ISREG(found.st_mode):
                raise FileExistsError(errno.EEXIST, f"{self.temp_path} is a link to another file")
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


def commit_together(output: OutputFile, *texts: tuple[Path, str], force: bool = False) -> None:
    """Commit a file and the `texts` that go with it (a plan, a report), all or none. The file gets its name last.

    Raises OutputError or DiskFull; then none is left, except that a text may have replaced an older one (`force`).
    """
    with ExitStack() as stack:
        others = []
        for path, text in texts:
            other = stack.enter_context(OutputFile(path, force))
            other.write_text(text)
            other.flush()
            others.append(other)
        output.flush()
        renamed: list[Path] = []
        try:
            for other in others:
                other._rename()
                renamed.append(other.path)
            output._rename()
        except OutputError:
            for path in renamed:
                path.unlink(missing_ok=True)
            raise


@contextmanager
def unreadable_output(path: Path) -> Iterator[None]:
    """While what was written for `path` is read back: an error is then one of the disk, not of the source."""
    try:
        yield
    except SourceError as error:
        raise OutputError(
            f"What was written for {path} cannot be read back: its disk is full or fails. Free some room on it, or "
            "choose another disk with -o."
        ) from error


def check_name(path: Path) -> None:
    """Raises UsageError when the file system takes no name as long as that of `path` before it is complete."""
    try:
        longest = os.pathconf(path.parent, "PC_NAME_MAX")
    except (OSError, ValueError):  # there is no such folder yet
        longest = MAX_NAME_BYTES
    over = len(os.fsencode(temp_path_for(path).name)) - longest
    if over > 0:
        raise UsageError(
            f"The name {path.name[:40]}… is too long for the disk by {over} bytes: a run adds .part to it, and has "
            "that of its report beside it. Choose a shorter one with -o."
        )


def temp_path_for(path: Path) -> Path:
    """The name of `path` until it is complete."""
    return path.with_name(path.name + ".part")


def remove_stale_temporary(path: Path) -> None:
    """Remove the `.part` that a killed run left for `path`. One that is being written is kept, and so is anything but a
    regular file: a link, a folder."""
    temp_path = temp_path_for(path)
    with suppress(OSError):
        descriptor = os.open(temp_path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            found = os.fstat(descriptor)
            if stat.S_ISREG(found.st_mode) and os.path.samestat(found, os.lstat(temp_path)):
                temp_path.unlink()
        finally:
            os.close(descriptor)


def write_text_atomically(path: Path, text: str, force: bool = False) -> None:
    """Write a small file (a report, a plan) atomically. Raises as OutputFile does."""
    write_bytes_atomically(path, text.encode(), force)


def write_bytes_atomically(path: Path, content: bytes, force: bool = False) -> None:
    """The same for bytes."""
    with OutputFile(path, force) as output:
        output.write_bytes(content)
        output.commit()


def output_error(path: Path, error: OSError) -> OutputError:
    """The OutputError, with what to do, for an operating system error while writing `path`."""
    path = path.with_suffix("") if path.suffix == ".part" else path
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull(
            f"No room left on {path.parent} to write {path.name}. Free some, or choose another disk with -o."
        )
    if error.errno == errno.EEXIST:
        return OutputError(f"{path} cannot be written: {error.strerror}. Remove it, or choose another folder with -o.")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return OutputError(f"{path} cannot be written: {error.strerror}. Choose a writable folder with -o.")
    return OutputError(f"{path} cannot be written: {error.strerror}. Check the disk, or choose another path with -o.")


def sync_folder(folder: Path) -> None:
    """Flush the names in a folder to disk. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
