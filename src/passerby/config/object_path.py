"""Objects in object storage, as paths.

`s3://bucket/video.mp4` is `Path("s3:/bucket/video.mp4")`, which is what `Path` makes of the URL. So names beside it and
below it are derived in the same way as on a disk. A URL that does not survive the round trip (an empty name between two
slashes) is not accepted.
"""

from __future__ import annotations

from pathlib import Path

#: Amazon S3 and compatible services, Google Cloud Storage, Azure Blob Storage.
SCHEMES = ("s3", "gs", "az")
_STARTS = tuple(f"{scheme}:" for scheme in SCHEMES)


def is_remote(path: Path) -> bool:
    """Is it in object storage?"""
    return bool(path.parts) and path.parts[0] in _STARTS


def url_of(path: Path) -> str:
    """The URL of a path that is_remote."""
    scheme, _, rest = str(path).partition(":/")
    return f"{scheme}://{rest.lstrip('/')}"


def display_path(path: Path) -> str:
    """The URL of a remote path, else the path."""
    return url_of(path) if is_remote(path) else str(path)
