"""What a person can choose. Declared once: command line, plan, report and docs are made from these."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field, field_validator

from passerby.config.regions import Region
from passerby.core.kinds import HIDEABLE, Kind
from passerby.core.model import FrozenModel


class Style(StrEnum):
    """How a hidden thing is painted. Only `solid` depends on nothing of what it hides."""

    SOLID = "solid"
    MOSAIC = "mosaic"
    BLUR = "blur"


#: Kinds whose identifying detail is text or print: a few coloured cells of a plate can still be read (Hill et al.,
#: PoPETs 2016(4)), so these are painted solid whatever the style.
ALWAYS_SOLID = frozenset({Kind.PLATE, Kind.TEXT, Kind.SCREEN, Kind.REGION})

#: Cells across and down of a mosaic or blur, however large the object. Recognition from mosaics feeds on more
#: cells than this (McPherson et al., arXiv 1609.00408).
CELLS = 4


class Profile(StrEnum):
    """How hard to look."""

    FAST = "fast"
    BALANCED = "balanced"
    THOROUGH = "thorough"


class Audio(StrEnum):
    """What becomes of the sound."""

    REMOVE = "remove"
    KEEP = "keep"
    DISGUISE = "disguise"


class Codec(StrEnum):
    """How the output is encoded."""

    H264 = "h264"
    HEVC = "hevc"
    AV1 = "av1"


class Settings(FrozenModel):
    """The choices that decide what comes out."""

    hide: tuple[Kind, ...] = Field(
        default=(Kind.FACE, Kind.PLATE), description="Kinds of things to hide.", min_length=1
    )
    style: Style = Field(
        default=Style.SOLID,
        description="Fill of a mask. mosaic and blur are weaker: they show a few colours of what they hide. "
        "Plates, text and screens are always solid.",
    )
    profile: Profile = Field(
        default=Profile.BALANCED, description="How hard to look: how often, at what size, how many models."
    )
    hide_regions: tuple[Region, ...] = Field(
        default=(), description="Fixed regions to hide: x1,y1,x2,y2[@start-end];... in displayed pixels and seconds."
    )
    keep_regions: tuple[Region, ...] = Field(
        default=(), description="Fixed regions in which findings are left alone, in the same form."
    )
    audio: Audio = Field(
        default=Audio.REMOVE,
        description="What becomes of the sound. disguise shifts voices; it is weak: a voice can still be known by it.",
    )
    codec: Codec | None = Field(
        default=None, description="Codec of the output; by default H.264 for 8-bit sources and HEVC for deeper ones."
    )
    quality: int | None = Field(
        default=None,
        ge=1,
        le=51,
        description="Constant rate factor of the encoder, lower is better; by default matched to the source.",
    )
    exact_chroma: bool = Field(
        default=False, description="Keep 4:2:2 and 4:4:4 colour, which many players cannot show, instead of 4:2:0."
    )
    keep_times: bool = Field(default=False, description="Keep the date and time at which the source says it was made.")

    @field_validator("hide")
    @classmethod
    def _hideable(cls, kinds: tuple[Kind, ...]) -> tuple[Kind, ...]:
        refused = [kind.value for kind in kinds if kind not in HIDEABLE]
        if refused:
            raise ValueError(f"cannot hide {', '.join(refused)}; choose from {', '.join(HIDEABLE)}")
        return tuple(kind for kind in HIDEABLE if kind in kinds)
