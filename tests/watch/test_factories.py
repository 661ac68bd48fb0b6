"""What a camera's settings turn into."""

import pytest

from passerby.core.clock import SystemClock
from passerby.core.errors import PasserbyError
from passerby.core.kinds import Kind
from passerby.detect.frame_detector import FrameDetector
from passerby.detect.model import Detectors
from passerby.detect.weights import Registry
from passerby.watch.factories import detector_factory, open_camera, part_writer_factory, weights_in_use
from tests.watch.simulated import settings, video


def test_a_camera_connects_only_when_its_frames_are_read():
    camera = open_camera(settings(max_fps=5), SystemClock())
    assert 0 == camera.errors


def test_a_writer_for_each_size_uses_one_store(site):
    make = part_writer_factory(site, "a")
    small, large = make(video(320, 180), site.cameras["a"]), make(video(640, 360), site.cameras["a"])
    assert small is not large
    for writer in (small, large):
        writer.close()


def test_a_missing_data_folder_is_an_error_until_it_is_there(site, tmp_path):
    make = part_writer_factory(site, "a")
    folder = tmp_path / "data"
    folder.rename(tmp_path / "away")
    with pytest.raises(PasserbyError):
        make(video(), site.cameras["a"])
    (tmp_path / "away").rename(folder)
    make(video(), site.cameras["a"]).close()


@pytest.mark.parametrize("hide", [(Kind.FACE,), (Kind.FACE, Kind.PLATE), (Kind.TEXT,)], ids=str)
def test_the_weights_in_use_are_those_that_a_camera_loads(site, monkeypatch, hide):
    """Not all that are registered: a fleet would be told of models that nobody runs."""
    camera = settings(hide=hide)
    loaded = []
    monkeypatch.setattr(Detectors, "get", lambda _, ids: loaded.extend(ids) or {})
    monkeypatch.setattr(FrameDetector, "prepare_live_frames", lambda _: None)
    detector_factory(camera)(video().geometry)
    found = weights_in_use(site.model_copy(update={"cameras": {"a": camera}}))
    registered = {id: entry.sha256 for id, entry in Registry.load().items()}
    assert {id: registered[id] for id in loaded} == found
    assert len(found) < len(registered)
