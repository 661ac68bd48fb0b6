from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import cv2
import numpy as np
import pytest

from passerby.core.box import Box
from passerby.core.errors import WeightsError
from passerby.core.kinds import Kind, ObjectClass
from passerby.detect.known_answer_images import OBJECT_BOXES, object_image
from passerby.detect.model import Detector
from passerby.detect.weights import Registry


class FakeBackend:
    """A backend for CenterFace's family that answers with given faces, and remembers what it was shown."""

    def __init__(self, *faces: tuple[int, int, float], side: float = 16) -> None:
        self.faces, self.side = faces, side
        self.shown = np.zeros((0, 0, 3), np.uint8)

    def infer(self, picture: np.ndarray) -> list[np.ndarray]:
        self.shown = picture
        rows, columns = picture.shape[0] // 4, picture.shape[1] // 4
        heat = np.zeros((1, 1, rows, columns), np.float32)
        for row, column, score in self.faces:
            heat[0, 0, row, column] = score
        size = np.full((1, 2, rows, columns), np.log(self.side / 4), np.float32)
        return [heat, size, np.zeros_like(size)]


class ToldYolo:
    """A backend for the YOLOv8 family: one cell of stride 8 a (row, column, class, logit), boxes of 48 pixels."""

    def __init__(self, *objects: tuple[int, int, int, float]) -> None:
        self.objects = objects

    def infer(self, picture: np.ndarray) -> list[np.ndarray]:
        sides = [(picture.shape[0] // stride, picture.shape[1] // stride) for stride in (8, 16, 32)]
        boxes = [np.zeros((1, 64, *side), np.float32) for side in sides]
        boxes[0][0, 3::16] = 50
        logits = [np.full((1, 80, *side), -9, np.float32) for side in sides]
        for row, column, number, logit in self.objects:
            logits[0][0, number, row, column] = logit
        return [*boxes, *logits]


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    """The built-in entries over an empty cache."""
    return Registry.load(environment={"PASSERBY_CACHE": str(tmp_path)})


def test_an_image_is_padded_and_not_scaled(registry: Registry):
    backend = FakeBackend((2, 3, 0.9))
    picture = np.random.default_rng(1).integers(0, 255, (70, 100, 3), np.uint8)
    (found,) = Detector(registry, "centerface", backend=backend).detect(picture, 0.5)
    assert (96, 128, 3) == backend.shown.shape
    np.testing.assert_array_equal(picture, backend.shown[:70, :100])
    assert (Kind.FACE, "centerface") == (found.kind, found.origin)
    assert found.score == pytest.approx(0.9)
    assert Box(6, 2, 22, 18) == pytest.approx(found.box)


def test_an_image_of_a_suitable_size_is_not_changed(registry: Registry):
    backend = FakeBackend()
    picture = np.zeros((64, 96, 3), np.uint8)
    assert [] == Detector(registry, "centerface", backend=backend).detect(picture, 0.5)
    assert backend.shown is picture


def test_detections_in_the_padding_are_dropped(registry: Registry):
    backend = FakeBackend(
        (23, 31, 0.9), (2, 24, 0.8)
    )  # the first at (126, 94), the second at (98, 10), across the edge
    (found,) = Detector(registry, "centerface", backend=backend).detect(np.zeros((70, 100, 3), np.uint8), 0.5)
    assert found.box.centre == pytest.approx((98, 10))


def test_the_square_family_is_given_the_whole_image_shrunk(registry: Registry):
    class Square:
        def infer(self, picture: np.ndarray) -> list[np.ndarray]:
            assert (192, 192, 3) == picture.shape
            assert (picture[96:] == 0).all()
            regressors, logits = np.zeros((1, 2304, 16), np.float32), np.full((1, 2304, 1), -9, np.float32)
            regressors[0, 0, 2:4], logits[0, 0, 0] = 4, 9
            return [regressors, logits]

    picture = np.full((384, 768, 3), 200, np.uint8)
    (found,) = Detector(registry, "blazeface-full", backend=Square()).detect(picture, 0.5)
    assert Box(0, 0, 16, 16) == pytest.approx(found.box)


def test_best_first_and_the_same_object_once(registry: Registry):
    backend = FakeBackend((10, 10, 0.6), (10, 11, 0.9), (4, 4, 0.7), (10, 24, 0.7))
    found = Detector(registry, "centerface", backend=backend).detect(np.zeros((64, 128, 3), np.uint8), 0.5)
    assert [(0.9, 46), (0.7, 18), (0.7, 98)] == [(pytest.approx(d.score), d.box.centre[0]) for d in found]


def test_one_object_of_two_classes_of_one_kind_is_one_detection(registry: Registry):
    """A car that may be a lorry is one vehicle; a person on it stays a person."""
    detector = Detector(registry, "yolov8n-coco", backend=ToldYolo((4, 4, 2, 2.0), (4, 5, 7, 1.0), (5, 4, 0, 0.5)))
    found = detector.detect(np.zeros((64, 96, 3), np.uint8), 0.5)
    assert [(Kind.VEHICLE, ObjectClass.CAR), (Kind.PERSON, ObjectClass.PERSON)] == [
        (d.kind, d.object_class) for d in found
    ]


def test_kinds_that_are_not_counted_have_no_class(registry: Registry):
    (found,) = Detector(registry, "yolov8n-coco", backend=ToldYolo((4, 4, 62, 2.0))).detect(
        np.zeros((64, 96, 3), np.uint8), 0.5
    )
    assert (Kind.SCREEN, None) == (found.kind, found.object_class)


def test_kinds_limit_what_is_returned(registry: Registry):
    detector = Detector(registry, "yolov8n-coco", backend=ToldYolo((4, 4, 2, 2.0), (4, 9, 0, 1.0), (2, 2, 15, 9.0)))
    picture = np.zeros((64, 96, 3), np.uint8)
    assert [Kind.PERSON] == [d.kind for d in detector.detect(picture, 0.5, {Kind.PERSON})]
    assert [] == detector.detect(picture, 0.5, {Kind.FACE})
    assert {Kind.PERSON, Kind.VEHICLE} == {d.kind for d in detector.detect(picture, 0.5)}


def test_an_unknown_family_is_an_error(registry: Registry):
    entry = registry["centerface"].model_copy(update={"family": "retina"})
    with pytest.raises(WeightsError, match=r"unknown family, retina\. Known are: blazeface"):
        Detector(Registry({"centerface": entry}, registry.cache), "centerface")


def test_missing_weights_are_an_error_before_anything_runs(registry: Registry):
    with pytest.raises(WeightsError, match="passerby models fetch centerface"):
        Detector(registry, "centerface")


def test_weights_of_another_family_are_an_error(weights: Registry):
    entry = weights["centerface"].model_copy(update={"family": "yolov8"})
    with pytest.raises(WeightsError, match="not of the family"):
        Detector(Registry({"centerface": entry}, weights.cache), "centerface")


@pytest.mark.parametrize("id", ["centerface", "yunet", "yolov8n-coco", "plate-yolov8s", "ppocr-det", "blazeface-full"])
def test_a_real_model_detects_a_drawing_where_it_is(id: str, weights: Registry):
    """At a place and in a size that are multiples of nothing; twice, with the same answer."""
    detector = Detector(weights, id)
    for kind in detector.entry.finds:
        picture = cv2.copyMakeBorder(object_image(kind), 21, 33, 45, 10, cv2.BORDER_REPLICATE)
        found = detector.detect(picture, 0.3, {kind})
        assert found == detector.detect(picture, 0.3, {kind})
        assert found[0].kind is kind
        assert found[0].box.iou(OBJECT_BOXES[kind].translate(45, 21)) > 0.5


@pytest.mark.parametrize(("instances", "at_once"), [(1, 1), (2, 2), (3, 2)])
def test_so_many_threads_run_a_model_at_once_and_no_instance_runs_twice(
    registry: Registry, monkeypatch, instances, at_once
):
    """Two threads: each instance notes that it runs, waits for the other thread, and notes that it has ended."""
    running: list[FakeBackend] = []
    most, both = [0], threading.Barrier(2, timeout=0.5)

    class Slow(FakeBackend):
        def infer(self, picture: np.ndarray) -> list[np.ndarray]:
            assert self not in running
            running.append(self)
            most[0] = max(most[0], len(running))
            with suppress(threading.BrokenBarrierError):
                both.wait()
            running.remove(self)
            return super().infer(picture)

    detector = Detector(registry, "centerface", backend=Slow((2, 3, 0.9)))
    detector.max_instances = instances
    monkeypatch.setattr(detector, "_load", lambda: Slow((2, 3, 0.9)))
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda _: detector.detect(np.zeros((64, 64, 3), np.uint8), 0.5), range(2)))
    assert [1, 1] == [len(detections) for detections in found]
    assert at_once == most[0]


def test_an_instance_that_cannot_be_loaded_leaves_the_others_in_use(registry: Registry, monkeypatch):
    started, go_on = threading.Event(), threading.Event()

    class Slow(FakeBackend):
        def infer(self, picture: np.ndarray) -> list[np.ndarray]:
            started.set()
            go_on.wait(30)
            return super().infer(picture)

    def fail() -> None:
        raise WeightsError("gone")

    detector, picture = Detector(registry, "centerface", backend=Slow((2, 3, 0.9))), np.zeros((64, 64, 3), np.uint8)
    detector.max_instances = 2
    monkeypatch.setattr(detector, "_load", fail)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(detector.detect, picture, 0.5)
        started.wait(30)
        with pytest.raises(WeightsError, match="gone"):
            detector.detect(picture, 0.5)
        go_on.set()
        assert 1 == len(first.result())
    assert 1 == len(detector.detect(picture, 0.5))
