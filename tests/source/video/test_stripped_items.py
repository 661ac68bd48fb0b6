"""Everything beside video and audio is named, never with its content."""

import pytest

from passerby.source.video.file import VideoFile
from tests import clips


@pytest.mark.parametrize("container", ["mp4", "matroska"])
def test_stripped_items_are_listed(tmp_path, container):
    with VideoFile.open(clips.everything(tmp_path / "c", container)) as file:
        info = file.info
        assert len(list(file.frames())) == clips.FRAMES
    dropped = "\n".join(info.dropped).lower()
    assert [sound.codec for sound in info.audio_tracks] == ["aac"]
    for line in ("subtitle tracks: 1", "chapters: 1"):
        assert line in dropped
    for tag in ("com.apple.quicktime.make", "location", "title", "creation_time"):
        assert tag in dropped
    assert ("attached files: 1" in dropped) == (container == "matroska")
    assert "secret " not in dropped
    assert "48.85" not in dropped
    assert "2021" not in dropped
