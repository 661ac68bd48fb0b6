import pytest
from pydantic import TypeAdapter, ValidationError

from passerby.core.box import Box
from passerby.core.kinds import Kind
from passerby.review.commands import DrawBox, Edit, SetTrackEnd, to_box

EDIT = TypeAdapter(Edit)


def test_the_operation_chooses_the_command():
    draw = EDIT.validate_python({"op": "draw", "frame": 3, "box": [0, 0, 9, 9]})
    assert DrawBox(op="draw", frame=3, box=(0, 0, 9, 9), kind=Kind.FACE, propagate=True) == draw
    assert isinstance(EDIT.validate_python({"op": "set_end", "track": 1, "frame": 2, "side": "start"}), SetTrackEnd)
    assert Box(1, 2, 3, 4) == to_box((1, 2, 3, 4))


@pytest.mark.parametrize(
    "body",
    [
        {"op": "draw", "frame": 0, "box": [9, 9, 0, 0]},
        {"op": "draw", "frame": 0, "box": [0, 0, 0.5, 9]},
        {"op": "draw", "frame": 0, "box": [0, 0, float("inf"), 9]},
        {"op": "draw", "frame": 2**31, "box": [0, 0, 9, 9]},
        {"op": "set_kind", "track": 1, "kind": "region"},
        {"op": "set_end", "track": 1, "frame": 2, "side": "middle"},
        {"op": "region", "first": 0, "last": 1, "polygon": [[0, 0], [1, 1]]},
        {"op": "region", "first": 0, "last": 1, "polygon": [[0, 0], [1, 1], [float("nan"), 0]]},
        {"op": "trim", "spans": [{"start": -1, "end": 2}]},
    ],
)
def test_invalid_commands(body):
    with pytest.raises(ValidationError):
        EDIT.validate_python(body)
