import pytest

from tests import clips
from tests.fake_detector import FakeDetectorFactory, FixedFace, use_fixed_face_in_stills


@pytest.fixture
def fixed_face(monkeypatch):
    """No models: one face, always in the same place. The number of factories that were made."""
    made = []

    def make(registry, threads):
        made.append(FakeDetectorFactory(FixedFace, every_frame=True))
        return made[-1]

    monkeypatch.setattr("passerby.library.redactor.ModelDetectorFactory", make)
    use_fixed_face_in_stills(monkeypatch)
    return made


@pytest.fixture
def clip(tmp_path):
    return clips.cfr(tmp_path / "clip.mp4")
