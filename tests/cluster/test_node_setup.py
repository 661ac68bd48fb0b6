import pytest

from passerby.cluster.node_setup import NodeSetup
from passerby.core.errors import WeightsError
from passerby.detect.weights import CACHE_VARIABLE, Registry


def test_a_machine_without_weights_gets_them_once(models, tmp_path, monkeypatch):
    kit = NodeSetup.collect(lambda content: content)
    assert set(Registry.load()) == set(kit.weights)
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    requested = []

    def get(content):
        requested.append(len(content))
        return content

    kit.apply(get)
    assert len(kit.weights) == len(requested)
    for id in kit.weights:
        Registry.load().load_bytes(id)
    kit.apply(get)
    assert len(kit.weights) == len(requested)


def test_weights_with_another_hash_are_not_stored(tmp_path, monkeypatch):
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    kit = NodeSetup(NodeSetup.collect(lambda content: content).program, {"centerface": b"something else"})
    with pytest.raises(WeightsError, match="Nothing was stored"):
        kit.apply(lambda content: content)
    assert [] == [path for path in tmp_path.rglob("*") if path.is_file()]
