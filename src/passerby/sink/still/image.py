"""Safe frame -> Pillow image in the source's mode: bilevel, grey, palette, RGB, with or without alpha."""

from __future__ import annotations

import av
import numpy as np
import numpy.typing as npt
from PIL import Image

from passerby.core.safe_frame import SafeFrame
from passerby.core.still_info import Page, StillKind

#: The plane of each channel: FFmpeg's order is green, blue, red.
_CHANNELS = {
    "gray": ("L", (0,)),
    "gbrp": ("RGB", (2, 0, 1)),
    "gbrap": ("RGBA", (2, 0, 1, 3)),
    "yuvj444p": ("YCbCr", (0, 1, 2)),
}
#: Most colours in a palette.
MAX_PALETTE_COLOURS = 256


def to_image(frame: SafeFrame, page: Page, kind: StillKind) -> Image.Image:
    """The image as it is to be encoded. A palette is built again: lossless, where there are at most 256 colours."""
    image = _image(frame.av_frame)
    match page.mode:
        case "1":
            return image.convert("1", dither=Image.Dither.NONE)
        case "P":
            return _with_palette(image, all_or_nothing=kind is StillKind.GIF)
        case "LA" | "L" if image.mode != page.mode:
            return image.convert(page.mode)
        case "RGB" if image.mode == "RGBA":
            return image.convert("RGB")
    return image


def _image(av_frame: av.VideoFrame) -> Image.Image:
    if av_frame.format.name == "gray16le":
        samples = _samples(av_frame, 0, np.uint16)
        return Image.frombytes("I;16", (av_frame.width, av_frame.height), np.ascontiguousarray(samples).tobytes())
    mode, planes = _CHANNELS[av_frame.format.name]
    bands = [Image.fromarray(np.ascontiguousarray(_samples(av_frame, plane, np.uint8))) for plane in planes]
    return bands[0] if len(bands) == 1 else Image.merge(mode, bands)


def _samples(av_frame: av.VideoFrame, number: int, kind: type[np.uint8] | type[np.uint16]) -> npt.NDArray[np.uint8]:
    plane = av_frame.planes[number]
    # uint16 for 16 bits; Pillow takes both, and one annotation for both is enough here.
    return np.frombuffer(memoryview(plane), kind).reshape(plane.height, -1)[:, : plane.width]  # type: ignore[return-value]


def _with_palette(image: Image.Image, all_or_nothing: bool) -> Image.Image:
    """RGB or RGBA as palette colours. An image with more colours uses the nearest of 256, without dithering, which
    would speckle the masks. `all_or_nothing`: a pixel is either opaque or fully transparent."""
    rgba = np.array(image.convert("RGBA"))
    if all_or_nothing:
        rgba[..., 3] = np.where(rgba[..., 3] < 128, 0, 255)
        rgba[rgba[..., 3] == 0] = 0
    packed = rgba.view(np.uint32)[..., 0]
    if (
        len(np.unique(packed[::16, ::16])) > MAX_PALETTE_COLOURS
        or len(colours := np.unique(packed)) > MAX_PALETTE_COLOURS
    ):
        return _quantized(rgba)
    indices = np.searchsorted(colours, packed).astype(np.uint8)
    return _palette_image(indices, colours.view(np.uint8).reshape(-1, 4), all_or_nothing)


def _quantized(rgba: npt.NDArray[np.uint8]) -> Image.Image:
    """Reduced to the 255 best colours, and one for transparent pixels."""
    opaque = Image.fromarray(np.ascontiguousarray(rgba[..., :3]))
    quantized = opaque.quantize(MAX_PALETTE_COLOURS - 1, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    table = np.zeros((MAX_PALETTE_COLOURS, 4), np.uint8)
    palette = np.array(quantized.getpalette("RGB"), np.uint8).reshape(-1, 3)[: MAX_PALETTE_COLOURS - 1]
    table[: len(palette), :3], table[: MAX_PALETTE_COLOURS - 1, 3] = palette, 255
    indices = np.array(quantized)
    indices[rgba[..., 3] < 128] = MAX_PALETTE_COLOURS - 1
    return _palette_image(indices, table, all_or_nothing=True)


def _palette_image(indices: npt.NDArray[np.uint8], table: npt.NDArray[np.uint8], all_or_nothing: bool) -> Image.Image:
    image = Image.frombytes("P", indices.shape[::-1], indices.tobytes())
    image.putpalette(table[:, :3].tobytes(), "RGB")
    if (table[:, 3] < 255).any():
        image.info["transparency"] = int(table[:, 3].argmin()) if all_or_nothing else table[:, 3].tobytes()
    return image
