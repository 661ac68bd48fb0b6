"""Invariant 11: each model passes the known-answer test."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from passerby.core.errors import DetectorError
from passerby.detect import runtime
from passerby.detect.families import FAMILIES
from passerby.detect.known_answer_images import SIDE
from passerby.detect.known_answer_test import MIN_SIDE, check
from passerby.detect.model import Detector
from passerby.detect.runtime import OpenVinoModel
from passerby.detect.weights import Registry

IDS = ["centerface", "yunet", "yolov8n-coco", "plate-yolov8s", "ppocr-det", "blazeface-full"]
Outputs = list[np.ndarray]


class Tampered:
    """A real model whose input or outputs are tampered with."""

    def __init__(
        self,
        model: OpenVinoModel,
        image: Callable[[np.ndarray], np.ndarray] = lambda image: image,
        outputs: Callable[[Outputs], Outputs] = lambda outputs: outputs,
    ) -> None:
        self.model, self.image, self.outputs = model, image, outputs

    def infer(self, image: np.ndarray) -> Outputs:
        return self.outputs([output.copy() for output in self.model.infer(self.image(image))])


@pytest.fixture(scope="module")
def model(weights: Registry) -> Callable[[str], OpenVinoModel]:
    """The real model of that id, read and compiled once for all tests here."""

    @cache
    def read(id: str) -> OpenVinoModel:
        family = FAMILIES[weights[id].family]
        return OpenVinoModel(weights.load_bytes(id), id, family.input, family.outputs)

    return read


@pytest.mark.parametrize("precision", ["bf16", "f32"])
@pytest.mark.parametrize("id", IDS)
def test_each_model_passes(id: str, precision: str, weights: Registry, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(runtime, "_precision", lambda core: precision)
    detector = Detector(weights, id)
    check(detector)
    check(detector, (640, 384))
    check(detector, (320, SIDE if id == "yolov8n-coco" else MIN_SIDE))


def elsewhere(outputs: Outputs) -> Outputs:
    """Right, but half an image off: along the width of maps (channels last if they are few), along the anchors of
    lists."""
    axes = [(-2 if output.shape[-1] <= 4 else -1) if output.ndim == 4 else 1 for output in outputs]
    return [np.roll(output, output.shape[axis] // 2, axis) for output, axis in zip(outputs, axes, strict=True)]


@pytest.mark.parametrize("id", IDS)
@pytest.mark.parametrize(
    "fault",
    [
        lambda outputs: [np.zeros_like(output) for output in outputs],
        lambda outputs: [np.full_like(output, -20) for output in outputs],
        lambda outputs: [np.full_like(output, 0.9) for output in outputs],
        lambda outputs: [np.full_like(output, np.nan) for output in outputs],
        lambda outputs: [output * 0.01 for output in outputs],
        elsewhere,
    ],
    ids=["zeros", "nothing anywhere", "something everywhere", "no numbers", "faint", "elsewhere"],
)
def test_a_model_with_wrong_outputs_fails(
    id: str, fault: Callable[[Outputs], Outputs], weights: Registry, model: Callable[[str], OpenVinoModel]
):
    detector = Detector(weights, id, backend=Tampered(model(id), outputs=fault))
    with pytest.raises(DetectorError, match=f"{id} (does not detect|detects a).*models fetch {id}"):
        check(detector)


class Frozen:
    """Whatever the image, the model is given the first one."""

    def __init__(self) -> None:
        self.first: np.ndarray | None = None

    def __call__(self, image: np.ndarray) -> np.ndarray:
        self.first = image if self.first is None else self.first
        return self.first


@pytest.mark.parametrize("id", IDS)
@pytest.mark.parametrize("fault", ["moved", "scaled wrongly", "frozen"])
def test_a_model_with_a_wrong_input_fails(
    id: str, fault: str, weights: Registry, model: Callable[[str], OpenVinoModel]
):
    faults = {
        "moved": lambda image: np.roll(image, image.shape[1] // 2, axis=1),
        "scaled wrongly": lambda image: image // 100,
        "frozen": Frozen(),
    }
    detector = Detector(weights, id, backend=Tampered(model(id), image=faults[fault]))
    with pytest.raises(DetectorError, match=f"{id} (does not detect|detects a)"):
        check(detector)


def test_a_local_entry_may_accept_a_lower_score(weights: Registry, model: Callable[[str], OpenVinoModel]):
    """A model that gives drawings a third of the usual score passes when its entry says so, and not otherwise."""
    halved = Tampered(model("centerface"), outputs=lambda outputs: [outputs[0] * 0.3, *outputs[1:]])
    entry = weights["centerface"].model_copy(update={"known_answer_score": 0.1})
    check(Detector(Registry({"centerface": entry}, weights.cache), "centerface", backend=halved))
    with pytest.raises(DetectorError):
        check(Detector(weights, "centerface", backend=halved))
