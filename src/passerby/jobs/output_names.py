"""Names of output files, and how files that an earlier run wrote are recognised."""

from __future__ import annotations

from pathlib import Path

from passerby.core.still_info import SUFFIXES
from passerby.documents.file_names import PLAN_SUFFIX, PREVIEW_SUFFIXES, REDACTED_MARK, REPORT_SUFFIX, shortened
from passerby.documents.plan_parts.journal import JOURNAL_SUFFIX
from passerby.source.still.sniff import still_kind, with_matching_suffix
from passerby.source.video.container_sniff import HEAD_BYTES, sniff_file
from passerby.source.video.raw_streams import RAW_SUFFIXES
from passerby.source.video.unread_formats import UNREAD_SUFFIXES, unread_video

#: Containers that passerby writes itself: outputs keep these suffixes, other videos become .mp4.
PRESERVED_SUFFIXES = {".mp4", ".m4v", ".mov", ".mkv"}
#: Files with these suffixes count as videos whatever their content, so that a broken one is reported.
VIDEO_SUFFIXES = PRESERVED_SUFFIXES | {
    ".webm",
    ".avi",
    ".ts",
    ".mts",
    ".m2ts",
    ".mpg",
    ".mpeg",
    ".flv",
    ".3gp",
    ".3g2",
    ".vob",
    ".wmv",
    ".asf",
}
STILL_SUFFIXES = {suffix for suffixes in SUFFIXES.values() for suffix in suffixes}
#: What must be redacted, or fail with a message: footage that is not read, too.
MEDIA_SUFFIXES = VIDEO_SUFFIXES | RAW_SUFFIXES | UNREAD_SUFFIXES | STILL_SUFFIXES
#: A rendered chunk of a video that is distributed over several machines, until all chunks are joined.
CHUNK_SUFFIX = ".piece"
#: What else a run leaves beside its outputs.
OUTPUT_SUFFIXES = (
    REPORT_SUFFIX,
    PLAN_SUFFIX,
    PLAN_SUFFIX + JOURNAL_SUFFIX,
    "summary.json",
    "summary.parquet",
    "summary.svg",
    *(REDACTED_MARK + suffix for suffix in PREVIEW_SUFFIXES),
    ".part",
    CHUNK_SUFFIX,
)


def is_own_output(path: Path) -> bool:
    """Whether an earlier run wrote this file, judged by its name."""
    return path.stem.endswith(REDACTED_MARK) or path.name.endswith(OUTPUT_SUFFIXES)


def is_media(path: Path) -> bool:
    """Whether a file is a video or a still, by its suffix or its content."""
    return path.suffix.lower() in MEDIA_SUFFIXES or still_kind(path) is not None or is_video(path)


def is_video(path: Path) -> bool:
    """Whether the content is that of a video, read or recognised."""
    try:
        if not path.is_file():  # reading from a pipe may never end
            return False
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
        return unread_video(head) is not None or sniff_file(path) is not None
    except OSError:
        return False


def output_name(path: Path) -> str:
    """The output's file name: the suffix changes only where the content or the container requires it. A name is
    shortened where that of its report would be too long.
    """
    kind = still_kind(path)
    if kind is not None:
        return shortened(with_matching_suffix(path.name, kind))
    keeps = path.suffix.lower() in PRESERVED_SUFFIXES or (path.suffix.lower() in STILL_SUFFIXES and not is_video(path))
    return shortened(path.name if keeps else f"{path.stem}.mp4")


def output_beside(path: Path, name: str | None = None) -> Path:
    """The default output: NAME.redacted.EXT beside the input. `name` is the output's name where it is known already."""
    output = Path(name or output_name(path))
    return path.with_name(f"{output.stem}{REDACTED_MARK}{output.suffix}")
