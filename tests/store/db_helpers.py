"""Inspecting a data folder."""

import io
import os

import av


def everything(recordings):
    """All segments, in their order."""
    return [one for camera in recordings.cameras() for one in recordings.between(camera.camera, 0, 1e11)]


def frames_in(recordings, segment):
    """How many frames the bytes of a row decode to."""
    with recordings.open_segment(segment) as file:
        data = file.read(segment.size)
    assert segment.size == len(data)
    with av.open(io.BytesIO(data)) as container:
        return sum(1 for _ in container.decode(video=0))


def all_play(recordings):
    """Does every segment of the index decode to as many frames as it says, and is the folder consistent?"""
    for segment in everything(recordings):
        assert segment.frames == frames_in(recordings, segment), segment.path
    found = recordings.check()
    return [finding for finding in found.findings if finding.kind != "open"] == [] and found.usage_correct


def files(recordings):
    root = recordings.database.folder.path / "recordings"
    return sorted(os.path.relpath(path, root.parent) for path in root.rglob("*.mp4"))
