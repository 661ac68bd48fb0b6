"""Where the recordings of a new site could be kept: beside its file, or on another disk of this machine."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from passerby.store.data_folder import IDENTITY_FILE

#: Where the kernel lists what is mounted: field 5 is the place, the one after `-` the file system.
MOUNTS = Path("/proc/self/mountinfo")
#: File systems of disks. Others are in memory, of the kernel, or of another machine, where recordings do not belong.
DISK_SYSTEMS = frozenset({"ext3", "ext4", "xfs", "btrfs", "f2fs", "zfs", "jfs"})
#: The name of the folder on another disk.
FOLDER = "passerby"


@dataclass(frozen=True, slots=True)
class StoragePlace:
    """A folder that could hold the recordings, and bytes of its disk. `used`: it is a data folder already."""

    folder: Path
    free: int
    total: int
    used: bool


def storage_places(config: Path, mounts: Path = MOUNTS) -> list[StoragePlace]:
    """The folder beside `config` first, then one on each other disk that may be written."""
    beside = config.absolute().parent / "data"
    found = [place_at(beside)]
    disks = {os.stat(_existing(beside)).st_dev}
    for mounted in _mounted(mounts):
        try:
            disk = mounted.stat().st_dev
            if disk in disks or not os.path.isdir(mounted) or not os.access(_existing(mounted / FOLDER), os.W_OK):
                continue
            found.append(place_at(mounted / FOLDER))
            disks.add(disk)
        except OSError:  # not for the user that passerby runs as
            continue
    return found


def place_at(folder: Path) -> StoragePlace:
    """What is known of a folder, which need not be there yet."""
    disk = os.statvfs(_existing(folder))
    return StoragePlace(
        folder, disk.f_bavail * disk.f_frsize, disk.f_blocks * disk.f_frsize, os.path.exists(folder / IDENTITY_FILE)
    )


def _existing(folder: Path) -> Path:
    """The folder, or the nearest above it that is there. Not Path.is_dir, which raises PermissionError below a folder
    that may not be entered."""
    return next((one for one in (folder, *folder.parents) if os.path.isdir(one)), Path("/"))


def _mounted(mounts: Path) -> Iterator[Path]:
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return
    for line in lines:
        fields, _, rest = line.partition(" - ")
        if rest.split(" ")[0] in DISK_SYSTEMS and len(fields.split()) > 4:
            yield Path(re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), fields.split()[4]))
