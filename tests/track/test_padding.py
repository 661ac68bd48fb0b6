import pytest

from passerby.core.box import Box
from passerby.core.kinds import HIDEABLE, Kind
from passerby.track.keyframes import TrackPoint
from passerby.track.padding import PADDING, Padding, whole_head
from passerby.track.tracker import padded_box


def test_margins_are_shares_of_the_box_and_pixels():
    box = Padding(0.1, 0.2, 0.5, 3).apply(Box(100, 100, 200, 140))
    assert Box(100 - 10 - 3, 100 - 8 - 3, 200 + 10 + 3, 140 + 20 + 3) == box


def test_uncertainty_is_added_on_every_side():
    padding, box = Padding(0.1, 0.2, 0.5, 3), Box(100, 100, 200, 140)
    certain, uncertain = padding.apply(box), padding.apply(box, 5)
    assert Box(certain.x1 - 5, certain.y1 - 5, certain.x2 + 5, certain.y2 + 5) == uncertain


def test_every_kind_that_can_be_hidden_has_margins():
    assert set(HIDEABLE) <= set(PADDING)


@pytest.mark.parametrize(("width", "wide"), [(40, 40), (49, 49), (50, 75), (60, 75), (75, 75), (110, 110)])
def test_a_face_in_profile_gets_the_width_of_a_head(width, wide):
    """And not one that is half hidden, or full."""
    head = whole_head(Box(300 - width / 2, 100, 300 + width / 2, 200))
    assert (Box(300 - wide / 2, 100, 300 + wide / 2, 200)) == head


@pytest.mark.parametrize(
    ("kind", "origin", "is_wider"),
    [(Kind.FACE, "centerface", True), (Kind.FACE, "head:yolov8n-coco", False), (Kind.PLATE, "plate-yolov8s", False)],
)
def test_only_what_a_face_model_has_boxed_is_wider_than_its_margins(kind, origin, is_wider):
    face = Box(270, 100, 330, 200)
    point = TrackPoint(0, 0, face, 0.9, origin)
    assert (PADDING[kind].apply(face) != padded_box(kind, point)) is is_wider
    assert pytest.approx(1.0) == PADDING[kind].apply(face).containment(padded_box(kind, point))


def test_where_motion_expects_it_is_covered_as_it_is():
    """A profile that was lost is covered there and where motion has it, and only what was found is made wider."""
    point = TrackPoint(0, 0, Box(270, 100, 330, 200), 0.2, "centerface", predicted=Box(400, 100, 460, 200))
    assert PADDING[Kind.FACE].apply(Box(262.5, 100, 460, 200)) == padded_box(Kind.FACE, point)
