"""Pillow's picture -> planes that can be looked at and painted: grey, RGB with or without alpha, or a JPEG's YCbCr."""

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

#: By Pillow's modes; those that are not here are made into one that is (`simplified`).
FORMATS = {"1": GREY, "L": GREY, "I;16": DEEP_GREY, "RGB": RGB, "RGBA": RGBA, "YCbCr": YCBCR}
#: The plane of each of Pillow's channels: FFmpeg keeps green, blue, red.
_PLANES = {GREY: (0,), RGB: (2, 0, 1), RGBA: (2, 0, 1, 3), YCBCR: (0, 1, 2)}

#: H.273: JPEG's YCbCr has BT.601's matrix in full range; RGB has none. Primaries and transfer are in the ICC profile.
COLOUR = Colour(matrix=0, full_range=True)
JPEG_COLOUR = Colour(matrix=5, full_range=True)


def simplified_mode(image: Image.Image) -> str | None:
    """The mode of FORMATS in which this picture is painted; None when there is none that would do it justice."""
    see_through = "transparency" in image.info
    match image.mode:
        case "1" | "L" | "RGB" if not see_through:
            return image.mode
        case "I;16" | "I;16L" | "I;16B":
            return "I;16"
        case "1" | "L" | "LA" | "La" | "PA" | "RGB" | "RGBA" | "RGBa":
            return "RGBA"
        case "P":
            return "RGBA" if see_through or (image.palette and image.palette.mode == "RGBA") else "RGB"
        case "CMYK" | "YCbCr" | "RGBX" | "HSV":
            return "RGB"
    return None


def simplified(image: Image.Image, mode: str) -> Image.Image:
    """The decoded picture in `mode` (of simplified_mode)."""
    if image.mode == mode:
        return image
    if image.mode == "CMYK":
        return _from_cmyk(image)
    if mode == "I;16":  # Pillow has no way from one order of bytes to the other
        deep = np.asarray(image).astype("<u2")
        return Image.frombytes("I;16", image.size, deep.tobytes())
    if image.mode in ("La", "RGBa"):
        image = image.convert(image.mode[:-1] + "A")
    return image.convert(mode)


def _from_cmyk(image: Image.Image) -> Image.Image:
    """To sRGB, by the picture's own profile where it has one that can be used."""
    profile = image.info.get("icc_profile")
    if profile:
        try:
            converted = ImageCms.profileToProfile(
                image, io.BytesIO(profile), ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            converted = None  # a broken profile: the plain formula is what other programs take as well
        if converted is not None:
            return converted
    return image.convert("RGB")


def keeps_ycbcr(image: ImageFile.ImageFile, kind: StillKind) -> bool:
    """Can this JPEG stay in its own YCbCr? Then what is not painted is written with nearly the same coefficients."""
    if kind is not StillKind.JPEG or not isinstance(image, JpegImagePlugin.JpegImageFile) or image.mode != "RGB":
        return False
    names = bytes(layer[0] for layer in image.layer)
    return image.info.get("adobe_transform", 1) == 1 and (names != b"RGB" or "jfif" in image.info)


def picture(image: Image.Image) -> av.VideoFrame:
    """The picture, in a mode of FORMATS, as planes. What cannot be seen (alpha 0) is black in them: nothing may hide
    there."""
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
    return samples  # type: ignore[return-value]  # either kind of sample is written to alike
