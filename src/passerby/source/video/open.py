"""Opening a file with FFmpeg, and the errors that can occur before a frame is decoded."""

from __future__ import annotations

import stat
from pathlib import Path

import av
from av.container import InputContainer

from passerby.core.errors import DamagedSource, SourceError, UnsupportedSource
from passerby.source.video.container_sniff import DEMUXERS, HEAD_BYTES, sniff_file
from passerby.source.video.raw_streams import RAW_DEMUXERS, UNSTATED_RATE
from passerby.source.video.structure.sample_claims import claims_too_much
from passerby.source.video.unread_formats import unread_video

_SUPPORTED_FORMATS = (
    "MP4, MOV, MKV, WebM, AVI, MPEG (TS and PS), FLV, 3GP, WMV and DAV files, and H.264, H.265, MPEG, AV1 and MJPEG "
    "without a container"
)

#: What demuxing raises. IndexError: a PyAV bug at the end of files in which tracks appear late.
READ_ERRORS = (av.FFmpegError, OSError, IndexError)

#: Tracks that a file may have. Each costs memory before it is probed, and no camera writes that many.
MAX_TRACKS = 100

#: Containers in which a track is known only once its first packet was read, and how far FFmpeg then reads for it: ten
#: minutes, and bytes that it keeps in memory meanwhile.
_WITHOUT_TRACK_TABLE = {"mpegts", "mpeg", "flv", "dhav"}
_THOROUGH = {"analyzeduration": str(600 * av.time_base), "probesize": str(64 << 20)}


def open_container(path: Path) -> InputContainer:
    """The file, opened by FFmpeg.

    Raises SourceError (missing, a folder, not readable), UnsupportedSource (not a video) or DamagedSource (a video that
    was truncated before its index was written).
    """
    kind = container_format(path)
    _refuse_claims(path, kind)
    container = _open(path, kind, {"framerate": str(UNSTATED_RATE)} if kind in RAW_DEMUXERS else {})
    # A stream whose codec has no decoder has no sample rate.
    rates = [getattr(stream, "sample_rate", None) for stream in container.streams.audio]
    if kind in _WITHOUT_TRACK_TABLE and not all(rates):
        container.close()
        container = _open(path, kind, _THOROUGH)
    return container


def _open(path: Path, kind: str, options: dict[str, str]) -> InputContainer:
    try:
        # "file:" keeps a name with a colon from being parsed as a URL. Only the names of tags are used, so bytes that
        # are not UTF-8 must not prevent opening.
        return av.open(
            f"file:{path}",
            "r",
            format=DEMUXERS[kind],
            # External references would open other files; `max_streams` bounds what a header can allocate.
            container_options={
                "format_whitelist": f"m4a,3gp,3g2,mj2,mp4,webm,{','.join(DEMUXERS.values())}",
                "protocol_whitelist": "file",
                "max_streams": str(MAX_TRACKS),
                **options,
            },
            metadata_errors="replace",
        )
    except (av.FFmpegError, OSError, ValueError, MemoryError) as error:
        raise DamagedSource(
            f"{path} starts like a {kind} file, but cannot be opened: its index is missing or broken. "
            "The recording or the copy was probably truncated: copy it again from the original, or repair it first."
        ) from error


def _refuse_claims(path: Path, kind: str) -> None:
    if kind not in ("mp4", "mov"):
        return
    try:
        with path.open("rb") as file:
            refused = claims_too_much(file)
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}. Check its permissions.") from error
    if refused:
        raise DamagedSource(
            f"{path} claims more pictures or sounds than it has bytes: its index is broken. Copy it again from the "
            "original, or repair it first."
        )


def container_format(path: Path) -> str:
    """The container format, a key of DEMUXERS. Raises as open_container does."""
    head = _read_head(path)
    try:
        kind = sniff_file(path)
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}. Check its permissions.") from error
    if kind is None and (unread := unread_video(head)) is not None:
        name, command = unread
        raise UnsupportedSource(f"{path} is {name}, which passerby does not read. Make it readable first: {command}")
    if kind is None:
        raise UnsupportedSource(
            f"{path} is not a video that passerby can read. It reads {_SUPPORTED_FORMATS}. What a recorder wrote in a "
            "format of its own, its own program exports as MP4 or AVI."
        )
    return kind


def _read_head(path: Path) -> bytes:
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise SourceError(f"{path} is a folder, not a file. Give a video file in it.")
        if not stat.S_ISREG(mode):  # reading from a pipe or a device may never end
            raise SourceError(f"{path} is not a regular file (a pipe or a device). Save it as a file first.")
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except FileNotFoundError:
        raise SourceError(f"There is no file {path}. Check the name and the folder.") from None
    except (OSError, ValueError) as error:  # ValueError: a name with a NUL byte
        reason = error.strerror if isinstance(error, OSError) else error
        raise SourceError(f"{path} cannot be read: {reason}. Check the name and its permissions.") from error
    if not head:
        raise UnsupportedSource(f"{path} is empty (0 bytes). Copy it again from the original.")
    return head
