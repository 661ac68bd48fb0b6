"""Photos with one thing in each that must not come out."""

from __future__ import annotations

import struct
from pathlib import Path

import pillow_heif
from PIL import Image

from tests import clips, stills
from tests.heic import last_is_depth_of_first
from tests.remnants.parts import (
    DEGREES,
    Maker,
    behind,
    box,
    face,
    jpeg,
    pieces,
    scan,
)

#: EXIF as phones write it: a thumbnail with the face, a position, maker notes, the device and a date.
THUMBNAIL = jpeg(face())
EXIF = stills.exif(little=THUMBNAIL)
DATE = b"2021:02:03 04:05:06"
IN_EXIF = [*scan(THUMBNAIL), b"Secret position", b"Secret make", b"Secret serial", b"Secret maker note", DATE]


def with_exif(name: str, **options: object) -> Maker:
    def make(path: Path) -> list[bytes]:
        data = EXIF if name in ("JPEG", "PNG", "WEBP") else EXIF[6:]
        if name == "HEIF":
            pillow_heif.from_pillow(stills.image()).save(path, quality=85, exif=data, xmp=stills.XMP)
        else:
            stills.image().save(path, name, exif=data, **options)
        # Pillow leaves the thumbnail out of an AVIF.
        return IN_EXIF[-5:] if name == "AVIF" else IN_EXIF

    return make


def gps(path: Path) -> list[bytes]:
    """A position alone, as EXIF counts it: degrees, minutes and seconds, each a fraction."""
    made = Image.Exif()
    made.get_ifd(0x8825).update({1: "N", 2: tuple(a / b for a, b in DEGREES), 29: "2021:02:03", 27: b"Secret method"})
    stills.image().save(path, "JPEG", exif=made)
    degrees = [struct.pack(f"{order}4I", *DEGREES[0], *DEGREES[1]) for order in "<>"]
    return [next(one for one in degrees if one in path.read_bytes()), b"2021:02:03", b"Secret method"]


def motion_photo(path: Path) -> list[bytes]:
    """A whole film after the image, and XMP that says where it begins."""
    clip = clips.cfr(path.with_name("film.mp4")).read_bytes()
    stills.image().save(path, "JPEG", quality=88, xmp=b'<x:xmpmeta GCamera:MotionPhoto="1"/>Secret', exif=EXIF)
    path.write_bytes(path.read_bytes() + clip)
    start = clips.boxes(clip, b"mdat")[0]
    return [b"ftypisom", b"MotionPhoto", *pieces(clip[start : start + 3000])]


def motion_heic(path: Path) -> list[bytes]:
    """The same in a HEIC, whose film is in a box."""
    clip = clips.cfr(path.with_name("film.mp4")).read_bytes()
    stills.heic(path)
    path.write_bytes(path.read_bytes() + box(b"mpvd", clip))
    start = clips.boxes(clip, b"mdat")[0]
    return [b"mpvd", *pieces(clip[start : start + 3000])]


def depth(path: Path) -> list[bytes]:
    """A second picture, in which the face can be seen, that is called the depth of the first one."""
    made = pillow_heif.from_pillow(stills.image())
    made.add_from_pillow(face((128, 128)))
    made.save(path, quality=85, primary_index=0, xmp=stills.XMP)
    path.write_bytes(last_is_depth_of_first(path.read_bytes()))
    alone = path.with_name("alone.heic")
    pillow_heif.from_pillow(face((128, 128))).save(alone, quality=85)
    data = alone.read_bytes()
    start = clips.boxes(data, b"mdat")[0]
    return pieces(data[start:][-3000:])


def small_copy_in_heic(path: Path) -> list[bytes]:
    pillow_heif.from_pillow(face((256, 256))).save(path, quality=85, thumbnails=[64])
    data = path.read_bytes()
    assert b"thmb" in data
    return [b"thmb"]


def of_everything(name: str, *wanted: bytes) -> Maker:
    """The file of that kind with all that it can hold."""

    def make(path: Path) -> list[bytes]:
        stills.EVERYTHING[name](path)
        return list(wanted)

    return make


STILLS: dict[str, tuple[str, Maker]] = {
    "EXIF with the face in its thumbnail, JPEG": ("a.jpg", with_exif("JPEG", quality=88)),
    "EXIF with the face in its thumbnail, PNG": ("a.png", with_exif("PNG")),
    "EXIF with the face in its thumbnail, WebP": ("a.webp", with_exif("WEBP", quality=80)),
    "EXIF with the face in its thumbnail, HEIC": ("a.heic", with_exif("HEIF")),
    "EXIF, AVIF": ("a.avif", with_exif("AVIF")),
    "position, JPEG": ("a.jpg", gps),
    "motion photo, JPEG": ("a.jpg", motion_photo),
    "motion photo, HEIC": ("a.heic", motion_heic),
    "depth, HEIC": ("a.heic", depth),
    "thumbnail, HEIC": ("a.heic", small_copy_in_heic),
    "XMP, comments and program data, JPEG": (
        "a.jpg",
        of_everything(
            "photo.jpg", stills.XMP, b"Secret more XMP", b"Secret comment", b"Secret caption", b"Secret data", b"MPF\0"
        ),
    ),
    "text, XMP and date, PNG": ("a.png", of_everything("drawing.png", b"Secret author", stills.XMP, b"tIME", b"seCr")),
    "XMP and chunks, WebP": ("a.webp", of_everything("photo.webp", stills.XMP, b"Secret chunk")),
    "comment and XMP, GIF": ("a.gif", of_everything("moving.gif", b"Secret comment", stills.XMP)),
    "tags and small copy, TIFF": (
        "a.tif",
        of_everything(
            "scan.tif", b"Secret make", b"Secret artist", b"Secret private tag", DATE, stills.XMP, b"Secret small copy"
        ),
    ),
    "XMP and boxes, HEIC": ("a.heic", of_everything("photo.heic", stills.XMP, b"Secret uuid")),
    "XMP and boxes, AVIF": ("a.avif", of_everything("photo.avif", stills.XMP, b"Secret uuid")),
    **{
        f"trailing bytes, {kind}": (f"a.{ending}", behind(lambda path, kind=kind: stills.image().save(path, kind)))
        for kind, ending in (("JPEG", "jpg"), ("PNG", "png"), ("WEBP", "webp"), ("TIFF", "tif"), ("BMP", "bmp"))
    },
}
