"""Networks that were compiled before: a start that need not compile them again takes half a second less.

What lies here was derived from weights whose hash was checked, on this machine, by this user. Nobody can check it
against the registry, so it is trusted as the program itself is: only in a folder that is the user's own, into which
nobody else may write, and which lies apart from the weights, so that it is not copied along with them. It may be
deleted at any time. Weights are read and checked on every load all the same, and a model that comes from here has to
show that it is alive like any other (invariant 11).
"""

from __future__ import annotations

import hashlib
import os
import stat
from contextlib import suppress
from pathlib import Path

import numpy as np
import numpy.typing as npt

#: Bytes that are kept; what was used longest ago goes first. One size of picture takes about 150 MiB for all models.
MOST = 1 << 30
#: Bytes of the SHA-256 that a file begins with.
_DIGEST = 32


class Compiled:
    """A folder of compiled networks, each under the name of all that it was compiled from."""

    def __init__(self, folder: Path, most: int = MOST) -> None:
        self._folder, self._most = folder, most

    def load(self, made_from: object) -> npt.NDArray[np.uint8] | None:
        """What was saved under `made_from` (anything whose `repr` says all), None when it is not there or damaged."""
        path = self._path(made_from)
        try:
            if not self._ours():
                return None
            content = np.fromfile(path, np.uint8)
            if hashlib.sha256(content[_DIGEST:].data).digest() != content[:_DIGEST].tobytes():
                path.unlink()
                return None
            os.utime(path)
        except OSError:
            return None
        return content[_DIGEST:]

    def save(self, made_from: object, blob: bytes) -> None:
        """Keeps `blob`, and lets the oldest go. A folder that cannot be written to keeps nothing, and that is all."""
        path = self._path(made_from)
        part = path.with_suffix(f".{os.getpid()}.part")
        with suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not self._ours():
                return
            try:
                part.write_bytes(hashlib.sha256(blob).digest() + blob)
                part.replace(path)
            finally:
                part.unlink(missing_ok=True)
            self._tidy()

    def _ours(self) -> bool:
        """Is the folder this user's, and may nobody else write into it? Raises OSError when it is not there."""
        told = self._folder.lstat()
        return stat.S_ISDIR(told.st_mode) and told.st_uid == os.getuid() and not told.st_mode & 0o022

    def _path(self, made_from: object) -> Path:
        return self._folder / f"{hashlib.sha256(repr(made_from).encode()).hexdigest()[:32]}.blob"

    def _tidy(self) -> None:
        files = []
        for path in self._folder.iterdir():
            with suppress(FileNotFoundError):  # another process tidies as well
                files.append((path.stat(), path))
        held = sum(told.st_size for told, _ in files)
        for told, path in sorted(files, key=lambda file: file[0].st_mtime_ns):
            if held <= self._most:
                return
            path.unlink(missing_ok=True)
            held -= told.st_size
