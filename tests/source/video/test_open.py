"""Files that are opened, and files that are refused with advice."""

import pytest

from passerby.core.errors import SourceError, UnsupportedSource
from passerby.source.video.file import VideoFile
from tests import clips, situation_makers


def times(path):
    with VideoFile.open(path) as file:
        return [frame.time for frame in file.frames()]


def test_tag_that_is_not_text(tmp_path):
    path = clips.everything(tmp_path / "c.mp4")
    path.write_bytes(path.read_bytes().replace(b"Secret title", b"\xff\xfe\xfd\xfc" * 3))
    assert len(times(path)) == clips.FRAMES


def test_file_name_that_resembles_a_url(tmp_path):
    assert len(times(clips.cfr(tmp_path / "concat:a|b.mp4"))) == clips.FRAMES


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("garbage.mp4", bytes(range(256)) * 64),
        ("text.mp4", b"just some words\n" * 100),
        ("playlist.mp4", b"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nother.mp4\n#EXT-X-ENDLIST\n"),
        ("short.mp4", b"x"),
    ],
)
def test_not_a_video(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    clips.cfr(tmp_path / "other.mp4")
    with pytest.raises(UnsupportedSource, match="not a video that passerby can read. It reads MP4, MOV, MKV, WebM"):
        VideoFile.open(tmp_path / name)


def test_empty(tmp_path):
    (tmp_path / "e.mp4").touch()
    with pytest.raises(UnsupportedSource, match="is empty.*Copy it again"):
        VideoFile.open(tmp_path / "e.mp4")


def test_missing(tmp_path):
    with pytest.raises(SourceError, match="There is no file.*Check the name"):
        VideoFile.open(tmp_path / "no.mp4")


def test_folder(tmp_path):
    with pytest.raises(SourceError, match="is a folder.*Give a video file"):
        VideoFile.open(tmp_path)


def test_unreadable(tmp_path, monkeypatch):
    path = clips.cfr(tmp_path / "c.mp4")

    def refuse(*_args):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(path), "open", refuse)  # rights do not stop root, who may be running this
    with pytest.raises(SourceError, match="cannot be read: Permission denied. Check the name and its permissions"):
        VideoFile.open(path)


def test_sound_of_a_codec_that_does_not_exist(tmp_path):
    path = situation_makers.with_sound("flv")(tmp_path / "c.flv") or tmp_path / "c.flv"
    data, at = bytearray(path.read_bytes()), 13
    while at + 11 < len(data):
        if data[at] == 8:
            data[at + 11] = 0xD0
        at += 15 + int.from_bytes(data[at + 1 : at + 4])
    path.write_bytes(data)
    assert 12 == len(times(path))
