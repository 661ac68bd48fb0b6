"""What requests name: moments, sizes."""

from __future__ import annotations

from typing import Annotated

from fastapi import HTTPException, Path, Query

#: Unix seconds; up to the year 5138, so that microseconds of them fit into the database.
MOST = 1e11
Moment = Annotated[float, Query(ge=0, le=MOST, allow_inf_nan=False, description="Unix seconds.")]
MaybeMoment = Annotated[float | None, Query(ge=0, le=MOST, allow_inf_nan=False, description="Unix seconds.")]
#: The longer side of a picture, px.
Size = Annotated[int, Query(ge=16, le=1920, description="The longer side of the picture, pixels.")]
Camera = Annotated[str, Path(max_length=63, description="Its name.")]


def in_order(start: float, end: float, longest: float) -> None:
    """Raises HTTPException when `end` does not come after `start`, or more than `longest` seconds after."""
    if not start < end:
        raise HTTPException(422, "`end` does not come after `start`. Give both in this order.")
    if end - start > longest:
        raise HTTPException(422, f"That is more than {longest / 86400:g} days at once. Ask for less.")
