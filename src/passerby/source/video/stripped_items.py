"""What lies in a file beside picture and sound, and will not come out of it."""

from __future__ import annotations

from collections.abc import Mapping

from av.container import InputContainer

#: Tags that the container itself needs; they say nothing about anybody.
_STRUCTURAL = {"major_brand", "minor_version", "compatible_brands"}


def dropped(container: InputContainer, videos: int) -> tuple[str, ...]:
    """One line for each thing that will not come out. Names of tags, never what they say."""
    streams = container.streams
    tracks = {
        "subtitle tracks": len(streams.subtitles),
        "data tracks (telemetry, timecode and the like)": len(streams.data),
        "attached files": len(streams.attachments),
    }
    known = len(streams.video) + len(streams.audio) + sum(tracks.values())
    counts = tracks | {
        "cover pictures": len(streams.video) - videos,
        "chapters": len(container.chapters()),
        "tracks of an unknown kind": len(streams) - known,
    }
    lines = [f"{what}: {count}" for what, count in counts.items() if count]
    tags = _names(container.metadata).union(*(_names(stream.metadata) for stream in streams))
    if tags:
        lines.append(f"tags: {', '.join(sorted(tags))}")
    return tuple(lines)


def _names(tags: Mapping[str, str]) -> set[str]:
    # A file names its own tags, so what is shown of a name is kept short and printable.
    return {"".join(c if c.isprintable() else "?" for c in name[:60]) for name in tags if name not in _STRUCTURAL}
