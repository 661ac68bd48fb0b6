"""What a machine of a cluster needs before it can work: the same program, the weights, and no core dumps."""

from __future__ import annotations

import os
import resource
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from passerby.base.errors import ClusterError, WeightsError
from passerby.base.stretches import LENGTH, VARIABLE, length
from passerby.detect.fetch import keep
from passerby.detect.weights import Registry
from passerby.release import PROGRAM


@dataclass(frozen=True, slots=True)
class Kit:
    """The program that sent it, and for the id of each model where Ray has its file: a machine that lacks one fetches
    it, and Ray brings it to a machine once, however many tasks there ask. `stretch` is how long stretches are, seconds.
    """

    program: str
    weights: Mapping[str, object]
    stretch: float = LENGTH

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
        return cls(PROGRAM, packed, length())

    def unpack(self, get: Callable[[object], bytes]) -> None:
        """Make this machine ready; `get` takes from Ray. Raises ClusterError where another program is installed."""
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a dump would hold the pixels that are to be hidden
        if self.program != PROGRAM:
            raise ClusterError(f"A machine of the cluster has {PROGRAM}, and not {self.program}. Install the same.")
        os.environ[VARIABLE] = str(self.stretch)
        registry = Registry.load()
        for id, content in self.weights.items():
            if id in registry and not (registry.cache / registry[id].cache_name).exists():
                keep(registry, id, get(content))
