"""The data folder: where a site keeps its recordings and its database, told by an identity that lies in it.

A disk that is not mounted leaves an empty folder of the same name. To write there would fill the wrong disk in silence,
and nobody would find the recordings. So the folder must hold its identity, which only `make` writes, and everything is
opened below the folder that was found at the start, by its descriptor and not by its name.
"""

from __future__ import annotations

import fcntl
import os
import uuid
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from passerby.core.errors import FolderGone, StoreError
from passerby.core.model import FrozenModel

IDENTITY = "passerby-data.json"
#: Nothing, of this many bytes: so that there is room to open the database on a full disk, and to delete.
RESERVE, RESERVED = "passerby.reserve", 1 << 20


class Identity(FrozenModel):
    """What lies in the folder as `passerby-data.json`."""

    schema_version: Literal[1] = 1
    id: str = Field(pattern="^[0-9a-f]{32}$")
    made: str = Field(description="ISO 8601 with offset, by the clock as it was then")


class DataFolder:
    """An open data folder. `path` is for people; programs go by `descriptor`."""

    def __init__(self, path: Path, identity: Identity, descriptor: int) -> None:
        self.path, self.identity, self.descriptor = path, identity, descriptor
        self._claim: int | None = None

    @classmethod
    def make(cls, path: Path) -> DataFolder:
        """Give an identity to a folder that is new or empty, or open it if it has one. Raises StoreError."""
        try:
            path.mkdir(mode=0o750, parents=True, exist_ok=True)
            # A new file system has a folder of its own for what fsck finds.
            others = sorted({entry.name for entry in path.iterdir()} - {"lost+found"})
            if IDENTITY not in others:
                if others:
                    raise StoreError(
                        f"{path} is no data folder of passerby and is not empty: it holds {others[0]}. Choose an empty "
                        "or a new one."
                    )
                made = datetime.now(UTC).isoformat(timespec="seconds")
                _write_durably(path / IDENTITY, Identity(id=uuid.uuid4().hex, made=made).model_dump_json(indent=1))
        except OSError as error:
            raise StoreError(f"{path} cannot be made a data folder: {error.strerror}. Choose another one.") from error
        return cls.open(path)

    @classmethod
    def open(cls, path: Path) -> DataFolder:
        """Raises FolderGone when the folder does not hold its identity, StoreError when it cannot be used."""
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except FileNotFoundError as error:
            raise FolderGone(_missing(path)) from error
        except OSError as error:
            raise StoreError(f"{path} cannot be used: {error.strerror}. Name the data folder with --data.") from error
        try:
            return cls(path, _identity(path, descriptor), descriptor)
        except BaseException:
            os.close(descriptor)
            raise

    def claim(self) -> None:
        """From now on this program alone puts the folder right after a crash. Raises StoreError if another one does."""
        if self._claim is not None:
            return
        file = os.open(IDENTITY, os.O_RDONLY | os.O_CLOEXEC, dir_fd=self.descriptor)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(file)
            raise StoreError(
                f"Another passerby is recording into {self.path}. Stop it first, or name another data folder."
            ) from error
        self._claim = file

    def check(self) -> bool:
        """Is this still what the name leads to? Costs two calls of the system.

        When its disk was gone and is there again, it is opened anew, and the answer is True: what was opened below it
        before is of no use. Raises FolderGone while it is gone.
        """
        try:
            same = os.path.samestat(os.stat(self.path), os.fstat(self.descriptor))
            if same and os.stat(IDENTITY, dir_fd=self.descriptor).st_size > 0:
                return False
            again = DataFolder.open(self.path)
        except (OSError, StoreError) as error:
            raise FolderGone(self._gone()) from error
        if again.identity.id != self.identity.id:
            again.close()
            raise FolderGone(self._gone())
        claimed = self._claim is not None
        self.close()
        self.descriptor = again.descriptor
        if claimed:
            self.claim()
        return True

    def free(self) -> int:
        """Bytes that may still be written."""
        state = os.fstatvfs(self.descriptor)
        return state.f_bavail * state.f_frsize

    def reserve(self) -> None:
        """Set room aside for a full disk, if there is plenty now."""
        with suppress(OSError):  # next time
            if self.free() < 4 * RESERVED:
                return
            file = os.open(RESERVE, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o640, dir_fd=self.descriptor)
            try:
                os.posix_fallocate(file, 0, RESERVED)
            finally:
                os.close(file)

    def release(self) -> bool:
        """Give the room back that was set aside. False when there is none."""
        try:
            os.unlink(RESERVE, dir_fd=self.descriptor)
        except OSError:
            return False
        return True

    def capacity(self) -> int:
        """Bytes of the whole file system."""
        state = os.fstatvfs(self.descriptor)
        return state.f_blocks * state.f_frsize

    def close(self) -> None:
        if self._claim is not None:
            os.close(self._claim)
            self._claim = None
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1

    def _gone(self) -> str:
        return (
            f"{self.path} is no longer the data folder that it was. Nothing is written elsewhere. Mount its disk "
            "again; recording then goes on by itself."
        )


def _identity(path: Path, folder: int) -> Identity:
    try:
        file = os.open(IDENTITY, os.O_RDONLY | os.O_CLOEXEC, dir_fd=folder)
    except FileNotFoundError as error:
        raise FolderGone(_missing(path)) from error
    except OSError as error:
        raise StoreError(
            f"{path / IDENTITY} cannot be read: {error.strerror}. Run it as the user that the service runs as."
        ) from error
    try:
        with os.fdopen(file, "rb") as opened:
            return Identity.model_validate_json(opened.read(1 << 16))
    except (OSError, ValidationError) as error:
        raise StoreError(
            f"{path / IDENTITY} is damaged. Check the disk; if the recordings beside it are whole, write the file anew "
            "as docs/design/store.md says."
        ) from error


def _missing(path: Path) -> str:
    return (
        f"{path} is no data folder of passerby: {IDENTITY} is not in it. If its disk is not mounted, mount it. If this "
        f"is to be a new one: passerby recordings init --data {path}"
    )


def _write_durably(path: Path, text: str) -> None:
    """Whole or not at all, even when the power fails."""
    part = path.with_name(path.name + ".part")
    with part.open("w", encoding="utf-8") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)
    sync_folder(path.parent)
    with suppress(OSError):  # the folder may be new itself; its parent may belong to somebody else
        sync_folder(path.parent.parent)


def sync_folder(folder: Path) -> None:
    """Make names in the folder last."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
