from __future__ import annotations

from unittest.mock import ANY

import cv2
import numpy as np
import openvino as ov
import pytest

from passerby.detect import runtime
from passerby.detect.families.yolov8 import BINS, FAMILY, STRIDES
from passerby.detect.known_answer_images import Kind, object_image
from passerby.detect.runtime import OpenVinoModel
from passerby.detect.weights import Registry

SIDE = 64


def outputs(classes: int) -> list[np.ndarray]:
    """Branches for a 64x64 picture, in which nothing is found."""
    grids = [SIDE // stride for stride in STRIDES]
    boxes = [np.zeros((1, 4 * BINS, grid, grid), np.float32) for grid in grids]
    return boxes + [np.full((1, classes, grid, grid), -9, np.float32) for grid in grids]


@pytest.mark.parametrize("level", [0, 1, 2])
def test_a_cell_becomes_a_box_by_the_distances_of_its_sides(level: int):
    given = outputs(3)
    for side, bin in enumerate((1, 2, 3, 4)):
        given[level][0, side * BINS + bin, 1, 0] = 50  # as good as certain
    given[3 + level][0, 1, 1, 0] = 0.0
    found = FAMILY.decode(given, 0.4, [0, 1, 2])
    np.testing.assert_allclose(
        [np.array([0.5 - 1, 1.5 - 2, 0.5 + 3, 1.5 + 4]) * STRIDES[level]], found.boxes, rtol=1e-5
    )
    assert ([0.5], [1]) == (found.scores.tolist(), found.classes.tolist())


def test_a_distribution_over_two_bins_gives_the_distance_between_them():
    given = outputs(1)
    for side in range(4):
        given[0][0, side * BINS + 2, 4, 4] = given[0][0, side * BINS + 3, 4, 4] = 50
    given[3][0, 0, 4, 4] = 3
    found = FAMILY.decode(given, 0.5, [0])
    np.testing.assert_allclose([[16, 16, 56, 56]], found.boxes, rtol=1e-5)


def test_classes_that_were_not_requested_are_ignored():
    given = outputs(3)
    given[3][0, :, 2, 2] = 5, 1, 2
    found = FAMILY.decode(given, 0.5, [1, 2])
    assert [2] == found.classes.tolist()
    np.testing.assert_allclose([1 / (1 + np.exp(-2))], found.scores, rtol=1e-6)
    assert 0 == len(FAMILY.decode(given, 0.99, [1, 2]).boxes)


def test_huge_logits_do_not_overflow():
    given = outputs(1)
    given[0][:] = 1e4
    given[3][0, 0, 0, 0] = 1e30
    found = FAMILY.decode(given, 0.5, [0])
    assert [1.0] == found.scores.tolist()
    assert np.isfinite(found.boxes).all()


@pytest.mark.parametrize("id", ["yolov8n-coco", "plate-yolov8s"])
def test_the_cut_network_answers_as_the_whole_one(id: str, weights: Registry, monkeypatch: pytest.MonkeyPatch):
    """The exported graph, uncut and with its own anchors, is the reference: at 640x640, the one size that it takes."""
    monkeypatch.setattr(runtime, "_precision", lambda core: "f32")
    picture = np.zeros((640, 640, 3), np.uint8)
    drawings = [Kind.PERSON, Kind.VEHICLE, Kind.SCREEN, Kind.TEXT]
    for place, kind in enumerate(drawings):
        row, column = divmod(place, 2)
        picture[row * 320 :, column * 320 :][:320, :320] = cv2.resize(object_image(kind), (320, 320))
    classes = sorted(weights[id].classes)

    content = weights.load_bytes(id)
    found = FAMILY.decode(OpenVinoModel(content, id, FAMILY.input, FAMILY.outputs).infer(picture), 0.02, classes)

    whole = ov.Core()
    compiled = whole.compile_model(whole.read_model(content), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    blob = (picture[None, :, :, ::-1].transpose(0, 3, 1, 2) / 255).astype(compiled.input(0).element_type.to_dtype())
    rows = np.asarray(compiled([np.ascontiguousarray(blob)])[0][0], np.float32).T
    scores = rows[:, 4:][:, classes].max(axis=1)
    kept = scores >= 0.02
    centres, sizes = rows[kept, :2], rows[kept, 2:4]
    assert (ANY, 4) == found.boxes.shape
    assert len(found.boxes) > 5
    # The export for half precision rounds pixels of 0 to 640 to halves.
    loose = 0.6 if blob.dtype == np.float16 else 0.02
    np.testing.assert_allclose(found.scores, scores[kept], atol=0.004)
    np.testing.assert_allclose(found.boxes[:, :2], centres - sizes / 2, atol=loose)
    np.testing.assert_allclose(found.boxes[:, 2:], centres + sizes / 2, atol=loose)
