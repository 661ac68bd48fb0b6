"""What an event shows comes from the recordings, and nothing is left behind."""

import io
import threading

import av
import pytest
from PIL import Image

from passerby.sink.recording.event_media import SCRATCH_FOLDER, RecordedEventMedia
from passerby.store.database import Database
from passerby.store.recordings.index import Recordings
from tests.sink.recording.test_export import record
from tests.store.footage import WALL, encoded


@pytest.fixture
def recordings(tmp_path):
    with Recordings(Database.open(tmp_path / "data", create=True), boot="first") as opened:
        record(opened, encoded("yard", 65))
        yield opened


def test_a_clip(recordings):
    data = RecordedEventMedia(recordings).read("clip", "yard", WALL + 2, WALL + 4, WALL + 3)
    with av.open(io.BytesIO(data)) as container:
        assert 20 <= sum(1 for _ in container.decode(video=0)) <= 40


def test_a_thumbnail_is_a_picture_and_nothing_else(recordings):
    data = RecordedEventMedia(recordings).read("thumbnail", "yard", WALL + 2, WALL + 4, WALL + 3)
    image = Image.open(io.BytesIO(data))
    assert ("JPEG", (128, 96)) == (image.format, image.size)
    assert {} == dict(image.getexif())


def test_nothing_recorded_gives_none(recordings):
    media = RecordedEventMedia(recordings)
    assert media.read("clip", "yard", WALL + 500, WALL + 510, WALL + 505) is None
    assert media.read("thumbnail", "attic", WALL, WALL + 4, WALL + 2) is None


def test_several_destinations_read_media_at_once(recordings):
    """MQTT and a webhook that both send thumbnails do so in the same second."""
    media, failed, found = RecordedEventMedia(recordings), [], []

    def read():
        try:
            found.extend(media.read("thumbnail", "yard", WALL + 2, WALL + 4, WALL + 3) for _ in range(8))
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ([], 32, 0) == (failed, len(found), found.count(None))


def test_what_a_killed_program_left_is_removed(recordings):
    left = recordings.database.folder.path / SCRATCH_FOLDER / "event-1234"
    left.mkdir(parents=True)
    (left / "excerpt.mp4").touch()
    RecordedEventMedia(recordings)
    assert not left.exists()


def test_nothing_is_left_behind(recordings):
    media = RecordedEventMedia(recordings)
    for what in ("clip", "thumbnail"):
        media.read(what, "yard", WALL + 2, WALL + 4, WALL + 3)
    assert [] == list((recordings.database.folder.path / SCRATCH_FOLDER).iterdir())
    assert [] == recordings.check().findings
