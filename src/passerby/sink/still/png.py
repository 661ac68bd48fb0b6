"""One masked frame as a PNG, for a person to view."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from passerby.core.safe_frame import SafeFrame
from passerby.core.scaling import reformat
from passerby.sink.output_file import output_error


def write_snapshot(path: Path, frame: SafeFrame) -> None:
    """Write `frame` to `path`. Raises OutputError, or DiskFull when there is no room."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        colours = reformat(frame.av_frame, format="rgb24").to_ndarray()
        Image.fromarray(colours).save(path, "PNG")
    except OSError as error:
        raise output_error(path, error) from error
