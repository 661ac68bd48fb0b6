"""Invariant 11: the detector is alive."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from passerby.core.errors import DetectorError
from passerby.core.kinds import Kind
from passerby.detect import known_answer_test as alive
from passerby.detect import runtime
from passerby.detect.families import FAMILIES
from passerby.detect.known_answer_images import OBJECT_BOXES, SIDE, empty_image, object_image
from passerby.detect.model import Detector
from passerby.detect.runtime import OpenVinoModel
from passerby.detect.weights import Registry

IDS = ["centerface", "yolov8n-coco", "plate-yolov8s", "ppocr-det", "blazeface-full"]
Outputs = list[np.ndarray]


class Changed:
    """A real model whose picture or outputs are tampered with."""

    def __init__(
        self,
        model: OpenVinoModel,
        picture: Callable[[np.ndarray], np.ndarray] = lambda picture: picture,
        outputs: Callable[[Outputs], Outputs] = lambda outputs: outputs,
    ) -> None:
        self.model, self.picture, self.outputs = model, picture, outputs

    def infer(self, picture: np.ndarray) -> Outputs:
        return self.outputs([output.copy() for output in self.model.infer(self.picture(picture))])


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
def test_each_model_is_alive(id: str, precision: str, weights: Registry, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(runtime, "_precision", lambda core: precision)
    detector = Detector(weights, id)
    alive.check(detector)
    alive.check(detector, (640, 384))
    alive.check(detector, (320, SIDE if id == "yolov8n-coco" else alive.MIN_SIDE))


def elsewhere(outputs: Outputs) -> Outputs:
    """Right, but half a picture off: along the width of maps, along the anchors of lists."""
    axes = [-1 if output.ndim == 4 else 1 for output in outputs]
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
def test_a_model_with_spoilt_answers_is_dead(
    id: str, fault: Callable[[Outputs], Outputs], weights: Registry, model: Callable[[str], OpenVinoModel]
):
    detector = Detector(weights, id, backend=Changed(model(id), outputs=fault))
    with pytest.raises(DetectorError, match=f"{id} (does not find|finds a).*models fetch {id}"):
        alive.check(detector)


class FirstForEver:
    """Whatever is shown, the first picture is seen."""

    def __init__(self) -> None:
        self.first: np.ndarray | None = None

    def __call__(self, picture: np.ndarray) -> np.ndarray:
        self.first = picture if self.first is None else self.first
        return self.first


@pytest.mark.parametrize("id", IDS)
@pytest.mark.parametrize("fault", ["moved", "scaled wrongly", "frozen"])
def test_a_model_that_sees_something_else_is_dead(
    id: str, fault: str, weights: Registry, model: Callable[[str], OpenVinoModel]
):
    faults = {
        "moved": lambda picture: np.roll(picture, picture.shape[1] // 2, axis=1),
        "scaled wrongly": lambda picture: picture // 100,
        "frozen": FirstForEver(),
    }
    detector = Detector(weights, id, backend=Changed(model(id), picture=faults[fault]))
    with pytest.raises(DetectorError, match=f"{id} (does not find|finds a)"):
        alive.check(detector)


def test_a_local_entry_may_ask_for_less(weights: Registry, model: Callable[[str], OpenVinoModel]):
    """A model that gives drawings half the usual score passes when its entry says so, and not otherwise."""
    halved = Changed(model("centerface"), outputs=lambda outputs: [outputs[0] * 0.3, *outputs[1:]])
    entry = weights["centerface"].model_copy(update={"alive_score": 0.1})
    alive.check(Detector(Registry({"centerface": entry}, weights.cache), "centerface", backend=halved))
    with pytest.raises(DetectorError):
        alive.check(Detector(weights, "centerface", backend=halved))


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.REGION])
def test_each_kind_has_a_drawing_in_its_place(kind: Kind):
    """What differs from the empty ground lies around the place that is expected."""
    assert object_image(kind).shape == empty_image().shape == (SIDE, SIDE, 3)
    place = OBJECT_BOXES[kind].clip(SIDE, SIDE)
    inside = object_image(kind)[int(place.y1) : int(place.y2), int(place.x1) : int(place.x2)].astype(int)
    behind = empty_image()[int(place.y1) : int(place.y2), int(place.x1) : int(place.x2)]
    assert np.abs(inside - behind).max() > 40
    with pytest.raises(ValueError, match="read-only"):
        object_image(kind)[0, 0] = 0
