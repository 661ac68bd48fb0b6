from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from passerby.detect.backend.model_cache import CompiledModelCache
from passerby.detect.backend.openvino_import import ov
from passerby.detect.families import FAMILIES
from passerby.detect.runtime import OpenVinoModel
from passerby.detect.weights import Registry


@pytest.fixture
def compiled(tmp_path: Path) -> CompiledModelCache:
    return CompiledModelCache(tmp_path / "compiled", max_bytes=1000)


def load(compiled: CompiledModelCache, key: object) -> bytes | None:
    kept = compiled.load(key)
    return None if kept is None else kept.tobytes()


def test_what_was_saved_is_loaded_under_the_same_key(compiled: CompiledModelCache):
    assert load(compiled, ("a", 1)) is None
    compiled.save(("a", 1), b"network")
    compiled.save(("a", 2), b"")
    assert (b"network", b"", None) == tuple(load(compiled, ("a", number)) for number in (1, 2, 3))


@pytest.mark.parametrize("kept", [0, 10, -1])
def test_a_damaged_entry_is_not_loaded_and_removed(compiled: CompiledModelCache, tmp_path: Path, kept: int):
    compiled.save("it", b"network")
    (path,) = (tmp_path / "compiled").iterdir()
    path.write_bytes(path.read_bytes()[:kept])
    assert load(compiled, "it") is None
    assert not path.exists()


def test_the_least_recently_used_is_evicted_first(compiled: CompiledModelCache, tmp_path: Path):
    for age, name in enumerate("abc"):
        compiled.save(name, b"x" * 200)
        newest = max((tmp_path / "compiled").iterdir(), key=lambda path: path.stat().st_mtime_ns)
        os.utime(newest, (age, age))
    assert load(compiled, "a")  # now it is the newest
    compiled.save("d", b"x" * 500)
    assert [True, False, True, True] == [load(compiled, name) is not None for name in "abcd"]


@pytest.mark.parametrize("mode", [0o770, 0o707])
def test_a_folder_that_others_may_write_to_is_not_trusted(compiled: CompiledModelCache, tmp_path: Path, mode: int):
    compiled.save("it", b"network")
    assert load(compiled, "it")
    (tmp_path / "compiled").chmod(mode)
    compiled.save("more", b"network")
    assert [None, None] == [load(compiled, name) for name in ("it", "more")]
    (tmp_path / "compiled").chmod(0o700)
    assert [True, False] == [load(compiled, name) is not None for name in ("it", "more")]


def test_a_folder_of_another_user_is_not_trusted(compiled: CompiledModelCache, monkeypatch):
    compiled.save("it", b"network")
    somebody = os.getuid() + 1
    monkeypatch.setattr(os, "getuid", lambda: somebody)
    assert load(compiled, "it") is None


def test_a_folder_that_cannot_be_written_to_stores_nothing(tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    compiled = CompiledModelCache(tmp_path / "file" / "compiled")
    compiled.save("it", b"network")
    assert load(compiled, "it") is None


@pytest.mark.parametrize("id", ["centerface", "yunet", "yolov8n-coco", "plate-yolov8s", "ppocr-det", "blazeface-full"])
def test_a_cached_network_gives_the_same_output_as_a_compiled_one(weights: Registry, tmp_path: Path, id: str):
    family = FAMILIES[weights[id].family]
    side = family.square or 96
    picture = np.random.default_rng(2).integers(0, 255, (side, side, 3), np.uint8)

    def answers(compiled: CompiledModelCache | None) -> list[bytes]:
        model = OpenVinoModel(weights.load_bytes(id), id, family.input, family.outputs, cache=compiled)
        return [output.tobytes() for output in model.infer(picture)]

    kept = CompiledModelCache(tmp_path)
    assert answers(None) == answers(kept) == answers(kept)
    assert 2 == len([*tmp_path.iterdir()])


def test_a_cached_model_that_the_runtime_rejects_is_compiled_again(weights: Registry, tmp_path: Path, monkeypatch):
    kept = CompiledModelCache(tmp_path)
    family = FAMILIES["centerface"]
    OpenVinoModel(weights.load_bytes("centerface"), "centerface", family.input, family.outputs, cache=kept).prepare(
        96, 96
    )

    def refuses(*_: object) -> None:
        raise RuntimeError("Another version wrote this.")

    monkeypatch.setattr(ov.Core, "import_model", refuses)
    model = OpenVinoModel(weights.load_bytes("centerface"), "centerface", family.input, family.outputs, cache=kept)
    assert all(np.isfinite(output).all() for output in model.infer(np.zeros((96, 96, 3), np.uint8)))


def test_loading_the_runtime_makes_no_network_connection():
    """OpenVINO's converter reports each import over the network; what reports it is not loaded."""
    program = """
import sys, threading
calls = []
sys.addaudithook(lambda event, _: calls.append(event) if event.startswith("socket.") else None)
import passerby.detect.runtime
print(calls, threading.active_count(), [n for n in sys.modules if "openvino_telemetry" in n])
"""
    output = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert "[] 1 []" == output.strip()


def test_a_file_that_another_process_removes_meanwhile_is_no_error(compiled: CompiledModelCache, monkeypatch):
    """Found with two processes that save at the same time: a file is removed between listing and reading it."""
    for name in "abc":
        compiled.save(name, b"x" * 200)
    real, gone = Path.iterdir, []

    def listed(folder: Path):
        paths = sorted(real(folder), key=lambda path: path.stat().st_mtime_ns)
        for number, path in enumerate(paths):
            if number == 0 and not gone:
                gone.append(path)
                path.unlink()
            yield path

    monkeypatch.setattr(Path, "iterdir", listed)
    compiled.save("d", b"x" * 700)
    assert gone
    assert load(compiled, "d")
    assert sum(path.stat().st_size for path in real(gone[0].parent)) <= 1000


def test_its_size_is_told(tmp_path):
    cache = CompiledModelCache.beside(tmp_path / "weights")
    assert (tmp_path / "compiled", 0) == (cache.folder, cache.size())
    cache.save("key", b"x" * 100)
    assert 132 == cache.size()
