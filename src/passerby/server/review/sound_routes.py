"""The HTTP interface of a file's sound: as it will be released, the original, and its loudness."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query
from fastapi.responses import Response, StreamingResponse

from passerby.review.errors import ForbiddenError
from passerby.review.review_item import ReviewItem
from passerby.server.review.routes import BINARY, open_item
from passerby.server.review.state import ApiError, State

WAV = "audio/wav"
#: Bytes of an answer to a range: a browser asks for the rest of the file each time, and then for what it did not get.
MAX_ANSWER = 1 << 19
OpenItem = Annotated[ReviewItem, Depends(open_item)]
Track = Annotated[int, Query(ge=0, le=1000, description="audio track, from 1; 0: all of them together")]
Range = Annotated[str | None, Header(max_length=100)]
#: (first byte, after the last byte) -> these bytes.
ReadBytes = Callable[[int, int], Iterator[bytes]]

_ERRORS: dict[int | str, dict[str, Any]] = {code: {"model": ApiError} for code in (400, 401, 403, 404, 409, 413)}
_WAV: dict[int | str, dict[str, Any]] = {code: {"content": {WAV: {}}} for code in (200, 206)}
router = APIRouter(prefix="/api", responses=_ERRORS)


@router.get("/files/{id}/sound/released", response_class=Response, responses=_WAV)
def released_sound(item: OpenItem, track: Track = 0, range: Range = None) -> Response:
    """The sound as it will be released, WAV; silent where the release has none, and in what is cut from it."""
    return _answer(item.sound(track).size, range, partial(item.released_sound, track=track))


@router.get("/files/{id}/sound/original", response_class=Response, responses=_WAV)
def original_sound(state: State, item: OpenItem, track: Track = 0, range: Range = None) -> Response:
    """The sound without changes, WAV. On loopback only."""
    if not state.originals_allowed:
        raise ForbiddenError("originals_forbidden")
    sound = item.sound(track)
    return _answer(sound.size, range, sound.original)


@router.get("/files/{id}/sound/peaks", response_class=Response, responses={200: {"content": {BINARY: {}}}})
def peaks(item: OpenItem, track: Track = 0) -> Response:
    """The loudness of each fiftieth of a second: a byte each. Answered once all of the sound has been read."""
    return Response(item.sound(track).peaks(), media_type=BINARY)


def _answer(size: int, range: str | None, read: ReadBytes) -> Response:
    headers = {"accept-ranges": "bytes"}
    asked = re.fullmatch(r"bytes=(\d+)-(\d*)", range or "")
    if asked is None:
        headers["content-length"] = str(size)
        return StreamingResponse(read(0, size), media_type=WAV, headers=headers)
    first, last = int(asked[1]), int(asked[2] or size - 1)
    if first >= size or last < first:
        return Response(status_code=416, headers=headers | {"content-range": f"bytes */{size}"})
    after = min(last + 1, size, first + MAX_ANSWER)
    headers["content-range"] = f"bytes {first}-{after - 1}/{size}"
    return Response(b"".join(read(first, after)), 206, headers, media_type=WAV)
