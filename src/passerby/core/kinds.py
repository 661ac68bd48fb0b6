"""Kinds of objects, and a single detection."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from passerby.core.box import Box


class Kind(StrEnum):
    """Kind of a detected object. There is no kind for the identity of a person, and there never will be."""

    FACE = "face"
    PLATE = "plate"
    PERSON = "person"
    TEXT = "text"
    SCREEN = "screen"
    VEHICLE = "vehicle"
    REGION = "region"


class ObjectClass(StrEnum):
    """Class of a counted object: a person, or a type of vehicle. Never more than that."""

    PERSON = "person"
    BICYCLE = "bicycle"
    MOTORCYCLE = "motorcycle"
    CAR = "car"
    BUS = "bus"
    TRUCK = "truck"


#: Values of `--hide`. Vehicles are detected to find plates on them and to be counted, not to be hidden; regions are not
#: detected, but drawn by a person.
HIDEABLE = (Kind.FACE, Kind.PLATE, Kind.PERSON, Kind.TEXT, Kind.SCREEN)


#: The origin of a person whose head is not in the picture begins with this.
HEADLESS = "headless:"


@dataclass(frozen=True, slots=True)
class Detection:
    """One detection in one frame.

    `score` is the confidence of the model, 0 to 1. `origin` is the id of the weights, `head:<weights>` for a head whose
    box was derived from a body, or `headless:<weights>` for a person of whom only legs or a torso are in the picture.
    `object_class` is set where the model distinguishes classes.
    """

    kind: Kind
    box: Box
    score: float
    origin: str
    object_class: ObjectClass | None = None
