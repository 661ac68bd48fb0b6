"""Live pictures over HTTP: a playlist for each camera, and what it names."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query
from fastapi.responses import Response

from passerby.core.model import FrozenModel
from passerby.server.live.buffer import Window
from passerby.server.live.playlist import playlist

#: Content types of playlists and of what they name.
LIST, MEDIA = "application/vnd.apple.mpegurl", "video/mp4"
#: Segments ahead of the newest that may be asked for; more is a mistake of the player.
_AHEAD = 2

Number = Annotated[int, Path(ge=0)]


class LiveCamera(FrozenModel):
    """A camera that can be watched. `age` is how many seconds ago its newest part began; null before the first."""

    camera: str
    playlist: str
    width: int | None
    height: int | None
    age: float | None


def live_routes(
    windows: Mapping[str, Window],
    now: Callable[[], float] = lambda: time.clock_gettime(time.CLOCK_BOOTTIME),
) -> APIRouter:
    """`windows` by camera; cameras may come and go. `now` is monotonic time, as in `Moment`."""
    routes = APIRouter(prefix="/api/live", tags=["live"])

    def window_of(camera: str) -> Window:
        window = windows.get(camera)
        if window is None:
            raise HTTPException(404, f"There is no camera {camera} here.")
        return window

    @routes.get("")
    def cameras() -> list[LiveCamera]:
        return [_described(camera, window, now()) for camera, window in sorted(windows.items())]

    @routes.get("/{camera}/live.m3u8", response_class=Response)
    async def listed(
        camera: str,
        number: Annotated[int | None, Query(alias="_HLS_msn", ge=0)] = None,
        part: Annotated[int | None, Query(alias="_HLS_part", ge=0)] = None,
    ) -> Response:
        window = window_of(camera)
        if number is None and part is not None:
            raise HTTPException(400, "_HLS_part goes with _HLS_msn.")
        if number is not None:
            if number > window.newest()[0] + _AHEAD:
                raise HTTPException(400, "No such segment is near. Begin again with the playlist.")
            if not await window.wait(number, part, 3 * window.target):
                raise HTTPException(503, "The camera gives no pictures.", {"retry-after": "2"})
        elif not await window.wait(0, 0, 3 * window.target):
            raise HTTPException(503, "The camera has given no pictures yet.", {"retry-after": "2"})
        return Response(playlist(window), media_type=LIST)

    @routes.get("/{camera}/head-{number}.mp4", response_class=Response)
    def head(camera: str, number: Number) -> Response:
        return _media(window_of(camera).head(number))

    @routes.get("/{camera}/segment-{number}.m4s", response_class=Response)
    def segment(camera: str, number: Number) -> Response:
        found = window_of(camera).segment(number)
        return _media(None if found is None else found.data)

    @routes.get("/{camera}/part-{number}-{index}.m4s", response_class=Response)
    async def part(camera: str, number: Number, index: Number) -> Response:
        window = window_of(camera)
        if number <= window.newest()[0] + _AHEAD:  # the playlist hints at the next one before it is there
            await window.wait(number, index, 3 * window.target)
        found = window.part(number, index)
        return _media(None if found is None else found.body)

    return routes


def _media(data: bytes | None) -> Response:
    if data is None:
        raise HTTPException(404, "This is no longer there, or not yet. Begin again with the playlist.")
    return Response(data, media_type=MEDIA)


def _described(camera: str, window: Window, now: float) -> LiveCamera:
    number, index = window.newest()
    newest = window.part(number, index) if number >= 0 else None
    return LiveCamera(
        camera=camera,
        playlist=f"/api/live/{camera}/live.m3u8",
        width=newest.width if newest else None,
        height=newest.height if newest else None,
        age=round(now - newest.at.monotonic, 3) if newest else None,
    )
