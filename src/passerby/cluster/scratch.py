"""A folder for one file's work: the original, which has no name on this disk, and what is made of it.

An original that was fetched is a file that was never given a name (O_TMPFILE): when the process ends, however it ends,
the system takes it away. A link in the folder leads to it for as long as the process lives. What is made of it is
masked already; a folder that a killed process left is taken away by the next one.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO, Self

from passerby.core.errors import DiskFull, OutputError

_PREFIX = "passerby-away-"


class Scratch:
    """The folder, for the length of a `with`. `TMPDIR` says where folders for passing things are."""

    def __init__(self, root: Path | None = None) -> None:
        self._root = root or Path(tempfile.gettempdir())
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        """Raises OutputError where no folder can be made."""
        _sweep(self._root)
        try:
            #: Where what is made may lie.
            self.folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=self._root))
        except OSError as error:
            raise OutputError(
                f"No folder can be made in {self._root}: {error.strerror}. Name another one with TMPDIR."
            ) from error
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def nameless(self, name: str) -> tuple[IO[bytes], Path]:
        """A file to fill, and a path under which this process and its children can read it: it ends in `name`.

        Raises OutputError where the disk cannot hold such files.
        """
        inside = self.folder / "source"
        try:
            inside.mkdir(mode=0o700)
            descriptor = os.open(inside, os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o600)
            path = inside / name
            path.symlink_to(f"/proc/{os.getpid()}/fd/{descriptor}")
        except OSError as error:
            raise OutputError(
                f"{self._root} holds no files without names: {error.strerror}. Name another folder with TMPDIR."
            ) from error
        return self._stack.enter_context(os.fdopen(descriptor, "r+b")), path


def room_for(size: int, folder: Path) -> None:
    """Raises DiskFull where a file of so many bytes will not fit, before it is fetched."""
    free = shutil.disk_usage(folder).free
    if size > free:
        raise DiskFull(
            f"There is no room for {size} bytes in {folder} ({free} are free). Free some, or name another with TMPDIR."
        )


def _sweep(root: Path) -> None:
    """Take away folders of processes of ours that are no more."""
    for folder in root.glob(f"{_PREFIX}*"):
        pid = folder.name.removeprefix(_PREFIX).partition("-")[0]
        if pid.isdigit() and not Path("/proc", pid).exists():
            with suppress(OSError):
                if folder.stat().st_uid == os.getuid():
                    shutil.rmtree(folder, ignore_errors=True)
