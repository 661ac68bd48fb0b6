"""Opening a file with FFmpeg: what can go wrong before a frame is decoded, and what to tell about it."""

from __future__ import annotations

import stat
from pathlib import Path

import av
from av.container import InputContainer

from passerby.core.errors import DamagedSource, SourceError, UnsupportedSource
from passerby.source.video.container_sniff import HEAD, READERS, kind_of

_KINDS = "MP4, MOV, MKV, WebM, AVI, MPEG (TS and PS), FLV, 3GP and WMV files"

#: What reading a packet raises. IndexError: PyAV stumbles at the end of a stream in which tracks came up on the way.
READ_ERRORS = (av.FFmpegError, OSError, IndexError)

#: Tracks that a file may have. Each costs memory before anything is known of it, and no camera writes that many.
MOST_TRACKS = 100


def open_container(path: Path) -> InputContainer:
    """The file, opened by FFmpeg.

    Raises SourceError (missing, a folder, not readable), UnsupportedSource (something else than a video) or
    DamagedSource (a video that was cut off before its index was written).
    """
    kind = container_kind(path)
    try:
        # "file:" keeps a name with a colon in it from being taken for an address. Tags are read for their names only,
        # so bytes that are not UTF-8 must not stop the file from being opened.
        container = av.open(
            f"file:{path}",
            "r",
            format=READERS[kind],
            # External references lead to other files; `max_streams` and the probe bound what a header may ask for.
            container_options={
                "format_whitelist": "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,asf",
                "protocol_whitelist": "file",
                "max_streams": str(MOST_TRACKS),
            },
            metadata_errors="replace",
        )
    except (av.FFmpegError, OSError, ValueError, MemoryError) as error:
        raise DamagedSource(
            f"{path} begins like a {kind} file, but cannot be opened: its index is missing or broken. "
            "The recording or the copy was probably cut off: copy it again from where it came, or repair it first."
        ) from error
    return container


def container_kind(path: Path) -> str:
    """The kind of file, a key of READERS. Raises as open_container does."""
    kind = kind_of(_head(path))
    if kind is None:
        raise UnsupportedSource(f"{path} is not a video that passerby can read. It takes {_KINDS}.")
    return kind


def _head(path: Path) -> bytes:
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise SourceError(f"{path} is a folder, not a file. Name a video in it.")
        if not stat.S_ISREG(mode):  # reading from a pipe or a device may never end
            raise SourceError(f"{path} is not a regular file (a pipe or a device). Save it as a file first.")
        with path.open("rb") as file:
            head = file.read(HEAD)
    except FileNotFoundError:
        raise SourceError(f"There is no file {path}. Check the name and the folder.") from None
    except (OSError, ValueError) as error:  # ValueError: a name with a zero byte in it
        reason = error.strerror if isinstance(error, OSError) else error
        raise SourceError(f"{path} cannot be read: {reason}. Check the name and your rights to it.") from error
    if not head:
        raise UnsupportedSource(f"{path} is empty (0 bytes). Copy it again from where it came.")
    return head
