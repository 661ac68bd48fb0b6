"""The library as functions, for a single call: each loads the models that it needs, and frees them.

`detect`, `mask` and `verify` are packages of passerby, so the functions have longer names than the methods.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from os import PathLike

from passerby.config.settings import Settings
from passerby.documents.verification_report import VerificationReport
from passerby.library.pictures import Found, Maskable
from passerby.library.redactor import DEFAULT_DELAY_S, Redactor
from passerby.source.memory import Picture


def verify_file(
    file: str | PathLike[str],
    *,
    plan: str | PathLike[str] | None = None,
    original: str | PathLike[str] | None = None,
) -> VerificationReport:
    """As `Redactor.verify`."""
    return Redactor().verify(file, plan=plan, original=original)


def mask_frames(
    frames: Sequence[Picture] | Iterable[Picture],
    *,
    fps: float | Fraction,
    settings: Settings | None = None,
    array_format: str = "rgb24",
    delay: float = DEFAULT_DELAY_S,
    threads: int | None = None,
) -> Iterator[Picture]:
    """As `Redactor.mask_frames`."""
    redactor = Redactor(settings, threads=threads)
    return redactor.mask_frames(frames, fps=fps, array_format=array_format, delay=delay)


def detect_image(image: Picture, *, settings: Settings | None = None, array_format: str = "rgb24") -> list[Found]:
    """As `Redactor.detect`. For more than one image make a Redactor, which keeps the models loaded."""
    return Redactor(settings).detect(image, array_format=array_format)


def mask_image(
    image: Picture,
    regions: Iterable[Maskable] | None = None,
    *,
    settings: Settings | None = None,
    array_format: str = "rgb24",
) -> Picture:
    """As `Redactor.mask`."""
    return Redactor(settings).mask(image, regions, array_format=array_format)
