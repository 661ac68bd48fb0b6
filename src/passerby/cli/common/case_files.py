"""Finds the videos and stills of a case, by the same rules as `passerby redact`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from passerby.cases.added_files import (
    FoundMedia,
    LeftOut,
    MediaFile,
    RefusalReason,
    RefusedFile,
    is_hidden,
    name_fault,
    shown_name,
)
from passerby.core.errors import SourceError
from passerby.jobs.inputs import list_media
from passerby.jobs.output_names import output_name


def find_media(paths: Sequence[Path]) -> FoundMedia:
    """Videos and stills among `paths` and below folders, in order, each once, without what an earlier run wrote and
    what file managers hide. One that cannot be added does not keep the others out. Raises SourceError when there is
    none at all."""
    files: dict[Path, MediaFile] = {}
    refused: list[RefusedFile] = []
    hidden = 0
    failure: SourceError | None = None
    for path in paths:
        try:
            listed = list_media(path)
        except SourceError as error:
            failure = failure or error
            refused.append(_refused(path, "no_media" if path.is_dir() else "unreadable"))
            continue
        refused += [_refused(folder, "unreadable") for folder, _ in listed.unreadable]
        hidden += sum(is_hidden(other, path) for other in listed.unsupported)
        for job in listed.jobs:
            if is_hidden(job.source, path):
                hidden += 1
            elif (fault := name_fault(job.source)) is not None:
                refused.append(_refused(job.source, fault))
            else:
                files[job.source] = MediaFile(job.source, output_name(job.source))
    if failure is not None and not files:
        raise failure
    return FoundMedia(tuple(files.values()), LeftOut(hidden=hidden, refused=tuple(dict.fromkeys(refused))))


def _refused(path: Path, reason: RefusalReason) -> RefusedFile:
    return RefusedFile(name=shown_name(path.name), reason=reason)
