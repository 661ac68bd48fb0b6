"""Pillow image -> planar frame for detection and masking: grey, RGB with or without alpha, or a JPEG's YCbCr."""

from __future__ import annotations

import io
from fractions import Fraction

import av
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageCms, ImageFile, JpegImagePlugin

from passerby.core.media import Colour
from passerby.core.still_info import StillKind

GREY, DEEP_GREY, RGB, RGBA, YCBCR = "gray", "gray16le", "gbrp", "gbrap", "yuvj444p"

#: Pixel formats by Pillow mode; other modes are converted to one of these (`to_paint_mode`).
FORMATS = {"1": GREY, "L": GREY, "I;16": DEEP_GREY, "RGB": RGB, "RGBA": RGBA, "YCbCr": YCBCR}
#: The plane of each of Pillow's channels: FFmpeg's order is green, blue, red.
_PLANES = {GREY: (0,), RGB: (2, 0, 1), RGBA: (2, 0, 1, 3), YCBCR: (0, 1, 2)}

#: H.273: JPEG's YCbCr has BT.601's matrix in full range; RGB has none. Primaries and transfer are in the ICC profile.
RGB_COLOUR = Colour(matrix=0, full_range=True)
JPEG_COLOUR = Colour(matrix=5, full_range=True)


def paint_mode(image: Image.Image) -> str | None:
    """The mode of FORMATS in which this image is painted; None when none of them can represent it."""
    transparent = "transparency" in image.info
    match image.mode:
        case "1" | "L" | "RGB" if not transparent:
            return image.mode
        case "I;16" | "I;16L" | "I;16B":
            return "I;16"
        case "1" | "L" | "LA" | "La" | "PA" | "RGB" | "RGBA" | "RGBa":
            return "RGBA"
        case "P":
            return "RGBA" if transparent or (image.palette and image.palette.mode == "RGBA") else "RGB"
        case "CMYK" | "YCbCr" | "RGBX" | "HSV":
            return "RGB"
    return None


def to_paint_mode(image: Image.Image, mode: str) -> Image.Image:
    """The decoded image in `mode` (from paint_mode)."""
    if image.mode == mode:
        return image
    if image.mode == "CMYK":
        return _from_cmyk(image)
    if mode == "I;16":  # Pillow cannot convert between byte orders
        samples = np.asarray(image).astype("<u2")
        return Image.frombytes("I;16", image.size, samples.tobytes())
    if image.mode in ("La", "RGBa"):
        image = image.convert(image.mode[:-1] + "A")
    return image.convert(mode)


def _from_cmyk(image: Image.Image) -> Image.Image:
    """Convert CMYK to sRGB, by the image's own profile where that is usable."""
    profile = image.info.get("icc_profile")
    if profile:
        try:
            converted = ImageCms.profileToProfile(
                image, io.BytesIO(profile), ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            converted = None  # a broken profile: other programs use the plain formula as well
        if converted is not None:
            return converted
    return image.convert("RGB")


def keeps_ycbcr(image: ImageFile.ImageFile, kind: StillKind) -> bool:
    """Whether this JPEG can stay in its own YCbCr. Then unmasked areas are encoded with nearly the same
    coefficients."""
    if kind is not StillKind.JPEG or not isinstance(image, JpegImagePlugin.JpegImageFile) or image.mode != "RGB":
        return False
    names = bytes(layer[0] for layer in image.layer)
    return image.info.get("adobe_transform", 1) == 1 and (names != b"RGB" or "jfif" in image.info)


def to_frame(image: Image.Image) -> av.VideoFrame:
    """The image, in a mode of FORMATS, as planes. Invisible pixels (alpha 0) become black, so that nothing can hide in
    them."""
    form = FORMATS[image.mode]
    frame = av.VideoFrame(image.width, image.height, form)
    frame.time_base = Fraction(1)
    if form == DEEP_GREY:
        _plane(frame, 0, np.uint16)[:] = np.asarray(image)
        return frame
    if image.mode == "1":
        image = image.convert("L")
    for channel, plane in enumerate(_PLANES[form]):
        _plane(frame, plane, np.uint8)[:] = np.asarray(image.getchannel(channel))
    if form == RGBA:
        invisible = _plane(frame, 3, np.uint8) == 0
        for plane in range(3):
            _plane(frame, plane, np.uint8)[invisible] = 0
    if form == YCBCR:
        frame.colorspace, frame.color_range = JPEG_COLOUR.matrix, 2
    return frame


def _plane(frame: av.VideoFrame, number: int, kind: type[np.uint8] | type[np.uint16]) -> npt.NDArray[np.uint8]:
    plane = frame.planes[number]
    samples = np.frombuffer(memoryview(plane), kind).reshape(plane.height, -1)[:, : plane.width]
    return samples  # type: ignore[return-value]  # both sample types are assigned to in the same way
