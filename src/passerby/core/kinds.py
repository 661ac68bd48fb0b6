"""The kinds of things that are found, and what a detector says of one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from passerby.core.box import Box


class Kind(StrEnum):
    """What a detection is. There is no kind for who somebody is, and there never will be."""

    FACE = "face"
    PLATE = "plate"
    PERSON = "person"
    TEXT = "text"
    SCREEN = "screen"
    VEHICLE = "vehicle"
    REGION = "region"


class ObjectClass(StrEnum):
    """What is counted: somebody, or a vehicle by its kind. Never more than that."""

    PERSON = "person"
    BICYCLE = "bicycle"
    MOTORCYCLE = "motorcycle"
    CAR = "car"
    BUS = "bus"
    TRUCK = "truck"


#: What `--hide` takes. Vehicles are found to look for plates on them and to be counted, not to be hidden; regions are
#: not found, but drawn by a person.
HIDEABLE = (Kind.FACE, Kind.PLATE, Kind.PERSON, Kind.TEXT, Kind.SCREEN)


@dataclass(frozen=True, slots=True)
class Detection:
    """One thing found in one frame.

    `score` is the model's own, 0 to 1. `origin` says which look found it: the id of the weights, or
    `head:<weights>` for a head whose place was derived from a body. `sort` is what it counts as, where the model tells.
    """

    kind: Kind
    box: Box
    score: float
    origin: str
    sort: ObjectClass | None = None
