"""Parameters of requests and media types that several routes share."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Header, HTTPException, Path, Query
from pydantic import Field

from passerby.config.notice import Language
from passerby.server.site.errors.catalogue import language_of
from passerby.store.audit.log import MAX_PURPOSE_CHARS

#: Unix seconds; up to the year 5138, so that microseconds of them fit into the database.
MAX_UNIX_S = 1e11
UnixTime = Annotated[float, Query(ge=0, le=MAX_UNIX_S, allow_inf_nan=False, description="Unix seconds.")]
OptionalUnixTime = Annotated[float | None, Query(ge=0, le=MAX_UNIX_S, allow_inf_nan=False, description="Unix seconds.")]
#: The longer side of an image, px.
ImageSize = Annotated[int, Query(ge=16, le=1920, description="The longer side of the image, pixels.")]
CameraName = Annotated[str, Path(max_length=63, description="Name of the camera.")]
OptionalCamera = Annotated[str | None, Query(max_length=63)]
Limit = Annotated[int, Query(ge=1, le=500, description="At most so many.")]
Purpose = Annotated[str, Field(min_length=1, max_length=MAX_PURPOSE_CHARS, description="In a few words; no names.")]
Password = Annotated[str, Field(max_length=1000)]
JPEG, MP4, CSV, JSON = "image/jpeg", "video/mp4", "text/csv", "application/json"
#: Thumbnails of recordings do not change.
THUMBNAIL_CACHING = {"cache-control": "private, max-age=3600"}


def _page_language(accept_language: Annotated[str | None, Header(include_in_schema=False)] = None) -> Language:
    return language_of(accept_language)


#: The language that the page asks for.
PageLanguage = Annotated[Language, Depends(_page_language)]


def content(media_type: str) -> dict[int | str, dict[str, Any]]:
    """`responses` of a route that answers with other than JSON, for the OpenAPI description."""
    return {200: {"content": {media_type: {}}}}


def check_range(start: float, end: float, max_s: float) -> None:
    """Raises HTTPException when `end` is not after `start`, or more than `max_s` seconds after."""
    if not start < end:
        raise HTTPException(422, "`end` is not after `start`. Give both in this order.")
    if end - start > max_s:
        raise HTTPException(422, f"The time range is longer than {max_s / 86400:g} days. Request less at once.")
