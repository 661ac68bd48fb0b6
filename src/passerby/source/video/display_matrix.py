"""The display matrix: the rotation and mirroring that a container states."""

from __future__ import annotations

import math

from passerby.core.errors import UnsupportedSource

#: Nine numbers in FFmpeg's layout: a b u / c d v / x y w, where a b c d are in 1/65536.
Matrix = tuple[int, ...]


def rotation_of(matrix: Matrix) -> tuple[int, bool]:
    """(degrees clockwise, mirrored before rotating) of a display matrix, as in core.media.Geometry.

    A stored point (x, y), y down, is shown at (a x + c y, b x + d y).
    Raises UnsupportedSource for a rotation that is not a multiple of 90 degrees.
    """
    a, b, c, d = matrix[0], matrix[1], matrix[3], matrix[4]
    if a * d == b * c:
        return 0, False  # a singular matrix, which players ignore
    mirrored = a * d < b * c
    # Mirroring comes first and maps x to -x, so its column has the opposite sign of the rotation alone.
    degrees = math.degrees(math.atan2(-b, -a) if mirrored else math.atan2(b, a))
    quarters = round(degrees / 90)
    if abs(degrees - quarters * 90) > 1:
        raise UnsupportedSource(
            f"its picture is rotated by {degrees:.0f} degrees. Only multiples of 90 degrees are supported: "
            "straighten it in a video editor first"
        )
    return quarters % 4 * 90, mirrored
