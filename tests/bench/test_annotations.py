import json

import pytest

from passerby.bench.annotations import read_annotations
from passerby.core.errors import SourceError
from tests.bench.footage import BOX, annotate, box_entry


def boxes(folder, *those):
    (folder / "a.png").touch()
    annotate(folder, images=[{"file": "a.png", "boxes": list(those)}])
    return read_annotations(folder)[0].frames[0]


def test_boxes_that_nobody_could_make_out_do_not_count(tmp_path):
    found = boxes(
        tmp_path,
        box_entry(),
        box_entry(kind="plate"),
        box_entry(ignore=True),
        box_entry(invalid=1),
        box_entry(blur=2),
        box_entry(blur=1),
        box_entry(kind="person"),
        box_entry((0, 0, 11, 40)),
    )
    assert [True, True, False, False, False, True, False, False] == [box.is_scored for box in found]


@pytest.mark.parametrize(
    ("side", "size"),
    [(12, "12-20"), (19.9, "12-20"), (20, "20-40"), (40, "40-96"), (95, "40-96"), (96, "over 96"), (400, "over 96")],
)
def test_classes_of_size_go_by_the_shorter_side(side, size, tmp_path):
    assert size == boxes(tmp_path, box_entry((10, 10, 10 + side, 500)))[0].size_class


def test_corners_are_those_of_the_box_where_none_are_given(tmp_path):
    quad = [[60, 40], [98, 36], [100, 80], [62, 84]]
    plain, tilted = boxes(tmp_path, box_entry(), box_entry(quad=quad))
    assert ((60, 36), (100, 36), (100, 84), (60, 84)) == plain.corners
    assert tuple(map(tuple, quad)) == tilted.corners


def test_films_have_boxes_by_frame(tmp_path):
    (tmp_path / "b.mp4").touch()
    annotate(tmp_path, videos=[{"file": "b.mp4", "frames": [{"index": 7, "boxes": [box_entry(track=2)]}]}])
    (entry,) = read_annotations(tmp_path)
    assert not entry.still
    assert {7: [(BOX, "2")]} == {
        index: [(box.box, box.track) for box in those] for index, those in entry.frames.items()
    }


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "docs/ref/bench.md"),
        (json.dumps({"images": [{"boxes": []}]}), "docs/ref/bench.md"),
        (json.dumps({"images": [{"file": "a.png", "boxes": [{"kind": "face"}]}]}), "docs/ref/bench.md"),
        (json.dumps({"images": [{"file": "gone.png", "boxes": []}]}), "names gone.png, which is not in"),
    ],
)
def test_what_cannot_be_read_says_what_to_do(content, message, tmp_path):
    (tmp_path / "annotations.json").write_text(content)
    with pytest.raises(SourceError, match=message):
        read_annotations(tmp_path)
