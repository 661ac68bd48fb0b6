"""Video that passerby recognises and does not read: containers of other trades. Each comes with what makes it readable,
and none is passed over in silence."""

from __future__ import annotations

#: Suffixes of such files. A broken one must be reported, too.
UNREAD_SUFFIXES = frozenset(
    {".mxf", ".gxf", ".ogv", ".ogm", ".ogg", ".rm", ".rmvb", ".wtv", ".nut", ".vdr", ".dvr-ms"}
)  # fmt: skip

_REMUX = "ffmpeg -i IN -c copy OUT.mkv"
_ENCODE = "ffmpeg -i IN -c:v libx264 -crf 16 -c:a copy OUT.mkv"
#: First bytes -> what it is, and the command that makes it readable.
_MAGIC = (
    (b"\x06\x0e\x2b\x34", "an MXF file", _REMUX),
    (b"OggS", "an Ogg file", _REMUX),
    (b".RMF", "a RealMedia file", _ENCODE),
    (b"nut/multimedia container", "a NUT file", _REMUX),
    (b"\xb7\xd8\x00\x20\x37\x49\xda\x11", "a recording of Windows Media Center (WTV)", _REMUX),
    (b"\0\0\0\0\1\xbc", "a GXF file", _REMUX),
)


def unread_video(head: bytes) -> tuple[str, str] | None:
    """(what it is, the command that makes it readable) of a file that begins so; None for anything else."""
    for magic, name, command in _MAGIC:
        if head.startswith(magic):
            return name, command
    return None
