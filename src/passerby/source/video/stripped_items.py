"""What a file holds besides video and audio, and what is therefore stripped from the output."""

from __future__ import annotations

from collections.abc import Mapping

from av.container import InputContainer

#: Tags that the container itself needs; they hold no personal data.
_STRUCTURAL = {"major_brand", "minor_version", "compatible_brands"}


def stripped_items(container: InputContainer, videos: int, unreadable: Mapping[str, int]) -> tuple[str, ...]:
    """One report line per stripped item. Names of tags, never their values. `videos` are the tracks of moving pictures;
    `unreadable` says how many tracks of each type cannot be read."""
    streams = container.streams
    tracks = {
        "subtitle tracks": len(streams.subtitles),
        "data tracks (telemetry, timecode and the like)": len(streams.data),
        "attached files": len(streams.attachments),
    }
    known = len(streams.video) + len(streams.audio) + sum(tracks.values())
    counts = tracks | {
        "cover images": len(streams.video) - videos,
        "chapters": len(container.chapters()),
        "tracks of unknown type": len(streams) - known,
        **{f"{type} tracks that cannot be read": count for type, count in unreadable.items()},
    }
    lines = [f"{item}: {count}" for item, count in counts.items() if count]
    tags = _tag_names(container.metadata).union(*(_tag_names(stream.metadata) for stream in streams))
    if tags:
        lines.append(f"tags: {', '.join(sorted(tags))}")
    return tuple(lines)


def _tag_names(tags: Mapping[str, str]) -> set[str]:
    # Tag names come from the file, so they are shortened and made printable.
    return {"".join(c if c.isprintable() else "?" for c in name[:60]) for name in tags if name not in _STRUCTURAL}
