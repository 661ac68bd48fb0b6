"""Where the files of jobs lie. Uploads are originals: nobody but the service may read them, and they are deleted as
soon as their job has ended."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from passerby.core.errors import OutputError

#: Longest name of an upload, bytes: its output, report and plan have longer ones.
MAX_NAME_BYTES = 180


@dataclass(frozen=True, slots=True)
class ServiceFolders:
    """The folder of a service: `uploads/ID/NAME` and `jobs/ID/...`."""

    root: Path

    def upload(self, id: str) -> Path:
        return self.root / "uploads" / id

    def job(self, id: str) -> Path:
        return self.root / "jobs" / id

    def make_upload(self, id: str) -> Path:
        """The folder of a new upload. Raises OutputError."""
        return _made(self.upload(id))

    def make_job(self, id: str) -> Path:
        """The folder of a job, which may be there from an earlier attempt. Raises OutputError."""
        return _made(self.job(id))

    def remove_upload(self, id: str) -> None:
        shutil.rmtree(self.upload(id), ignore_errors=True)

    def remove_job(self, id: str) -> None:
        shutil.rmtree(self.job(id), ignore_errors=True)

    def unknown_uploads(self, known: set[str]) -> list[str]:
        """Folders of uploads that no row names: those that a kill interrupted."""
        try:
            return sorted(entry.name for entry in os.scandir(self.root / "uploads") if entry.name not in known)
        except FileNotFoundError:
            return []

    def free_bytes(self) -> int:
        return shutil.disk_usage(self.root).free


def safe_name(text: str) -> str:
    """The name of a file as somebody else gives it, as a name in a folder of ours: its last part, without what a file
    system or a terminal takes for something else."""
    last = text.replace("\\", "/").rpartition("/")[2]
    printable = "".join(letter if letter.isprintable() else "_" for letter in last).strip().lstrip(".-")
    stem, dot, suffix = printable.rpartition(".")
    if not dot:
        stem, suffix = printable, ""
    ending = f".{suffix}" if suffix and len(suffix.encode()) <= 10 else ""
    stem = stem if ending else printable
    shortened = stem.encode("utf-8", "replace")[: MAX_NAME_BYTES - len(ending.encode())].decode("utf-8", "ignore")
    return (shortened or "file") + ending


def size_of(folder: Path) -> int:
    """Bytes of the files in a folder."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(parent, name)).st_size
            except OSError:
                continue
    return total


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"The folder {folder} cannot be created: {error.strerror}. Check its permissions.") from error
    return folder
