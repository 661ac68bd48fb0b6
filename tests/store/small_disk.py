"""A small file system of its own, that can be filled to the last byte."""

import os
import shutil
import subprocess
from contextlib import suppress

import pytest

from passerby.core.errors import DiskFull
from tests.store.footage import parts

MIB = 1 << 20


def mounted(kind, folder, disk):
    """Mount a new file system there; it says why when it cannot."""
    folder.mkdir()
    if kind == "tmpfs":
        steps = [["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder)]]
    else:
        disk.write_bytes(b"")
        os.truncate(disk, 12 * MIB)
        steps = [["mkfs.ext4", "-q", "-F", "-m", "0", str(disk)], ["mount", "-o", "loop", str(disk), str(folder)]]
    for step in steps:
        try:
            done = subprocess.run(step, capture_output=True, text=True, check=False)
        except FileNotFoundError:
            return f"there is no {step[0]} here"
        if done.returncode:
            return f"{' '.join(step[:3])} is not permitted here: {done.stderr.strip()}"
    return ""


@pytest.fixture(params=["tmpfs", "ext4"])
def small(request, tmp_path):
    """A data folder on a file system of a few megabytes of its own."""
    folder = tmp_path / "small"
    why = mounted(request.param, folder, tmp_path / "disk")
    if why:
        pytest.skip(why)
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder, name="ballast"):
    """Not one more byte fits."""
    stuff(folder, name)
    assert 0 == shutil.disk_usage(folder).free


def stuff(folder, name="ballast"):
    """Written to until nothing goes in; what somebody else frees at the same time stays free."""
    with (folder / name).open("ab", buffering=0) as file:
        for size in (MIB, 4096, 512, 1):
            with suppress(OSError):
                while True:
                    file.write(b"\xaa" * size)


def tried(writer, clock, count):
    """How many of so many parts could be stored."""
    stored = 0
    for part in parts(clock, count=count):
        with suppress(DiskFull):
            writer.append(part)
            stored += 1
    return stored
