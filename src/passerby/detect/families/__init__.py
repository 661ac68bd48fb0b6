"""How each family of models is given an image, and how its output is decoded. One family, one file."""

from __future__ import annotations

from passerby.detect.families import blazeface, centerface, dbnet, yolov8, yunet
from passerby.detect.families.family import Family

#: Those of passerby, by the name that weights.toml uses.
FAMILIES: dict[str, Family] = {
    "blazeface": blazeface.FAMILY,
    "centerface": centerface.FAMILY,
    "dbnet": dbnet.FAMILY,
    "yolov8": yolov8.FAMILY,
    "yunet": yunet.FAMILY,
}
