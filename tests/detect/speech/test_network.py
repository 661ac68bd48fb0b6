"""The network alone: right weights or none, each row by itself."""

from types import SimpleNamespace

import numpy as np
import pytest

from passerby.core.errors import DetectorError, WeightsError
from passerby.detect.speech.known_answer_sound import made_voice, noise
from passerby.detect.speech.network import FRAME, SpeechNetwork
from passerby.detect.weights import Registry


def test_each_row_is_heard_by_itself(network):
    both = network.scores(np.concatenate([made_voice(), noise()]))
    np.testing.assert_allclose(network.scores(made_voice())[0], both[0], atol=1e-4)
    np.testing.assert_allclose(network.scores(noise())[0], both[1], atol=1e-4)
    assert (2, made_voice().shape[1] // FRAME) == both.shape


def test_weights_of_another_family_are_refused():
    with pytest.raises(WeightsError, match="family"):
        SpeechNetwork(Registry.load(), "yunet")


def test_another_network_in_the_file_is_refused():
    registry = Registry.load()
    registry.load_bytes = lambda id: Registry.load().load_bytes("centerface")
    with pytest.raises(WeightsError, match="not of the family"):
        SpeechNetwork(registry)


def test_values_that_are_no_numbers_are_an_error(network, monkeypatch):
    class Broken:
        output_tensors = (SimpleNamespace(data=np.full((1, 1), np.nan)), SimpleNamespace(data=np.zeros((2, 1, 128))))

        def infer(self, *_, **__):
            pass

        def set_input_tensor(self, *_):
            pass

    monkeypatch.setattr(network, "_request", lambda rows: Broken())
    with pytest.raises(DetectorError, match="not numbers"):
        network.scores(np.zeros((1, 4 * FRAME), np.float32))


def test_both_ways_is_the_mean_of_forwards_and_backwards(network):
    rows = np.concatenate([made_voice(), noise()])[:, : 60 * FRAME]
    backwards = network.scores(np.ascontiguousarray(rows[:, ::-1]))[:, ::-1]
    np.testing.assert_allclose((network.scores(rows) + backwards) / 2, network.scores_both_ways(rows), atol=1e-4)
    assert np.abs(backwards - network.scores(rows)).max() > 0.1
