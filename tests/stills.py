"""Makers of test images, each small and made on the spot, and where a fake detector sees a face in them."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pillow_heif
from PIL import Image, ImageCms, ImageFilter, PngImagePlugin, TiffImagePlugin

from tests.fake_detector import FACE_POSITION
from tests.heic import last_is_depth_of_first

WIDTH, HEIGHT = 160, 112
#: Looked for in outputs as bytes.
SECRET = b"Secret"


def hidden_part(width: int, height: int) -> tuple[slice, slice]:
    """Rows and columns that are surely under the mask."""
    x1, y1, x2, y2 = FACE_POSITION
    return slice(round(y1 * height), round(y2 * height)), slice(round(x1 * width), round(x2 * width))


def untouched_part(width: int, height: int) -> tuple[slice, slice]:
    """Rows and columns that no mask, and no block of an encoder that touches it, reaches."""
    return slice(0, height), slice(round(0.75 * width), width)


def opened(path: Path) -> Image.Image:
    """A file as Pillow reads it, without holding on to it."""
    pillow_heif.register_heif_opener()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a list of further pictures that leads nowhere
        return Image.open(io.BytesIO(path.read_bytes()))


def drawing(width: int = WIDTH, height: int = HEIGHT, seed: int = 1) -> npt.NDArray[np.uint8]:
    """Shades with something finer on them, RGB, never black; no two seeds alike."""
    rows, columns = np.mgrid[0:height, 0:width].astype(float)
    shade = np.stack([columns / width, rows / height, (rows + columns) / (width + height)], axis=2)
    rng = np.random.default_rng(seed)
    coarse = rng.uniform(-30, 30, (height // 8 + 1, width // 8 + 1, 1))
    fine = np.repeat(np.repeat(coarse, 8, axis=0), 8, axis=1)[:height, :width]
    return np.clip(60 + 150 * shade + fine, 45, 255).astype(np.uint8)


def image(width: int = WIDTH, height: int = HEIGHT, seed: int = 1) -> Image.Image:
    return Image.fromarray(drawing(width, height, seed))


def photo(width: int, height: int) -> Image.Image:
    """As soft as what a lens draws, so that encoders can do with it what they do with photos."""
    soft = image(width, height).filter(ImageFilter.GaussianBlur(4))
    grain = Image.effect_noise((width, height), 40).filter(ImageFilter.GaussianBlur(1.2)).convert("RGB")
    return Image.blend(soft, grain, 0.3)


def with_alpha(seed: int = 1) -> Image.Image:
    """Opaque at the left, half through in the middle, nothing at the right."""
    picture = image(seed=seed)
    alpha = np.full((HEIGHT, WIDTH), 255, np.uint8)
    alpha[:, WIDTH // 3 : WIDTH // 2] = 128
    alpha[:, -WIDTH // 6 :] = 0
    picture.putalpha(Image.fromarray(alpha))
    return picture


def few_colours(count: int = 40) -> Image.Image:
    return image().quantize(count, dither=Image.Dither.NONE)


def deep_grey() -> Image.Image:
    ramp = np.linspace(3000, 65000, WIDTH * HEIGHT).astype("<u2").reshape(HEIGHT, WIDTH)
    return Image.frombytes("I;16", (WIDTH, HEIGHT), ramp.tobytes())


def bilevel() -> Image.Image:
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
    return Image.fromarray(((rows // 6 + columns // 6) % 2 * 255).astype(np.uint8)).convert("1")


@cache
def profile() -> bytes:
    """An ICC profile (sRGB)."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def moving(count: int = 6) -> list[Image.Image]:
    """A light square that passes over a few colours."""
    ground = np.array(few_colours(24).convert("RGB"))
    frames = []
    for number in range(count):
        frame = ground.copy()
        frame[80:100, 10 + 20 * number : 30 + 20 * number] = (250, 250, 240)
        frames.append(Image.fromarray(frame))
    return frames


DURATIONS = [40, 80, 120, 160, 200, 240]


def gif(path: Path) -> Path:
    first, *rest = moving()
    first.save(path, "GIF", save_all=True, append_images=rest, duration=DURATIONS, loop=3)
    return path


def webp_animation(path: Path) -> Path:
    first, *rest = moving()
    first.save(path, "WEBP", save_all=True, append_images=rest, duration=DURATIONS, loop=3, lossless=True)
    return path


