"""The space of clips that wait for download: they give way before recordings do.

A clip is a copy that can be requested again; a recording that was deleted is gone. So where space is missing, clips are
deleted first, the oldest first. On a disk that recordings fill, a part of what is left free for emergencies is lent to
clips: there could be none otherwise.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from passerby.store.data_folder import DataFolder

#: The folder of clips in the data folder, with a folder for each.
EXPORT_FOLDER = "exports"
#: Clips of a site, and of one account: their share of the disk, and their number.
SITE_SHARE, ACCOUNT_SHARE = 0.10, 0.05
MAX_SITE_CLIPS, MAX_ACCOUNT_CLIPS = 100, 20
#: The share of what is left free that is lent to clips.
LENT_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class StoredClip:
    """The files of one clip. `changed` is Unix seconds."""

    folder: Path
    bytes: int
    changed: float


def stored_clips(folder: DataFolder) -> list[StoredClip]:
    """All clips, the oldest first."""
    found = []
    with suppress(OSError):
        for clip in (folder.path / EXPORT_FOLDER).iterdir():
            with suppress(OSError):
                size = sum(file.stat().st_size for file in clip.iterdir())
                found.append(StoredClip(clip, size, clip.stat().st_mtime))
    return sorted(found, key=lambda clip: clip.changed)


def clip_bytes(folder: DataFolder) -> int:
    """Bytes of all clips."""
    return sum(clip.bytes for clip in stored_clips(folder))


def lent_to_clips(folder: DataFolder, min_free: int) -> int:
    """Of `min_free` bytes that are to be left free, those that clips take and may take."""
    return min(clip_bytes(folder), int(min_free * LENT_SHARE))


def delete_clips(folder: DataFolder, need: int, keep: int = 0) -> int:
    """Delete the oldest clips until `need` bytes are freed, or at most `keep` are left. Returns the bytes freed."""
    clips, freed = stored_clips(folder), 0
    left = sum(clip.bytes for clip in clips)
    for clip in clips:
        if freed >= need or left <= keep:
            break
        shutil.rmtree(clip.folder, ignore_errors=True)
        if not os.path.lexists(clip.folder):
            freed, left = freed + clip.bytes, left - clip.bytes
    return freed
