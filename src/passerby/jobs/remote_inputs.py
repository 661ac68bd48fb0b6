"""Inputs that are no files of this machine: rows of manifests, and what lies in object storage."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from passerby.cluster.manifest import read_manifest
from passerby.cluster.object_store import Objects
from passerby.config.object_path import is_away, shown, url_of
from passerby.core.errors import SourceError, UsageError
from passerby.jobs.inputs import KEPT, OURS, STILLS, VIDEOS, Inputs, Job, is_ours, read_inputs
from passerby.source.still import sniff as still_kind
from passerby.source.still.sniff import fitting_name
from passerby.source.video import container_sniff as kinds

#: Bytes of an object that tell what it is.
_HEAD = max(kinds.HEAD, still_kind.HEAD)


def add_manifest(inputs: Inputs, path: Path, out_dir: Path | None) -> None:
    """Every row of a manifest. Paths in it are relative to its own place, outputs to `out_dir` or else to that place.

    Raises UsageError where it makes no sense; a row whose file is missing is told of, and does not stop the others.
    """
    for row in read_manifest(path.name, _content(path)):
        source = _place(path, row.path)
        output = None if row.output is None else (out_dir or path.parent) / row.output
        try:
            found = read_inputs([source], output, None if output is not None else out_dir)
        except SourceError as error:
            inputs.missing.append((source, str(error)))
            continue
        inputs.jobs += [replace(job, own=row.settings) for job in found.jobs]
        inputs.unsupported += found.unsupported
        inputs.unreadable += found.unreadable
        inputs.missing += found.missing


def add_away(inputs: Inputs, path: Path, output: Path | None, out_dir: Path | None) -> None:
    """An object, or everything below a name. Raises SourceError when there is neither, StorageError."""
    objects = Objects(path)
    stored = objects.stat(path) if len(path.parts) > 2 else None
    if stored is not None:
        written = _written(objects, path)
        if output is not None:
            inputs.jobs.append(Job(path, output, size=stored.size))
        else:
            place = out_dir / written if out_dir else _beside(path, written)
            inputs.jobs.append(Job(path, place, size=stored.size))
        return
    found = 0
    for one in objects.below(path):
        mine = one.path.is_relative_to(out_dir) if out_dir is not None and out_dir != path else False
        if is_ours(one.path) or mine:
            continue
        found += 1
        if one.path.suffix.lower() not in VIDEOS | STILLS:
            inputs.unsupported.append(one.path)
            continue
        inside = one.path.relative_to(path).parent
        written = _written(objects, one.path)
        place = out_dir / inside / written if out_dir else _beside(one.path, written)
        inputs.jobs.append(Job(one.path, place, size=one.size))
    if not found:
        raise SourceError(f"There is nothing at {url_of(path)}. Check the address.")
    inputs.summary = (out_dir or path) / "summary.json"


def _content(path: Path) -> bytes:
    if is_away(path):
        return Objects(path).read(path)
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise SourceError(f"There is no file {path}. Check the name.") from None
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}. Check your rights to it.") from error


def _place(manifest: Path, written: str) -> Path:
    """A row's path. Raises UsageError for a name with a zero byte, which no file has."""
    path = Path(written)
    if "\0" in written:
        raise UsageError(f"{shown(manifest)} has a path with a zero byte in it. Correct that row.")
    return path if is_away(path) or path.is_absolute() else manifest.parent / path


def _written(objects: Objects, path: Path) -> str:
    """The name of the output. Of a still its first bytes are read, since they decide; a film is known by its name."""
    if path.suffix.lower() in STILLS:
        kind = still_kind.kind_of(objects.head(path, _HEAD))
        return path.name if kind is None else fitting_name(path.name, kind)
    return path.name if path.suffix.lower() in KEPT else f"{path.stem}.mp4"


def _beside(path: Path, written: str) -> Path:
    name = Path(written)
    return path.with_name(f"{name.stem}{OURS}{name.suffix}")
