from __future__ import annotations

import os

import pytest

from passerby.detect.fetch import fetch
from passerby.detect.weights import CACHE_VARIABLE, Registry


@pytest.fixture(scope="session")
def weights() -> Registry:
    """The built-in models in the real cache, fetched the program's own way where they are not there yet.

    A local list of weights that the developer may have is left out of it.
    """
    kept = ("XDG_CACHE_HOME", CACHE_VARIABLE)
    registry = Registry.load(environment={name: os.environ[name] for name in kept if name in os.environ})
    for _ in fetch(registry):
        pass
    return registry
