"""Opening a file with FFmpeg: what can go wrong before a frame is decoded, and what to tell about it."""

from __future__ import annotations

from pathlib import Path

import av
from av.container import InputContainer

from passerby.base.errors import DamagedSource, SourceError, UnsupportedSource

_KINDS = "MP4, MOV, MKV and WebM files"

#: Only these readers are ever started: a playlist or a script of another format could make FFmpeg open other files.
_READERS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm"


def open_container(path: Path) -> InputContainer:
    """The file, opened by FFmpeg.

    Raises SourceError (missing, a folder, not readable), UnsupportedSource (something else than a video) or
    DamagedSource (a video that was cut off before its index was written).
    """
    head = _head(path)
    try:
        # "file:" keeps a name with a colon in it from being taken for an address. Tags are read for their names only,
        # so bytes that are not UTF-8 must not stop the file from being opened.
        return av.open(
            f"file:{path}",
            "r",
            container_options={"format_whitelist": _READERS, "protocol_whitelist": "file"},
            metadata_errors="replace",
        )
    except (av.FFmpegError, OSError) as error:
        if kind_of(head) is None:
            raise UnsupportedSource(f"{path} is not a video that passerby can read. It takes {_KINDS}.") from error
        raise DamagedSource(
            f"{path} begins like a {kind_of(head)} file, but cannot be opened: its index is missing or broken. "
            "The recording or the copy was probably cut off: copy it again from where it came, or repair it first."
        ) from error


def _head(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise SourceError(f"{path} is a folder, not a file. Name a video in it.")
        with path.open("rb") as file:
            head = file.read(64)
    except FileNotFoundError:
        raise SourceError(f"There is no file {path}. Check the name and the folder.") from None
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}. Check your rights to it.") from error
    if not head:
        raise UnsupportedSource(f"{path} is empty (0 bytes). Copy it again from where it came.")
    return head


def kind_of(head: bytes) -> str | None:
    """The kind of container by its first bytes: mp4, mov, matroska or webm; None when it is none of these."""
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return "webm" if b"webm" in head else "matroska"
    if head[4:8] == b"ftyp":
        return "mov" if head[8:12] == b"qt  " else "mp4"
    # Old QuickTime files have no ftyp box.
    return "mov" if head[4:8] in (b"moov", b"mdat", b"wide", b"free", b"skip") else None


def container_kind(path: Path) -> str:
    """kind_of for a file that open_container has opened."""
    return kind_of(_head(path)) or "mp4"
