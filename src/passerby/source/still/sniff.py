"""The still image format, by the first bytes of the file; its name is not trusted."""

from __future__ import annotations

import os
from pathlib import Path

from passerby.core.errors import SourceError, UnsupportedSource
from passerby.core.still_info import SUFFIXES, StillKind
from passerby.source.still.jpeg_sequence import is_jpeg_sequence

#: Bytes that sniff_still needs.
HEAD_BYTES = 64
#: The largest file that is read, bytes: its content stays in memory. The largest image, uncompressed and with 16 bits a
#: channel, has 2 GB.
MAX_FILE_BYTES = 2 << 30

_HEIC = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
_AVIF = {b"avif", b"avis"}
#: Valid sizes of the header after "BM" and the file header: two letters alone would match too much.
_BMP_HEADERS = {12, 16, 40, 52, 56, 64, 108, 124}


def sniff_still(head: bytes) -> StillKind | None:
    """The still image format that starts with these bytes; None when it is none."""
    if head.startswith(b"\xff\xd8\xff"):
        return StillKind.JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return StillKind.PNG
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return StillKind.WEBP
    if head[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        return StillKind.TIFF
    if head[:6] in (b"GIF87a", b"GIF89a"):
        return StillKind.GIF
    if head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in _BMP_HEADERS:
        return StillKind.BMP
    return _isobmff_kind(head) if head[4:8] == b"ftyp" else None


def _isobmff_kind(head: bytes) -> StillKind | None:
    """HEIC and AVIF share MP4's box structure: the brands in the first box distinguish them."""
    end = min(int.from_bytes(head[:4], "big"), len(head))
    major, compatible = head[8:12], {head[i : i + 4] for i in range(16, end - 3, 4)}
    if major in _AVIF:
        return StillKind.AVIF
    if major in _HEIC:
        return StillKind.HEIC
    if major in (b"mif1", b"msf1", b"miaf"):
        return StillKind.AVIF if compatible & _AVIF else StillKind.HEIC
    return None


def still_kind(path: Path) -> StillKind | None:
    """sniff_still for a file; None also for JPEGs that are a film, and for an unreadable file: opening it next raises
    the error."""
    try:
        if not path.is_file():  # reading a pipe may never end
            return None
        with path.open("rb") as file:
            kind = sniff_still(file.read(HEAD_BYTES))
        return None if kind is StillKind.JPEG and is_jpeg_sequence(path) else kind
    except (OSError, ValueError):  # ValueError: a name with a NUL byte
        return None


def is_still(path: Path) -> bool:
    """Whether this file is a still image that `passerby.engine.still` accepts, by its content."""
    return still_kind(path) is not None


def read_still(path: Path) -> tuple[StillKind, bytes]:
    """The format and the whole content of a still image.

    Raises SourceError when the file cannot be read, UnsupportedSource when it is not a still image.
    """
    try:
        if path.is_dir():
            raise SourceError(f"{path} is a folder, not a file. Give an image file in it.")
        if path.exists() and not path.is_file():
            raise SourceError(f"{path} is not a regular file (a pipe or a device). Save it as a file first.")
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
            kind = sniff_still(head)
            if kind is None:
                raise UnsupportedSource(_unsupported_message(path, head))
            size = os.fstat(file.fileno()).st_size
            if size > MAX_FILE_BYTES:
                raise SourceError(
                    f"{path} is too large: {size / 2**30:.1f} GiB. Images of up to {MAX_FILE_BYTES >> 30} GiB are "
                    "read: save it in another format, or split it first."
                )
            return kind, head + file.read()
    except MemoryError:
        raise SourceError(f"{path} does not fit in memory. Close other programs, or scale it down first.") from None
    except FileNotFoundError:
        raise SourceError(f"There is no file {path}. Check the name and the folder.") from None
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}. Check its permissions.") from error


def _unsupported_message(path: Path, head: bytes) -> str:
    if not head:
        return f"{path} is empty (0 bytes). Copy it again from the original."
    return f"{path} is not an image that passerby can read. It reads {', '.join(kind.upper() for kind in SUFFIXES)}."


def with_matching_suffix(name: str, kind: StillKind) -> str:
    """The file name with an extension that matches its content: a PNG named x.jpg becomes x.png."""
    path = Path(name)
    return name if path.suffix.lower() in SUFFIXES[kind] else f"{path.stem}{SUFFIXES[kind][0]}"
