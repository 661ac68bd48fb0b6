"""A temporary folder for one file: the downloaded original, which has no name on this disk, and the outputs.

A downloaded original is a file that never has a name (O_TMPFILE): when the process ends, however it ends, the system
deletes it. A link in the folder leads to it for as long as the process lives. Outputs are masked already; a folder that
a killed process left is deleted by the next one.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO, Self

from passerby.core.errors import DiskFull, OutputError

_PREFIX = "passerby-remote-"


class ScratchFolder:
    """The folder, for the duration of a `with`. `TMPDIR` says where temporary folders are created."""

    def __init__(self, root: Path | None = None) -> None:
        self._root = root or Path(tempfile.gettempdir())
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        """Raises OutputError where no folder can be created."""
        _remove_abandoned(self._root)
        try:
            #: Where outputs may lie.
            self.folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=self._root))
        except OSError as error:
            raise OutputError(
                f"No folder can be created in {self._root}: {error.strerror}. Choose another one with TMPDIR."
            ) from error
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def unnamed_file(self, name: str) -> tuple[IO[bytes], Path]:
        """A file to fill, and a path under which this process and its children can read it: it ends in `name`.

        Raises OutputError where the file system does not support such files.
        """
        inside = self.folder / "source"
        try:
            inside.mkdir(mode=0o700)
            descriptor = os.open(inside, os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, 0o600)
            path = inside / name
            path.symlink_to(f"/proc/{os.getpid()}/fd/{descriptor}")
        except OSError as error:
            raise OutputError(
                f"{self._root} does not support unnamed files: {error.strerror}. Choose another folder with TMPDIR."
            ) from error
        return self._stack.enter_context(os.fdopen(descriptor, "r+b")), path


def check_free_space(size: int, folder: Path) -> None:
    """Raises DiskFull where a file of `size` bytes does not fit, before it is downloaded."""
    free = shutil.disk_usage(folder).free
    if size > free:
        raise DiskFull(f"Not enough space for {size} bytes in {folder} ({free} are free). Free some, or set TMPDIR.")


def _remove_abandoned(root: Path) -> None:
    """Delete folders of passerby processes that no longer exist."""
    for folder in root.glob(f"{_PREFIX}*"):
        pid = folder.name.removeprefix(_PREFIX).partition("-")[0]
        if pid.isdigit() and not Path("/proc", pid).exists():
            with suppress(OSError):
                if folder.stat().st_uid == os.getuid():
                    shutil.rmtree(folder, ignore_errors=True)
