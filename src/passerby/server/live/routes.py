"""Live pictures over HTTP: a playlist for each camera, and the files that it lists."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query
from fastapi.responses import Response

from passerby.core.model import FrozenModel
from passerby.server.live.buffer import LiveBuffer
from passerby.server.live.playlist import playlist

#: Content types of playlists and of media files.
PLAYLIST_TYPE, MEDIA_TYPE = "application/vnd.apple.mpegurl", "video/mp4"
#: How far ahead of the newest segment a request may be (RFC 8216bis, 6.2.5.2: more than two is a client error).
_MAX_SEGMENTS_AHEAD = 2
#: Playlists that one request may wait for, and for how many seconds it does.
MAX_TOGETHER, HOLD_TOGETHER_S = 64, 0.5

Index = Annotated[int, Path(ge=0)]


class LiveCamera(FrozenModel):
    """A camera with live pictures. `age`: seconds since its newest part started; null before the first."""

    camera: str
    playlist: str
    width: int | None
    height: int | None
    age: float | None


def live_routes(
    buffers: Mapping[str, LiveBuffer],
    now: Callable[[], float] = lambda: time.clock_gettime(time.CLOCK_BOOTTIME),
) -> APIRouter:
    """`buffers` by camera; cameras may be added and removed. `now` is monotonic time, as in `Moment`."""
    routes = APIRouter(prefix="/api/live", tags=["live"])

    def buffer_of(camera: str) -> LiveBuffer:
        buffer = buffers.get(camera)
        if buffer is None:
            raise HTTPException(404, f"There is no camera named {camera}.")
        return buffer

    @routes.get("")
    def cameras() -> list[LiveCamera]:
        return [_describe(camera, buffer, now()) for camera, buffer in sorted(buffers.items())]

    @routes.get("/playlists")
    async def changed_playlists(
        wanted: Annotated[list[str], Query(alias="part", min_length=1, max_length=MAX_TOGETHER)],
    ) -> dict[str, str | None]:
        """Playlists by camera, of those of which a part is there that is wanted, as `camera:segment:part`; `camera`
        alone wants any. Null for a camera that is not there, or is not nearly so far. Waits for the first of them, and
        not for long: then there may be none. A browser opens six connections to one host, so a page with many cameras
        must not wait in as many requests."""
        found: dict[str, str | None] = {}
        waiting: dict[str, asyncio.Task[bool]] = {}
        for camera, (number, part) in map(_wanted, wanted):
            buffer = buffers.get(camera)
            if buffer is None or number > max(0, buffer.newest()[0]) + _MAX_SEGMENTS_AHEAD:
                found[camera] = None
            else:
                waiting[camera] = asyncio.create_task(buffer.wait(number, part, HOLD_TOGETHER_S))
        if waiting:
            hold = 0.0 if found else HOLD_TOGETHER_S
            await asyncio.wait(waiting.values(), timeout=hold, return_when=asyncio.FIRST_COMPLETED)
        for camera, task in waiting.items():
            if task.done() and task.result():
                found[camera] = playlist(buffer_of(camera))
            task.cancel()
        return found

    @routes.get("/{camera}/live.m3u8", response_class=Response)
    async def live_playlist(
        camera: str,
        number: Annotated[int | None, Query(alias="_HLS_msn", ge=0)] = None,
        part: Annotated[int | None, Query(alias="_HLS_part", ge=0)] = None,
    ) -> Response:
        buffer = buffer_of(camera)
        if number is None and part is not None:
            raise HTTPException(400, "_HLS_part requires _HLS_msn.")
        if number is not None:
            if number > buffer.newest()[0] + _MAX_SEGMENTS_AHEAD:
                raise HTTPException(400, "The segment is too far ahead. Reload the playlist.")
            if not await buffer.wait(number, part, 3 * buffer.target_duration):
                raise HTTPException(503, "The camera delivers no pictures.", {"retry-after": "2"})
        elif not await buffer.wait(0, 0, 3 * buffer.target_duration):
            raise HTTPException(503, "The camera has not delivered any pictures yet.", {"retry-after": "2"})
        return Response(playlist(buffer), media_type=PLAYLIST_TYPE)

    @routes.get("/{camera}/init-{number}.mp4", response_class=Response)
    def init_segment(camera: str, number: Index) -> Response:
        return _media(buffer_of(camera).init_segment(number))

    @routes.get("/{camera}/segment-{number}.m4s", response_class=Response)
    def segment(camera: str, number: Index) -> Response:
        complete = buffer_of(camera).segment(number)
        return _media(None if complete is None else complete.data)

    @routes.get("/{camera}/part-{number}-{index}.m4s", response_class=Response)
    async def part(camera: str, number: Index, index: Index) -> Response:
        buffer = buffer_of(camera)
        if number <= buffer.newest()[0] + _MAX_SEGMENTS_AHEAD:  # the playlist announces the next part before it exists
            await buffer.wait(number, index, 3 * buffer.target_duration)
        available = buffer.part(number, index)
        return _media(None if available is None else available.body)

    return routes


def _wanted(part: str) -> tuple[str, tuple[int, int]]:
    """Camera, and (segment, part), of `camera:segment:part` or `camera`."""
    camera, *numbers = part.split(":")
    if not numbers:
        return camera, (0, 0)
    if len(numbers) != 2 or not all(number.isdecimal() for number in numbers):
        raise HTTPException(400, "A part is given as camera:segment:part, or as the name of a camera alone.")
    return camera, (int(numbers[0]), int(numbers[1]))


def _media(data: bytes | None) -> Response:
    if data is None:
        raise HTTPException(404, "This part of the stream is not available any more, or not yet. Reload the playlist.")
    return Response(data, media_type=MEDIA_TYPE)


def _describe(camera: str, buffer: LiveBuffer, now: float) -> LiveCamera:
    number, index = buffer.newest()
    newest = buffer.part(number, index) if number >= 0 else None
    return LiveCamera(
        camera=camera,
        playlist=f"/api/live/{camera}/live.m3u8",
        width=newest.width if newest else None,
        height=newest.height if newest else None,
        age=round(now - newest.captured_at.monotonic, 3) if newest else None,
    )
