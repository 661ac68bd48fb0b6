"""Networks small enough to know their answers by heart, in OpenVINO's own format without constants."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from pathlib import Path

import numpy as np
import openvino as ov
import pytest
from openvino import opset13 as op

from passerby.core.errors import DetectorError, WeightsError
from passerby.detect import runtime
from passerby.detect.runtime import ModelInput, OpenVinoModel

Image = np.ndarray


@pytest.fixture
def network(tmp_path: Path) -> Callable[..., bytes]:
    """A network with two outputs: `same`, its input where it is above 0, and `log`, its logarithm."""

    def build(shape: tuple[int, ...] = (1, 3, 32, 32), kind: ov.Type = ov.Type.f32) -> bytes:
        given = op.parameter(list(shape), kind, name="given")
        ends = [op.relu(given, name="same"), op.log(given, name="log")]
        path = tmp_path / "network.xml"
        ov.serialize(ov.Model(ends, [given], "network"), str(path), str(tmp_path / "network.bin"))
        return path.read_bytes()

    return build


@pytest.fixture
def image() -> Image:
    return np.random.default_rng(5).integers(1, 255, (32, 64, 3), np.uint8)


@pytest.fixture(autouse=True)
def exact(monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers are compared here: no bfloat16."""
    monkeypatch.setattr(runtime, "_precision", lambda core: "f32")


def test_pixels_become_what_the_network_was_trained_on(network: Callable[..., bytes], image: Image):
    model = OpenVinoModel(network(), "small", ModelInput(rgb=True, mean=(10, 20, 30), scale=(2, 4, 5)), ("same",))
    (got,) = model.infer(image)
    expected = (image[:, :, ::-1] - np.array([10.0, 20, 30])) / [2, 4, 5]
    np.testing.assert_allclose(got, np.maximum(expected, 0).transpose(2, 0, 1)[None], rtol=1e-5, atol=1e-5)


def test_a_network_that_wants_channels_last_gets_them(network: Callable[..., bytes], image: Image):
    model = OpenVinoModel(network((1, 32, 32, 3)), "small", ModelInput(rgb=False, channels_last=True), ("same",))
    np.testing.assert_array_equal(image[None], model.infer(image)[0])


def test_a_half_precision_network_takes_and_returns_single_precision(network: Callable[..., bytes], image: Image):
    model = OpenVinoModel(network(kind=ov.Type.f16), "small", ModelInput(rgb=False), ("same",))
    (got,) = model.infer(image)
    assert got.dtype == np.float32
    np.testing.assert_array_equal(image.transpose(2, 0, 1)[None], got)


def test_outputs_have_the_requested_order(network: Callable[..., bytes], image: Image):
    logs, same = OpenVinoModel(network(), "small", ModelInput(rgb=False), ("lo.", "same")).infer(image)
    np.testing.assert_allclose(np.exp(logs), same, rtol=1e-4)


def test_a_view_of_a_larger_image_is_taken_as_it_is(network: Callable[..., bytes], image: Image):
    model = OpenVinoModel(network(), "small", ModelInput(rgb=False), ("same",))
    (got,) = model.infer(image[:, 8:40])
    np.testing.assert_array_equal(image[:, 8:40].transpose(2, 0, 1)[None], got)


def test_a_model_that_is_no_longer_used_is_freed_at_once(network: Callable[..., bytes], image: Image):
    """Each takes hundreds of megabytes, and the garbage collector may take many films to come."""
    gc.disable()
    try:
        model = OpenVinoModel(network(), "small", ModelInput(rgb=False), ("same",))
        model.infer(image)
        alive = weakref.ref(model)
        del model
        assert alive() is None
    finally:
        gc.enable()


def test_many_sizes_work_and_few_are_kept(network: Callable[..., bytes]):
    model = OpenVinoModel(network(), "small", ModelInput(rgb=False), ("same",))
    for width in [*range(1, 12), 1]:
        assert model.infer(np.full((2, width, 3), width, np.uint8))[0].shape == (1, 3, 2, width)
    assert len(model._requests) == runtime.MAX_COMPILED_SIZES


@pytest.mark.parametrize("value", [0, 10], ids=["infinity", "not a number"])
def test_an_output_that_is_not_a_number_is_an_error(network: Callable[..., bytes], value: int):
    """log(0) is minus infinity, log(-10) is not a number."""
    model = OpenVinoModel(network(), "small", ModelInput(rgb=False, mean=(2.0 * value,) * 3), ("same", "log"))
    fine = np.full((32, 32, 3), 200, np.uint8)
    model.infer(fine)
    spoilt = fine.copy()
    spoilt[7, 7, 1] = value
    with pytest.raises(DetectorError, match=r"small returned values that are not numbers.*models fetch small"):
        model.infer(spoilt)


@pytest.mark.parametrize("content", [b"", b"not a model", b"\x1c\0\0\0TFL3 but no more", b"<net>"])
def test_bytes_that_are_not_a_network_are_an_error(content: bytes):
    with pytest.raises(WeightsError, match=r"small are not a model that can be run.*models fetch small"):
        OpenVinoModel(content, "small", ModelInput(rgb=False))


def test_a_network_of_another_family_is_an_error(network: Callable[..., bytes]):
    with pytest.raises(WeightsError, match=r"no output like heat.*`family`"):
        OpenVinoModel(network(), "small", ModelInput(rgb=False), ("heat",))


def test_an_image_that_does_not_fit_is_a_detector_error(network: Callable[..., bytes]):
    model = OpenVinoModel(network(), "small", ModelInput(rgb=False), ("same",))
    with pytest.raises(DetectorError, match="small failed on an image of 64x32"):
        model.infer(np.zeros((32, 64, 4), np.uint8))
