import pytest

from passerby.detect.speech.network import SpeechNetwork
from passerby.detect.weights import Registry


@pytest.fixture(scope="session")
def network():
    return SpeechNetwork(Registry.load())
