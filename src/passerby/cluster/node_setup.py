"""What a cluster node needs before it can work: the same version, the weights, and no core dumps."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from passerby.core.errors import ClusterError, WeightsError
from passerby.core.process_limits import disable_core_dumps
from passerby.core.version import PROGRAM
from passerby.detect.fetch import store_weights
from passerby.detect.weights import Registry


@dataclass(frozen=True, slots=True)
class NodeSetup:
    """The sender's version, and for each model's id the reference to its file in Ray's object store: a node that lacks
    a file gets it from there, and Ray transfers it once per node, however many tasks ask.
    """

    program: str
    weights: Mapping[str, object]

    @classmethod
    def collect(cls, put: Callable[[bytes], object]) -> NodeSetup:
        """The setup of this machine; `put` stores bytes in Ray. Weights that are not in the cache are left out."""
        registry = Registry.load()
        packed: dict[str, object] = {}
        for id in registry:
            try:
                packed[id] = put(registry.load_bytes(id))
            except WeightsError:  # the task that needs it reports it
                continue
        return cls(PROGRAM, packed)

    def apply(self, get: Callable[[object], bytes]) -> None:
        """Set up this node; `get` reads from Ray. Raises ClusterError where another version is installed."""
        disable_core_dumps()
        if self.program != PROGRAM:
            raise ClusterError(
                f"A cluster node runs {PROGRAM} instead of {self.program}. Install the same version on all nodes."
            )
        registry = Registry.load()
        for id, content in self.weights.items():
            if id in registry and not (registry.cache / registry[id].cache_name).exists():
                store_weights(registry, id, get(content))
