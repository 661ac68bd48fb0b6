"""The cache of compiled networks: a start that need not compile them again takes half a second less.

Its content was derived from weights whose hash was checked, on this machine, by this user. It cannot be checked against
the registry, so it is trusted as the program itself is: only in a folder that is the user's own, into which nobody else
may write, and which lies apart from the weights, so that it is not copied along with them. It may be deleted at any
time. Weights are read and checked on every load all the same, and a model from here has to pass the known-answer test
like any other (invariant 11).
"""

from __future__ import annotations

import hashlib
import os
import stat
from contextlib import suppress
from pathlib import Path

import numpy as np
import numpy.typing as npt

#: Size of the cache; the least recently used is evicted first. One image size takes about 150 MiB for all models.
MAX_BYTES = 1 << 30
#: Bytes of the SHA-256 that a file begins with.
_DIGEST = 32


class CompiledModelCache:
    """A folder of compiled networks, each under a hash of everything that it was compiled from."""

    def __init__(self, folder: Path, max_bytes: int = MAX_BYTES) -> None:
        self.folder, self.max_bytes = folder, max_bytes

    @classmethod
    def beside(cls, weights: Path) -> CompiledModelCache:
        """That of this user, which lies beside the folder of the weights."""
        return cls(weights.with_name("compiled"))

    def size(self) -> int:
        """Bytes that it takes now."""
        with suppress(OSError):
            return sum(path.stat().st_size for path in self.folder.iterdir())
        return 0

    def load(self, key: object) -> npt.NDArray[np.uint8] | None:
        """What was saved under `key` (anything with a complete `repr`), None when it is not there or damaged."""
        path = self._path(key)
        try:
            if not self._is_private():
                return None
            content = np.fromfile(path, np.uint8)
            if hashlib.sha256(content[_DIGEST:].data).digest() != content[:_DIGEST].tobytes():
                path.unlink()
                return None
            os.utime(path)
        except OSError:
            return None
        return content[_DIGEST:]

    def save(self, key: object, blob: bytes) -> None:
        """Saves `blob`, and evicts the oldest. Where the folder cannot be written to, nothing is saved."""
        path = self._path(key)
        part = path.with_suffix(f".{os.getpid()}.part")
        with suppress(OSError):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not self._is_private():
                return
            try:
                part.write_bytes(hashlib.sha256(blob).digest() + blob)
                part.replace(path)
            finally:
                part.unlink(missing_ok=True)
            self._evict()

    def _is_private(self) -> bool:
        """Is the folder this user's, and may nobody else write into it? Raises OSError when it is not there."""
        status = self.folder.lstat()
        return stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid() and not status.st_mode & 0o022

    def _path(self, made_from: object) -> Path:
        return self.folder / f"{hashlib.sha256(repr(made_from).encode()).hexdigest()[:32]}.blob"

    def _evict(self) -> None:
        files = []
        for path in self.folder.iterdir():
            with suppress(FileNotFoundError):  # another process evicts as well
                files.append((path.stat(), path))
        total = sum(status.st_size for status, _ in files)
        for status, path in sorted(files, key=lambda file: file[0].st_mtime_ns):
            if total <= self.max_bytes:
                return
            path.unlink(missing_ok=True)
            total -= status.st_size
