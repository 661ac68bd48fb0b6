"""Settings of a run. Declared once: command line, plan, report and docs are derived from them."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field, ValidationError

from passerby.config.rational import Rational
from passerby.config.regions import Region
from passerby.core.errors import UsageError
from passerby.core.kinds import HIDEABLE, Kind
from passerby.core.model import FrozenModel


class Style(StrEnum):
    """Fill of a mask. Only `solid` does not depend on the pixels that it hides."""

    SOLID = "solid"
    MOSAIC = "mosaic"
    BLUR = "blur"


#: Kinds whose identifying detail is text or print: a few coloured cells of a plate can still be read (Hill et al.,
#: PoPETs 2016(4)), so these are painted solid whatever the style.
ALWAYS_SOLID = frozenset({Kind.PLATE, Kind.TEXT, Kind.SCREEN, Kind.REGION})

#: Cells across and down of a mosaic or blur, however large the object. Recognition from mosaics feeds on more
#: cells than this (McPherson et al., arXiv 1609.00408).
MOSAIC_CELLS = 4


class Profile(StrEnum):
    """Detection effort."""

    FAST = "fast"
    BALANCED = "balanced"
    THOROUGH = "thorough"


#: What `unnatural-voice` was called before it was measured: it hides nobody.
OLD_UNNATURAL_VOICE = "disguise"


class Audio(StrEnum):
    """Processing of the audio tracks."""

    REMOVE = "remove"
    REMOVE_VOICES = "remove-voices"
    KEEP = "keep"
    UNNATURAL_VOICE = "unnatural-voice"

    @classmethod
    def _missing_(cls, value: object) -> Audio | None:
        """Plans and reports of earlier versions have the old name."""
        return cls.UNNATURAL_VOICE if value == OLD_UNNATURAL_VOICE else None


class VoiceFill(StrEnum):
    """What takes the place of voices that are removed. Room tone is noise like that of the surroundings."""

    SILENCE = "silence"
    ROOM_TONE = "room-tone"


class Codec(StrEnum):
    """Video codec of the output."""

    H264 = "h264"
    HEVC = "hevc"
    AV1 = "av1"


def _hideable(kinds: tuple[Kind, ...]) -> tuple[Kind, ...]:
    refused = [kind.value for kind in kinds if kind not in HIDEABLE]
    if refused:
        raise ValueError(f"cannot hide {', '.join(refused)}; choose from {', '.join(HIDEABLE)}")
    return tuple(kind for kind in HIDEABLE if kind in kinds)


#: Highest frame rate that can be given, frames a second.
MAX_FRAME_RATE = 480


def _plausible_rate(rate: Fraction) -> Fraction:
    if rate > MAX_FRAME_RATE:
        raise ValueError(f"{MAX_FRAME_RATE} frames a second is the most")
    return rate


FrameRate = Annotated[Rational, AfterValidator(_plausible_rate)]
#: Kinds to hide: at least one, each once, in the order of HIDEABLE.
HiddenKinds = Annotated[tuple[Kind, ...], Field(min_length=1), AfterValidator(_hideable)]


def settings_fault(error: ValidationError) -> str:
    """What is wrong with settings, and what is allowed: the first fault, beginning with the name of the setting."""
    first = error.errors()[0]
    name = str(first["loc"][0]) if first["loc"] else "settings"
    given = "" if first["type"] in ("missing", "extra_forbidden") else f" (given: {str(first.get('input'))[:60]!r})"
    if name == "hide" and first["type"] in ("enum", "tuple_type", "too_short"):
        return f"{name}: choose from {', '.join(HIDEABLE)}{given}"
    if first["type"] == "extra_forbidden":
        return f"{name}: there is no such setting; there are {', '.join(Settings.model_fields)}"
    return f"{name}: {str(first['msg']).removeprefix('Value error, ')}{given}"


class _CheckedModel(type(FrozenModel)):  # type: ignore[misc]
    """Settings that somebody makes with impossible values are a UsageError, since this library raises PasserbyError
    only. Those that are read from a document are that document's error."""

    if not TYPE_CHECKING:

        def __call__(cls, *args: object, **values: object) -> object:
            try:
                return super().__call__(*args, **values)
            except ValidationError as error:
                raise UsageError(f"{settings_fault(error)}.") from error


class Settings(FrozenModel, metaclass=_CheckedModel):
    """The settings that determine the output. Names may be given as text: `hide={"face", "plate"}`. Raises UsageError
    for a value that is not allowed; the message says which are."""

    if TYPE_CHECKING:
        # What is accepted is more than what is kept. tests/config/test_settings.py holds the names against the fields.
        def __init__(
            self,
            *,
            hide: Iterable[Kind | str] = ...,
            style: Style | str = ...,
            profile: Profile | str = ...,
            hide_regions: Iterable[Region] = ...,
            keep_regions: Iterable[Region] = ...,
            audio: Audio | str = ...,
            voice_fill: VoiceFill | str = ...,
            codec: Codec | str | None = ...,
            quality: int | None = ...,
            exact_chroma: bool = ...,
            keep_times: bool = ...,
            frame_rate: Fraction | str | float | None = ...,
        ) -> None: ...

    hide: HiddenKinds = Field(default=(Kind.FACE, Kind.PLATE), description="Kinds of objects to hide.")
    style: Style = Field(
        default=Style.SOLID,
        description="Fill of a mask. mosaic and blur are weaker: they keep a few colours of what they hide. "
        "Plates, text and screens are always solid.",
    )
    profile: Profile = Field(default=Profile.BALANCED, description="Detection effort: interval, input sizes, models.")
    hide_regions: tuple[Region, ...] = Field(
        default=(), description="Fixed regions to hide: x1,y1,x2,y2[@start-end];... in displayed pixels and seconds."
    )
    keep_regions: tuple[Region, ...] = Field(
        default=(), description="Fixed regions in which detections are not masked, in the same format."
    )
    audio: Audio = Field(
        default=Audio.REMOVE,
        description="Processing of the audio. remove-voices detects speech and takes it out, other sound stays; "
        "unnatural-voice shifts voices, which can be undone: it hides nobody.",
    )
    voice_fill: VoiceFill = Field(
        default=VoiceFill.SILENCE,
        description="What takes the place of voices with remove-voices: silence, or noise like the surroundings.",
    )
    codec: Codec | None = Field(
        default=None, description="Video codec; by default H.264 for 8-bit sources and HEVC for higher bit depths."
    )
    quality: int | None = Field(
        default=None,
        ge=1,
        le=51,
        description="Constant rate factor (CRF) of the encoder, lower is better; by default matched to the source.",
    )
    exact_chroma: bool = Field(
        default=False, description="Keep 4:2:2 and 4:4:4 chroma, which many players do not support, instead of 4:2:0."
    )
    keep_times: bool = Field(default=False, description="Keep the creation date and time of the source.")
    frame_rate: FrameRate | None = Field(
        default=None,
        description="Frames a second of a stream without a container, such as 25 or 30000/1001; by default what the "
        "stream states, or 25. Other files state the time of each frame.",
    )
