"""Finds the videos and stills of a case, by the same rules as `passerby redact`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from passerby.cases.case_folder import MediaFile
from passerby.jobs.inputs import collect_jobs
from passerby.jobs.output_names import output_name


def find_media(paths: Sequence[Path]) -> list[MediaFile]:
    """Videos and stills among `paths` and below folders, in order, without what an earlier run wrote. Raises
    SourceError when there is none, or when a path is missing."""
    jobs = collect_jobs(list(paths), None, None).jobs
    return [MediaFile(job.source, output_name(job.source)) for job in jobs]
