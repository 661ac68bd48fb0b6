"""The data folder: recordings and database of a site, recognised by an identity file in it.

A disk that is not mounted leaves an empty folder of the same name. Writing there would silently fill the wrong disk,
and nobody would find the recordings. So the folder must contain its identity file, which only `create` writes, and
everything below it is opened relative to its file descriptor, not by path.
"""

from __future__ import annotations

import fcntl
import os
import uuid
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field, ValidationError

from passerby.core.errors import DataFolderMissing, StoreError
from passerby.core.model import FrozenModel

IDENTITY_FILE = "passerby-data.json"
#: A file of this many bytes, deleted on a full disk so that the database can be opened and recordings deleted.
RESERVE_FILE, RESERVE_BYTES = "passerby.reserve", 1 << 20


class Identity(FrozenModel):
    """The identity file, `passerby-data.json`."""

    schema_version: Literal[1] = 1
    id: str = Field(pattern="^[0-9a-f]{32}$")
    created: str = Field(
        # The name of the first data folders; they have to be opened.
        validation_alias=AliasChoices("created", "made"),
        description="ISO 8601 with offset, by the clock at that time",
    )


class DataFolder:
    """An open data folder. `path` is for messages; files are opened relative to `descriptor`."""

    def __init__(self, path: Path, identity: Identity, descriptor: int) -> None:
        self.path, self.identity, self.descriptor = path, identity, descriptor
        self._lock_file: int | None = None

    @classmethod
    def create(cls, path: Path) -> DataFolder:
        """Initialise a new or empty folder, or open it if it is a data folder. Raises StoreError."""
        try:
            path.mkdir(mode=0o750, parents=True, exist_ok=True)
            # A new file system contains lost+found.
            others = sorted({entry.name for entry in path.iterdir()} - {"lost+found"})
            if IDENTITY_FILE not in others:
                if others:
                    raise StoreError(
                        f"{path} is not a data folder of passerby and is not empty: it contains {others[0]}. Choose an "
                        "empty or a new folder."
                    )
                created = datetime.now(UTC).isoformat(timespec="seconds")
                _write_durably(
                    path / IDENTITY_FILE, Identity(id=uuid.uuid4().hex, created=created).model_dump_json(indent=1)
                )
        except OSError as error:
            raise StoreError(
                f"{path} cannot be initialised as a data folder: {error.strerror}. Choose another one."
            ) from error
        return cls.open(path)

    @classmethod
    def open(cls, path: Path) -> DataFolder:
        """Raises DataFolderMissing when the folder has no identity file, StoreError when it cannot be used."""
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except FileNotFoundError as error:
            raise DataFolderMissing(_no_identity_message(path)) from error
        except OSError as error:
            raise StoreError(f"{path} cannot be used: {error.strerror}. Give the data folder with --data.") from error
        try:
            return cls(path, _read_identity(path, descriptor), descriptor)
        except BaseException:
            os.close(descriptor)
            raise

    def lock(self) -> None:
        """Take the lock for recording and recovery. Raises StoreError if another process holds it."""
        if self._lock_file is not None:
            return
        file = os.open(IDENTITY_FILE, os.O_RDONLY | os.O_CLOEXEC, dir_fd=self.descriptor)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(file)
            raise StoreError(
                f"Another passerby is recording into {self.path}. Stop it first, or use another data folder."
            ) from error
        self._lock_file = file

    def check(self) -> bool:
        """Is the folder at `path` still this one? Costs two system calls.

        When its disk was unmounted and mounted again, the folder is reopened and the result is True: files that were
        opened below it before are unusable. Raises DataFolderMissing while it is not mounted.
        """
        try:
            same = os.path.samestat(os.stat(self.path), os.fstat(self.descriptor))
            if same and os.stat(IDENTITY_FILE, dir_fd=self.descriptor).st_size > 0:
                return False
            reopened = DataFolder.open(self.path)
        except (OSError, StoreError) as error:
            raise DataFolderMissing(self._missing_message()) from error
        if reopened.identity.id != self.identity.id:
            reopened.close()
            raise DataFolderMissing(self._missing_message())
        locked = self._lock_file is not None
        self.close()
        self.descriptor = reopened.descriptor
        if locked:
            self.lock()
        return True

    def free_bytes(self) -> int:
        """Bytes available on the file system."""
        state = os.fstatvfs(self.descriptor)
        return state.f_bavail * state.f_frsize

    def allocate_reserve(self) -> None:
        """Allocate the reserve file for a full disk, if there is enough space now."""
        with suppress(OSError):  # tried again at the next start
            if self.free_bytes() < 4 * RESERVE_BYTES:
                return
            file = os.open(
                RESERVE_FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o640, dir_fd=self.descriptor
            )
            try:
                os.posix_fallocate(file, 0, RESERVE_BYTES)
            finally:
                os.close(file)

    def release_reserve(self) -> bool:
        """Delete the reserve file. False when there is none."""
        try:
            os.unlink(RESERVE_FILE, dir_fd=self.descriptor)
        except OSError:
            return False
        return True

    def capacity_bytes(self) -> int:
        """Bytes of the whole file system."""
        state = os.fstatvfs(self.descriptor)
        return state.f_blocks * state.f_frsize

    def close(self) -> None:
        if self._lock_file is not None:
            os.close(self._lock_file)
            self._lock_file = None
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1

    def _missing_message(self) -> str:
        return (
            f"{self.path} is no longer the same data folder. Nothing is written elsewhere. Mount its disk again; "
            "recording then continues automatically."
        )


def _read_identity(path: Path, folder: int) -> Identity:
    try:
        file = os.open(IDENTITY_FILE, os.O_RDONLY | os.O_CLOEXEC, dir_fd=folder)
    except FileNotFoundError as error:
        raise DataFolderMissing(_no_identity_message(path)) from error
    except OSError as error:
        raise StoreError(
            f"{path / IDENTITY_FILE} cannot be read: {error.strerror}. Run this command as the user that the "
            "service runs as."
        ) from error
    try:
        with os.fdopen(file, "rb") as opened:
            return Identity.model_validate_json(opened.read(1 << 16))
    except (OSError, ValidationError) as error:
        raise StoreError(
            f"{path / IDENTITY_FILE} is damaged. Check the disk; if the recordings beside it are intact, write the "
            "file again as docs/design/store.md says."
        ) from error


def _no_identity_message(path: Path) -> str:
    return (
        f"{path} is not a data folder of passerby: it contains no {IDENTITY_FILE}. If its disk is not mounted, mount "
        f"it. To initialise a new data folder: passerby recordings init --data {path}"
    )


def _write_durably(path: Path, text: str) -> None:
    """Atomically, also when the power fails."""
    part = path.with_name(path.name + ".part")
    with part.open("w", encoding="utf-8") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)
    sync_folder(path.parent)
    with suppress(OSError):  # the folder may be new too; its parent may be owned by another user
        sync_folder(path.parent.parent)


def sync_folder(folder: Path) -> None:
    """Sync the directory entries of the folder to the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
