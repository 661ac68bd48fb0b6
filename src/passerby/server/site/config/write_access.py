"""Can `site.yaml` be written? Asked before somebody fills in a form, and told with what would help."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path

from passerby.core.errors import UsageError

#: Where the kernel lists what is mounted: the fifth field is the place.
MOUNTS = Path("/proc/self/mountinfo")


def write_problem(path: Path, mounts: Path = MOUNTS) -> str | None:
    """Why the file at `path` cannot be written, and what to do; None where it can. A file is replaced by a new one
    beside it, so its folder has to be writable, too."""
    path = path.resolve()
    if str(path) in _mounted(mounts):
        return (
            f"{path} cannot be changed here: the file is mounted by itself. Mount its folder instead, writable, and "
            "restart."
        )
    folder = path.parent
    for place in (folder, path):
        if os.access(place, os.W_OK):
            continue
        if os.statvfs(place).f_flag & os.ST_RDONLY:
            return (
                f"{path} cannot be changed here: the program may only read {folder}. Move the file to a folder that "
                "it can write, such as the one of the recordings, start it with that file (passerby watch -c ...), "
                "and restart."
            )
        return (
            f"{path} cannot be changed here: the user that passerby runs as may not write {place}. Give it the file "
            "and its folder (chown), and restart."
        )
    return None


def write_error(path: Path, error: OSError) -> UsageError:
    """What to tell when writing the file has failed all the same."""
    problem = write_problem(path)
    if problem is None and error.errno == errno.ENOSPC:
        problem = f"{path} was not changed: the disk is full. Free some space, and save again."
    return UsageError(problem or f"{path} was not changed: {error.strerror or error}. Check its disk, and save again.")


def _mounted(mounts: Path) -> set[str]:
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return set()
    places = (line.split()[4] for line in lines if len(line.split()) > 4)
    return {re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), place) for place in places}
