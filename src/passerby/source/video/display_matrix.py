"""The display matrix: how a container says that a picture is to be turned or mirrored."""

from __future__ import annotations

import math

from passerby.core.errors import UnsupportedSource

#: Nine numbers as FFmpeg keeps them: a b u / c d v / x y w, where a b c d are in 1/65536.
Matrix = tuple[int, ...]


def turn_of(matrix: Matrix) -> tuple[int, bool]:
    """(degrees clockwise, mirrored first) of a display matrix, in the sense of base.media.Geometry.

    A stored point (x, y), y down, is shown at (a x + c y, b x + d y).
    Raises UnsupportedSource for a turn that is not by quarters.
    """
    a, b, c, d = matrix[0], matrix[1], matrix[3], matrix[4]
    if a * d == b * c:
        return 0, False  # shows nothing at all: players ignore such a matrix
    mirrored = a * d < b * c
    # Mirroring comes first and turns x into -x, so its column has the other sign than the turn alone.
    degrees = math.degrees(math.atan2(-b, -a) if mirrored else math.atan2(b, a))
    quarters = round(degrees / 90)
    if abs(degrees - quarters * 90) > 1:
        raise UnsupportedSource(
            f"its picture is shown turned by {degrees:.0f} degrees. Only quarter turns are redacted: "
            "straighten it in a video editor first"
        )
    return quarters % 4 * 90, mirrored
