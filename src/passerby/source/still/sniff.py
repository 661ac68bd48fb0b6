"""Is it a still, and of which kind? Its first bytes tell; its name does not."""

from __future__ import annotations

from pathlib import Path

from passerby.core.errors import SourceError, UnsupportedSource
from passerby.core.still_info import SUFFIXES, StillKind

#: Bytes at the start that are enough to tell.
HEAD = 64

_HEIC = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
_AVIF = {b"avif", b"avis"}
#: Sizes of the header that follows "BM" and the file header: two letters alone would be too little to go by.
_BMP_HEADERS = {12, 16, 40, 52, 56, 64, 108, 124}


def kind_of(head: bytes) -> StillKind | None:
    """The kind of still that begins with these bytes; None when it is something else."""
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
    return _of_box_file(head) if head[4:8] == b"ftyp" else None


def _of_box_file(head: bytes) -> StillKind | None:
    """HEIC and AVIF are MP4's relatives: the brands in the first box make the difference."""
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
    """kind_of for a file; None also for what cannot be read: whoever opens it next will say why."""
    try:
        if not path.is_file():  # reading from a pipe may never end
            return None
        with path.open("rb") as file:
            return kind_of(file.read(HEAD))
    except (OSError, ValueError):  # ValueError: a name with a zero byte in it
        return None


def is_still(path: Path) -> bool:
    """Is this file a still that `passerby.engine.still` takes? Told by its content."""
    return still_kind(path) is not None


def read_still(path: Path) -> tuple[StillKind, bytes]:
    """The kind and the whole content of a still.

    Raises SourceError when the file cannot be read, UnsupportedSource when it is not a still.
    """
    try:
        if path.is_dir():
            raise SourceError(f"{path} is a folder, not a file. Name a picture in it.")
        if path.exists() and not path.is_file():
            raise SourceError(f"{path} is not a regular file (a pipe or a device). Save it as a file first.")
        with path.open("rb") as file:
            head = file.read(HEAD)
            kind = kind_of(head)
            if kind is None:
                raise UnsupportedSource(_not_a_still(path, head))
            return kind, head + file.read()
    except FileNotFoundError:
        raise SourceError(f"There is no file {path}. Check the name and the folder.") from None
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}. Check your rights to it.") from error


def _not_a_still(path: Path, head: bytes) -> str:
    if not head:
        return f"{path} is empty (0 bytes). Copy it again from where it came."
    return f"{path} is not a picture that passerby can read. It takes {', '.join(kind.upper() for kind in SUFFIXES)}."


def fitting_name(name: str, kind: StillKind) -> str:
    """The file name with an ending that fits its content: a PNG that is called x.jpg becomes x.png."""
    path = Path(name)
    return name if path.suffix.lower() in SUFFIXES[kind] else f"{path.stem}{SUFFIXES[kind][0]}"
