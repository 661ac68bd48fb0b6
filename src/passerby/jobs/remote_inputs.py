"""Inputs in object storage: one object, or everything below a prefix."""

from __future__ import annotations

from pathlib import Path

from passerby.cluster.object_store import ObjectStorage
from passerby.config.object_path import url_of
from passerby.core.errors import SourceError
from passerby.jobs.file_job import FileJob, JobList
from passerby.jobs.output_names import MEDIA_SUFFIXES, PRESERVED_SUFFIXES, STILL_SUFFIXES, is_own_output, output_beside
from passerby.source.still import sniff
from passerby.source.video import container_sniff

#: Bytes at the start of an object from which its type is detected.
_HEAD_BYTES = max(container_sniff.HEAD_BYTES, sniff.HEAD_BYTES)


def add_objects(found: JobList, path: Path, output: Path | None, out_dir: Path | None) -> None:
    """Add one object, or all objects below a prefix. Raises SourceError when there is neither, StorageError."""
    storage = ObjectStorage(path)
    info = storage.stat(path) if len(path.parts) > 2 else None
    if info is not None:
        name = _output_name(storage, path)
        target = output or (out_dir / name if out_dir else output_beside(path, name))
        found.jobs.append(FileJob(path, target, size_bytes=info.size))
        return
    count = 0
    for entry in storage.list_objects(path):
        in_out_dir = entry.path.is_relative_to(out_dir) if out_dir is not None and out_dir != path else False
        if is_own_output(entry.path) or in_out_dir:
            continue
        count += 1
        if entry.path.suffix.lower() not in MEDIA_SUFFIXES:
            found.unsupported.append(entry.path)
            continue
        subfolder = entry.path.relative_to(path).parent
        name = _output_name(storage, entry.path)
        target = out_dir / subfolder / name if out_dir else output_beside(entry.path, name)
        found.jobs.append(FileJob(entry.path, target, size_bytes=entry.size))
    if not count:
        raise SourceError(f"There is nothing at {url_of(path)}. Check the address.")
    found.summary_path = (out_dir or path) / "summary.json"


def _output_name(storage: ObjectStorage, path: Path) -> str:
    """The output's file name. The type of a still is read from its first bytes; a video is taken by its suffix."""
    if path.suffix.lower() in STILL_SUFFIXES:
        kind = sniff.sniff_still(storage.read_start(path, _HEAD_BYTES))
        return path.name if kind is None else sniff.with_matching_suffix(path.name, kind)
    return path.name if path.suffix.lower() in PRESERVED_SUFFIXES else f"{path.stem}.mp4"
