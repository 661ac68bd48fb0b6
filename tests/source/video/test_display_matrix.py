"""Rotation and mirroring of a display matrix, the inverse of what the sink writes."""

import pytest

from passerby.core.errors import UnsupportedSource
from passerby.core.media import Geometry
from passerby.sink.video.encoded_track import display_matrix
from passerby.source.video.display_matrix import rotation_of


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("mirrored", [False, True])
def test_what_is_written_is_read(rotation, mirrored):
    matrix = display_matrix(Geometry(64, 48, rotation, mirrored), 64, 48)
    assert (rotation, mirrored) == rotation_of(matrix)


def test_a_singular_matrix_is_ignored():
    assert (0, False) == rotation_of((0,) * 9)


def test_other_angles_are_refused():
    with pytest.raises(UnsupportedSource, match="rotated by 45 degrees.*straighten it"):
        rotation_of((46341, 46341, 0, -46341, 46341, 0, 0, 0, 1 << 30))
