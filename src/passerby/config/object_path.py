"""Files that lie in object storage, as paths.

`s3://bucket/film.mp4` is `Path("s3:/bucket/film.mp4")`, which is what becomes of it when it is taken for a path. So
names beside it and below it are made in the same way as on a disk. What cannot be a path and come back unchanged
(an empty name between two slashes) is not taken.
"""

from __future__ import annotations

from pathlib import Path

#: Amazon S3 and what speaks like it, Google Cloud Storage, Azure Blob Storage.
SCHEMES = ("s3", "gs", "az")
_STARTS = tuple(f"{scheme}:" for scheme in SCHEMES)


def is_away(path: Path) -> bool:
    """Does it lie in object storage?"""
    return bool(path.parts) and path.parts[0] in _STARTS


def url_of(path: Path) -> str:
    """The address of a path that is_away."""
    scheme, _, rest = str(path).partition(":/")
    return f"{scheme}://{rest.lstrip('/')}"


def shown(path: Path) -> str:
    """As a person knows it: the address, or the path."""
    return url_of(path) if is_away(path) else str(path)
