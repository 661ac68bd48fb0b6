import csv
import io
import json

import pytest

from passerby.core.box import Box
from passerby.core.kinds import Kind
from passerby.documents.plan import Keyframe, Track
from passerby.jobs.plan_export import CATEGORIES, ExportFormat, annotated_frames, export
from tests import clips
from tests.plans import plan_for, still_track


@pytest.fixture
def plan(tmp_path):
    """A face that moves by ten ticks' worth of pixels, and a plate that leaves the frame to the left."""
    clip = clips.cfr(tmp_path / "yard.mp4")
    keys = [Keyframe(time=t, box=Box(10 + t / 1000, 10, 30 + t / 1000, 40), score=0.5, origin="x") for t in (0, 10240)]
    face = Track(number=1, kind=Kind.FACE, keyframes=tuple(keys))
    return plan_for(clip, face, still_track(2, Box(-20, 0, 10, 20), 0, 5120))


def test_boxes_are_interpolated_clipped_and_counted_by_frame(plan):
    frames = list(annotated_frames(plan, times=[0, 5120, 10240]))
    assert ["yard_000000", "yard_000001", "yard_000002"] == [frame.name for frame in frames]
    assert [2, 2, 1] == [len(frame.masks) for frame in frames]
    (_, kind, box, _, _), (_, _, plate, _, _) = frames[1].masks
    assert (Kind.FACE, pytest.approx(15.12)) == (kind, box.x1)
    assert (0, 10) == (plate.x1, plate.x2)
    assert 2 == len(list(annotated_frames(plan, times=[0, 5120, 10240], every=2)))


def test_without_the_film_keyframes_are_exported(plan):
    frames = list(annotated_frames(plan))
    assert [(0, None), (5120, None), (10240, None)] == [(frame.time, frame.number) for frame in frames]


def test_coco(plan):
    frames = list(annotated_frames(plan, times=[0, 5120, 10240]))
    coco = json.loads(export(plan, frames, ExportFormat.COCO)["annotations.json"])
    assert [1, 2, 3] == [image["id"] for image in coco["images"]]
    assert [1, 2, 3, 4, 5] == [annotation["id"] for annotation in coco["annotations"]]
    first = coco["annotations"][0]
    assert ([10, 10, 20, 30], 600, 1) == (first["bbox"], first["area"], first["image_id"])
    names = {category["id"]: category["name"] for category in coco["categories"]}
    assert "face" == names[first["category_id"]]


def test_yolo_and_csv_say_the_same(plan):
    frames = list(annotated_frames(plan, times=[0, 5120, 10240]))
    yolo, table = export(plan, frames, ExportFormat.YOLO), export(plan, frames, ExportFormat.CSV)["annotations.csv"]
    rows = list(csv.DictReader(io.StringIO(table)))
    lines = yolo["labels/yard_000000.txt"].splitlines()
    assert (5, 2) == (len(rows), len(lines))
    number, x, _, width, _ = lines[0].split()
    assert rows[0]["kind"] == CATEGORIES[int(number)] == yolo["classes.txt"].splitlines()[int(number)]
    left = (float(x) - float(width) / 2) * plan.videos[0].width
    assert float(rows[0]["x1"]) == pytest.approx(left, abs=0.01)
