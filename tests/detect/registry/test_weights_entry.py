import pytest

from passerby.core.errors import WeightsError
from passerby.detect.registry.weights_entry import WeightsEntry, check_name

ENTRY = {
    "id": "mine",
    "task": "detection",
    "finds": ["face"],
    "family": "centerface",
    "licence": "MIT",
    "sha256": "0" * 64,
    "url": "https://example.org/mine.onnx",
    "classes": {0: "face"},
}


def test_the_file_is_named_by_its_hash():
    assert "0000000000000000-mine.onnx" == WeightsEntry.model_validate(ENTRY).cache_name


@pytest.mark.parametrize("changes", [{"task": "recognition"}, {"family": "arcface"}, {"id": "speaker-embedding"}])
def test_recognition_is_refused(changes):
    with pytest.raises(ValueError, match="detection|recognises people"):
        WeightsEntry.model_validate(ENTRY | changes)


def test_a_name_alone_is_enough_to_refuse():
    check_name("my-faces", "a package")
    with pytest.raises(WeightsError, match="a package: `arcface` in .*must be uninstalled"):
        check_name("arcface_models", "a package")