def apng(path: Path) -> Path:
    first, *rest = moving()
    first.save(path, "PNG", save_all=True, append_images=rest, duration=DURATIONS, loop=3)
    return path


def avif_animation(path: Path) -> Path:
    first, *rest = moving()
    first.save(path, "AVIF", save_all=True, append_images=rest, duration=DURATIONS, quality=90)
    return path


def tiff_pages(path: Path) -> Path:
    """Four pages: colour, grey in another size, 16 bits, black and white."""
    with TiffImagePlugin.AppendingTiffWriter(path, new=True) as file:
        for page, compression in (
            (image(), "tiff_lzw"),
            (image(96, 200, seed=2).convert("L"), "tiff_adobe_deflate"),
            (deep_grey(), "raw"),
            (bilevel(), "group4"),
        ):
            page.save(file, "TIFF", compression=compression)
            file.newFrame()
    return path


def thumbnail() -> bytes:
    """A small JPEG with a comment in it."""
    file = io.BytesIO()
    image(32, 24).save(file, "JPEG", comment=b"Secret thumbnail")
    return file.getvalue()


def exif(orientation: int = 1, little: bytes = thumbnail()) -> bytes:
    """EXIF with a make, a position, maker notes, a serial number and a thumbnail, all secret."""
    made = Image.Exif()
    made[274], made[271], made[305] = orientation, "Secret make", "Secret software"
    made.get_ifd(0x8769).update({37500: b"Secret maker note", 42033: "Secret serial", 36867: "2021:02:03 04:05:06"})
    made.get_ifd(0x8825).update({1: "N", 2: (48.0, 51.0, 29.6), 27: b"ASCII\0\0\0Secret position"})
    data = bytearray(made.tobytes())
    # Pillow writes no thumbnail: append one, and a second directory that points to it.
    first = 6 + struct.unpack_from("<I" if data[6:8] == b"II" else ">I", data, 10)[0]
    order = "<" if data[6:8] == b"II" else ">"
    (entries,) = struct.unpack_from(f"{order}H", data, first)
    second = len(data) - 6
    struct.pack_into(f"{order}I", data, first + 2 + 12 * entries, second)
    place = second + 2 + 2 * 12 + 4
    data += struct.pack(f"{order}HHHIIHHIII", 2, 513, 4, 1, place, 514, 4, 1, len(little), 0)
    return bytes(data + little)


XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/">Secret XMP</x:xmpmeta>'


def _segment(marker: int, data: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def raw_animation() -> bytes:
    """What a motion photo has behind its picture: it begins like an MP4."""
    return struct.pack(">I", 24) + b"ftypmp42\0\0\0\0isommp42" + b"Secret film" * 40


def jpeg_with_everything(path: Path, orientation: int = 1) -> Path:
    """Everything that cameras, phones and programs put into a JPEG."""
    file = io.BytesIO()
    image().save(file, "JPEG", quality=88, icc_profile=profile())
    plain = file.getvalue()
    mpf = b"MPF\0II*\0\x08\0\0\0\x01\0\x00\xb0\x07\0\x04\0\0\x000100\0\0\0\0"
    extra = (
        _segment(0xE1, exif(orientation))
        + _segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + XMP)
        + _segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + b"0" * 40 + b"Secret more XMP")
        + _segment(0xE2, mpf)
        + _segment(0xED, b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x1c\x1c\x02\x78\0\x0eSecret caption")
        + _segment(0xE0, b"JFXX\0\x10" + thumbnail())
        + _segment(0xEB, b"Secret data of some program")
        + _segment(0xFE, b"Secret comment")
    )
    path.write_bytes(plain[:2] + extra + plain[2:] + thumbnail() + raw_animation())
    return path


def png_with_everything(path: Path) -> Path:
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", "Secret author")
    info.add_text("Comment", "Secret " * 50, zip=True)
    info.add_itxt("XML:com.adobe.xmp", XMP.decode())
    info.add(b"seCr", b"Secret private chunk")
    info.add(b"gAMA", struct.pack(">I", 45455))
    image().save(path, "PNG", pnginfo=info, exif=exif(), dpi=(72, 72))
    content = path.read_bytes()
    time = b"tIME" + struct.pack(">HBBBBB", 2021, 2, 3, 4, 5, 6)
    chunk = struct.pack(">I", 7) + time + struct.pack(">I", zlib.crc32(time))
    path.write_bytes(content[:33] + chunk + content[33:] + b"Secret trailing bytes")
    return path


