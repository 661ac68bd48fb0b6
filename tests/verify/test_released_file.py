import pytest

from passerby.core.errors import SourceError
from passerby.verify.released_file import ReleasedFile
from tests import clips, stills


def test_a_video_has_frames_in_order(tmp_path):
    with ReleasedFile.open(clips.cfr(tmp_path / "a.mp4")) as file:
        frames = list(file.frames())
        assert (clips.FRAMES, None) == (len(frames), file.still)
        assert clips.SIZE == file.geometry(0, frames[0]).display_size == file.videos[0].geometry.display_size


def test_the_pages_of_a_still_are_frames_each_of_its_own_size(tmp_path):
    with ReleasedFile.open(stills.tiff_pages(tmp_path / "scan.tif")) as file:
        frames = list(file.frames())
        assert [page.index for page in frames] == [page.time for page in frames] == list(range(len(frames)))
        assert file.video_file is None
        sizes = [(page.width, page.height) for page in file.still.info.pages]
        assert sizes == [file.geometry(0, frame).display_size for frame in frames]


def test_what_is_no_media_file_is_an_error(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("no video")
    with pytest.raises(SourceError):
        ReleasedFile.open(path)
