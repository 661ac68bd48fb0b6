"""Which container a file name asks for."""

from __future__ import annotations

from pathlib import Path

from passerby.base.errors import UsageError

CONTAINERS = {".mp4": "mp4", ".m4v": "mp4", ".mov": "mov", ".mkv": "matroska", ".webm": "webm"}


def container_for(output: Path) -> str:
    """FFmpeg's name of the container. Raises UsageError for an ending that is not written."""
    container = CONTAINERS.get(output.suffix.lower())
    if container is None:
        raise UsageError(
            f"passerby does not write {output.suffix or 'files without an ending'}: choose .mp4 or .mkv with -o."
        )
    return container