def webp_with_everything(path: Path) -> Path:
    image().save(path, "WEBP", quality=85, exif=exif(), xmp=XMP, icc_profile=profile())
    content = path.read_bytes() + b"SCRT" + struct.pack("<I", 12) + b"Secret chunk"
    content = content[:4] + struct.pack("<I", len(content) - 8) + content[8:]
    path.write_bytes(content + b"Secret trailing bytes")
    return path


def gif_with_everything(path: Path) -> Path:
    first, *rest = moving()
    first.save(path, "GIF", save_all=True, append_images=rest, duration=DURATIONS, loop=0, comment=b"Secret comment")
    content = path.read_bytes()
    assert content[-1:] == b";"
    xmp = b"!\xff\x0bXMP DataXMP" + bytes([len(XMP)]) + XMP + b"\0"
    path.write_bytes(content[:-1] + xmp + b";" + b"Secret trailing bytes")
    return path


def tiff_with_everything(path: Path) -> Path:
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[270], tags[271], tags[315], tags[306] = "Secret caption", "Secret make", "Secret artist", "2021:02:03 04:05:06"
    tags[700] = XMP
    tags.tagtype[700] = 1
    tags[33723] = b"\x1c\x02\x78\0\x0eSecret caption"
    tags.tagtype[33723] = 7
    tags[65000] = "Secret private tag"
    tags.tagtype[65000] = 2
    image().save(path, "TIFF", compression="tiff_lzw", tiffinfo=tags, icc_profile=profile())
    small = image(40, 28)
    with TiffImagePlugin.AppendingTiffWriter(path) as file:
        small.save(file, "TIFF", tiffinfo={254: 1, 270: "Secret small copy"})
        file.newFrame()
    return path


def bmp_with_everything(path: Path) -> Path:
    image().save(path, "BMP")
    path.write_bytes(path.read_bytes() + b"Secret trailing bytes")
    return path


def avif_with_everything(path: Path) -> Path:
    image().save(path, "AVIF", quality=90, exif=exif()[6:], xmp=XMP, icc_profile=profile())
    path.write_bytes(path.read_bytes() + struct.pack(">I", 20) + b"uuid" + b"Secret uuid!")
    return path


def heic(path: Path, picture: Image.Image | None = None, **options: object) -> Path:
    pillow_heif.from_pillow(picture or image()).save(path, quality=85, **options)
    return path


def heic_with_everything(path: Path) -> Path:
    """EXIF, XMP, a thumbnail, a second picture, which is made the first one's depth, and a box behind it all."""
    made = pillow_heif.from_pillow(image())
    made.add_from_pillow(image(80, 56, seed=3))
    made.save(path, quality=85, exif=exif()[6:], xmp=XMP, thumbnails=[48], icc_profile=profile(), primary_index=0)
    content = last_is_depth_of_first(path.read_bytes())
    path.write_bytes(content + struct.pack(">I", 20) + b"uuid" + b"Secret uuid!")
    return path


def deep_rgb_png(path: Path) -> Path:
    """RGB of 16 bits a sample, which Pillow reads and does not write."""
    values = (drawing().astype(">u2") * 257).astype(">u2").tobytes()
    line = WIDTH * 6
    rows = b"".join(b"\0" + values[at : at + line] for at in range(0, len(values), line))
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 16, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    body = b"".join(struct.pack(">I", len(d)) + n + d + struct.pack(">I", zlib.crc32(n + d)) for n, d in chunks)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + body)
    return path


def deep_heic(path: Path) -> Path:
    """10 bits a sample."""
    deep = (drawing().astype("<u2") << 8).tobytes()
    pillow_heif.from_bytes("RGB;16", (WIDTH, HEIGHT), deep).save(path, quality=85)
    return path


#: A maker for each format; every file holds SECRET in several places.
EVERYTHING = {
    "photo.jpg": jpeg_with_everything,
    "drawing.png": png_with_everything,
    "photo.webp": webp_with_everything,
    "moving.gif": gif_with_everything,
    "scan.tif": tiff_with_everything,
    "screen.bmp": bmp_with_everything,
    "photo.avif": avif_with_everything,
    "photo.heic": heic_with_everything,
}
