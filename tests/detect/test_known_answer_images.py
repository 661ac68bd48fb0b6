import numpy as np
import pytest

from passerby.core.kinds import Kind
from passerby.detect.known_answer_images import OBJECT_BOXES, SIDE, empty_image, object_image


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.REGION])
def test_each_kind_has_a_drawing_in_its_box(kind: Kind):
    """What differs from the empty image lies in the box that is expected."""
    assert object_image(kind).shape == empty_image().shape == (SIDE, SIDE, 3)
    box = OBJECT_BOXES[kind].clip(SIDE, SIDE)
    inside = object_image(kind)[int(box.y1) : int(box.y2), int(box.x1) : int(box.x2)].astype(int)
    background = empty_image()[int(box.y1) : int(box.y2), int(box.x1) : int(box.x2)]
    assert np.abs(inside - background).max() > 40
    with pytest.raises(ValueError, match="read-only"):
        object_image(kind)[0, 0] = 0
