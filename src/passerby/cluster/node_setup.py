"""What a machine of a cluster needs before it can work: the same program, the weights, and no core dumps."""

from __future__ import annotations

import resource
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from passerby.core.errors import ClusterError, WeightsError
from passerby.detect.fetch import keep
from passerby.detect.weights import Registry
from passerby.engine.report import PROGRAM
from passerby.track.segments import Lengths


@dataclass(frozen=True, slots=True)
class Kit:
    """The program that sent it, and for the id of each model where Ray has its file: a machine that lacks one fetches
    it, and Ray brings it to a machine once, however many tasks there ask. `lengths` are those of stretches.
    """

    program: str
    weights: Mapping[str, object]
    lengths: Lengths = field(default_factory=Lengths)

    @classmethod
    def pack(cls, put: Callable[[bytes], object]) -> Kit:
        """The kit of this machine; `put` gives bytes to Ray. Weights that are not here are left out."""
        registry = Registry.load()
        packed: dict[str, object] = {}
        for id in registry:
            try:
                packed[id] = put(registry.load_bytes(id))
            except WeightsError:  # whoever needs it will say so
                continue
        return cls(PROGRAM, packed, Lengths.here())

    def unpack(self, get: Callable[[object], bytes]) -> None:
        """Make this machine ready; `get` takes from Ray. Raises ClusterError where another program is installed."""
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a dump would hold the pixels that are to be hidden
        if self.program != PROGRAM:
            raise ClusterError(f"A machine of the cluster has {PROGRAM}, and not {self.program}. Install the same.")
        self.lengths.set()
        registry = Registry.load()
        for id, content in self.weights.items():
            if id in registry and not (registry.cache / registry[id].cache_name).exists():
                keep(registry, id, get(content))
